"""Deals not opened yet in a run: what the book's contracts say, kept for the day, shown apart and explained."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import transaction
from django.test import Client as Browser

from accounts.models import Client
from common import jobs
from common.figures import explain
from common.periods import month_add, month_end
from financials.actions.contracts import mark_clients_dirty
from financials.calc.forecast import compute
from financials.calc.forecast_file import read_inputs
from financials.models import ForecastInput, ForecastLine, NewWorkRate, ScheduleLine
from financials.queries.forecast_report import ForecastAsked, load_forecast_report
from financials.queries.movement import MovementRequest, load_movement
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def book(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """One client of 24 closed months and twenty contracts of one month of 1,000, each from a deal of the month before:
    20,000 ÷ 24 = 833.3333 a month, all of it of deals opened a month before."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("HALDEN", owner=owner)
    for back in range(24):
        post(client, "gross_revenue", "5000", month=month_add(OCTOBER, -back))
    for number in range(20):
        month = month_add(OCTOBER, -number)
        deal = make_opportunity(
            client, key=f"D-{number}", stage="won", outcome="won", close_on=month, opened_on=month_add(month, -1),
            amount=D(1000),
        )  # fmt: skip
        contract = make_contract(
            client, number=f"S-{number}", status="completed", start=month, end=month_end(month), amount=D(1000),
            opportunity=deal,
        )  # fmt: skip
        ScheduleLine.objects.create(contract=contract, month=month, amount=D(1000))
    return client


def run(client: Client) -> dict[date, D]:
    with transaction.atomic():
        mark_clients_dirty([client.pk])
    jobs.work("recompute")
    rows = ForecastLine.objects.filter(run__client=client, run__is_current=True, unopened=True)
    assert set(rows.values_list("layer", flat=True)) <= {"run_rate"}
    return dict(rows.values_list("month", "amount"))


def test_a_run_expects_deals_that_nobody_has_opened(book: Client) -> None:
    """Today is 23 November: 7 of its 30 days are to come, so in December 833.3333 × 0.2333 of them still deliver."""
    found = run(book)
    assert found[date(2026, 12, 1)] == D("194.42")
    assert found[date(2027, 1, 1)] == found[date(2028, 4, 1)] == D("833.33")
    kept = NewWorkRate.objects.get()
    assert (kept.tier, kept.clients, kept.contracts, kept.monthly, kept.length) == ("", 1, 20, D("833.3333"), 1)
    inputs = read_inputs(ForecastInput.objects.get(run__client=book).body)
    assert {row.month: row.amount for row in compute(inputs).rows if row.unopened} == found
    run(book)
    assert NewWorkRate.objects.count() == 1  # all runs of a day and close stand on the same


def test_it_is_shown_apart_and_explains_itself(book: Client, owner: User) -> None:
    run(book)
    told = explain(owner, "forecast.unopened:client=HALDEN;from=2026-12;to=2027-01", now=NOW)
    assert told.figure.value == D("1027.75")
    assert [one.value for one in told.inputs[:5]] == [D("20000") / 24, 24, D("833.3333"), D(9999), told.inputs[4].value]
    assert round(D(told.inputs[4].value or 0), 2) == D("833.33")
    layer = explain(owner, "forecast.run_rate:client=HALDEN;from=2026-12;to=2027-01", now=NOW)
    parts = {one.label: one.value for one in layer.inputs}
    assert parts["Deals not opened yet"] == D("1027.75")
    assert sum(D(value or 0) for value in parts.values()) == layer.figure.value
    everybody = explain(owner, "forecast.unopened:from=2026-12;to=2027-01", now=NOW)
    assert [(one.label, one.value) for one in everybody.inputs] == [("HALDEN", D("1027.75"))]
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert "nobody has opened yet" in browser.get("/forecast/?year=2027").content.decode()


def test_the_report_tells_it_within_the_run_rate(book: Client, owner: User) -> None:
    run(book)
    asked = ForecastAsked(group_by=("client",), first=date(2026, 12, 1), last=date(2027, 1, 1))
    (row,) = load_forecast_report(owner, asked, now=NOW).rows
    assert row.unopened == D("1027.75")
    assert row.layers["run_rate"] > row.unopened
    assert row.total == sum(row.layers.values())


def test_an_opened_deal_moves_from_the_run_rate_to_its_layer(book: Client, owner: User) -> None:
    """The waterfall stays exact: what is expected of deals not opened yet is in its term of the run-rate."""
    run(book)
    moved = load_movement(owner, MovementRequest(), now=NOW)
    (one,) = moved.clients
    assert one.terms["run_rate"] > D(12000)  # thirteen months of 833.33 and more beside
    assert one.start + sum(one.terms.values()) == one.end


def test_nineteen_contracts_tell_nothing(book: Client, owner: User) -> None:
    ScheduleLine.objects.filter(contract__number="S-0").delete()
    assert run(book) == {}
    told = explain(owner, "forecast.unopened:client=HALDEN;from=2026-12;to=2027-01", now=NOW)
    assert told.figure.value == 0
    assert told.notes[1].startswith("Nothing is expected: fewer than twenty contracts")
