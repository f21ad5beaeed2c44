"""The rows that pivots read: kept by the database whatever writes beneath, and the same as the cells of any report."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import connection

from accounts.models import Client
from financials.models import BudgetLadder, BudgetLine, LedgerLadder, LedgerMonth
from financials.models.ledger import Line
from financials.queries.pnl import load_pnl, stream_rows
from financials.queries.pnl_request import PnlRequest
from people.models import User
from portfolio.queries.integrity import lines_lie_beside_each_other
from tests.financials.books import NOW, OCTOBER, budget, close_through, fx, post, post_worked
from tests.makers import make_client, make_contract

pytestmark = pytest.mark.django_db
LATER = datetime(2099, 1, 1, tzinfo=UTC)
_LINES = ("gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead")


def lying(model: type[LedgerLadder] | type[BudgetLadder]) -> list[tuple[object, ...]]:
    return list(model.objects.order_by("month", "currency").values_list("month", "currency", *_LINES, "cells"))


def test_six_cells_are_one_row(owner: User) -> None:
    post_worked(make_client("KESTREL", owner=owner))
    assert lying(LedgerLadder) == [
        (OCTOBER, "USD", D(520000), D(120000), D(186000), D(34000), D(21500), D(48000), 6),
    ]
    row = LedgerLadder.objects.get()
    assert (row.cents, row.checked) == (True, D(110500))


def test_edits_and_removals_beneath_are_followed(owner: User) -> None:
    client = make_client("KESTREL", owner=owner)
    post(client, "gross_revenue", "100.005")
    assert [row.cents for row in LedgerLadder.objects.all()] == [False]
    post(client, "freelancers", "40")
    LedgerMonth.objects.filter(line="freelancers").update(currency="EUR", amount=D(41))
    assert [row[1:6] + row[8:] for row in lying(LedgerLadder)] == [
        ("EUR", D(0), D(0), D(0), D(41), 1),
        ("USD", D("100.005"), D(0), D(0), D(0), 1),
    ]
    LedgerMonth.objects.filter(line="freelancers").delete()
    assert [row[1] for row in lying(LedgerLadder)] == ["USD"]
    assert lines_lie_beside_each_other() == []


def test_versions_of_a_budget_lie_apart(owner: User) -> None:
    client = make_client("KESTREL", owner=owner)
    budget(client, "gross_revenue", "10", version="v1")
    budget(client, "gross_revenue", "20", version="v2")
    budget(client, "pass_through", "5", version="v2")
    kept = BudgetLadder.objects.order_by("version_name").values_list("version_name", "gross_revenue", "pass_through")
    assert list(kept) == [("v1", D(10), D(0)), ("v2", D(20), D(5))]
    BudgetLine.objects.filter(version_name="v1").delete()
    client.delete()
    assert not BudgetLadder.objects.exists()


def test_verify_names_a_row_that_was_changed_by_hand(owner: User) -> None:
    post(make_client("KESTREL", owner=owner), "gross_revenue", "100")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE financials_ledgerladder SET gross_revenue = 90")
    (fault,) = lines_lie_beside_each_other()
    assert fault.endswith("2026-10: the cells hold 10.0000 more than their row")
    # One client's tie-out reads its entries, and says what the row lacks.
    for group in ((), ("month",)):
        mine = load_pnl(owner, PnlRequest(first=OCTOBER, last=OCTOBER, client="KESTREL", group_by=group), now=NOW)
        assert mine.tie_out == (D(100), D(90), D(10))


@pytest.fixture
def book(owner: User) -> list[Client]:
    close_through(OCTOBER)
    dice = random.Random(5)
    clients = [make_client(f"C{at}", owner=owner, currency=dice.choice(["USD", "EUR", "JPY"])) for at in range(4)]
    for month in range(1, 11):
        fx(date(2026, month, 1), "EUR", f"1.0{dice.randint(100, 999)}")
        fx(date(2026, month, 1), "JPY", f"0.00{dice.randint(6000, 7000)}")
    for client in clients:
        work = make_contract(client, number=f"SOW-{client.key}")
        for _ in range(40):
            post(
                client, dice.choice(Line.values), f"{dice.randint(-900, 9000)}.{dice.randint(0, 99):02}5",
                month=date(2026, dice.randint(1, 10), 1), currency=dice.choice(["USD", client.currency]),
                contract=dice.choice([None, work]), service_line=dice.choice(["", "Media", "Éclair", "alpha"]),
            )  # fmt: skip
    return clients


@pytest.mark.parametrize("groups", [(), ("client",), ("service_line", "month"), ("contract", "quarter")])
@pytest.mark.parametrize("scenario", ["actual", "prior_year", "budget"])
def test_a_stream_has_the_rows_of_the_report(
    owner: User, book: list[Client], groups: tuple[str, ...], scenario: str
) -> None:
    budget(book[0], "gross_revenue", "10", service_line="Media")
    span = {"first": date(2026, 1, 1), "last": date(2027, 10, 1)}
    request = PnlRequest(group_by=groups, scenario=scenario, **span)  # type: ignore[arg-type]  # as parametrised
    result = load_pnl(owner, request, now=NOW)
    assert list(stream_rows(owner, request, result.basis)) == list(result.rows)
    assert result.rows


def test_the_kept_rows_give_what_the_entries_give(owner: User, book: list[Client]) -> None:
    """With an as-of the entries are read: the same figures to the cent, in three currencies and half cents."""
    for groups in (("client",), ("service_line",), ("contract", "month")):
        request = PnlRequest(first=date(2026, 1, 1), last=OCTOBER, group_by=groups, as_of=LATER)
        kept = PnlRequest(first=date(2026, 1, 1), last=OCTOBER, group_by=groups)
        raw = load_pnl(owner, request, now=NOW).rows
        assert [(row.group, dict(row.values)) for row in raw] == [
            (row.group, dict(row.values)) for row in load_pnl(owner, kept, now=NOW).rows
        ]


@pytest.mark.parametrize(
    ("amount", "rate", "light", "converted"),
    [
        ("0.15", "1.5", True, "0.22"),  # 0.225, a tie: to the even cent
        ("0.25", "1.5", True, "0.38"),  # 0.375
        ("-0.15", "1.5", True, "-0.22"),
        ("999999999.99", "1.000005", True, "1000004999.99"),  # …999.98999995: what floating point says, said exactly
        ("1000000000", "1.000005", False, "1000005000"),
        ("4.005", "2", False, "8.01"),
        ("3.33", "2500", True, "8325"),  # too large a rate for floating point
    ],
)
def test_light_and_heavy_cells_have_the_same_cents(
    owner: User, amount: str, rate: str, light: bool, converted: str
) -> None:
    close_through(OCTOBER)
    fx(OCTOBER, "EUR", rate)
    post(make_client("KESTREL", owner=owner, currency="EUR"), "gross_revenue", amount, currency="EUR")
    assert [row.light for row in LedgerLadder.objects.all()] == [light]
    (row,) = load_pnl(owner, PnlRequest(first=OCTOBER, last=OCTOBER), now=NOW).rows
    assert row["gross_revenue"] == D(converted)


def whole(user: User, **kw: object) -> list[tuple[object, ...]]:
    """The whole book by month, which is summed from the index of light cells, and by client and month, which is not."""
    asked = {"first": date(2026, 1, 1), "last": OCTOBER, **kw}
    by_month = load_pnl(user, PnlRequest(group_by=("month",), **asked), now=NOW)  # type: ignore[arg-type]  # as named
    by_client = load_pnl(user, PnlRequest(group_by=("client", "month"), **asked), now=NOW)  # type: ignore[arg-type]
    sums: dict[str | None, dict[str, D | None]] = {}
    for row in by_client.rows:
        kept = sums.setdefault(row.group[1], dict.fromkeys(_LINES, D(0)))
        for line in _LINES:
            before, value = kept[line], row[line]
            kept[line] = None if before is None or value is None else before + value
    assert {row.group[0]: {line: row[line] for line in _LINES} for row in by_month.rows} == sums
    assert by_month.missing == by_client.missing
    assert by_month.rates_note == by_client.rates_note
    if not by_month.missing and kw.get("scenario", "actual") == "actual":
        assert by_month.tie_out is not None
        assert by_month.tie_out.difference == 0
    return [(row.group[0], *(row[line] for line in _LINES)) for row in by_month.rows]


@pytest.mark.parametrize("scenario", ["actual", "budget"])
@pytest.mark.parametrize(
    ("currency", "rate"),
    [
        ("USD", ""), ("EUR", "1.0845"), ("EUR", "1.08"), ("EUR", "9"), ("EUR", "9.5"), ("EUR", "0.12345678"),
        ("EUR", "250"), ("EUR", ""), ("AAA", ""), ("FFF", ""), ("ZZZ", ""),
    ],
)  # fmt: skip
def test_the_whole_book_by_month_is_the_sum_of_its_clients(
    finance: User, owner: User, currency: str, rate: str, scenario: str
) -> None:
    """Its own currency; rates of few decimals, of many, too large, none; codes before, between and after the known."""
    close_through(OCTOBER)
    fx(OCTOBER, "GBP", "1.3")
    if rate:
        fx(OCTOBER, currency, rate)
    client = make_client("KESTREL", owner=owner)
    put = post if scenario == "actual" else budget
    amounts = ("0.15", "0.25", "0.05", "-0.15", "999999999.99", "1000000000", "4.005", "0.0001", "123456.78")
    for at, amount in enumerate(amounts):
        put(client, "gross_revenue", amount, currency=currency, service_line=f"s{at}")
        put(client, "freelancers", amount, currency="GBP", service_line=f"s{at}")
    assert whole(finance, scenario=scenario)


def test_the_whole_book_of_three_currencies_by_month(finance: User, book: list[Client]) -> None:
    assert len(whole(finance)) == 10
    assert len(whole(finance, rates=date(2026, 3, 1))) == 10
    for currency in ("EUR", "JPY"):
        assert len(whole(finance, currency=currency)) == 10
