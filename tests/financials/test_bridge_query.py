"""The bridge over the books: the worked figure from postings and hours, exchange, budget, access, page, REST."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client
from financials.calc.bridge import Moves
from financials.models import TimeMonth
from financials.queries.bridge import BridgeRequest, BridgeResult, load_bridge, read_span
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, OCTOBER, budget_lines, close_through, fx, post
from tests.makers import make_client

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


def worked(client: Client, person: User, month: date, hours: str) -> None:
    TimeMonth.objects.create(
        client=client, person=person, month=month, hours=D(hours), billable_hours=D(hours), unpriced_hours=D(hours),
        uncarded_hours=D(0), cost=D(0), value=D(0), entries=1,
    )  # fmt: skip


def earn(client: Client, month: date, net: str, labour: str, currency: str = "USD") -> None:
    post(client, "gross_revenue", net, month=month, currency=currency)
    post(client, "delivery_labour", labour, month=month, currency=currency)


@pytest.fixture
def kestrel(owner: User) -> Client:
    """1,000 h at 200/110 in September, 1,100 h at 205/112 in October."""
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner)
    earn(client, SEPTEMBER, "200000", "110000")
    earn(client, OCTOBER, "225500", "123200")
    worked(client, owner, SEPTEMBER, "1000")
    worked(client, owner, OCTOBER, "1100")
    return client


def ask(user: User, **kw: Any) -> BridgeResult:
    return load_bridge(user, BridgeRequest(**kw), now=NOW)


def test_the_worked_bridge_from_the_books(owner: User, outsider: User, kestrel: Client) -> None:
    found = ask(owner)
    assert found.total == Moves(start=D(90000), price=D(5500), volume=D(9000), cost_mix=D(-2200), end=D(102300))
    assert [one.key for one in found.clients] == ["KESTREL"]
    assert ask(outsider).clients == ()


def test_exchange_and_months_without_hours(owner: User, kestrel: Client) -> None:
    fx(SEPTEMBER, "EUR", "1.10")
    fx(OCTOBER, "EUR", "1.20")
    euro = make_client("EURO", owner=owner, currency="EUR")
    earn(euro, SEPTEMBER, "1000", "600", currency="EUR")
    earn(euro, OCTOBER, "1500", "600", currency="EUR")
    (row,) = ask(owner, client="EURO").clients
    # 400 × 1.10 = 440; then 900 × 1.10 = 990 at September's rate, 1,080 at October's.
    assert row.moves == Moves(start=D(440), fx=D(90), other=D(550), end=D(1080))
    assert ask(owner).total.end == D("103380.00")


def test_a_missing_rate_is_named(owner: User, kestrel: Client) -> None:
    fx(OCTOBER, "EUR", "1.20")
    post(kestrel, "gross_revenue", "10", month=SEPTEMBER, currency="EUR")
    found = ask(owner)
    assert (found.clients, found.missing) == ((), ("No EUR/USD rate for 2026-09.",))


def test_from_budget_to_actual_is_other(owner: User, kestrel: Client) -> None:
    budget_lines(kestrel, [("gross_revenue", "250000"), ("delivery_labour", "130000")])
    assert ask(owner, against="budget").total == Moves(start=D(120000), other=D(-17700), end=D(102300))


def test_a_budget_with_hours_is_split(owner: User, kestrel: Client) -> None:
    """1,000 h planned at 200/110 against 1,100 h worked at 205/112: the worked figure, to the cent."""
    budget_lines(kestrel, [("gross_revenue", "200000"), ("freelancers", "10000")])
    budget_lines(kestrel, [("delivery_labour", "60000")], hours=D(600), service_line="Media")
    budget_lines(kestrel, [("delivery_labour", "40000")], hours=D(400))
    found = ask(owner, against="budget")
    assert found.total == Moves(start=D(90000), price=D(5500), volume=D(9000), cost_mix=D(-2200), end=D(102300))
    assert found.without_hours == 0


def test_a_budget_with_part_of_its_hours_has_none(owner: User, kestrel: Client) -> None:
    budget_lines(kestrel, [("gross_revenue", "250000"), ("delivery_labour", "90000")])
    budget_lines(kestrel, [("delivery_labour", "40000")], hours=D(400), service_line="Media")
    found = ask(owner, against="budget")
    assert (found.total.other, found.without_hours) == (D(-17700), 1)
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get("/financials/bridge/?to=2026-10&against=budget").content.decode()
    assert "The budget plans no hours for 1 month of a client" in page


def test_periods_pair_month_by_month_or_whole(owner: User, kestrel: Client) -> None:
    quarter = read_span("2026-Q3")
    assert quarter == (date(2026, 7, 1), SEPTEMBER)
    found = ask(owner, start=quarter, end=(OCTOBER, OCTOBER))  # three months against one: whole
    assert found.total.price == D(5500)
    pairs = ask(owner, start=(date(2026, 8, 1), SEPTEMBER), end=(SEPTEMBER, OCTOBER))
    # August had nothing: September against it is other; October against September is the worked bridge.
    assert pairs.total == Moves(
        start=D(90000), price=D(5500), volume=D(9000), cost_mix=D(-2200), other=D(90000), end=D(192300)
    )


def test_page_file_and_rest_say_the_same(owner: User, legal: User, kestrel: Client) -> None:
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get("/financials/bridge/?to=2026-10").content.decode()
    assert "Gross profit rose $12.3k from Sep 2026 to Oct 2026: volume added $9.0k, cost and mix took $2.2k" in page
    assert "102,300.00" in page
    assert "Exchange" not in page  # a part nobody has
    assert b"comes after" in browser.get("/financials/bridge/?to=2026-10..2026-09").content
    text = b"".join(browser.get("/financials/bridge/?to=2026-10&format=csv").streaming_content)  # type: ignore[attr-defined]
    assert text.decode().splitlines()[1] == "KESTREL,90000.00,5500.00,9000.00,-2200.00,0.00,0.00,0.00,102300.00"
    token = issue_token(user=owner, name="t", scopes=["read:reports"], days=1, actor="t", now=timezone.now()).plain
    auth = {"Authorization": f"Bearer {token}"}
    body = Browser().get("/api/v1/reports/margin-bridge/?group_by=client&from=2026-09&to=2026-10", headers=auth).json()
    assert body["rows"] == [
        {
            "client": "KESTREL", "start": "90000.00", "price": "5500.00", "volume": "9000.00", "cost_mix": "-2200.00",
            "pass_through": "0.00", "fx": "0.00", "other": "0.00", "end": "102300.00",
        }
    ]  # fmt: skip
    assert Browser().get("/api/v1/reports/margin-bridge/?from=soon", headers=auth).status_code == 400
    browser.force_login(legal, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/financials/bridge/").status_code == 403


def test_each_part_explains_itself(owner: User, kestrel: Client) -> None:
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    span = "start=2026-09..2026-09;end=2026-10..2026-10"
    told = browser.get(f"/figures/bridge.volume:client=KESTREL;{span}/").content.decode()
    assert "change in hours × what an hour earned before" in told
    assert "9,000.00" in told
    assert browser.get(f"/figures/bridge.volume:{span};measure=profit/").status_code == 404
