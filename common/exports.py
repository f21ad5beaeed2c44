"""Lists to take away: CSV and XLSX that no spreadsheet program will run as formulas.

Text that a program might read as a formula is quoted in CSV and written as a string cell in XLSX; numbers stay numbers.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

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


def write_xlsx(target: Any, head: Sequence[str], rows: Iterable[Row], *, title: str = "", about: str = "") -> None:
    """One sheet with a frozen, filterable head; constant memory. about (as-of, source) goes into the properties."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": title, "comments": about})
    sheet = book.add_worksheet((file_name(title) or "Sheet")[:31])
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {
        "amount": book.add_format({"num_format": "#,##0.00;[Red]\u2212#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for column, text in enumerate(head):
        sheet.write_string(0, column, text, bold)
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, last, column, value, formats)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(last, 1), max(len(head) - 1, 0))
    sheet.set_column(0, max(len(head) - 1, 0), 16)
    book.close()


def _write_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value), formats["amount"])  # a spreadsheet knows no decimals
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001  # a day has no zone
    else:
        sheet.write_string(row, column, _CONTROL.sub("\ufffd", str(value))[:32_767])


def xlsx_response(name: str, head: Sequence[str], rows: Iterable[Row], *, about: str = "") -> HttpResponseBase:
    """Built in a temporary file, sent in pieces, gone when sent."""
    scratch = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it when the last piece is sent
    write_xlsx(scratch, head, rows, title=name, about=about)
    scratch.seek(0)
    return FileResponse(scratch, as_attachment=True, filename=f"{file_name(name)}.xlsx", content_type=XLSX_TYPE)
