"""A real Xero export, against figures counted by hand in its tables. Skips where the data is not at hand."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from accounts.models import Client
from financials.models import Invoice
from tests.portfolio.loading import load, write

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "api_exports" / "xero_api"
FILES = tuple(DATA / f"xero_{name}_data.csv" for name in ("contact", "invoice", "invoice_line_item"))
pytestmark = pytest.mark.django_db
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"the Xero tables are not at {DATA}")


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"xero_{name}_data.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@real
def test_lines_make_subtotals_and_subtotal_and_tax_make_totals() -> None:
    """On 601 of 601 invoices, to the cent in which tax is rounded; without that cent on 600."""
    lines: dict[str, Decimal] = defaultdict(Decimal)
    for row in _rows("invoice_line_item"):
        lines[row["invoice_id"]] += Decimal(row["line_amount"] or 0)
    invoices = _rows("invoice")
    gaps = [Decimal(row["sub_total"]) + Decimal(row["total_tax"]) - Decimal(row["total"]) for row in invoices]
    assert len(invoices) == 601
    assert sum(lines[row["invoice_id"]] == Decimal(row["sub_total"]) for row in invoices) == 601
    assert Counter(abs(gap) for gap in gaps) == {Decimal(0): 600, Decimal("0.01"): 1}


@real
def test_what_is_owed_lands_and_a_second_load_changes_nothing() -> None:
    answer = load("bundle", *FILES, source="xero")
    files = {file["kind"]: file for file in answer.report["files"]}
    assert (answer.code, files["invoices"]["created"], files["invoices"]["rejected"]) == (0, 116, 0)
    assert {note["text"]: note["count"] for note in files["invoices"]["notes"]} == {
        "ACCPAY authorised: not owed to us, left out.": 3,
        "ACCPAY paid: not owed to us, left out.": 473,
        "ACCPAY voided: not owed to us, left out.": 8,
        "ACCREC deleted: not owed to us, left out.": 1,
    }
    assert Client.objects.count() == files["clients"]["created"]
    assert Invoice.objects.filter(paid_on=None).count() == 13
    by_currency = Invoice.objects.values_list("currency").annotate(total=Sum("amount"))
    assert dict(by_currency) == _owed()
    again = load("bundle", *FILES, source="xero")
    assert [file["unchanged"] for file in again.report["files"]] == [files["clients"]["created"], 116]


def _owed() -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in _rows("invoice"):
        if row["type"] == "ACCREC" and row["status"] in ("PAID", "AUTHORISED"):
            sums[row["currency_code"]] += Decimal(row["total"])
    return dict(sums)


HEAD = (
    "invoice_id,contact_id,invoice_number,date,due_date,fully_paid_on_date,sub_total,total_tax,total,currency_code,"
    "status,type,reference\n"
)


def _small(tmp_path: Path, lines: str, totals: str = "100,20,120") -> Any:
    contacts = write(tmp_path, "xero_contact_data.csv", "contact_id,name\nc1,One\nc2,Supplier\n")
    invoices = write(
        tmp_path,
        "xero_invoice_data.csv",
        f"{HEAD}i1,c1,INV-1,2026-10-01,,,{totals},GBP,AUTHORISED,ACCREC,PO-1\n"
        "i2,c2,B-1,2026-10-01,2026-10-31,,5,0,5,GBP,PAID,ACCPAY,\n",
    )
    items = write(tmp_path, "xero_invoice_line_item_data.csv", f"invoice_id,line_amount\n{lines}")
    return load("bundle", contacts, invoices, items, source="xero")


def test_suppliers_stay_out_and_a_blank_due_date_is_the_day_of_issue(tmp_path: Path) -> None:
    assert _small(tmp_path, "i1,60\ni1,40\n").code == 0
    invoice = Invoice.objects.select_related("client").get()
    assert (invoice.client.key, invoice.number, invoice.po_number) == ("c1", "INV-1", "PO-1")
    assert (invoice.due, invoice.amount, list(Client.objects.values_list("key"))) == (
        invoice.issued,
        Decimal("120.0000"),
        [("c1",)],
    )


@pytest.mark.parametrize(
    ("lines", "totals", "reason"),
    [
        ("i1,60\ni1,39.99\n", "100,20,120", "its lines come to 99.99, sub_total is 100"),
        ("i1,100\n", "100,20,120.02", "sub_total 100 + total_tax 20 is not total 120.02"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_refused(tmp_path: Path, lines: str, totals: str, reason: str) -> None:
    answer = _small(tmp_path, lines, totals)
    file = next(file for file in answer.report["files"] if file["kind"] == "invoices")
    assert (answer.code, file["rejected"], Invoice.objects.count()) == (1, 1, 0)
    assert reason in Path(file["rejects_file"]).read_text(encoding="utf-8-sig")
