"""Workbooks: numbers stay numbers in their own format, and a second sheet says what they are."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.http import Http404, QueryDict

from common.exports import About, file_response, query_filters, write_xlsx

ABOUT = About(
    "Aged debt",
    finding="$1.2M is overdue",
    as_of=datetime(2026, 11, 23, 6, 5, tzinfo=UTC),
    currency="USD",
    filters=(("Owner", ""), ("Tier", "key")),
    source="Invoices to 23 Nov 2026",
    notes=("=1+1",),
    columns=("", "amount", "ratio", "count"),
)


def _book() -> openpyxl.Workbook:
    target = io.BytesIO()
    rows: list[list[object]] = [["HAL", Decimal("-1234.5"), Decimal("0.125"), 41], ["NIL", None, None, None]]
    write_xlsx(target, ["client", "overdue", "share", "days"], rows, about=ABOUT)
    return openpyxl.load_workbook(io.BytesIO(target.getvalue()))


def test_numbers_are_numbers_in_the_format_of_their_column() -> None:
    sheet = _book().worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["HAL", -1234.5, 0.125, 41]
    assert [cell.number_format.split(";")[0] for cell in sheet[2]][1:] == ["#,##0.00", "0.0%", "#,##0"]
    assert [cell.value for cell in sheet[3]] == ["NIL", None, None, None]


def test_the_head_is_frozen_filtered_and_repeated_in_print() -> None:
    sheet = _book().worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("B2", "A1:D3", "$1:$1")


def test_the_second_sheet_says_what_the_figures_are() -> None:
    book = _book()
    assert book.sheetnames == ["Aged-debt", "About"]
    assert [[cell.value for cell in row] for row in book["About"].iter_rows()] == [
        ["Report", "Aged debt"],
        ["Finding", "$1.2M is overdue"],
        ["As of", "2026-11-23 06:05 UTC"],
        ["Currency", "USD"],
        ["Owner", "all"],
        ["Tier", "key"],
        ["Source", "Invoices to 23 Nov 2026"],
        ["Note", "=1+1"],
    ]
    assert [cell.data_type for cell in book["About"]["B"]].count("f") == 0


def test_a_day_is_a_day() -> None:
    target = io.BytesIO()
    write_xlsx(target, ["due"], [[date(2026, 2, 28)]], about=About("Due"))
    cell = openpyxl.load_workbook(io.BytesIO(target.getvalue())).worksheets[0]["A2"]
    assert (cell.value, cell.number_format) == (datetime.fromisoformat("2026-02-28"), "yyyy-mm-dd")


def test_filters_are_those_that_choose_rows() -> None:
    query = QueryDict("client=HAL&tier=&status=open&status=late&format=xlsx&page=3&sort=-due&columns=a")
    assert query_filters(query) == (("Client", "HAL"), ("Status", "open, late"))


def test_another_ending_is_no_file() -> None:
    with pytest.raises(Http404):
        file_response("ods", "x", ["a"], [], About("x"))
