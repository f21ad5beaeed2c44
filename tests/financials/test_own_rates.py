"""Deals count at the company's own win rates: in the forecast, in its explanation and on the deal's own page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client, Opportunity, Stage, StageMove
from accounts.queries.odds import load_odds
from accounts.queries.pipeline import Scope, pipeline_totals
from accounts.queries.rates import deal_rates
from common import jobs
from common.figures import explain
from financials.actions.contracts import mark_clients_dirty
from financials.calc.forecast import compute
from financials.calc.forecast_file import read_inputs
from financials.models import Allocation, ForecastInput, ForecastLine, ForecastRun, OwnRate
from financials.queries.capacity import CapacityAsked, capacity_rows, load_capacity
from financials.queries.own_rates import load_deal_odds
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through
from tests.makers import make_client, make_opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Five of twenty deals closed at Proposal, where the company states 50%, were won: (5 + 5) ÷ 30 = 33.3333%.

    Open there: 120,000 stated at 50%, and 120,000 at 80%, which counts at odds of 4 × 0.499999 ÷ 1, 66.6666%. One at
    Lead, of which nothing closed, counts as stated.
    """
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("HALDEN", owner=owner)
    Stage.objects.create(name="Proposal", position=1, probability=D("0.5"))
    for number in range(20):
        closed(client, number, won=number < 5)
    for key, stage, stated in (("AT-50", "Proposal", "0.5"), ("AT-80", "Proposal", "0.8"), ("LEAD", "Lead", "0.1")):
        make_opportunity(
            client, key=key, stage=stage, probability=D(stated), amount=D(120000), category="commit",
            delivery_start=date(2027, 1, 1), delivery_months=1,
        )  # fmt: skip
    return client


def closed(client: Client, number: int, *, won: bool) -> None:
    outcome = "won" if won else "lost"
    deal = make_opportunity(client, key=f"C-{number}", stage=outcome, outcome=outcome, close_on=date(2026, 3, 1))
    StageMove.objects.create(
        opportunity=deal, before="Proposal", after=outcome, outcome=outcome, at=datetime(2026, 3, 1, tzinfo=UTC), by="x"
    )


def run(client: Client) -> dict[str, D]:
    with transaction.atomic():
        mark_clients_dirty([client.pk])
    jobs.work("recompute")
    rows = ForecastLine.objects.filter(run__client=client, run__is_current=True, opportunity_key__gt="")
    return dict(rows.values_list("opportunity_key", "amount"))


def test_the_forecast_counts_deals_at_own_history(book: Client) -> None:
    assert run(book) == {"AT-50": D("39999.96"), "AT-80": D("79999.92"), "LEAD": D("12000")}
    assert ForecastRun.objects.get(client=book, is_current=True).own_odds == 2
    kept = read_inputs(ForecastInput.objects.get(run__client=book).body)
    again = {row.opportunity: row.amount for row in compute(kept).rows if row.opportunity}
    assert again == {"AT-50": D("39999.96"), "AT-80": D("79999.92"), "LEAD": D("12000.00")}
    assert [(one.stage, one.value, one.deals) for one in OwnRate.objects.filter(age=0)] == [
        ("proposal", D("0.333333"), 20)
    ]


def test_hours_planned_for_a_deal_count_as_the_deal_does(book: Client, owner: User) -> None:
    """30 hours a week for each deal: at 33.3333% and 66.6666%, as in the forecast, and at the 10% that is stated."""
    run(book)
    monday = date(2026, 12, 7)
    for key in ("AT-50", "AT-80", "LEAD"):
        deal = Opportunity.objects.get(key=key)
        Allocation.objects.create(
            week=monday, role=f"Planner {key}", client=book, opportunity=deal, hours=D(30), firm=False
        )
    asked = CapacityAsked(monday, monday)
    (row,) = capacity_rows(load_capacity(owner, asked, today=NOW.date()), ())
    assert row.cell.demand.weighted == D("9.99999") + D("19.99998") + D("3.0")
    odds = load_deal_odds(Opportunity.objects.values_list("pk", flat=True), NOW.date())
    assert set(odds.values()) == {(D("0.333333"), D("0.500000"))}
    assert len(odds) == 2
    browser = Browser()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    listed = browser.get(f"/financials/capacity/rows/?from={monday}&to={monday}").content.decode()
    assert "Soft, 33%" in listed
    assert "stated 50%" in listed


def test_the_pipeline_weighs_deals_at_both(book: Client, owner: User) -> None:
    today = NOW.date()
    totals = pipeline_totals(owner, Scope(), deal_rates(owner, today), today, load_odds(today).rates)
    assert (totals.weighted.value, totals.weighted_own.value if totals.weighted_own else 0) == (
        D("168000.00"), D("131999.88"),
    )  # fmt: skip
    told = explain(owner, "pipeline.weighted_own", now=NOW)
    assert told.figure.value == sum(D(one.value or 0) for one in told.inputs) == D("131999.88")


def test_rates_stand_for_the_day_and_move_when_a_deal_closes(book: Client) -> None:
    run(book)
    kept = OwnRate.objects.count()
    run(book)
    assert OwnRate.objects.count() == kept
    closed(book, 20, won=True)  # (6 + 5) ÷ 31 = 35.4839%
    assert run(book)["AT-50"] == D("42580.68")


def test_under_twenty_closed_deals_the_stated_probability_counts(book: Client) -> None:
    Opportunity.objects.get(key="C-0").delete()
    assert run(book) == {"AT-50": D("60000"), "AT-80": D("96000"), "LEAD": D("12000")}
    assert ForecastRun.objects.get(client=book, is_current=True).own_odds == 0


def test_the_layer_tells_what_each_deal_counts_at(book: Client, owner: User) -> None:
    run(book)
    told = explain(owner, "forecast.commit:client=HALDEN;from=2026-01;to=2027-12", now=NOW)
    assert [(one.label, one.value) for one in told.inputs] == [
        ("AT-80, 66.7% by own history, stated 80%", D("79999.92")),
        ("AT-50, 33.3% by own history, stated 50%", D("39999.96")),
        ("LEAD, 10% as stated", D("12000.00")),
    ]
    assert "2 of 3 deals of this client in a layer count at own history, the rest as stated" in told.notes


def test_the_deal_shows_both_and_explains_itself(book: Client, owner: User) -> None:
    browser = Browser()
    recent = timezone.now().date() - timedelta(days=40)
    Opportunity.objects.filter(key__startswith="C-").update(close_on=recent)
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get("/opportunities/AT-80/").content.decode()
    assert "66.7%" in page
    assert "by own history" in page
    told = explain(owner, "pipeline.chance:deal=AT-80", now=timezone.now())
    assert [(one.label, one.value) for one in told.inputs] == [
        ("Stated of this deal", D("0.8")),
        ("Won from Proposal, own history", D("0.333333")),
        ("What those deals carried", D("0.5")),
    ]
    assert explain(owner, "pipeline.chance:deal=LEAD", now=timezone.now()).figure.value == D("0.1")
