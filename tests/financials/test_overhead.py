"""The overhead pool is spread by the driver in force, and the shares sum to it whatever the amounts."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.models import Client
from financials.models import LedgerMonth, OverheadRule, TimeMonth
from financials.queries.basis import Sql, load_basis
from financials.queries.cuts import Cut
from financials.queries.ladders import load_ladders
from financials.queries.overhead import Pool
from financials.queries.overhead_page import load_pool_page
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from financials.queries.pool_shares import load_pool, load_unspread
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, fx, post
from tests.makers import make_client, make_contract, make_user

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)
EVERYONE: Sql = ("SELECT id FROM accounts_client", [])
DRIVERS = ("delivery_labour", "net_revenue", "hours", "none")


def rule(starts: date, driver: str, *, set_at: datetime = NOW) -> None:
    OverheadRule.objects.create(starts=starts, driver=driver, set_by="fay@example.com", set_at=set_at)


def hours(client: Client, person: User, amount: str, *, month: date = OCTOBER) -> None:
    TimeMonth.objects.create(
        client=client, person=person, month=month, hours=D(amount), billable_hours=D(amount), unpriced_hours=0,
        uncarded_hours=0, cost=0, value=0, entries=1,
    )  # fmt: skip


@pytest.fixture
def book(owner: User) -> tuple[Client, Client]:
    """October: labour 300 and 100, net revenue 1,000 and 3,000, hours 10 and 10; a pool of 100.01."""
    halden, kestrel = make_client("HALDEN", owner=owner), make_client("KESTREL", owner=owner)
    close_through(OCTOBER)
    for client, labour, revenue in ((halden, "300", "1200"), (kestrel, "100", "3200")):
        post(client, "delivery_labour", labour)
        post(client, "gross_revenue", revenue)
        post(client, "pass_through", "200")
        hours(client, owner, "10")
    post(None, "overhead", "100.01")
    return halden, kestrel


def spread(user: User, month: date = OCTOBER) -> dict[str, D]:
    rows = load_pnl(user, PnlRequest(first=month, last=month, group_by=("client",)), now=NOW).rows
    return {row.group[0] or "": row["overhead"] or D(0) for row in rows}


@pytest.mark.parametrize(
    ("driver", "halden", "kestrel"),
    [
        ("", "75.01", "25.00"),  # delivery labour while no rule says otherwise: 75.0075, the rest
        ("delivery_labour", "75.01", "25.00"),
        ("net_revenue", "25.00", "75.01"),  # 25.0025
        ("hours", "50.00", "50.01"),  # 50.005 rounds to the even cent
        ("none", "0", "0"),
    ],
)
def test_each_driver(finance: User, book: tuple[Client, Client], driver: str, halden: str, kestrel: str) -> None:
    if driver:
        rule(date(2026, 7, 1), driver)
    assert spread(finance) == {"HALDEN": D(halden), "KESTREL": D(kestrel)}


def test_the_newest_rule_at_or_before_the_month_decides(finance: User, book: tuple[Client, Client]) -> None:
    for name in ("HALDEN", "KESTREL"):
        post(Client.objects.get(key=name), "delivery_labour", "50", month=SEPTEMBER)
    post(None, "overhead", "10", month=SEPTEMBER)
    rule(date(2026, 1, 1), "none")
    rule(SEPTEMBER, "delivery_labour")
    rule(OCTOBER, "net_revenue")
    rule(date(2026, 11, 1), "hours")
    assert spread(finance, SEPTEMBER) == {"HALDEN": D("5.00"), "KESTREL": D("5.00")}
    assert spread(finance) == {"HALDEN": D("25.00"), "KESTREL": D("75.01")}


def test_what_nothing_carries_is_shown(finance: User, book: tuple[Client, Client]) -> None:
    post(None, "overhead", "40", month=SEPTEMBER)
    request = PnlRequest(first=SEPTEMBER, last=OCTOBER)
    shown = load_pnl(finance, request, now=NOW)
    assert (shown.unallocated, shown.pooled) == (D("40"), "spread by delivery labour")
    rule(OCTOBER, "none")
    shown = load_pnl(finance, request, now=NOW)
    assert (shown.unallocated, shown.pooled) == (D("140.01"), "spread by delivery labour, some of it not")


def test_looking_back_a_later_rule_is_not_known_yet(finance: User, book: tuple[Client, Client]) -> None:
    rule(date(2026, 7, 1), "net_revenue", set_at=datetime(2026, 11, 24, tzinfo=UTC))
    request = PnlRequest(first=OCTOBER, last=OCTOBER, group_by=("client",), as_of=NOW)
    rows = {row.group[0]: row["overhead"] for row in load_pnl(finance, request, now=NOW).rows}
    assert rows == {"HALDEN": D("75.01"), "KESTREL": D("25.00")}


def test_a_client_whose_driver_is_negative_carries_nothing(finance: User, book: tuple[Client, Client]) -> None:
    post(book[1], "delivery_labour", "-250")
    assert spread(finance) == {"HALDEN": D("100.01"), "KESTREL": D("0")}


def test_the_share_of_a_client_is_the_same_for_those_who_see_only_it(book: tuple[Client, Client]) -> None:
    own = make_user("director")
    Client.objects.filter(key="HALDEN").update(owner=own)
    assert spread(own) == {"HALDEN": D("75.01")}


@pytest.mark.parametrize("seed", range(12))
def test_shares_sum_to_the_pool_for_any_amounts_and_currencies(finance: User, owner: User, seed: int) -> None:
    """Three months of random cells, credits among them; each month by another driver; to the cent, and to the yen."""
    dice = random.Random(seed)
    months = [date(2026, month, 1) for month in (8, 9, 10)]
    close_through(OCTOBER)
    for month in months:
        fx(month, "EUR", "1.0845")
        fx(month, "JPY", "0.0066")
    clients = [make_client(owner=owner) for _ in range(6)]
    contracts = {client: make_contract(client) for client in clients}
    for month in months:
        rule(month, dice.choice(DRIVERS))
        post(None, "overhead", f"{dice.uniform(-900, 90_000):.2f}", month=month, currency=dice.choice(["USD", "EUR"]))
        for client in clients:
            hours(client, owner, f"{dice.randrange(1, 4000) / 4:.2f}", month=month)
            for line in ("delivery_labour", "gross_revenue", "pass_through"):
                for contract in (None, contracts[client]):
                    amount, code = f"{dice.gauss(4000, 3500):.2f}", dice.choice(["USD", "EUR", "JPY"])
                    post(client, line, amount, month=month, currency=code, contract=contract)
    for currency in ("USD", "JPY"):
        basis = load_basis(finance, now=NOW, currency=currency)
        cut = Cut(EVERYONE, months[0], months[-1])
        pool, gaps = load_pool(basis, cut)
        carried: dict[str, D] = defaultdict(D)
        for cell in load_ladders("actual", basis, cut, ("month", "client"), pool):
            carried[cell.group[0] or ""] += cell.pooled or D(0)
        whole = {f"{month:%Y-%m}": amount for month, amount in pool.amounts.items()}
        assert not gaps
        assert all(carried[month] in (amount, 0) for month, amount in whole.items()), (carried, whole)
        assert load_unspread(basis, cut, pool) == pool.total - sum(carried.values())
        spreadable = [month for month in months if pool.drivers[month] != "none"]
        assert all(carried[f"{month:%Y-%m}"] == pool.amounts[month] for month in spreadable if _busy(pool, month))


def _busy(pool: Pool, month: date) -> bool:
    """Whether anybody has any of the driver that month, in the plainest words."""
    driver = pool.drivers[month]
    if driver == "hours":
        return True
    signs = {"delivery_labour": {"delivery_labour": 1}, "net_revenue": {"gross_revenue": 1, "pass_through": -1}}[driver]
    worth = {"USD": D(1), "EUR": D("1.0845"), "JPY": D("0.0066")}
    sums: dict[int, D] = defaultdict(D)
    for cell in LedgerMonth.objects.filter(month=month, line__in=signs, client__isnull=False):
        sums[cell.client_id or 0] += cell.amount * signs[cell.line] * worth[cell.currency]
    return any(total > 1 for total in sums.values())


def test_the_page_tells_each_months_pool_and_what_is_left(
    book: tuple[Client, Client], finance: User, sign_in: Any
) -> None:
    post(None, "overhead", "40", month=SEPTEMBER)  # nobody worked in September: nothing carries it
    page = load_pool_page(finance, now=NOW)
    told = [(one.month, one.pool.value, one.spread.value, one.left.value) for one in page.months]
    assert told == [(OCTOBER, D("100.01"), D("100.01"), D(0)), (SEPTEMBER, D(40), D(0), D(40))]
    assert page.finding == "Sep 2026 left some of it with no client"
    rule(OCTOBER, "none")
    assert [one.left.value for one in load_pool_page(finance, now=NOW).months] == [D("100.01"), D(40)]
    html = sign_in(finance).get("/financials/overhead/").content.decode()
    assert "close.unallocated:month=2026-09" in html
