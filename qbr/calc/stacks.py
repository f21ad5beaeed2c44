"""Bodies whose parts are stacked by their heights: figures, a table, words; two ledgers; the deep dive; moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from financials.calc import findings
from qbr.calc.blocks import STYLES, Picture, Region, Run, TableBlock, Text, stack_height
from qbr.calc.bodies import (
    FOOT,
    PLACES,
    SMALL_LIST,
    Body,
    Cut,
    big_figure,
    block_of,
    chart_and_table,
    columns_of,
    drawing,
    lists,
    nothing,
    table,
    title_line,
)
from qbr.calc.colour import Brand
from qbr.calc.fit import clipped
from qbr.calc.marks import tally
from qbr.calc.roadmap import drawn, height_of, step_of
from qbr.calc.slides import STATUS_WORDS, Cell, Column, Deck, Row, Slide, Table, TextColumn
from qbr.calc.tables import NOT_ROOMY, ROOMY, fitted
from qbr.calc.trends import trend

TOP: Final = 166
LEFT: Final = (56, 653)
RIGHT: Final = (749, 475)
GAP: Final = 30
LOWEST, HIGHEST = 110, 210
"""px of a drawing of one measure's readings."""
WORDS: Final = 112
"""px that a row of words under a table is given at least."""


def stack(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """Figures in a row, a table over the whole width, up to three columns of words; each where the one before ends."""
    for roomy in (1, 2) if slide.columns else (0,):  # smaller rows may leave room for the words
        found = _stacked(slide, brand, roomy)
        if not any(body.cut for body in found):
            return found
    return _stacked(slide, brand, NOT_ROOMY)


def _stacked(slide: Slide, brand: Brand, roomy: int) -> list[Body]:
    regions: list[Region] = []
    cut: list[tuple[str, str]] = []
    y = 164
    if slide.figures:
        step = 1188 / max(len(slide.figures[:5]), 4)
        row = [big_figure(one, round(56 + step * n), int(step) - 20) for n, one in enumerate(slide.figures[:5])]
        regions.extend(row)
        y = max(region.y + region.height for region in row) + GAP
    more: list[Body] = []
    if slide.table and slide.table.rows:
        kept = WORDS + GAP if slide.columns else 0
        first, *rest = fitted(slide.table, FOOT - y - kept, brand, roomy=roomy)
        height = min(first.table.height, FOOT - y - kept)
        regions.append(Region(56, y, 1168, height, (first.table,)))
        cut.extend(first.cut)
        more = [Body((Region(56, 168, 1168, part.table.height, (part.table,)),), part.cut) for part in rest]
        y += height + GAP
    if slide.note:
        note = block_of(slide.note, "small", 1168, 2, tone="label")
        regions.append(Region(56, y, 1168, note.height, (note,)))
        y += note.height + GAP
    if slide.columns:
        words, shortened = under(slide.columns, y)
        regions.extend(words)
        cut.extend(shortened)
    return [Body(tuple(regions), tuple(cut)), *more] if regions else [nothing(slide)]


def under(columns: tuple[TextColumn, ...], top: int) -> tuple[tuple[Region, ...], Cut]:
    """Lists from there to the foot; small ones where the usual would leave something out."""
    words, shortened = lists(columns, top, FOOT)
    return columns_of(columns, top, FOOT, SMALL_LIST, PLACES[len(columns[:3])]) if shortened else (words, shortened)


def under_table(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """A table; words under it where they were composed and there is room. What of them is too long is told whole in the
    appendix.
    """
    return _with_words(slide, deck, brand, optional=False)


def with_facts(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """A table; under it related facts, where it leaves them a place in which nothing of them is cut."""
    return _with_words(slide, deck, brand, optional=True)


def _with_words(slide: Slide, deck: Deck, brand: Brand, *, optional: bool) -> list[Body]:
    if not slide.columns or slide.table is None or not slide.table.rows:
        return table(slide, deck, brand)
    for roomy in (1, 2, NOT_ROOMY):
        found = table(slide, deck, brand, roomy=roomy)
        lowest = max(region.y + region.height for region in found[0].regions)
        if len(found) > 1 or FOOT - lowest - GAP < WORDS:
            continue
        words, shortened = under(slide.columns, lowest + GAP)
        if not shortened or (roomy == NOT_ROOMY and not optional):
            return [replace(found[0], regions=(*found[0].regions, *words), cut=(*found[0].cut, *shortened))]
    return table(slide, deck, brand)


def pair(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """Two tables side by side, each under its title and tally; words under the shorter, right one."""
    regions: list[Region] = []
    cut: list[tuple[str, str]] = []
    lowest = TOP
    places = (LEFT, RIGHT)[: len(slide.tables)]
    roomy = _roomy_of(slide.tables, brand)
    for (x, width), one in zip(places, slide.tables, strict=True):
        title = STYLES["lead"]
        head = clipped(one.title, title, width)
        regions.append(Region(x, TOP, width, title.line, (Text(((Run(head, "lead"),),), "lead", tag="h2"),)))
        if one.unit:
            said = clipped(one.unit, STYLES["small"], width - title.width(head) - 24)
            line = Text(((Run(said, "small"),),), "small", tone="label", align="right")
            regions.append(Region(x + width - 300, TOP + 3, 300, STYLES["small"].line, (line,)))
        y = TOP + title.line + 6
        if one.marks:
            words = ", ".join(STATUS_WORDS[mark] for mark in dict.fromkeys(one.marks))
            alt = f"{one.title}: {len(one.marks)} marks, {words}"
            regions.append(Region(x, y, width, 16, (Picture(tally(one.marks, width, alt), alt, width, 16),)))
            y += 16
        y += 16
        block, shortened = _first_part(one, FOOT - y, brand, roomy=roomy)
        height = min(block.height, FOOT - y)
        regions.append(Region(x, y, width, height, (block,)))
        cut.extend(shortened)
        lowest = y + height
    if slide.columns:
        regions.extend(_beside(slide.columns[0], lowest if len(slide.tables) > 1 else TOP - GAP))
    return [Body(tuple(regions), tuple(cut))]


def _roomy_of(tables: tuple[Table, ...], brand: Brand) -> int:
    """The largest size in which both can be set: two that stand beside each other read as one."""
    names = [step.name for step in ROOMY]
    room = FOOT - TOP - 60
    steps = [_first_part(one, room, brand, roomy=1)[0].step for one in tables]
    return max((names.index(step) if step in names else NOT_ROOMY for step in steps), default=NOT_ROOMY)


def _beside(column: TextColumn, above: int) -> list[Region]:
    """A list in the right-hand place, under what stands there."""
    x, width = RIGHT
    y = above + GAP
    blocks = [
        Text(((Run(clipped(column.head, STYLES["blockhead"], width), "blockhead"),),), "blockhead", tag="h2", gap=6)
    ]
    for point in column.points:
        made = block_of(point.text, "body", width, 2, gap=8)
        if y + stack_height((*blocks, made)) + 8 > FOOT:
            break
        blocks.append(made)
    return [Region(x, y, width, stack_height(tuple(blocks)) + 8, tuple(blocks), "rule")]


def dive(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """Months left, the bridge right; under them what happened, what else moved, and who does what by when."""
    foot = 454
    regions = list(drawing(replace(slide, bridge=None), 56, TOP, 653 if slide.bridge else 1168, foot - TOP, brand))
    if slide.bridge is not None:
        regions.extend(drawing(replace(slide, chart=None), 749, TOP, 475, foot - TOP, brand))
    words, cut = columns_of(slide.columns[:2], foot + 26, FOOT, SMALL_LIST)
    regions.extend(words)
    if slide.table is not None:
        block, shortened = _first_part(slide.table, FOOT - foot - 26, brand)
        regions.append(Region(848, foot + 26, 376, min(block.height, FOOT - foot - 26), (block,)))
        cut = (*cut, *shortened)
    return [Body(tuple(regions), cut)]


def kpis(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """One table; under it, where there is room, how up to three measures moved; the reading note at the foot."""
    for roomy in (2, NOT_ROOMY) if slide.trends else ():  # smaller rows may leave room for the drawings
        found = table(slide, deck, brand, roomy=roomy)
        regions = _trends(slide, found, brand)
        if regions:
            return [replace(found[0], regions=(*found[0].regions, *regions))]
    return table(slide, deck, brand, note_at_foot=False)


def _trends(slide: Slide, found: list[Body], brand: Brand) -> tuple[Region, ...]:
    """Between the table and what stands at the foot; nothing where that is too little."""
    first, *others = found[0].regions
    top = first.y + first.height + GAP + 6
    foot = min([region.y for region in others], default=FOOT) - 24
    height = min(foot - top - 30, HIGHEST)
    if height < LOWEST or len(found) > 1 or slide.table is None or not slide.table.rows:
        return ()
    drawn_ones: list[Region] = []
    for (x, width), one in zip(PLACES[len(slide.trends[:3])], slide.trends, strict=False):
        head = title_line(one.title, one.unit, width)
        drawn_ones.append(Region(x, top, width, head.height + 8, (head,), "rule"))
        picture = Picture(trend(one, width, height, brand), one.alt, width, height)
        drawn_ones.append(Region(x, top + 30, width, height, (picture,)))
    return tuple(drawn_ones)


def value(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """Chart left and benefits right over the ladder; without a chart the table takes the width."""
    if slide.chart is not None:
        return chart_and_table(slide, deck, brand)
    return stack(slide, deck, brand)


def roadmap(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """The lanes over the whole width, the gates beneath where there is room."""
    if slide.roadmap is None:
        return [nothing(slide)]
    under = 44 + 40 * len(slide.table.rows) + GAP if slide.table is not None else 0
    step = step_of(slide.roadmap, FOOT - TOP - under)
    height = min(height_of(slide.roadmap, step), FOOT - TOP)
    picture = Picture(drawn(slide.roadmap, 1168, height, brand, step), slide.roadmap.alt, 1168, height)
    regions = [Region(56, TOP, 1168, height, (picture,))]
    y = TOP + height + GAP
    cut: Cut = ()
    if slide.table is not None and FOOT - y > 90:
        block, cut = _first_part(slide.table, FOOT - y, brand, roomy=2)
        regions.append(Region(56, y, 1168, min(block.height, FOOT - y), (block,)))
    return [Body(tuple(regions), cut)]


def moves(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """One table of three to five recommendations; a column nobody filled is left out and its room given to others."""
    if not slide.moves:
        return [nothing(slide)]
    made = _moves_table(slide)
    note = block_of(slide.note, "small", 1000, 2, tone="label") if slide.note else None
    room = FOOT - 168 - (note.height + GAP if note else 0)
    block, cut = _first_part(made, room, brand, roomy=0)
    height = min(block.height, room)
    regions = [Region(56, 168, 1168, height, (block,))]
    if note:
        regions.append(Region(56, 168 + height + GAP, 1168, note.height, (note,)))
    return [Body(tuple(regions), cut)]


def _moves_table(slide: Slide) -> Table:
    listed = slide.moves
    unit = f", {slide.move_unit}" if slide.move_unit else ""
    has = {name: any(getattr(one, name) for one in listed) for name in ("why", "when", "if_not")}
    amounts = {name: any(getattr(one, name).text is not None for one in listed) for name in ("benefit", "cost")}
    bar = "benefit" if amounts["benefit"] else "cost"
    columns = [Column("", 38, "rank"), Column("What", 300, "name")]
    cells = [[Cell(str(n)), Cell(one.what, detail=one.label)] for n, one in enumerate(listed, 1)]

    def add(column: Column, found: list[Cell]) -> None:
        columns.append(column)
        for row, cell in zip(cells, found, strict=True):
            row.append(cell)

    if has["why"]:
        add(Column("Why", 230, "text"), [Cell(one.why or None) for one in listed])
    if amounts[bar]:
        head = "Benefit a year" if bar == "benefit" else "Fees"
        add(Column(f"{head}{unit}", 190, "bar"), [getattr(one, bar) for one in listed])
    if bar == "benefit" and amounts["cost"]:
        add(Column(f"Cost{unit}", 84, "figure"), [one.cost for one in listed])
    if has["when"]:
        add(Column("When", 216, "status"), [Cell(one.when or None) for one in listed])
    if has["if_not"]:
        add(Column("If not pursued", 220, "text"), [Cell(one.if_not or None) for one in listed])
    spare = 1168 - sum(column.width for column in columns)
    words = [n for n, column in enumerate(columns) if column.kind in ("name", "text", "bar")]
    wider = [
        replace(column, width=column.width + (spare // len(words) if n in words else 0))
        for n, column in enumerate(columns)
    ]
    rows = [Row(tuple(row)) for row in cells]
    total = _total(slide, bar, [column.head for column in columns])
    return Table(tuple(wider), tuple([*rows, total] if total else rows), "Recommendations")


def _total(slide: Slide, bar: str, heads: list[str]) -> Row | None:
    """Only where every one has its number."""
    if slide.move_total is None:
        return None
    benefit, cost = slide.move_total
    sums = {"Benefit a year": benefit, "Cost": cost} if bar == "benefit" else {"Fees": cost}
    cells = [Cell(""), Cell(findings.of_all(len(slide.moves), len(slide.moves)).capitalize())]
    for head in heads[2:]:
        cells.append(next((cell for name, cell in sums.items() if head.startswith(name)), Cell("")))
    return Row(tuple(cells), "total")


def _first_part(table: Table, height: int, brand: Brand, *, roomy: int = NOT_ROOMY) -> tuple[TableBlock, Cut]:
    """As much of a table as its place holds; rows beyond it go whole to the appendix."""
    first, *_ = fitted(table, height, brand, roomy=roomy)
    beyond = [" | ".join(filter(None, (cell.text for cell in row.cells))) for row in table.rows[first.last :]]
    return first.table, (*first.cut, *((table.title, text) for text in beyond))
