"""The deck as data, and how it is fitted: rules of the deck's look, with hostile input."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from qbr.calc.blocks import STYLES, Layout, TableBlock, Text
from qbr.calc.charts import bar_chart, bridge, bridge_start
from qbr.calc.codec import Undecodable
from qbr.calc.colour import HOUSE, brand, contrast
from qbr.calc.fit import HEADLINE_WIDTH, NBSP, TextStyle, bound, client_name, clipped, headline, paragraph, wrapped
from qbr.calc.layout import laid_out
from qbr.calc.measure import face
from qbr.calc.safety import NotClientSafe, client_safe
from qbr.calc.slides import Cell, Column, Deck, Point, Row, Slide, Table, TextColumn, from_json, to_json
from qbr.calc.tables import fitted
from tests.qbr import hostile, samples, samples_money

BODY = TextStyle("regular", 13, 19)


def texts(layout: Layout, number: int) -> str:
    """All words of a page, in reading order."""
    page = layout.pages[number - 1]
    found = []
    for region in page.regions:
        for block in region.blocks:
            if isinstance(block, Text):
                found += ["".join(run.text for run in line) for line in block.lines]
            elif isinstance(block, TableBlock):
                found += [
                    run.text
                    for row in (block.head, *block.rows)
                    for td in row.cells
                    for line in td.lines
                    for run in line
                ]
    return "\n".join(found).replace(NBSP, " ")


# --- the model ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deck", [samples.CLIENT_DECK, samples.INTERNAL_DECK, hostile.HOSTILE_DECK], ids=["client", "internal", "hostile"]
)
def test_a_deck_survives_json(deck: Deck) -> None:
    assert from_json(json.loads(json.dumps(to_json(deck)))) == deck


def test_decimals_travel_exactly() -> None:
    cell = Cell("0.10", Decimal("0.1000000000000000000000000001"))
    deck = replace(
        samples.CLIENT_DECK, slides=(replace(hostile.FORTY, table=Table((Column("a", 10),), (Row((cell,)),))),)
    )
    again = from_json(json.loads(json.dumps(to_json(deck))))
    assert str(again.slides[0].table.rows[0].cells[0].value) == "0.1000000000000000000000000001"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "value"),
    [("audience", "public"), ("client", 7), ("slides", {}), ("surprise", 1), ("as_of", None)],
)
def test_a_stored_deck_of_another_shape_is_refused(path: str, value: object) -> None:
    data = to_json(samples.CLIENT_DECK)
    data["deck"][path] = value
    with pytest.raises(Undecodable):
        from_json(data)


def test_a_client_deck_with_cost_is_refused_and_the_offenders_are_named() -> None:
    deck = replace(samples.INTERNAL_DECK, audience="client")
    with pytest.raises(NotClientSafe) as caught:
        client_safe(deck)
    said = "; ".join(caught.value.offenders)
    assert "slide 4 (pnl), row Delivery labour: COST" in said
    assert "Gross profit, Q2 to Q3: COST" in said
    assert "row Net revenue" not in said


@pytest.mark.parametrize("field", ["cost", "salary", "stance"])
def test_every_closed_class_is_refused_wherever_it_stands(field: str) -> None:
    point = Point("Dana is against us", field=field)  # type: ignore[arg-type]  # each literal in turn
    columns = (replace(samples.SUMMARY.columns[0], points=(point,)),)
    with pytest.raises(NotClientSafe, match=field.upper()):
        client_safe(replace(samples.CLIENT_DECK, slides=(replace(samples.SUMMARY, columns=columns),)))


def test_an_internal_deck_may_hold_cost() -> None:
    client_safe(samples.INTERNAL_DECK)
    client_safe(samples.CLIENT_DECK)


# --- colour ------------------------------------------------------------------------------------------------------


def test_a_pale_brand_keeps_its_panel_and_gives_up_its_marks() -> None:
    colours = brand("#FFC400")
    assert (colours.pure, colours.panel_text) == ("#FFC400", "#16212B")
    assert colours.mark == HOUSE  # its hue lies beside the amber of Watch
    assert round(contrast("#FFC400", "#FFFFFF"), 1) == 1.6


@pytest.mark.parametrize("colour", ["#0B4F6C", "#33AAEE", "#E000E0", "#000000", "#FFFFFF", "red", "", "#12345"])
def test_marks_can_be_read_as_text_whatever_the_brand(colour: str) -> None:
    colours = brand(colour)
    assert contrast(colours.mark, "#FFFFFF") >= 4.5
    assert contrast(colours.mid, "#FFFFFF") >= 3.0
    assert contrast(colours.pure, colours.panel_text) >= 4.5


# --- words -------------------------------------------------------------------------------------------------------


def test_widths_are_those_of_the_font_with_kerning_and_tabular_figures() -> None:
    # Read off the renderer's own box of the same words in the same files, at 100 px.
    assert face("regular").width("AVATAR To Yes 1,111.11", 100) == pytest.approx(1030.957, abs=0.01)
    assert face("regular").width("1,111.11", 100, tabular=True) == pytest.approx(442.773, abs=0.01)
    assert face("serif").width("Northvale Te", 42) == pytest.approx(239.274, abs=0.01)


def test_day_and_month_and_a_short_last_word_stay_together() -> None:
    assert bound("Work starts 2 Nov and ends on time") == f"Work starts 2{NBSP}Nov and ends on{NBSP}time"
    assert bound("Two words") == "Two words"


def test_a_day_that_is_wider_than_its_cell_is_parted_between_words_and_not_inside_one() -> None:
    lines = wrapped("23 May 2027", STYLES["cr"], STYLES["cr"].width("23 May 202"))
    assert lines == ["23 May", "2027"]


def test_a_headline_steps_down_and_is_cut_only_at_the_last_step() -> None:
    assert headline("Net fees are $3.84M").size == 28
    words = "Net fees are $3.84M, 3.1% over budget; media explains $94k of the $115k, and the autumn range most of "
    middle = headline(words + "what is left of it all")
    assert (middle.size, len(middle.lines), middle.cut) == (25, 2, False) or middle.size == 28
    last = headline(words * 3)
    assert (last.size, len(last.lines), last.cut) == (22, 2, True)
    assert last.lines[1].endswith("…")
    for fitted_lines, size in ((middle.lines, middle.size), (last.lines, 22)):
        assert all(face("serif").width(line, size) <= HEADLINE_WIDTH for line in fitted_lines)


def test_two_lines_of_a_headline_are_balanced() -> None:
    first, second = headline(samples.DECISIONS.headline).lines
    assert abs(face("serif").width(first, 28) - face("serif").width(second, 28)) < 150


def test_a_long_word_breaks_inside_its_cell_and_nothing_else_does() -> None:
    lines = wrapped("Rechtsschutzversicherungsgesellschaftenhaftungsklausel gilt", BODY, 120)
    assert all(BODY.width(line) <= 120 for line in lines)
    assert "".join(lines).replace(NBSP, "").replace(" ", "").endswith("gilt")


def test_a_paragraph_is_cut_after_three_lines_with_an_ellipsis() -> None:
    found = paragraph("word " * 100, BODY, 150)
    assert (len(found.lines), found.cut) == (3, True)
    assert found.lines[2].endswith("…")


@pytest.mark.parametrize(
    "text", ["", " ", "\u202e evil", "\x00\x07", "日本語のとても長い見出し" * 30, "🚀" * 200, "a\n\nb"]
)
def test_strange_text_is_fitted_without_an_error(text: str) -> None:
    assert all(BODY.width(line) <= 200 for line in paragraph(text, BODY, 200).lines)
    headline(text)
    client_name(text, 322)
    clipped(text, BODY, 50)


def test_unseen_characters_do_not_reach_a_page() -> None:
    assert paragraph("pay \u202e\u200b000,1$\x00 now", BODY, 500).lines == (f"pay 000,1${NBSP}now",)


def test_a_name_of_eighty_characters_fits_in_five_lines() -> None:
    assert len(hostile.LONG_NAME) == 80
    found = client_name(hostile.LONG_NAME, 322)
    assert found.size >= 20
    assert len(found.lines) <= 5
    assert "Lebensmittelgroßhandels-" in found.lines
    assert not found.cut


# --- tables and pages --------------------------------------------------------------------------------------------


def made_table(rows: int, *, total: bool = False) -> Table:
    body = [Row((Cell(f"Store {n}"), Cell(str(n), Decimal(n)))) for n in range(1, rows + 1)]
    if total:
        body.append(Row((Cell("All"), Cell("x")), "total"))
    return Table((Column("Store", 200, "name"), Column("Gap", 100, "figure")), tuple(body), "Stores", gap_column=1)


@pytest.mark.parametrize(
    ("rows", "step"), [(1, "a"), (8, "a"), (9, "c"), (12, "c"), (13, "d"), (16, "d"), (17, "e"), (20, "e")]
)
def test_rows_step_down_in_size(rows: int, step: str) -> None:
    parts = fitted(made_table(rows), 490, brand(HOUSE))
    assert [part.table.step for part in parts] == [step]
    assert parts[0].table.height <= 490


def test_over_twenty_rows_split_into_equal_parts() -> None:
    parts = fitted(made_table(45), 490, brand(HOUSE))
    assert [(part.first, part.last, part.of) for part in parts] == [(1, 15, 45), (16, 30, 45), (31, 45, 45)]


def test_over_sixty_rows_show_the_ends_by_gap_and_count_the_rest() -> None:
    (part,) = fitted(made_table(61), 490, brand(HOUSE))
    shown = [cells[0].text for row in part.table.rows for cells in [row.cells[0].lines[0]]]
    assert shown[0] == "Store 61"
    assert shown[-1] == "Store 1"
    assert (len(shown), part.omitted) == (20, 41)


def test_totals_stay_with_the_last_part() -> None:
    *before, last = fitted(made_table(40, total=True), 490, brand(HOUSE))
    assert last.table.rows[-1].css == "total"
    assert all(row.css != "total" for part in before for row in part.table.rows)


@pytest.mark.parametrize(
    "deck", [samples.CLIENT_DECK, samples.INTERNAL_DECK, hostile.HOSTILE_DECK], ids=["client", "internal", "hostile"]
)
def test_no_two_regions_of_words_overlap_and_none_leaves_the_page(deck: Deck) -> None:
    for page in laid_out(deck).pages:
        boxes = [region for region in page.regions if region.blocks]
        for region in boxes:
            used = sum(block.height for block in region.blocks) + (8 if region.css == "rule" else 0)
            assert used <= region.height + 1, (page.number, region.place)
            assert region.x >= 0
            assert region.x + region.width <= 1280
            assert region.y + region.height <= 720
        for index, one in enumerate(boxes):
            for other in boxes[index + 1 :]:
                apart = (
                    one.x + one.width <= other.x
                    or other.x + other.width <= one.x
                    or one.y + one.height <= other.y
                    or other.y + other.height <= one.y
                )
                same_line = {one.y, other.y} == {676, 690}  # the closing and the page number share the right edge
                assert apart or same_line, (page.number, one.place, other.place)


def test_long_tables_say_which_part_and_which_rows_they_show() -> None:
    layout = laid_out(hostile.HOSTILE_DECK)
    pages = [page.number for page in layout.pages if page.key == "scorecard"]
    assert len(pages) == 3  # the German slide and the two halves of forty rows
    assert "KPI detail: pick rate by store, 1 of 2" in texts(layout, pages[1])
    assert "Rows 21 to 40 of 40." in texts(layout, pages[2])


def test_what_was_cut_stands_whole_in_the_appendix() -> None:
    layout = laid_out(hostile.HOSTILE_DECK)
    assert layout.pages[-1].key == "full-texts"
    assert texts(layout, len(layout.pages)).replace("\n", "").count("W") >= 200


def test_a_headline_that_does_not_fit_blocks_the_freeze() -> None:
    long = replace(hostile.FORTY, headline="Every store is behind its plan because of something or other; " * 6)
    layout = laid_out(replace(samples.CLIENT_DECK, slides=(long,)))
    assert layout.blocked == (
        "The headline of slide 1 (KPI detail: pick rate by store) does not fit two lines: shorten it.",
    )


def test_unknown_prints_a_dash_and_an_empty_section_says_so() -> None:
    layout = laid_out(hostile.HOSTILE_DECK)
    numbers = {page.kind: page.number for page in layout.pages}
    assert "—" in texts(layout, numbers["pnl"])
    assert "No proposal is open on this date." in texts(layout, numbers["pipeline"])


def test_the_internal_twin_says_so_on_every_page() -> None:
    layout = laid_out(samples.INTERNAL_DECK)
    for page in layout.pages:
        assert "Internal: never for the client" in texts(layout, page.number)
        assert "Internal: Alder Finch only" in texts(layout, page.number)


def test_nothing_is_set_under_ten_and_a_half_pixels() -> None:
    assert min(style.size for style in STYLES.values()) == 10.5


# --- charts ------------------------------------------------------------------------------------------------------


def test_an_empty_chart_keeps_its_periods_and_says_what_is_missing() -> None:
    svg = bar_chart(hostile.EMPTY_CHART, 475, 350, brand(HOUSE))
    assert "No fees are recorded for these months yet." in svg
    assert all(f">{month}</text>" in svg for month in samples_money.MONTHS[:4])
    assert 'stroke-dasharray="4 3"' in svg


def test_a_bridge_with_small_steps_is_broken_at_a_round_start() -> None:
    assert bridge_start(samples_money.BRIDGE) == 1500.0
    small = replace(samples_money.BRIDGE, steps=samples_money.BRIDGE.steps[:1])
    assert bridge_start(small) >= 0
    svg = bridge(samples_money.BRIDGE, 475, 350, brand(HOUSE))
    assert all(f">{step.text}</text>" in svg for step in samples_money.BRIDGE.steps)


def test_chart_words_are_escaped() -> None:
    chart = replace(hostile.EMPTY_CHART, empty="<script>alert(1)</script>", alt='"><script>')
    svg = bar_chart(chart, 475, 350, brand(HOUSE))
    assert "<script" not in svg


# --- pages with little to say ------------------------------------------------------------------------------------

WIDE = (Column("Action", 700, "name"), Column("Fees", 90, "actual"), Column("By", 178, "text"), Column("How", 200))


def wide_table(rows: int, words: str = "Send the plan") -> Table:
    cells = (Cell(words), Cell("1,250", Decimal(1250)), Cell("11 December 2026"), Cell("By post"))
    return Table(WIDE, (Row(cells),) * rows, "Actions")


@pytest.mark.parametrize(
    ("rows", "step"), [(1, "s"), (3, "s"), (4, "y"), (5, "y"), (6, "z"), (8, "a"), (9, "c"), (20, "e")]
)
def test_few_rows_with_a_place_to_themselves_are_set_larger(rows: int, step: str) -> None:
    (part,) = fitted(wide_table(rows), 490, brand(HOUSE), roomy=0)
    assert part.table.step == step
    assert part.table.height <= 490
    assert sum(part.table.widths) == sum(column.width for column in WIDE)
    (usual,) = fitted(wide_table(rows), 490, brand(HOUSE))
    assert usual.table.step in "acde"


def test_larger_letters_take_room_from_words_before_a_figure_or_a_day_breaks() -> None:
    (part,) = fitted(wide_table(2), 490, brand(HOUSE), roomy=0)
    assert part.table.widths[2] > 178  # "11 December 2026" is whole, in letters of 19 px
    assert part.table.widths[0] < 700
    assert [len(cell.lines) for cell in part.table.rows[0].cells] == [1, 1, 1, 1]


def test_nothing_is_cut_for_larger_letters() -> None:
    """Three lines of words at the usual size would be four at 17 px: then the size is the largest that holds them."""
    long = ("A sentence about the plan that goes on for a while and then for another while. " * 4)[:285]
    (part,) = fitted(wide_table(2, long), 490, brand(HOUSE), roomy=0)
    assert part.cut == ()
    assert part.table.step in ("z", "a")


def facts_slide(points: int) -> Slide:
    column = TextColumn("Promises due", tuple(Point(f"Promise {n}", "Ours, due 12 Dec 2026.") for n in range(points)))
    return replace(
        hostile.FORTY, kind="plan", key="plan", table=wide_table(3), columns=(column, column), note="", trends=()
    )


def test_related_facts_stand_under_a_short_table_and_give_way_whole() -> None:
    def made(slide: Slide) -> str:
        layout = laid_out(replace(samples.CLIENT_DECK, slides=(samples.CLIENT_DECK.slides[0], slide)))
        assert layout.cut == ()
        return texts(layout, 2)

    assert made(facts_slide(3)).count("Promise 2") == 2
    assert "Promise 2" not in made(facts_slide(30))
    assert "Send the plan" in made(facts_slide(30))


def test_lists_are_as_large_as_their_place_lets_them_be() -> None:
    def sizes(points: int) -> set[str]:
        column = TextColumn("Keep", tuple(Point(f"Finding {n}", "Seen twice.") for n in range(points)))
        slide = replace(hostile.FORTY, kind="lessons", key="lessons", table=None, columns=(column,), note="")
        page = laid_out(replace(samples.CLIENT_DECK, slides=(samples.CLIENT_DECK.slides[0], slide))).pages[1]
        return {run.style for region in page.regions for block in region.blocks if isinstance(block, Text)
                for line in block.lines for run in line if run.style.startswith("list")}  # fmt: skip

    assert (sizes(3), sizes(6), sizes(8)) == ({"list18"}, {"list16"}, {"list"})
