"""SALARY by arithmetic: what one person costs, worked back from a fixed fee's progress. Every place that tells it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from financials.actions.contracts import rebuild_schedules
from financials.models import Estimate, TimeMonth
from tests.makers import make_contract, make_user
from tests.sweeps.withheld import text_of
from tests.sweeps.world import World

SEPTEMBER = date(2026, 9, 1)
READERS = ("director", "account_manager", "delivery", "leadership")
"""Roles with COST and without SALARY."""
FIGURES = (
    "contract.earned", "contract.backlog", "contract.expected_loss", "contract.provision", "contract.earned_not_billed",
    "contract.billed_not_earned", "contract.percent_complete", "contract.cost_to_date",
)  # fmt: skip
TOLD = ("24,691", "24691", "74,073", "74073", "831.9", "832.0", "25.0%", "0.250000")
"""Ten hours at 83.1947 are 831.947; three times that to go: a quarter of a fee of 98,764 is 24,691; 74,073 is left."""


def addresses() -> list[str]:
    pages = [
        "/contracts/HAL-FIX/", "/contracts/HAL-FIX/billing/", "/contracts/", "/contracts/?format=csv",
        "/clients/HAL/contracts/", "/financials/close/2026-09/", "/financials/close/2026-10/",
        *(f"/financials/close/2026-{month}/{part}.csv" for month in ("09", "10") for part in ("accruals", "labour")),
        "/figures/close.recognised:month=2026-10;contract=HAL-FIX/",
        "/figures/close.earned_not_billed:month=2026-10;contract=HAL-FIX/",
        "/financials/pnl/?contract=HAL-FIX", "/financials/pnl/?client=HAL&group=contract", "/search/?q=HAL-FIX",
        "/audit/?q=HAL-FIX",
    ]  # fmt: skip
    return pages + [f"/figures/{name}:contract=HAL-FIX/" for name in FIGURES]


def job(world: World, people: int) -> None:
    client = world.own.client
    fixed = make_contract(
        client, number="HAL-FIX", billing="fixed_fee", amount=D(98764), start=SEPTEMBER, end=date(2026, 12, 31)
    )
    rebuild_schedules([fixed.pk], now=world.now)
    Estimate.objects.create(contract=fixed, month=SEPTEMBER, cost_to_go=3 * D("831.947"))
    workers = [world.people["delivery"], *(make_user("delivery") for _ in range(people - 1))]
    for worker in workers:
        TimeMonth.objects.create(
            client=client, contract=fixed, person=worker, month=SEPTEMBER, hours=D(10), billable_hours=D(10),
            unpriced_hours=D(0), uncarded_hours=D(10), cost=D("831.947") / people, cost_currency="USD", value=D(0),
            value_currency="", entries=1,
        )  # fmt: skip


def told(world: World, role: str) -> dict[str, list[str]]:
    browser, found = world.browser(world.people[role]), {}
    headers = world.bearer(world.people[role])
    answers = {address: text_of(browser.get(address)) for address in addresses()}
    for name in FIGURES:
        path = f"/api/v1/figures/{name}:contract=HAL-FIX/"
        answers[path] = text_of(world.browser(None).get(path, headers=headers))
    for address, text in answers.items():
        if words := [word for word in TOLD if word in text]:
            found[address] = words
    return found


@pytest.mark.parametrize("role", READERS)
def test_one_persons_progress_is_told_to_none_but_finance(world: World, role: str) -> None:
    job(world, 1)
    assert told(world, role) == {}


def test_finance_is_told(world: World) -> None:
    """The control: these addresses do tell it, so that their silence above means something."""
    job(world, 1)
    found = told(world, "finance")
    assert {"/contracts/HAL-FIX/", "/figures/contract.earned:contract=HAL-FIX/"} <= found.keys()
    assert "/api/v1/figures/contract.earned:contract=HAL-FIX/" in found


def test_three_people_are_told_to_those_with_cost(world: World) -> None:
    job(world, 3)
    assert "/contracts/HAL-FIX/" in told(world, "director")
