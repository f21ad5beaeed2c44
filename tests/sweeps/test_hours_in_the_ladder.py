"""SALARY in the P&L: a month whose labour is one person's hours, asked for in every shape the product has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from financials.models import TimeMonth
from tests.financials.books import post
from tests.makers import make_user
from tests.sweeps.withheld import text_of
from tests.sweeps.world import World

JUNE = date(2025, 6, 1)
READERS = ("director", "account_manager", "delivery", "leadership")
"""Roles with COST and without SALARY."""
TOLD = ("83,194", "83194", "15,569", "15569", "83.2k", "15.6k", "15.8%", "0.157")
"""Of 98,764.00 booked, hours that cost 83,194.71 leave 15,569.29, a margin of 15.76%."""
SPAN = "from=2025-06&to=2025-06"
ROWS = ("client", "contract", "service_line", "owner", "tier")
UNMOVED = "net_revenue"
MEASURES = ("delivery_labour", "gross_profit", "contribution", "gross_margin", "operating_profit", "overhead")


def pages() -> list[str]:
    ladders = [f"/financials/pnl/?client=HAL&{SPAN}", f"/financials/pnl/?{SPAN}", f"/clients/HAL/financials/?{SPAN}"]
    pivots = [f"/financials/pnl/?rows={rows}&measure={name}&{SPAN}" for rows in ROWS for name in MEASURES]
    files = [f"{page}&format={kind}" for page in (*ladders[:2], *pivots[:6]) for kind in ("csv", "xlsx")]
    figures = [f"/figures/pnl.{name}:client=HAL;from=2025-06;to=2025-06/" for name in MEASURES]
    bridges = [f"/financials/bridge/?from=2025-05&to=2025-06&measure={name}" for name in ("gross_profit", UNMOVED)]
    return [*ladders, *pivots, *files, *figures, *bridges, "/financials/close/2025-06/"]


def resources() -> list[str]:
    ways = [f"&format={kind}" for kind in ("json", "csv", "xlsx")]
    reports = [f"/api/v1/reports/pnl/?{SPAN}&group_by={rows}{way}" for rows in (*ROWS, "") for way in ways]
    bridges = [f"/api/v1/reports/margin-bridge/?from=2025-05&to=2025-06&group_by=client{way}" for way in ways]
    figures = [f"/api/v1/figures/pnl.{name}:client=HAL;from=2025-06;to=2025-06/" for name in MEASURES]
    return [*reports, *bridges, *figures]


def hours(world: World, people: int) -> None:
    client = world.own.client
    post(client, "gross_revenue", "98764.00", month=JUNE, contract=world.own.sow, service_line="Media")
    for worker in [make_user("delivery") for _ in range(people)]:
        TimeMonth.objects.create(
            client=client, contract=world.own.sow, person=worker, month=JUNE, hours=D(10), billable_hours=D(10),
            unpriced_hours=D(0), uncarded_hours=D(10), cost=D("83194.71") / people, cost_currency="USD", value=D(0),
            value_currency="", entries=1,
        )  # fmt: skip


def told(world: World, role: str) -> dict[str, list[str]]:
    browser = world.browser(world.people[role])
    answers = {address: text_of(browser.get(address)) for address in pages()}
    headers = world.bearer(world.people[role])
    answers |= {address: text_of(world.browser(None).get(address, headers=headers)) for address in resources()}
    said = {address: [word for word in TOLD if word in text] for address, text in answers.items()}
    return {address: words for address, words in said.items() if words}


@pytest.mark.parametrize("role", READERS)
def test_one_persons_hours_are_told_to_none_but_finance(world: World, role: str) -> None:
    hours(world, 1)
    assert told(world, role) == {}


def test_finance_is_told(world: World) -> None:
    """The control: nearly every address does tell it, so that the silence above means something."""
    hours(world, 1)
    found = told(world, "finance")
    silent = [address for address in (*pages(), *resources()) if address not in found]
    assert [address for address in silent if "overhead" not in address and UNMOVED not in address] == [], silent


def test_three_people_are_told_to_those_with_cost(world: World) -> None:
    hours(world, 3)
    assert len(told(world, "director")) > 60


@pytest.mark.parametrize("month", [JUNE, date(2026, 12, 1)], ids=["closed, beside minutes of others", "open"])
def test_nobody_hides_one_persons_cost_behind_others(world: World, month: date) -> None:
    """In a closed month two more people with a hundredth of an hour; in an open one, three who worked alike, where an
    hour more of one would tell what it costs."""
    client = world.own.client
    post(client, "gross_revenue", "98764.00", month=month, contract=world.own.sow, service_line="Media")
    costs = ("83192.71", "1.00", "1.00") if month == JUNE else ("27731.57",) * 3
    for cost in costs:
        TimeMonth.objects.create(
            client=client, contract=world.own.sow, person=make_user("delivery"), month=month, hours=D(10),
            billable_hours=D(10), unpriced_hours=D(0), uncarded_hours=D(10), cost=D(cost), cost_currency="USD",
            value=D(0), value_currency="", entries=1,
        )  # fmt: skip
    span = f"from={month:%Y-%m}&to={month:%Y-%m}"
    told = {}
    for role in ("delivery", "finance"):
        headers = world.bearer(world.people[role])
        text = text_of(world.browser(None).get(f"/api/v1/reports/pnl/?group_by=client&{span}", headers=headers))
        told[role] = "83194.71" in text
    assert told == {"delivery": False, "finance": True}
