"""Aged debt over real rows: buckets, currencies, sight, the pages, REST, imports. Expected values worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client
from common.models import FxRate
from financials.calc.receivables import BUCKETS
from financials.explain_receivables import explain_debt, explain_order
from financials.models import Invoice, PurchaseOrder, ScheduleLine
from financials.queries.attention import money_items
from financials.queries.basis import load_basis
from financials.queries.invoices import InvoiceFilter, invoices
from financials.queries.purchase_orders import OrderFilter, order_rows
from financials.queries.receivables import DebtRequest, load_receivables, overdue_by_client
from people.actions import issue_token
from people.models import User
from tests.makers import make_client, make_contract, make_user
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
D = Decimal


def invoice(client: Client, number: str, amount: str, issued: str, due: str, **more: Any) -> Invoice:
    days = {"issued": date.fromisoformat(issued), "due": date.fromisoformat(due)}
    return Invoice.objects.create(client=client, number=number, amount=D(amount), **{"currency": "USD", **days, **more})


@pytest.fixture
def director() -> User:
    return make_user("director", email="d@example.com")


@pytest.fixture
def books(director: User) -> tuple[Client, Client]:
    """HAL in dollars and euros, 1.10 average and 1.20 closing; OST owes nothing any more."""
    FxRate.objects.create(month=date(2026, 11, 1), base="EUR", quote="USD", average=D("1.1"), closing=D("1.2"))
    hal, ost = make_client("HAL", owner=director), make_client("OST", owner=director)
    invoice(hal, "H1", "1000.00", "2026-11-20", "2026-12-20")
    invoice(hal, "H2", "400.00", "2026-10-01", "2026-10-31")
    invoice(hal, "H3", "100.10", "2026-09-10", "2026-10-10", currency="EUR")
    invoice(hal, "H4", "70.00", "2026-08-01", "2026-08-31")
    invoice(hal, "H5", "-50.00", "2026-07-01", "2026-07-01")
    invoice(hal, "H6", "900.00", "2026-10-05", "2026-11-04", paid_on=date(2026, 11, 6))
    invoice(hal, "H7", "30.00", "2026-10-06", "2026-11-05", paid_on=date(2026, 12, 1))
    invoice(hal, "H8", "5.00", "2026-12-01", "2026-12-31")
    invoice(ost, "O1", "250.00", "2026-09-15", "2026-10-15", paid_on=date(2026, 10, 15))
    return hal, ost


def test_debt_is_aged_and_converted_at_the_closing_rate(director: User, books: Any) -> None:
    found = load_receivables(director, DebtRequest(as_of=AS_OF), now=NOW)
    hal, ost = found.rows
    # EUR 100.10 × 1.2 = 120.12; the credit of 50 lessens what is not due; H6 was paid, H7 only the day after.
    assert [hal.aged.buckets[name] for name in BUCKETS] == [D("950.00"), D("430.00"), D("120.12"), D(0), D("70.00")]
    assert (hal.aged.total, hal.aged.overdue, hal.count) == (D("1570.12"), D("620.12"), 6)
    # Invoiced from 2 September: 1000 + 400 + 120.12 + 900 + 30.
    assert hal.aged.billed == D("2450.12")  # 1,570.12 × 90 ÷ 2,450.12 = 57.675053
    assert hal.aged.dso is not None
    assert hal.aged.dso.quantize(D("0.000001")) == D("57.675053")
    assert (ost.aged.total, ost.aged.billed, ost.aged.dso) == (D(0), D("250.00"), D(0))
    assert found.total.total == D("1570.12")
    assert {code: aged.total for code, aged in found.by_currency} == {"EUR": D("100.1000"), "USD": D("1450.0000")}
    assert found.rates_note == "EUR at the closing rate of Nov 2026"


def test_an_earlier_day_is_told_by_the_dates_of_the_invoices(director: User, books: Any) -> None:
    found = load_receivables(director, DebtRequest(as_of=date(2026, 10, 10), client="OST"), now=NOW)
    assert [(one.key, one.aged.total, one.aged.overdue) for one in found.rows] == [("OST", D("250.00"), D(0))]


def test_a_missing_rate_hides_the_sum_and_says_so(director: User, books: Any) -> None:
    invoice(books[1], "O2", "10.00", "2026-11-01", "2026-11-02", currency="SEK")
    found = load_receivables(director, DebtRequest(as_of=AS_OF), now=NOW)
    ost = next(one for one in found.rows if one.key == "OST")
    assert (ost.aged.buckets["d30"], ost.aged.total, ost.aged.dso, found.total.total) == (None, None, None, None)
    assert found.missing == ("No SEK/USD rate for 2026-11.",)


def test_who_sees_what(books: Any) -> None:
    outsider, finance = make_user("director", email="o@example.com"), make_user("finance", email="f@example.com")
    legal = make_user("legal", email="l@example.com")
    asked = DebtRequest(as_of=AS_OF)
    assert load_receivables(outsider, asked, now=NOW).rows == ()
    assert load_receivables(legal, asked, now=NOW).rows == ()
    assert len(load_receivables(finance, asked, now=NOW).rows) == 2


def test_overdue_by_client_for_health_and_exposure(director: User, books: Any) -> None:
    basis = load_basis(director, now=NOW)
    hal, ost = books
    ids = [hal.pk, ost.pk]
    assert overdue_by_client(ids, as_of=AS_OF, basis=basis) == {hal.pk: D("620.12")}
    assert overdue_by_client(ids, as_of=AS_OF, basis=basis, days=60) == {hal.pk: D("70.00")}


@pytest.mark.parametrize(
    ("name", "value", "inputs"),
    [
        ("d60", D("120.12"), [("100.10 EUR", D("120.12"))]),
        ("current", D("950.00"), [("In USD", D("950.00"))]),
        ("overdue", D("620.12"), [("1–30 days", D("430.00")), ("31–60 days", D("120.12")), ("61–90 days", D(0)),
                                  ("Over 90 days", D("70.00"))]),
    ],
)  # fmt: skip
def test_figures_explain_themselves(director: User, books: Any, name: str, value: Decimal, inputs: Any) -> None:
    found = explain_debt(name, director, {"client": "HAL", "as_of": "2026-11-30"}, NOW)
    assert found.figure.value == value
    assert [(one.label, one.value) for one in found.inputs] == inputs


def test_the_rows_behind_a_figure_are_those_it_is_made_of(director: User, books: Any) -> None:
    def numbers(**wanted: str) -> list[str]:
        rows = invoices(director, InvoiceFilter(client="HAL", as_of=AS_OF, **wanted), today=AS_OF)
        return sorted(rows.values_list("number", flat=True))

    assert numbers(bucket="current") == ["H1", "H5"]
    assert numbers(bucket="d30") == ["H2", "H7"]
    assert numbers(bucket="over90") == ["H4"]
    assert numbers(state="overdue") == ["H2", "H3", "H4", "H7"]
    assert numbers(state="open") == ["H1", "H2", "H3", "H4", "H5", "H7"]
    assert numbers(state="paid") == ["H6"]


@pytest.fixture
def ordered(director: User) -> PurchaseOrder:
    """24,000 of fee over 2026 and 2027, closed to nothing: from November 2026 it is 14,000 to go at 1,000 a month."""
    client = make_client("HAL", owner=director)
    contract = make_contract(client, number="S1", start=date(2026, 1, 1), end=date(2027, 12, 31), amount=D(24000))
    ScheduleLine.objects.filter(contract=contract).delete()
    months = [date(2026 + n // 12, n % 12 + 1, 1) for n in range(24)]
    ScheduleLine.objects.bulk_create(ScheduleLine(contract=contract, month=month, amount=D(1000)) for month in months)
    order = PurchaseOrder.objects.create(
        client=client, contract=contract, number="PO/1", amount=D(12000), currency="USD", issued=date(2026, 1, 1)
    )
    invoice(client, "A", "9000.00", "2026-10-31", "2026-11-30", contract=contract, po_number="PO/1")
    return order


def test_an_order_that_will_not_last_is_at_risk(director: User, ordered: PurchaseOrder) -> None:
    (row,) = order_rows(director, OrderFilter(), as_of=AS_OF)
    # 12,000 − 9,000 = 3,000 left; 14,000 of fee from November on; November to January fit, February does not.
    assert (row.position.left, row.position.fee_left, row.position.short) == (D(3000), D(14000), D(11000))
    assert (row.position.spent_in, row.shape, row.word) == (date(2027, 2, 1), "watch", "spent Feb 2027")
    invoice(ordered.client, "B", "1000.00", "2026-11-15", "2026-12-15", po_number="PO/1")
    (row,) = order_rows(director, OrderFilter(), as_of=AS_OF)
    assert (row.position.left, row.position.spent_in, row.shape) == (D(2000), date(2027, 1, 1), "at_risk")
    item = next(one for one in money_items(director, AS_OF) if "PO/1" in one.lead)
    assert (item.lead, item.due) == ("purchase order PO/1 will be spent by Jan 2027", date(2027, 1, 1))
    assert (
        item.why == "$2k left on it, $14k of S1 to invoice." or item.why == "$2.0k left on it, $14.0k of S1 to invoice."
    )


def test_a_second_order_covers_what_the_first_lacks(director: User, ordered: PurchaseOrder) -> None:
    PurchaseOrder.objects.create(
        client=ordered.client, contract=ordered.contract, number="PO/2", amount=D(11000), currency="USD",
        issued=date(2026, 11, 1),
    )  # fmt: skip
    assert money_items(director, AS_OF) == []
    rows = order_rows(director, OrderFilter(), as_of=AS_OF)
    assert [(row.number, row.position.short, row.shape) for row in rows] == [
        ("PO/1", D(0), "on_track"),
        ("PO/2", D(0), "on_track"),
    ]
    found = explain_order("short", director, {"order": str(ordered.pk)}, NOW)
    assert [(one.label, one.value) for one in found.inputs] == [
        ("Fee left to invoice", D(14000)),
        ("Left on PO/1", D(3000)),
        ("Left on PO/2", D(11000)),
    ]


def test_an_order_drawn_on_in_another_currency_has_no_known_balance(director: User, ordered: PurchaseOrder) -> None:
    invoice(ordered.client, "C", "10.00", "2026-11-15", "2026-12-15", po_number="PO/1", currency="EUR")
    (row,) = order_rows(director, OrderFilter(), as_of=AS_OF)
    assert (row.position.left, row.shape) == (None, "unknown")


def test_debt_of_more_than_sixty_days_needs_somebody(director: User, books: Any) -> None:
    (item,) = money_items(director, AS_OF)
    assert (item.client_key, item.lead, item.shape) == ("HAL", "$70 is more than 60 days overdue", "at_risk")
    assert item.why == "1 invoice, the oldest due 31 Aug 2026."


def test_pages_for_their_readers(client: Browser, director: User, books: Any) -> None:
    client.force_login(director)
    page = client.get("/financials/receivables/?as_of=2026-11-30").content.decode()
    assert "$0.6k of the $1.6k owed is overdue" in page
    assert "1,570.12" in page
    rows = client.get("/financials/receivables/?as_of=2026-11-30&format=csv").getvalue().decode().splitlines()
    assert rows[0] == "client,name,currency,current,d30,d60,d90,over90,total,overdue,dso"
    assert rows[1] == "HAL,Hal Ltd,USD,950.00,430.00,120.12,0.00,70.00,1570.12,620.12,57.7"
    assert "H5" in client.get("/financials/invoices/?bucket=current&as_of=2026-11-30").content.decode()
    assert client.get("/financials/receivables/?client=NIL").status_code == 404
    assert "Write the day as" in client.get("/financials/invoices/?as_of=soon").content.decode()
    assert client.get("/clients/HAL/receivables/panel/").status_code == 200
    client.force_login(make_user("legal", email="l@example.com"))
    assert client.get("/financials/receivables/").status_code == 403


def test_rest_report_and_resources(client: Browser, director: User, books: Any) -> None:
    made = issue_token(user=director, name="t", scopes=["*"], days=1, actor="x", now=timezone.now())
    headers = {"Authorization": f"Bearer {made.plain}"}
    body = client.get("/api/v1/reports/receivables/?as_of=2026-11-30&group_by=client", headers=headers).json()
    assert body["rows"][0] == {
        "client": "HAL", "currency": "USD", "current": "950.00", "d30": "430.00", "d60": "120.12", "d90": "0.00",
        "over90": "70.00", "dso": "57.675053",
    }  # fmt: skip
    order = {"number": "P", "client": "HAL", "amount": "10", "currency": "USD", "issued": "2026-01-01"}
    post: Any = {"content_type": "application/json", "headers": headers}
    assert client.post("/api/v1/purchase-orders/", order, **post).status_code == 201
    assert client.post("/api/v1/purchase-orders/", {**order, "client": "OST"}, **post).status_code == 201
    assert client.post("/api/v1/purchase-orders/", order, **post).status_code == 409
    pk = PurchaseOrder.objects.get(client__key="HAL").pk
    moved = client.patch(f"/api/v1/purchase-orders/{pk}/", {"client": "OST"}, **post)
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (422, "/client")
    changed = client.patch(f"/api/v1/purchase-orders/{pk}/", {"amount": "12"}, **post)
    assert (changed.status_code, changed.json()["amount"], changed.json()["client"]) == (200, "12.0000", "HAL")


def test_invoices_load_again_without_change_and_refuse_what_cannot_be(tmp_path: Path) -> None:
    make_client("HAL")
    head = "number,client,issued,due,amount,currency,paid_on,po_number\n"
    good = write(tmp_path, "i.csv", f"{head}I/1,HAL,2026-10-01,2026-10-31,100.00,USD,,P\n")
    assert load("invoices", good).counts == (1, 1, 0, 0, 0)
    assert load("invoices", good).counts == (1, 0, 0, 1, 0)
    paid = write(tmp_path, "p.csv", f"{head}I/1,HAL,2026-10-01,2026-10-31,100.00,USD,2026-11-02,P\n")
    assert load("invoices", paid).counts == (1, 0, 1, 0, 0)
    bad = (
        "B1,HAL,2026-10-01,2026-09-30,1,USD,,\nB2,HAL,2026-10-01,2026-10-31,1,USD,2026-09-30,\n"
        "B3,HAL,2026-10-01,2026-10-31,0,USD,,\nB4,NIL,2026-10-01,2026-10-31,1,USD,,\nB5,HAL,2026-10-01,,1,USD,,\n"
    )
    answer = load("invoices", write(tmp_path, "b.csv", head + bad))
    assert [reason for _, reason in rejects(answer)] == [
        "due lies before issued",
        "paid_on lies before issued",
        "amount is zero: an invoice bills something, a credit note gives something back",
        "client “NIL” is unknown",
        "due is missing",
    ]
    assert Invoice.objects.count() == 1


def test_one_order_number_at_two_clients(tmp_path: Path) -> None:
    make_client("HAL")
    make_client("OST")
    head = "number,client,amount,currency,issued,expires\n"
    rows = "P1,HAL,100,USD,2026-01-01,\nP1,OST,200,USD,2026-01-01,2026-12-31\n"
    path = write(tmp_path, "p.csv", head + rows)
    assert load("purchase_orders", path).counts == (2, 2, 0, 0, 0)
    assert load("purchase_orders", path).counts == (2, 0, 0, 2, 0)
    bad = write(tmp_path, "q.csv", f"{head}P2,HAL,100,USD,2026-01-02,2026-01-01\nP3,HAL,-1,USD,2026-01-02,\n")
    assert [reason for _, reason in rejects(load("purchase_orders", bad))] == [
        "expires lies before issued",
        "amount “-1” is below zero",
    ]
