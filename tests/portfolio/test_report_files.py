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

from common import jobs
from common.reports import Report, ReportColumn, report_kinds
from financials.models import Invoice
from people.models import User
from portfolio.models import ReportFile
from portfolio.pdf import MOST_ROWS, printed, render_report, report_html
from portfolio.queries.report_files import PRINT
from tests.makers import make_client, make_user

D = Decimal
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


@pytest.mark.parametrize("name", ["pnl", "forecast", "contracts", "renewals", "retention", "receivables"])
def test_every_report_can_be_read_and_printed(director: User, name: str) -> None:
    report = report_kinds[name].read(director, {}, datetime(2026, 11, 23, tzinfo=UTC))
    assert all(len(row) == len(report.columns) for row in report.rows)
    assert report.finding
    assert report.title in report_html(report)


def test_legal_prints_no_column_of_cost(db: None) -> None:
    roles = {name: kind.roles for name, kind in report_kinds}
    assert {name for name, may in roles.items() if "legal" in may} == {"contracts", "renewals"}
