"""Fitting a table: the largest step at which its rows fit, else equal parts over several slides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import ceil
from typing import Final

from qbr.calc.blocks import STYLES, Line, Picture, Run, TableBlock, Td, Tr
from qbr.calc.colour import Brand
from qbr.calc.fit import clean, paragraph
from qbr.calc.marks import amount_bar, share_bar, sparkline, week_head, week_mark
from qbr.calc.slides import STATUS_WORDS, Cell, Column, Row, Table

DASH: Final = "—"
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SHAPES: Final = {"on_track": "●", "watch": "◆", "at_risk": "▲", "unknown": "○", "dropped": "■", "open": "○"}
RIGHT: Final = ("figure", "actual")
PAD_X: Final = 16
INDENT: Final = 24  # before words or a drawing that follow a right-aligned column
INDENTED: Final = ("status", "spark", "bar")
MOST_ROWS: Final = 60
MOST_ON_A_SLIDE: Final = 20


@dataclass(frozen=True, slots=True)
class Step:
    """name: prefix of its styles; pad: px above and below a row; rows: how many it may carry; picture: a chart's px."""

    name: str
    pad: float
    rows: int
    picture: int


STEPS: Final = (
    Step("a", 13, 8, 26),
    Step("b", 9.5, 8, 24),
    Step("c", 6, 12, 22),
    Step("d", 5, 16, 20),
    Step("e", 3.5, 20, 18),
)
ROOMY: Final = (Step("s", 26, 3, 40), Step("y", 22, 5, 36), Step("z", 19, 8, 32))
"""For a few rows that have a place to themselves, where no figure and no date breaks that did not before."""
ROOMY_SHARE: Final = 0.8
MAY_BREAK: Final = 200
"""px of a column whose words may take more lines, and of which a narrower one may take some."""
MAY_GIVE: Final = 0.45
NOT_ROOMY: Final = len(ROOMY)
LARGE_HEADS: Final = ("s", "y")
LARGE_AIMS: Final = ("s", "y", "z")


@dataclass(frozen=True, slots=True)
class Part:
    """One slide's share of a table. cut: what was shortened: (where, whole text)."""

    table: TableBlock
    first: int
    last: int
    of: int
    cut: tuple[tuple[str, str], ...]
    omitted: int = 0


def fitted(
    table: Table,
    height: int,
    brand: Brand,
    *,
    steps: tuple[Step, ...] = STEPS,
    room: int = 0,
    roomy: int = NOT_ROOMY,
) -> list[Part]:
    """Parts that each fit the height. room: px fewer on the last part, for a note under it. No rows: one part.

    roomy: which of the roomy steps is the first that a few rows may be set in.
    """
    steps = (*ROOMY[roomy:], *steps)
    table, omitted = _trimmed(table)
    rows = table.rows
    count = max(1, ceil(len(rows) / MOST_ON_A_SLIDE))
    while True:
        shares = _shares(rows, count)
        parts = [_at_best_step(table, share, height - (room if last else 0), brand, steps) for share, last in shares]
        if all(part is not None for part in parts) or count >= len(rows):
            break
        count += 1
    smallest = steps[-1]
    blocks = [part or _built(table, share, smallest, brand) for part, (share, _) in zip(parts, shares, strict=True)]
    found, first = [], 1
    for (share, _), (block, cut) in zip(shares, blocks, strict=True):
        found.append(Part(block, first, first + len(share) - 1, len(rows), cut, omitted))
        first += len(share)
    return found


def _shares(rows: tuple[Row, ...], count: int) -> list[tuple[tuple[Row, ...], bool]]:
    """Equal lengths; the totals stay with the last."""
    size = ceil(len(rows) / count) if rows else 0
    if size == 0:
        return [((), True)]
    cuts = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [(share, number == len(cuts)) for number, share in enumerate(cuts, 1)]


def _trimmed(table: Table) -> tuple[Table, int]:
    """Over 60 rows: the ten largest and the ten smallest by gap (else the first twenty) and how many were left out."""
    plain = [row for row in table.rows if row.style != "total"]
    if len(plain) <= MOST_ROWS:
        return table, 0
    totals = [row for row in table.rows if row.style == "total"]
    column = table.gap_column
    if column is None:
        kept = plain[: MOST_ON_A_SLIDE - len(totals)]
    else:
        known = [row for row in plain if row.cells[column].value is not None]
        ranked = sorted(known, key=lambda row: row.cells[column].value or 0, reverse=True)
        kept = [*ranked[:10], *ranked[-10:]] if len(ranked) > 20 else plain[:20]
    return replace(table, rows=(*kept, *totals)), len(plain) - len(kept)


def _at_best_step(
    table: Table, rows: tuple[Row, ...], height: int, brand: Brand, steps: tuple[Step, ...]
) -> tuple[TableBlock, tuple[tuple[str, str], ...]] | None:
    for step in steps:
        if len(rows) > step.rows:
            continue
        if step in ROOMY:
            if found := _roomy(table, rows, step, height, brand):
                return found
            continue
        built = _built(table, rows, step, brand)
        if built[0].height <= height:
            return built
    return None


def _roomy(
    table: Table, rows: tuple[Row, ...], step: Step, height: int, brand: Brand
) -> tuple[TableBlock, tuple[tuple[str, str], ...]] | None:
    """None where something would be cut, too high, or broken that was whole at the usual size."""
    if not rows:
        return None
    usual = _built(table, rows, STEPS[0], brand)[0]
    shared = _shared_out(table, usual, step)
    made = _built(shared, rows, step, brand)
    if made[1] or made[0].height > height * ROOMY_SHARE:
        return None
    whole = all(
        len(cell.lines) <= len(before.lines) or _gives(column)
        for row, other in zip(made[0].rows, usual.rows, strict=True)
        for cell, before, column in zip(row.cells, other.cells, shared.columns, strict=True)
    )
    return made if whole else None


def _gives(column: Column) -> bool:
    return column.width >= MAY_BREAK and column.kind in ("name", "text", "quiet", "aim")


def _shared_out(table: Table, usual: TableBlock, step: Step) -> Table:
    """The same width with more of it for what may not break: a line of larger letters is that much longer."""
    larger = STYLES[f"{step.name}r"].size / STYLES[f"{STEPS[0].name}r"].size
    needs = []
    for place, column in enumerate(table.columns):
        cells = [row.cells[place] for row in usual.rows]
        longest = max((_width(line) for cell in cells for line in cell.lines), default=0.0)
        beside = column.width - _room(column) + (PAD_X if column.kind in ("status", *RIGHT) else 0)
        fixed = column.kind in ("rank", "spark", "bar", "weeks") or _gives(column)
        needs.append(0 if fixed else max(0, ceil(longest * larger + beside + 1) - column.width))
    givers = sum(column.width for column in table.columns if _gives(column))
    asked = sum(needs)
    if not asked or asked > givers * MAY_GIVE:
        return table
    left, columns = asked, []
    for column, need in zip(table.columns, needs, strict=True):
        taken = min(left, ceil(asked * column.width / givers)) if _gives(column) else 0
        left -= taken
        columns.append(replace(column, width=column.width + need - taken))
    return replace(table, columns=tuple(columns))


def _width(line: Line) -> float:
    return sum(STYLES[run.style].width(run.text) for run in line)


def _built(
    table: Table, rows: tuple[Row, ...], step: Step, brand: Brand
) -> tuple[TableBlock, tuple[tuple[str, str], ...]]:
    head, head_height = _head(table, "th13" if step.name in LARGE_HEADS else "th")
    cut: list[tuple[str, str]] = []
    total = head_height
    made = []
    for row in rows:
        cells = [
            _cell(table, column, cell, row, step, brand, cut)
            for column, cell in zip(table.columns, row.cells, strict=True)
        ]
        tallest = max(
            [
                STYLES[f"{step.name}r"].line,
                *(sum(max(STYLES[run.style].line for run in line) for line in cell.lines) for cell in cells),
                *(cell.picture.height for cell in cells if cell.picture),
            ]
        )
        total += ceil(tallest + 2 * step.pad) + 1
        made.append(Tr(tuple(cells), row.style))
    made = [replace(tr, css=f"{tr.css} open") if after.css == "total" else tr for tr, after in pairwise(made)] + made[
        -1:
    ]
    widths = tuple(column.width for column in table.columns)
    return TableBlock(widths, head, tuple(made), step.name, total, table.title), tuple(cut)


def _head(table: Table, size: str) -> tuple[Tr, int]:
    style = STYLES[size]
    cells, tallest = [], 1
    for column in table.columns:
        if column.kind == "weeks" and table.weeks_from:
            svg = week_head(
                _day(table.weeks_from), _day(table.today) if table.today else None, column.width - 8, MONTHS
            )
            cells.append(Td((), "weeks", Picture(svg, column.head, column.width - 8, 16), "col"))
            continue
        fitted_head = paragraph(column.head, style, _room(column), 2)
        tallest = max(tallest, len(fitted_head.lines))
        cells.append(Td(tuple((Run(line, size),) for line in fitted_head.lines), _css(column), None, "col"))
    return Tr(tuple(cells)), tallest * style.line + 10 + 2


def _room(column: Column) -> int:
    """px of a column that its words may take."""
    if column.kind in RIGHT:
        return column.width
    return column.width - (INDENT if column.kind in INDENTED else PAD_X)


def _css(column: Column) -> str:
    return "right" if column.kind in RIGHT else column.kind


def _cell(
    table: Table, column: Column, cell: Cell, row: Row, step: Step, brand: Brand, cut: list[tuple[str, str]]
) -> Td:
    width = _room(column)
    if column.kind == "spark" and cell.series:
        svg = sparkline(cell.series, cell.plan, width, step.picture, brand, cell.alt)
        return Td((), "spark", Picture(svg, cell.alt, width, step.picture))
    if column.kind == "weeks":
        return _week_cell(table, column, cell, step, brand)
    if column.kind == "status" and cell.status:
        return Td(_status_lines(table, cell, step, width, cut), "status")
    if column.kind in RIGHT:
        return _figure_cell(cell, column, row, step, width)
    if column.kind == "rank":
        return Td(((Run(cell.text or "", "rankline"),),), "rank")
    if column.kind == "aim":
        return _aim_cell(cell, step, width, cut)
    if column.kind == "bar":
        return _bar_cell(table, column, cell, row, step, brand)
    strong = row.style in ("total", "group") or (column.kind == "name" and row.style != "ratio" and not cell.quiet)
    style = f"{step.name}{'h' if strong else 'r'}"
    text = DASH if cell.text is None else cell.text
    fitted_text = paragraph(text, STYLES[style], width, column.lines)
    if fitted_text.cut:
        cut.append((f"{table.title or column.head}: {column.head}", clean(text)))
    lines: list[Line] = [
        (Run(line, style, "quiet" if cell.quiet or "quiet" in (column.kind, _tone(row)) else ""),)
        for line in fitted_text.lines
    ]
    if cell.detail:
        lines = _with_detail(lines, cell.detail, step, width)
    return Td(tuple(lines), _css(column), None, "row" if column.kind == "name" else "")


def _aim_cell(cell: Cell, step: Step, width: float, cut: list[tuple[str, str]]) -> Td:
    """What the client wants, in the serif of findings, and in grey how sure we are of it."""
    aim = "aim20" if step.name in LARGE_AIMS else "aim"
    fitted_text = paragraph(cell.text or "", STYLES[aim], width, 3)
    if fitted_text.cut:
        cut.append(("aim", clean(cell.text or "")))
    lines: list[Line] = [(Run(line, aim),) for line in fitted_text.lines if line]
    if cell.detail:
        lines.append(
            (Run(paragraph(cell.detail, STYLES[f"{step.name}r"], width, 1).lines[0], f"{step.name}r", "quiet"),)
        )
    return Td(tuple(lines), "aim", None, "row")


def _bar_cell(table: Table, column: Column, cell: Cell, row: Row, step: Step, brand: Brand) -> Td:
    """A share of 1 on its track, or an amount against the largest of its column, with the figure in words."""
    if cell.value is None or row.style == "total":
        style = f"{step.name}{'g' if row.style == 'total' else 'r'}"
        return Td(((Run(DASH if cell.text is None else cell.text, style),),), "bar")
    place = table.columns.index(column)
    whole = Decimal(1)
    if cell.unit != "share":
        whole = max((row.cells[place].value or Decimal(0) for row in table.rows if row.style != "total"), default=whole)
    width = column.width - INDENT - PAD_X
    svg = share_bar(cell, width, brand) if cell.unit == "share" else amount_bar(cell, whole, width, brand)
    return Td((), "bar", Picture(svg, cell.alt or cell.text or "", width, 36 if cell.unit == "share" else 20))


def _with_detail(lines: list[Line], detail: str, step: Step, width: float) -> list[Line]:
    """The grey words beside the name if they fit there, else on a line of their own, clipped."""
    quiet = STYLES[f"{step.name}r"]
    (last,) = lines[-1]
    gap = STYLES[last.style].width(last.text + " ")
    words = clean(detail)
    if len(lines) < 3 and gap + quiet.width(words) <= width - 0.5:
        return [*lines[:-1], (Run(last.text + " ", last.style, last.tone), Run(words, f"{step.name}r", "quiet"))]
    room = max(1, 3 - len(lines))
    return [*lines, *((Run(line, f"{step.name}r", "quiet"),) for line in paragraph(words, quiet, width, room).lines)]


def _figure_cell(cell: Cell, column: Column, row: Row, step: Step, width: float) -> Td:
    strong = row.style == "total" or (column.kind == "actual" and row.style != "ratio")
    style = f"{step.name}{'g' if strong else 'f'}"
    text = DASH if cell.text is None else cell.text
    lines: list[Line] = [(Run(line, style, _tone(row)),) for line in paragraph(text, STYLES[style], width, 2).lines]
    if cell.detail:
        lines.append(
            (Run(paragraph(cell.detail, STYLES[f"{step.name}f"], width, 1).lines[0], f"{step.name}f", "quiet"),)
        )
    return Td(tuple(lines), "right")


def _status_lines(table: Table, cell: Cell, step: Step, width: float, cut: list[tuple[str, str]]) -> tuple[Line, ...]:
    words = clean(cell.text or STATUS_WORDS[cell.status])
    style = STYLES[f"{step.name}h"]
    shape = SHAPES[cell.status] + " "
    fitted_text = paragraph(words, style, width - style.width(shape), 2)
    if fitted_text.cut:
        cut.append((f"{table.title}: status", words))
    tone = cell.status
    first: Line = (Run(shape, f"{step.name}h", tone), Run(fitted_text.lines[0], f"{step.name}h", tone))
    return (first, *((Run(line, f"{step.name}h", tone),) for line in fitted_text.lines[1:]))


def _tone(row: Row) -> str:
    """A ratio under its line is quieter than the line."""
    return "quiet" if row.style == "ratio" else ""


def _week_cell(table: Table, column: Column, cell: Cell, step: Step, brand: Brand) -> Td:
    due = _day(cell.due) if cell.due else None
    today = _day(table.today) if table.today else None
    size = (column.width - 8, step.picture)
    svg = week_mark(due, _day(table.weeks_from), today, size, brand, cell.alt, done=cell.status == "on_track")
    return Td((), "weeks", Picture(svg, cell.alt, *size))


def _day(text: str) -> date:
    return date.fromisoformat(text)
