"""Reports as PDF: asked for, made by a worker, taken away; what they print, and for whom."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pdfplumber
import pytest
from django.test import Client as Browser
from django.utils.html import escape

from accounts.models import Client, PlanningSession
from common import jobs
from common.reports import Report, ReportColumn, report_kinds
from financials.models import Contract, Invoice, LedgerEntry, LedgerMonth
from people.models import User
from portfolio.models import ReportFile
from portfolio.pdf import MOST_ROWS, printed, render_report, report_html
from portfolio.queries.report_files import PRINT
from tests.makers import make_client, make_contract, make_user

D = Decimal
NOW = datetime(2026, 11, 23, tzinfo=UTC)
COLUMNS = (
    ReportColumn("client", "Client"),
    ReportColumn("due", "Due", "day"),
    ReportColumn("open", "Open", "amount", strong=True),
    ReportColumn("share", "Share", "ratio"),
    ReportColumn("days", "DSO, days", "days"),
)


def _report(rows: list[list[Any]], **more: Any) -> Report:
    return Report(
        name="aged", title="Receivables", finding="$1.2M is overdue", as_of=datetime(2026, 11, 23, 6, 5, tzinfo=UTC),
        columns=COLUMNS, rows=rows, period="As of 23 Nov 2026", currency="USD",
        filters=(("Tier", "key"), ("Owner", "")),
        source="Invoices to 20 Nov 2026", **more,
    )  # fmt: skip


def _pages(pdf: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [re.sub(r"\s+", " ", page.extract_text()) for page in document.pages]


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (None, COLUMNS[2], "—"),
        (D("-1234.5"), COLUMNS[2], "−1,234.50"),
        (D("0.725"), COLUMNS[3], "72.5%"),
        (D("57.7"), COLUMNS[4], "57.7"),
        (D("44"), COLUMNS[4], "44.0"),
        (41, ReportColumn("n", "Rows", "count"), "41"),
        (date(2026, 2, 28), COLUMNS[1], "28 Feb 2026"),
        ("<b>", COLUMNS[0], "<b>"),
    ],
)
def test_cells_print_as_people_read_them(value: Any, column: ReportColumn, text: str) -> None:
    assert printed(value, column, "USD") == text


def test_a_report_runs_over_pages_under_its_head() -> None:
    rows = [[f"Client {n}", date(2026, 11, 1), D(n), D("0.5"), n] for n in range(120)]
    made = render_report(_report(rows, notes=("=1+1 <script>",)))
    assert made.pages > 2
    assert made.findings == ()
    pages = _pages(made.pdf)
    assert all("DSO, days" in page for page in pages)
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {made.pages}" in page
        assert "Invoices to 20 Nov 2026. Known at 23 Nov 2026, 06:05 UTC." in page
    assert "Tier key" in pages[0]
    assert "Owner" not in pages[0]
    assert "=1+1 <script>" in pages[-1]


def test_fourteen_columns_of_millions_stay_on_the_paper() -> None:
    columns = tuple(ReportColumn(f"c{n}", f"Contribution margin {n}", "amount") for n in range(13))
    report = replace(
        _report([]),
        columns=(ReportColumn("client", "Client"), *columns),
        rows=[["Halden Diagnostics", *[D("21378618.79")] * 13]],
    )
    with pdfplumber.open(io.BytesIO(render_report(report).pdf)) as document:
        page = document.pages[0]
        assert max(word["x1"] for word in page.extract_words()) <= float(page.width) - 39  # 14 mm
        assert page.extract_text().count("21,378,618.79") == 13


def test_more_rows_than_paper_takes_are_said() -> None:
    html = report_html(_report([["x", None, None, None, None]] * (MOST_ROWS + 1)))
    assert html.count('<td class="">x</td>') == MOST_ROWS
    assert "The first 1,000 of 1,001 rows are printed" in html


@pytest.fixture
def director(db: None) -> User:
    user = make_user("director", email="d@example.com")
    client = make_client("HAL", owner=user, name="Halden <Pharma>")
    Invoice.objects.create(
        client=client, number="I1", issued=date(2026, 1, 1), due=date(2026, 1, 31), amount=D("1200.50"), currency="USD"
    )
    PlanningSession.objects.create(client=client, key="HAL-S", title="Launch <year>", held_on=date(2026, 11, 2))
    return user


def test_asked_made_and_taken_away(client: Browser, director: User) -> None:
    client.force_login(director)
    assert "Make the PDF" in client.get("/reports/receivables.pdf?client=HAL").content.decode()
    answer = client.post("/reports/receivables.pdf?client=HAL&as_of=2026-03-01")
    file = ReportFile.objects.get()
    assert answer.headers["Location"] == f"/reports/files/{file.pk}/"
    assert client.get(f"/reports/files/{file.pk}/download/").status_code == 404
    assert "Waiting for a free worker" in client.get(answer.headers["Location"]).content.decode()
    jobs.work(PRINT)
    assert "Download the PDF" in client.get(answer.headers["Location"], headers={"HX-Request": "true"}).content.decode()
    body = client.get(f"/reports/files/{file.pk}/download/")
    assert body.headers["Content-Disposition"] == 'attachment; filename="receivables-as-of-1-mar-2026.pdf"'
    text = " ".join(_pages(body.content))
    assert "Halden <Pharma>" in text
    assert text.count("1,200.50") >= 2


def test_nobody_else_reads_the_file(client: Browser, director: User) -> None:
    file = ReportFile.objects.create(user=director, name="receivables", pdf=b"%PDF-1.7 x", made_at=datetime.now(UTC))
    client.force_login(make_user("finance", email="f@example.com"))
    assert client.get(f"/reports/files/{file.pk}/").status_code == 404
    assert client.get(f"/reports/files/{file.pk}/download/").status_code == 404
    client.force_login(make_user("legal", email="l@example.com"))
    assert client.post("/reports/receivables.pdf").status_code == 403
    assert client.get("/reports/contracts.pdf").status_code == 200
    assert client.get("/reports/nothing.pdf").status_code == 404


def test_the_worker_reads_in_the_sight_of_who_asked(client: Browser, director: User) -> None:
    stranger = make_user("director", email="s@example.com")
    client.force_login(stranger)
    assert client.post("/reports/receivables.pdf?client=HAL").status_code == 404
    client.post("/reports/receivables.pdf")
    jobs.work(PRINT)
    text = " ".join(_pages(bytes(ReportFile.objects.get().pdf or b"")))
    assert "Halden" not in text
    assert "Nothing is owed" in text


ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("pnl", {}),
    ("pnl", {"rows": "client"}),
    ("pnl", {"rows": "tier", "group": "quarter", "scenario": "variance", "measure": "contribution_margin"}),
    ("bridge", {"from": "2026-Q1", "to": "2026-Q2"}),
    ("forecast", {}),
    ("forecast-accuracy", {}),
    ("forecast-movement", {}),
    ("leadership-pack", {}),
    ("capacity", {}),
    ("capacity", {"rows": "person", "weeks": "13"}),
    ("contracts", {}),
    ("renewals", {}),
    ("retention", {}),
    ("receivables", {}),
    ("invoices", {}),
    ("orders", {}),
    ("margin-ahead", {}),
    ("entries", {}),
    ("entries", {"from": "2026-09", "to": "2026-09", "row": "net_revenue"}),
    ("time", {}),
    ("time", {"billable": "no"}),
    ("rates", {}),
    ("deals", {}),
    ("deals", {"outcome": "", "sort": "-amount"}),
    ("close", {"month": "2026-09"}),
    ("restatement", {"month": "2026-09"}),
    ("plan", {"client": "HAL"}),
    ("white-space", {}),
    ("white-space", {"by": "offering"}),
    ("white-space", {"client": "HAL"}),
    ("session-minutes", {"client": "HAL", "session": "HAL-S"}),
    ("voice", {}),
    ("answers", {}),
    ("health", {}),
    ("contacts", {}),
    ("kpis", {}),
    ("campaigns", {}),
    ("benefits", {}),
    ("benefits", {"client": "HAL"}),
    ("reviews", {}),
    ("map", {"client": "HAL"}),
    ("map-changes", {"client": "HAL", "from": "2026-09-01", "to": "2026-09-30"}),
    ("brief", {"client": "HAL"}),
)


@pytest.mark.parametrize(("name", "query"), ASKED)
def test_every_report_can_be_read_and_printed(director: User, name: str, query: dict[str, str]) -> None:
    report = report_kinds[name].read(director, query, NOW)
    assert all(len(row) == len(table.columns) for table in report.tables for row in table.rows)
    assert report.finding
    assert escape(report.title) in report_html(report)


def test_every_kind_is_among_them() -> None:
    assert {name for name, _ in report_kinds} == {name for name, _ in ASKED}


def test_legal_prints_no_column_of_cost(db: None) -> None:
    roles = {name: kind.roles for name, kind in report_kinds}
    assert {name for name, may in roles.items() if "legal" in may} == {"contracts", "renewals"}


@pytest.fixture
def books(director: User) -> Contract:
    """Halden: 4,000 of net revenue in August, 5,000 in September, from one statement of work."""
    contract = make_contract(number="HAL-1", client=Client.objects.get(key="HAL"), service_line="Media")
    for month, amount in ((8, D(4000)), (9, D(5000))):
        where = {
            "client": contract.client, "contract": contract, "service_line": "Media", "month": date(2026, month, 1),
            "line": "gross_revenue", "currency": "USD", "amount": amount,
        }  # fmt: skip
        LedgerEntry.objects.create(source_ref=f"e{month}", posted_at=NOW, **where)
        LedgerMonth.objects.create(entries=1, **where)
    return contract


def _texts(report: Report) -> list[list[str]]:
    return [[printed(value, column, "USD") for value, column in zip(row, report.columns, strict=True)]
            for row in report.rows]  # fmt: skip


def test_the_pnl_is_cut_as_its_page_is(books: Contract, director: User) -> None:
    query = {"rows": "service_line", "from": "2026-08", "to": "2026-09", "rates": "2026-09"}
    report = report_kinds["pnl"].read(director, query, NOW)
    assert [column.label for column in report.columns] == ["Service line", "Aug 2026", "Sep 2026", "Total"]
    assert _texts(report) == [["Media", "4,000.00", "5,000.00", "9,000.00"]]
    assert report.period == "Aug–Sep 2026"
    assert ("Rates", "Held at Sep 2026") in report.filters
    assert report.tie_out == "Ledger − shown = 0.00 USD"


def test_without_rows_the_pnl_is_the_ladder(books: Contract, director: User) -> None:
    report = report_kinds["pnl"].read(director, {"client": "HAL", "from": "2026-08", "to": "2026-09"}, NOW)
    lines = {row[0]: row[1:3] for row in _texts(report)}
    assert lines["Net revenue"] == ["4,000.00", "5,000.00"]
    assert lines["Gross margin"] == ["100.0%", "100.0%"]


def test_the_bridge_says_that_its_parts_sum(books: Contract, director: User) -> None:
    query = {"from": "2026-08", "to": "2026-09", "measure": "net_revenue"}
    report = report_kinds["bridge"].read(director, query, NOW)
    assert [column.label for column in report.columns] == ["Client", "Aug 2026", "Other", "Sep 2026"]
    assert _texts(report) == [["Halden <Pharma>", "4,000.00", "1,000.00", "5,000.00"]]
    assert report.tie_out == "End − start − parts = 0.00 USD"


def test_the_close_prints_every_block_and_who_signs(books: Contract, director: User) -> None:
    report = report_kinds["close"].read(director, {"month": "2026-09"}, NOW)
    assert [table.heading for table in report.tables] == [
        "Checklist", "Tie-out", "Profit and loss, USD", "Accruals and deferrals", "Labour, ledger against time",
        "Late entries", "History",
    ]  # fmt: skip
    assert report.tie_out == "Ledger − shown = 0.00 USD"
    html = report_html(report)
    assert "Prepared by, date" in html
    assert "None landed in this month." in html
    profit = report.tables[2]
    assert [printed(cell, column, "USD") for cell, column in zip(profit.rows[2], profit.columns, strict=True)] == [
        "Net revenue", "5,000.00", "4,000.00", "1,000.00"
    ]  # fmt: skip


def test_a_month_that_cannot_be_printed_is_no_page(client: Browser, director: User) -> None:
    client.force_login(director)
    for month in ("2026-13", "2999-01", "x"):
        assert client.post(f"/reports/close.pdf?month={month}").status_code == 404
    assert ReportFile.objects.count() == 0
    client.force_login(make_user("account_manager", email="m@example.com"))
    assert client.post("/reports/close.pdf?month=2026-09").status_code == 403


def test_invoices_say_what_they_come_to_when_paper_has_not_all(director: User) -> None:
    client = Client.objects.get(key="HAL")
    where = {"client": client, "issued": date(2026, 2, 1), "due": date(2026, 3, 1), "currency": "JPY"}
    Invoice.objects.bulk_create(Invoice(number=f"J{n}", amount=D(7), **where) for n in range(MOST_ROWS))
    report = report_kinds["invoices"].read(director, {}, NOW)
    assert report.finding == "1,001 invoices are overdue, the oldest by 296 days"
    assert report.tables[1].rows == [("JPY", 1000, D(7000)), ("USD", 1, D("1200.50"))]
    html = report_html(report)
    assert html.count('<td class="num">7</td>') == MOST_ROWS  # yen have no minor unit
    assert "The first 1,000 of 1,001 rows are printed; CSV and XLSX have all." in html


def test_contracts_beyond_the_paper_are_counted(director: User) -> None:
    client = Client.objects.get(key="HAL")
    Contract.objects.bulk_create(
        Contract(number=f"C{n}", client=client, kind="sow", title="Work", start=date(2026, 1, 1), currency="USD")
        for n in range(MOST_ROWS + 2)
    )
    report = report_kinds["contracts"].read(director, {}, NOW)
    assert (report.finding, len(report.rows)) == ("1,002 contracts", 1000)
    assert "The first 1,000 of 1,002 rows are printed" in report_html(report)


def test_a_table_wider_than_paper_goes_on_below(director: User) -> None:
    columns = tuple(ReportColumn(f"c{n}", f"Month {n}", "amount") for n in range(1, 25))
    report = replace(
        _report([]), columns=(ReportColumn("client", "Client"), *columns),
        rows=[["Halden", *(D(n) for n in range(1, 25))]],
    )  # fmt: skip
    html = report_html(report)
    assert html.count("<table") == 2
    assert html.count('<td class="">Halden</td>') == 2
    assert "Receivables, Month 13 onwards" in html
    assert html.count('<td class="num">12.00</td>') == 1
    assert html.count('<td class="num">13.00</td>') == 1
