"""A report on paper: A4 across, the head repeated on every page, what it is and where it comes from on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.template.loader import render_to_string

from common import formats
from common.reports import Report, ReportColumn
from qbr.calc.stylesheet import font_faces
from qbr.pdf import FONT_SCHEME, ROOT, Rendered, render_html

MOST_ROWS: Final = 1_000
"""Rows that are printed; the CSV and XLSX have all."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    css: str


def report_html(report: Report) -> str:
    rows = [list(row) for row in report.rows[:MOST_ROWS]]
    notes = list(report.notes)
    if len(report.rows) > MOST_ROWS:
        notes.append(f"The first {MOST_ROWS:,} of {len(report.rows):,} rows are printed; CSV and XLSX have all.")
    context = {
        "report": report,
        "css": font_faces(FONT_SCHEME) + (ROOT / "static" / "css" / "report-print.css").read_text(),
        "filters": [(label, value) for label, value in report.filters if value],
        "heads": [Cell(column.label, _css(column)) for column in report.columns],
        "rows": [_cells(report, row) for row in rows],
        "total": _cells(report, report.total) if report.total else None,
        "notes": notes,
        "as_of": formats.moment(report.as_of),
        "count": len(report.rows),
    }
    return render_to_string("portfolio/report_print.html", context)


def render_report(report: Report) -> Rendered:
    """PDF/UA-1 from the child process with limits. Raises what qbr.pdf.render_html raises."""
    return render_html(report_html(report))


def _css(column: ReportColumn) -> str:
    words = ["num"] if column.way not in ("text", "day") else []
    return " ".join([*words, "strong"] if column.strong else words)


def _cells(report: Report, row: Sequence[Any]) -> list[Cell]:
    return [
        Cell(printed(value, column, report.currency), _css(column))
        for value, column in zip(row, report.columns, strict=True)
    ]


def printed(value: Any, column: ReportColumn, currency: str) -> str:
    """A cell as paper shows it: unknown a dash, amounts at the minor unit, ratios as percentages."""
    if value is None:
        return formats.DASH
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        if column.way == "ratio":
            return formats.ratio(value)
        if column.way == "amount":
            return formats.ledger(value, currency or "USD")
        return formats.number(value, 1 if column.way == "days" else 0)
    return str(value)
