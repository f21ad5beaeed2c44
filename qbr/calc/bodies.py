"""The bodies of the slides, one function a layout: regions between the dek (y 142) and the rule (y 668)."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final, Literal

from qbr.calc.blocks import STYLES, Block, Line, Logo, Picture, Region, Run, TableBlock, Td, Text, Tr, stack_height
from qbr.calc.charts import bar_chart, bridge, bridge_start
from qbr.calc.colour import Brand
from qbr.calc.fit import NBSP, clean, client_name, clipped, paragraph
from qbr.calc.slides import BigFigure, Cover, Decision, Deck, Person, Point, Slide, TextColumn
from qbr.calc.tables import DASH, STEPS, fitted

FOOT: Final = 656
PNG: Final = "iVBORw0KGgo"
"""How a PNG in base64 begins; anything else is no logo."""
THIRDS: Final = ((56, 376), (452, 376), (848, 376))
PLACES: Final = {1: ((56, 772),), 2: ((56, 574), (650, 574)), 3: THIRDS}
LISTS: Final = (("colhead22", "lead18", "list18"), ("colhead", "lead16", "list16"), ("colhead", "lead", "list"))
"""Head, lead and text of lists, the largest first: of one with a place to itself, the first that fits."""
NOTE_GAP: Final = 28
SMALL_LIST: Final = ("blockhead", "blockhead", "body")
LIST_SHARE: Final = 0.85
"""Of its place, for letters larger than the usual."""

Cut = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Body:
    """One page's regions. dek: what it adds to the dek (which rows it shows). cut: shortened texts, where and whole."""

    regions: tuple[Region, ...]
    cut: Cut = ()
    dek: str = field(default="")


def text_region(
    x: int, y: int, width: int, words: str, style: str, *, tone: str = "", align: Literal["left", "right"] = "left"
) -> Region:
    """One line that has already been clipped to its width."""
    return Region(x, y, width, STYLES[style].line, (Text(((Run(words, style),),), style, tone=tone, align=align),))


def block_of(words: str, style: str, width: float, lines: int, *, tone: str = "", gap: int = 0) -> Text:
    broken = paragraph(words, STYLES[style], width, lines)
    return Text(tuple((Run(line, style),) for line in broken.lines), style, tone=tone, gap=gap, flow=True)


def title_line(title: str, unit: str, width: float) -> Text:
    """A chart's or table's title: the subject in bold, the unit in grey beside it."""
    name = clipped(title, STYLES["title"], width)
    line: Line = (Run(name, "title"),)
    room = width - STYLES["title"].width(name + " ")
    if unit and room > 40:
        line = (Run(name + " ", "title"), Run(clipped(unit, STYLES["unit"], room), "unit", "quiet"))
    return Text((line,), "title", tag="h2")


def table(slide: Slide, deck: Deck, brand: Brand, *, roomy: int = 0, note_at_foot: bool = True) -> list[Body]:
    """One table over the whole width, with an optional reading note under its last part, or at the foot of the page."""
    if slide.table is None or not slide.table.rows:
        return [nothing(slide)]
    top = 168
    note = _note(slide)
    parts = fitted(slide.table, FOOT - top, brand, room=note.height + 20 if note else 0, roomy=roomy)
    bodies = []
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        regions = [Region(56, top, 1168, min(part.table.height, FOOT - top), (part.table,))]
        if last and note:
            low = FOOT - note.height
            y = low if note_at_foot else min(low, top + part.table.height + NOTE_GAP)
            regions.append(Region(56, y, 1168, note.height, (note,)))
        bodies.append(
            Body(tuple(regions), part.cut, _which_rows(part.first, part.last, part.of, part.omitted, len(parts)))
        )
    return bodies


def noted_table(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """With its note right under it, so that the white is at the foot."""
    return table(slide, deck, brand, note_at_foot=False)


def _which_rows(first: int, last: int, of: int, omitted: int, parts: int) -> str:
    if omitted:
        return f"{of} rows shown, the largest and smallest by gap; {omitted} more are in the data export."
    return f"Rows {first} to {last} of {of}." if parts > 1 else ""


def _note(slide: Slide) -> Text | None:
    return block_of(slide.note, "small", 1168, 2, tone="label") if slide.note else None


def nothing(slide: Slide) -> Body:
    """Says what is missing; never an empty table."""
    words = slide.note or "Nothing is recorded for this section yet."
    lines = block_of(words, "lead", 760, 4)
    return Body((Region(56, 172, 1168, lines.height + 8, (lines,), "rule"),))


def chart_and_table(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """Chart left, table right, up to three columns of words under both."""
    words = columns_of(slide.columns, 536, FOOT, SMALL_LIST) if slide.columns else ((), ())
    foot = 508 if slide.columns else 620
    regions: list[Region] = list(drawing(slide, 56, 166, 475, min(foot - 166, 380), brand))
    cut: list[tuple[str, str]] = []
    extra: list[Body] = []
    if slide.table and slide.table.rows:
        title = title_line(slide.table.title, slide.table.unit, 654)
        top = 166 + title.height + 8
        regions.append(Region(570, 166, 654, title.height, (title,)))
        first, *rest = fitted(slide.table, foot - top, brand)
        regions.append(Region(570, top, 654, min(first.table.height, foot - top), (first.table,)))
        cut.extend(first.cut)
        for part in rest:
            again = Region(570, top, 654, min(part.table.height, foot - top), (part.table,))
            extra.append(Body((Region(570, 166, 654, title.height, (title,)), again), part.cut))
    regions.extend(words[0])
    return [Body(tuple(regions), (*cut, *words[1])), *extra]


def chart_over_table(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """Chart over the whole width, its figures as a table beneath."""
    rows = len(slide.table.rows) if slide.table else 0
    under = min(34 + rows * 28, 250) if rows else 0
    foot = FOOT - (under + 22 if under else 0)
    regions = list(drawing(slide, 56, 166, 1168, foot - 166, brand))
    if slide.table and rows:
        first, *rest = fitted(slide.table, FOOT - foot - 22, brand, steps=STEPS[2:])
        regions.append(Region(56, foot + 22, 1168, FOOT - foot - 22, (first.table,)))
        more = [Body((Region(56, 168, 1168, part.table.height, (part.table,)),), part.cut) for part in rest]
        return [Body(tuple(regions), first.cut), *more]
    return [Body(tuple(regions))]


def drawing(slide: Slide, x: int, y: int, width: int, height: int, brand: Brand) -> tuple[Region, ...]:
    if slide.chart is not None:
        title, unit, alt = slide.chart.title, slide.chart.unit, slide.chart.alt
        svg = bar_chart(slide.chart, width, height - 30, brand)
    elif slide.bridge is not None:
        start = bridge_start(slide.bridge)
        title, alt = slide.bridge.title, slide.bridge.alt
        unit = slide.bridge.unit + (f"; totals broken at {start:,.0f}" if start else "")
        svg = bridge(slide.bridge, width, height - 30, brand)
    else:
        return ()
    head = title_line(title, unit, width)
    picture = Picture(svg, alt, width, height - 30)
    return (Region(x, y, width, head.height, (head,)), Region(x, y + 30, width, height - 30, (picture,)))


def summary(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """Four or five figures across the body, over three columns of findings."""
    step = 1188 / max(len(slide.figures[:5]), 4)
    regions = [
        big_figure(figure, round(56 + step * place), int(step) - 20) for place, figure in enumerate(slide.figures[:5])
    ]
    words, cut = lists(slide.columns, 312 if slide.figures else 168, FOOT)
    return [Body((*regions, *words), cut)]


def own(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """A slide of somebody's own words: up to three columns of points, or one text over the width."""
    if not slide.columns:
        return [nothing(slide)]
    words, cut = lists(slide.columns, 168, FOOT)
    return [Body(words, cut)]


def big_figure(item: BigFigure, x: int, width: int) -> Region:
    text = DASH if item.figure.text is None else item.figure.text
    label = block_of(item.label, "label", width, 2, tone="label")
    big = clipped(text, STYLES["big"], width - 40)
    line: Line = (Run(big, "big"),)
    room = width - STYLES["big"].width(big) - 2
    if item.suffix and STYLES["suffix"].width(item.suffix) <= room:
        line = (*line, Run(item.suffix, "suffix"))
    # Breaks only between comparisons, never inside one.
    compared = " | ".join(part.replace(" ", NBSP) for part in (item.plan, item.previous, item.year_before) if part)
    blocks: list[Block] = [label, Text((line,), "big"), block_of(compared, "small", width, 2, tone="quiet")]
    if item.gap:
        blocks.append(block_of(item.gap, "smallbold", width, 1))
    return Region(x, 164, width, stack_height(tuple(blocks)) + 8, tuple(blocks), "rule")


def lists(columns: tuple[TextColumn, ...], top: int, foot: int) -> tuple[tuple[Region, ...], Cut]:
    """Lists that share the width, in the largest letters that leave nothing out."""
    places = PLACES[len(columns[:3])] if columns else ()
    for styles in LISTS[:-1]:
        regions, cut = columns_of(columns, top, foot, styles, places)
        tallest = max((stack_height(region.blocks) + 8 for region in regions), default=0)
        if not cut and tallest <= (foot - top) * LIST_SHARE:
            return regions, cut
    return columns_of(columns, top, foot, LISTS[-1], places)


def columns_of(
    columns: tuple[TextColumn, ...],
    top: int,
    foot: int,
    styles: tuple[str, str, str],
    places: tuple[tuple[int, int], ...] = THIRDS,
) -> tuple[tuple[Region, ...], Cut]:
    """Lists beside each other; what does not fit in height goes to the appendix, the last item first. styles: of head,
    lead and text.
    """
    head, lead, body = styles
    regions, cut = [], []
    for (x, width), column in zip(places, columns, strict=False):
        name = clipped(column.head, STYLES[head], width)
        blocks: list[Block] = [Text(((Run(name, head),),), head, tag="h2", gap=6)]
        for point in column.points:
            made = _point(point, width, lead, body)
            if stack_height((*blocks, *made)) + 8 > foot - top:
                cut.append((column.head, f"{point.lead} {point.text}".strip()))
            else:
                blocks.extend(made)
        regions.append(Region(x, top, width, foot - top, tuple(blocks), "rule"))
    return tuple(regions), tuple(cut)


def _point(point: Point, width: float, lead: str, body: str) -> list[Block]:
    if not point.lead:
        return [block_of(point.text, body, width, 4, gap=8)] if point.text else []
    gap = 10 if not point.text else 0
    blocks: list[Block] = [block_of(point.lead, lead, width, 2, gap=gap)]
    if point.text:
        blocks.append(block_of(point.text, body, width, 3, tone="quiet", gap=12))
    return blocks


def decisions(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """One to five decisions as one table. Further ones follow on their own slides."""
    if not slide.decisions:
        return [nothing(slide)]
    groups = [slide.decisions[start : start + 5] for start in range(0, len(slide.decisions), 5)]
    bodies = []
    for number, group in enumerate(groups):
        last = number == len(groups) - 1
        built, cut = _decision_table(slide, group, number * 5, with_total=last)
        regions = [Region(56, 168, 1168, built.height, (built,))]
        if last and slide.note:
            note = block_of(slide.note, "small", 1000, 3, tone="label")
            y = 168 + built.height + 36
            if y + note.height <= FOOT:
                regions.append(Region(56, y, 1168, note.height, (note,)))
            else:
                cut = (*cut, ("note", slide.note))
        bodies.append(Body(tuple(regions), cut))
    return bodies


DECISION_WIDTHS: Final = (38, 259, 258, 237, 90, 126, 160)


def _decision_table(
    slide: Slide, group: tuple[Decision, ...], before: int, *, with_total: bool
) -> tuple[TableBlock, Cut]:
    step, pad = {4: ("w", 16), 5: ("v", 11)}.get(len(group), ("x", 25))
    unit = f", {slide.decision_unit}" if slide.decision_unit else ""
    heads = ("", "Decision", "We recommend", "If not", f"Cost{unit}", f"Worth a year{unit}", "Who decides, when")
    shown = [clipped(words, STYLES["th"], width - 8) for words, width in zip(heads, DECISION_WIDTHS, strict=True)]
    head = Tr(
        tuple(
            Td(((Run(words, "th"),),), "right" if 4 <= i <= 5 else "text", None, "col") for i, words in enumerate(shown)
        )
    )
    rows, cut, height = [], [], 26
    for number, decision in enumerate(group, before + 1):
        cells, shortened = _decision_cells(number, decision)
        cut.extend(shortened)
        tallest = max(sum(_line_height(line) for line in cell.lines) for cell in cells)
        height += ceil(max(tallest, 26) + 2 * pad) + 1
        rows.append(Tr(cells))
    if with_total and slide.decision_total:
        total = [Td(), Td(((Run("Total", "d14b"),),), "name", None, "row"), Td(), Td()]
        total += [
            Td(((Run(DASH if cell.text is None else clipped(cell.text, STYLES["d14b"], 90), "d14b"),),), "right")
            for cell in slide.decision_total
        ]
        rows[-1] = replace(rows[-1], css="open")
        rows.append(Tr((*total, Td()), "total"))
        height += 19 + 22
    return TableBlock(DECISION_WIDTHS, head, tuple(rows), step, height, "Decisions"), tuple(cut)


def _decision_cells(number: int, decision: Decision) -> tuple[tuple[Td, ...], list[tuple[str, str]]]:
    cut = []
    found: list[Td] = [Td(((Run(str(number), "rank"),),), "rank")]
    texts = ((decision.what, "d14b", ""), (decision.recommend, "d14", ""), (decision.if_not, "d14", "quiet"))
    for (words, style, tone), width in zip(texts, DECISION_WIDTHS[1:4], strict=True):
        broken = paragraph(words or DASH, STYLES[style], width - 22, 3)
        if broken.cut:
            cut.append((f"decision {number}", clean(words)))
        lines = tuple((Run(line, style, tone),) for line in broken.lines)
        found.append(Td(lines, "name" if style == "d14b" else "text", None, "row" if style == "d14b" else ""))
    for cell, width in zip((decision.cost, decision.worth), DECISION_WIDTHS[4:6], strict=True):
        text = DASH if cell.text is None else clipped(cell.text, STYLES["inblock"], width)
        found.append(Td(((Run(text, "inblock"),),), "right"))
    who = [(Run(line, "d14b"),) for line in paragraph(decision.decider or DASH, STYLES["d14b"], 134, 2).lines]
    if decision.when:
        who += [(Run(line, "d14", "quiet"),) for line in paragraph(decision.when, STYLES["d14"], 134, 2).lines]
    return (*found, Td(tuple(who), "who")), cut


def _line_height(line: Line) -> int:
    return max(STYLES[run.style].line for run in line)


def cover(slide: Slide, deck: Deck, brand: Brand) -> list[Body]:
    """The title slide: brand panel with the name left; verdict, agenda and people right."""
    about = slide.cover or Cover(slide.headline, deck.title, deck.period)
    name = client_name(deck.client, 322)
    style = f"n{name.size}"
    title = Text(tuple((Run(line, style),) for line in name.lines), style, tag="h1")
    kinds = [*paragraph(about.kind_label, STYLES["coverline"], 336, 1).lines]
    kinds += [*paragraph(about.period_long, STYLES["coverline"], 336, 2).lines]
    meeting = tuple((Run(clipped(line, STYLES["meeting"], 336), "meeting"),) for line in about.meeting[:4] if line)
    panel = [
        Region(
            0, 17 if deck.audience == "internal" else 0, 432, 703 if deck.audience == "internal" else 720, css="panel"
        ),
        _sign(deck),
        Region(56, 288 - name.height, 336, name.height, (Text(title.lines, style, tag="h1", tone="onpanel"),)),
        Region(
            56,
            300,
            336,
            25 * len(kinds),
            (Text(tuple((Run(k, "coverline"),) for k in kinds), "coverline", tone="onpanel"),),
        ),
    ]
    if meeting:
        panel.append(Region(56, 612, 336, 18 * len(meeting), (Text(meeting, "meeting", tone="onpanel"),)))
    verdict = block_of(about.verdict or slide.headline, "verdict", 700, 4)
    right = [
        text_region(496, 56, 728, "The review in one line", "running", tone="label"),
        Region(496, 80, 728, verdict.height, (verdict,)),
    ]
    return [Body((*panel, *right, *_agenda(slide), *_people(slide, deck)))]


def _sign(deck: Deck) -> Region:
    """The logo on a plate of its own, so that it reads on any colour; without one the firm's name."""
    if not deck.logo.startswith(PNG):
        return text_region(56, 56, 336, clipped(deck.firm, STYLES["firm"], 336), "firm", tone="onpanel")
    wide, tall = png_size(deck.logo)
    scale = min(200 / wide, 56 / tall)
    width, height = max(round(wide * scale), 1), max(round(tall * scale), 1)
    return Region(56, 56, width + 24, height + 16, (Logo(deck.logo, f"Logo of {deck.firm}", width, height),), "plate")


def png_size(text: str) -> tuple[int, int]:
    """Width and height in pixels, from the first chunk of a PNG in base64."""
    head = b64decode(text[:32])
    return int.from_bytes(head[16:20]) or 1, int.from_bytes(head[20:24]) or 1


def _agenda(slide: Slide) -> list[Region]:
    about = slide.cover
    if about is None or not about.agenda:
        return []
    minutes = any(item.minutes for item in about.agenda)
    heads = ("Agenda", "Slides", "Time" if minutes else "")
    head = Tr(tuple(Td(((Run(words, "th"),),), "right" if i else "text", None, "col") for i, words in enumerate(heads)))
    rows = []
    for item in about.agenda[:6]:
        topic = clipped(item.topic, STYLES["br"], 480)
        cells = [Td(((Run(topic, "br"),),), "text", None, "row")]
        cells += [
            Td(((Run(clipped(words, STYLES["bf"], 110), "bf"),),), "right") for words in (item.slides, item.minutes)
        ]
        rows.append(Tr(tuple(cells)))
    if not minutes:
        head = Tr(head.cells[:2])
        rows = [Tr(row.cells[:2]) for row in rows]
    widths = (488, 120, 120) if minutes else (608, 120)
    height = 26 + len(rows) * 30
    return [Region(496, 252, 728, height, (TableBlock(widths, head, tuple(rows), "c", height, "Agenda"),))]


def _people(slide: Slide, deck: Deck) -> list[Region]:
    about = slide.cover
    if about is None:
        return []
    halves = [(name, people) for name, people in ((deck.client, about.theirs), (deck.firm, about.ours)) if people]
    regions = []
    for x, (name, people) in zip((496, 870), halves, strict=False):
        head = f"For {name}"
        blocks: list[Block] = [
            Text(((Run(clipped(head, STYLES["blockhead"], 354), "blockhead"),),), "blockhead", tag="h2", gap=5)
        ]
        blocks += [_person(person) for person in people[:6]]
        regions.append(Region(x, 476, 354, stack_height(tuple(blocks)) + 8, tuple(blocks), "rule"))
    return regions


def _person(person: Person) -> Text:
    name = clipped(person.name, STYLES["blockhead"], 220)
    room = 354 - STYLES["blockhead"].width(name + " ")
    line: Line = (Run(name + " ", "blockhead"), Run(clipped(person.title, STYLES["body"], room), "body", "quiet"))
    return Text((line,), "body", gap=5)
