"""Lists to take away: CSV and XLSX that no spreadsheet program will run as formulas.

Text that a program might read as a formula is quoted in CSV and written as a string cell in XLSX; numbers stay numbers.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Final

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import timezone

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS: Final = re.compile(r"[\s\u0000-\u001f\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n\u0000]")
_CONTROL: Final = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")

Row = Sequence[Any]


def safe_text(text: str) -> str:
    """Text for a CSV cell: what begins like a formula gets an apostrophe in front. Plain numbers stay."""
    if _DANGEROUS.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def csv_cell(value: Any) -> str:
    """None is empty: unknown is not zero."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    return safe_text(str(value))


class _Line:
    """What csv writes to: it keeps nothing and hands each line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield writer.writerow([safe_text(name) for name in head])
    for row in rows:
        yield writer.writerow([csv_cell(value) for value in row])


def csv_response(name: str, head: Sequence[str], rows: Iterable[Row]) -> HttpResponseBase:
    """Streamed; name without its ending."""
    response = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.csv"'
    return response


def file_name(name: str) -> str:
    """Safe in a header and on any disk."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "export"


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself on its second sheet: which figures these are, as known when, cut how, from where.

    filters: label and value as the page prints them; blank values print as "all". columns: how numbers print, by
    column: "ratio" as a percentage, "count" whole, "amount" (the default of decimals) at two places, "rate" as it is.
    """

    title: str
    finding: str = ""
    as_of: datetime | None = None
    period: str = ""
    currency: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def lines(self) -> list[tuple[str, Any]]:
        """Label and value, in the order they are read; what is not known is left out."""
        said: list[tuple[str, Any]] = [
            ("Report", self.title),
            ("Finding", self.finding),
            ("As of", f"{self.as_of.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.as_of else ""),
            ("Period", self.period),
            ("Currency", self.currency),
        ]
        said += [(label, value or "all") for label, value in self.filters]
        said += [("Source", self.source), *(("Note", note) for note in self.notes)]
        return [(label, value) for label, value in said if value]


_FORMATS: Final = {
    "amount": "#,##0.00;[Red]\u2212#,##0.00",
    "ratio": "0.0%;[Red]\u22120.0%",
    "count": "#,##0;[Red]\u2212#,##0",
    "days": "#,##0.0",
    "rate": "General",
    "day": "yyyy-mm-dd",
}
_WIDTHS: Final = (10, 44)
_WIDTH_ROWS: Final = 200
"""Rows that are read ahead to find how wide a column must be."""


_NO_FILTERS: Final = frozenset({"format", "page", "sort", "columns"})


def query_filters(query: QueryDict) -> tuple[tuple[str, str], ...]:
    """The filters of an address, for `About`: which rows were asked for, not how they are shown."""
    return tuple(
        (name.replace("_", " ").capitalize(), ", ".join(value for value in values if value))
        for name, values in query.lists()
        if name not in _NO_FILTERS and any(values)
    )


def write_xlsx(target: Any, head: Sequence[str], rows: Iterable[Row], *, about: About) -> None:
    """The rows under a frozen, filterable head, then a sheet that says what they are; constant memory."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    lines = about.lines()
    book.set_properties({"title": about.title, "comments": "\n".join(f"{label}: {said}" for label, said in lines)})
    formats = {name: book.add_format({"num_format": text}) for name, text in _FORMATS.items()}
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    _write_rows(book.add_worksheet((file_name(about.title) or "Sheet")[:28]), head, rows, about, bold, formats)
    _write_about(book.add_worksheet("About"), lines, bold, book.add_format({"text_wrap": True, "valign": "top"}))
    book.close()


def _write_rows(
    sheet: Any, head: Sequence[str], rows: Iterable[Row], about: About, bold: Any, formats: dict[str, Any]
) -> None:
    coming = iter(rows)
    first = list(islice(coming, _WIDTH_ROWS))
    for column, width in enumerate(_column_widths(head, first)):
        sheet.set_column(column, column, width)
    for column, text in enumerate(head):
        sheet.write_string(0, column, _plain(text), bold)
    ways = [*about.columns, *[""] * (len(head) - len(about.columns))]
    last = 0
    for last, row in enumerate(chain(first, coming), start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, last, column, value, formats, ways[column] if column < len(ways) else "")
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(last, 1), max(len(head) - 1, 0))
    sheet.set_landscape()
    sheet.repeat_rows(0)


def _column_widths(head: Sequence[str], rows: Sequence[Row]) -> list[int]:
    least, most = _WIDTHS
    return [
        max(least, min(most, 2 + max([len(text), *(len(csv_cell(row[column])) for row in rows if column < len(row))])))
        for column, text in enumerate(head)
    ]


def _write_about(sheet: Any, lines: Sequence[tuple[str, Any]], bold: Any, wrapped: Any) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    for row, (label, value) in enumerate(lines):
        sheet.write_string(row, 0, _plain(label), bold)
        sheet.write_string(row, 1, _plain(str(value)), wrapped)


def _plain(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)[:32_767]


def _write_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any], way: str) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value), formats[way or "amount"])  # a spreadsheet knows no decimals
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, formats[way or "rate"])
    elif isinstance(value, datetime):
        sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001  # a day has no zone
    else:
        sheet.write_string(row, column, _plain(str(value)))


def xlsx_response(name: str, head: Sequence[str], rows: Iterable[Row], *, about: About | str = "") -> HttpResponseBase:
    """Built in a temporary file, sent in pieces, gone when sent. about: a plain text is taken as the source."""
    said = about if isinstance(about, About) else About(name, as_of=timezone.now(), source=about)
    scratch = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it when the last piece is sent
    write_xlsx(scratch, head, rows, about=said)
    scratch.seek(0)
    return FileResponse(scratch, as_attachment=True, filename=f"{file_name(name)}.xlsx", content_type=XLSX_TYPE)


def file_response(kind: str, name: str, head: Sequence[str], rows: Iterable[Row], about: About) -> HttpResponseBase:
    """kind: csv or xlsx, as the address said; anything else is a page that is not there."""
    if kind == "csv":
        return csv_response(name, head, rows)
    if kind == "xlsx":
        return xlsx_response(name, head, rows, about=about)
    raise Http404("Files come as csv or xlsx.")
