"""A report on paper: A4 across, the head repeated on every page, what it is and where it comes from on each."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.template.loader import render_to_string

from common import formats
from common.figures import Figure
from common.reports import PRINTED, Report, ReportColumn, ReportTable
from qbr.calc.stylesheet import font_faces
from qbr.pdf import FONT_SCHEME, ROOT, SVG_PREFIX, Rendered, render_html

MOST_ROWS: Final = PRINTED
MOST_COLUMNS: Final = 14
"""Columns of millions that A4 holds across; a wider table goes on below, its first column again before the rest."""
WIDE: Final = 11
NARROW: Final = 3
"""More columns than WIDE are set smaller; a table of NARROW or fewer does not stretch over the sheet."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    css: str


@dataclass(frozen=True, slots=True)
class Row:
    css: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Block:
    """A table as it is set: heading and note may be blank."""

    heading: str
    css: str
    heads: list[Cell]
    rows: list[Row]
    total: list[Cell]
    note: str


def report_html(report: Report) -> str:
    blocks = [block for table in report.tables for block in _blocks(report, table)]
    notes = list(report.notes)
    cuts = [(table, cut) for table in report.tables if (cut := _cut(table))]
    for table, cut in cuts:
        named = f"{table.heading}: the" if table.heading else "The"
        notes.append(f"{named} {cut} are printed; CSV and XLSX have all.")
    context = {
        "report": report,
        "css": font_faces(FONT_SCHEME) + (ROOT / "static" / "css" / "report-print.css").read_text(),
        "filters": [(label, value) for label, value in report.filters if value],
        "blocks": blocks,
        "notes": notes,
        "picture": SVG_PREFIX + b64encode(report.picture.encode()).decode() if report.picture else "",
        "as_of": formats.moment(report.as_of),
        "rows": _cut(report.tables[0]) or ("" if report.more else formats.plural(len(report.rows), "row")),
    }
    return render_to_string("portfolio/report_print.html", context)


def _cut(table: ReportTable) -> str:
    """'first 1,000 of 1,287 rows' where paper has not all of them."""
    there, printed_rows = table.count or len(table.rows), min(len(table.rows), MOST_ROWS)
    return f"first {printed_rows:,} of {there:,} rows" if there > printed_rows else ""


def render_report(report: Report) -> Rendered:
    """PDF/UA-1 from the child process with limits. Raises what qbr.pdf.render_html raises."""
    return render_html(report_html(report))


def _blocks(report: Report, table: ReportTable) -> Iterator[Block]:
    """One for each width of paper the table fills."""
    parts = _widths(len(table.columns))
    for place, part in enumerate(parts):
        columns = [table.columns[at] for at in part]
        rows = [
            Row("strong" if number in table.strong else "", _cells(report, table, row, part))
            for number, row in enumerate(table.rows[:MOST_ROWS])
        ]
        yield Block(
            heading=table.heading if not place else f"{table.heading or report.title}, {columns[1].label} onwards",
            css="wide" if len(columns) > WIDE else "narrow" if len(columns) <= NARROW else "",
            heads=[Cell(column.label, _css(column)) for column in columns],
            rows=rows,
            total=_cells(report, table, table.total, part) if table.total else [],
            note=table.note if place == len(parts) - 1 else "",
        )


def _widths(columns: int) -> list[list[int]]:
    """Places of the columns of each part, as even as they come; the first column stands in all."""
    rest = list(range(1, columns))
    parts = max(1, -(-len(rest) // (MOST_COLUMNS - 1)))
    size = -(-len(rest) // parts) if rest else 1
    return [[0, *rest[start : start + size]] for start in range(0, len(rest), size)] or [[0]]


def _css(column: ReportColumn) -> str:
    words = [] if column.way == "text" else ["day"] if column.way == "day" else ["num"]
    return " ".join([*words, "strong"] if column.strong else words)


def _cells(report: Report, table: ReportTable, row: Sequence[Any], places: Sequence[int]) -> list[Cell]:
    """Amounts print at the minor unit of the row's own currency, where it has a column of that name."""
    if len(row) != len(table.columns):
        raise ValueError(f"{report.name}: a row of {len(row)} cells under {len(table.columns)} columns")
    own = [value for value, column in zip(row, table.columns, strict=True) if column.key == "currency"]
    currency = str(own[0] or report.currency) if own else report.currency
    return [Cell(printed(row[at], table.columns[at], currency), _css(table.columns[at])) for at in places]


def printed(value: Any, column: ReportColumn, currency: str) -> str:
    """A cell as paper shows it: unknown a dash, amounts at the minor unit, ratios as percentages."""
    if isinstance(value, Figure):
        return _figure(value)
    if value is None:
        return formats.DASH
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        if column.way == "ratio":
            return formats.ratio(value)
        if column.way == "amount":
            return formats.ledger(value, currency or "USD")
        return formats.number(value, 1 if column.way == "days" else 0)
    return str(value)


def _figure(figure: Figure) -> str:
    if formats.is_money(figure.unit):
        return formats.ledger(figure.value, figure.unit)
    return formats.compact(figure.value, figure.unit)
