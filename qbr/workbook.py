"""The figures of a deck as a workbook, attached to its PDF: a sheet a slide, exact numbers where the slide rounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from qbr.calc.fit import clean
from qbr.calc.safety import client_safe
from qbr.calc.slides import STATUS_WORDS, BarChart, Cell, Deck, Slide, Table

Item = str | Decimal | None
Line = Sequence[Item]
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def workbook(deck: Deck) -> bytes:
    """Raises NotClientSafe. The same deck makes the same bytes; no cell is a formula."""
    client_safe(deck)
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    when = datetime.fromisoformat(deck.as_of.replace("Z", "+00:00")).replace(tzinfo=None)
    title = clean(f"{deck.client}: {deck.title}, {deck.period}")
    book.set_properties({"title": title[:255], "author": clean(deck.firm)[:255], "created": when})
    bold = book.add_format({"bold": True})
    for number, slide in enumerate(deck.slides, 1):
        lines = list(_lines(slide))
        if not lines:
            continue
        sheet = book.add_worksheet(f"{number} {clean(slide.section).translate(_NOT_IN_NAMES)}"[:31].strip())
        sheet.write_string(0, 0, clean(slide.headline), bold)
        for at, (line, head) in enumerate(lines, 2):
            for column, item in enumerate(line):
                _put(sheet, at, column, item, bold if head else None)
    if not book.worksheets():
        book.add_worksheet("No figures")
    book.close()
    return out.getvalue()


def _put(sheet: Any, row: int, column: int, item: Item, style: Any) -> None:
    if isinstance(item, Decimal):
        sheet.write_number(row, column, float(item), style)  # a workbook holds nothing else
    elif item:
        sheet.write_string(row, column, clean(item)[:32_000], style)


def _lines(slide: Slide) -> Iterator[tuple[Line, bool]]:
    """Each line of a slide's sheet, and whether it is a head."""
    for figure in slide.figures:
        compared = (figure.plan, figure.previous, figure.year_before, figure.gap)
        yield (figure.label, _item(figure.figure), figure.suffix, *compared), False
    for table in (slide.table, *slide.tables):
        if table is not None and table.rows:
            yield from _of_table(table)
    if slide.chart is not None:
        yield from _of_chart(slide.chart)
    if slide.bridge is not None:
        yield (slide.bridge.title, slide.bridge.unit), True
        yield from (((step.label, step.value), False) for step in slide.bridge.steps)
    if slide.decisions:
        yield ("Decision", "We recommend", "If not", "Cost", "Worth a year", "Who decides", "When"), True
        for one in slide.decisions:
            amounts = (_item(one.cost), _item(one.worth))
            yield (one.what, one.recommend, one.if_not, *amounts, one.decider, one.when), False
    if slide.moves:
        yield ("What", "Why", "Benefit", "Cost", "When", "If not pursued"), True
        for move in slide.moves:
            yield (move.what, move.why, _item(move.benefit), _item(move.cost), move.when, move.if_not), False
    if slide.roadmap is not None:
        yield ("Lane", "Work", "First quarter", "Last quarter", "How certain"), True
        for lane in slide.roadmap.lanes:
            for strip in lane.strips:
                first, last = (f"Q{at % 4 + 1} {slide.roadmap.years[at // 4]}" for at in (strip.first, strip.last))
                yield (lane.name, strip.label, first, last, strip.certainty), False


def _of_table(table: Table) -> Iterator[tuple[Line, bool]]:
    if table.title:
        yield (table.title, table.unit), True
    yield tuple(column.head for column in table.columns), True
    for row in table.rows:
        yield tuple(_item(cell) for cell in row.cells), False


def _of_chart(chart: BarChart) -> Iterator[tuple[Line, bool]]:
    yield (chart.title, chart.unit), True
    yield ("Period", chart.key_actual, chart.key_plan, chart.key_previous, *chart.layers), True
    for bar in chart.bars:
        yield (" ".join(filter(None, (bar.group, bar.period))), bar.value, bar.plan, bar.previous, *bar.layers), False


def _item(cell: Cell) -> Item:
    if cell.value is not None:
        return cell.value
    said = " ".join(filter(None, (cell.text, cell.detail, STATUS_WORDS.get(cell.status, ""), cell.due)))
    return said or None
