"""The track record: forecasts as made and past months forecast again, stored by the job, read by page and REST."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client
from common import charts, jobs
from common.models import Job, JobState
from common.periods import month_add
from financials.actions.accuracy import ask_accuracy
from financials.models import ForecastLine, ForecastOverride, ForecastRun, ForecastScore
from financials.queries.accuracy import AccuracyRequest, load_rows, load_standing
from financials.queries.accuracy_page import load_accuracy_page
from people.actions import issue_token
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, post
from tests.makers import make_client

pytestmark = pytest.mark.django_db
MADE = date(2026, 6, 1)
MONTHS = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))


@pytest.fixture
def kestrel(owner: User) -> Client:
    """The worked figures: a June run said 100, 120, 90, 80; July to October came to 110, 100, 100, 0."""
    close_through(OCTOBER)
    client = make_client("KESTREL", owner=owner)
    told = ForecastRun.objects.create(
        client=client, input_version=1, as_of=date(2026, 6, 20), closed_through=date(2026, 5, 1),
        computed_at=datetime(2026, 6, 20, tzinfo=UTC), is_current=False,
    )  # fmt: skip
    for month, forecast, actual in zip(MONTHS, (100, 120, 90, 80), (110, 100, 100, 0), strict=True):
        layers = (("contracted", forecast - 20), ("run_rate", 20))
        ForecastLine.objects.bulk_create(
            ForecastLine(run=told, month=month, layer=layer, amount=D(amount), currency="USD")
            for layer, amount in layers
        )
        if actual:
            post(client, "gross_revenue", str(actual), month=month)
    return client


@pytest.fixture
def measured(kestrel: Client) -> Client:
    ask_accuracy(actor="test")
    assert jobs.work("accuracy") == 1
    assert Job.objects.get(kind="accuracy").state == JobState.DONE
    return kestrel


def kept(user: User, *group_by: str) -> list[tuple[Any, ...]]:
    rows = load_rows(user, AccuracyRequest(), "kept", group_by)
    return [(*row.group, row.score.wape, row.score.bias, row.score.n) for row in rows]


def test_the_worked_figures_from_a_run_that_was_made(owner: User, outsider: User, measured: Client) -> None:
    assert kept(owner) == [(D("0.387097"), D("0.258065"), 4)]
    assert kept(owner, "client") == [("KESTREL", D("0.387097"), D("0.258065"), 4)]
    assert kept(owner, "lead")[0] == (1, D("0.090909"), D("-0.090909"), 1)  # 10 of 110
    # Without the run-rate 80, 100, 70, 60: 30 + 0 + 30 + 60 = 120 of 310, and bias 0.
    assert kept(owner, "layer")[0] == ("contracted", D("0.387097"), D("0.000000"), 4)
    assert kept(outsider) == []
    (naive,) = load_rows(owner, AccuracyRequest(), "kept", (), method="weighted_pipeline")
    assert naive.score.wape == D("0.387097")  # what was signed, and no deals
    standing = load_standing(owner, AccuracyRequest())
    assert (standing.source, standing.months, standing.closed_through) == ("kept", 4, OCTOBER)


def test_a_change_by_a_person_is_judged_by_what_it_added(owner: User, kestrel: Client) -> None:
    """July 100 and August 120 before; −5 and −20 by the owner: 15 and 0 off in place of 10 and 20, of 210."""
    run = ForecastRun.objects.get()
    change = ForecastOverride.objects.create(
        key="O-1", client=kestrel, level="director", first_month=MONTHS[0], last_month=MONTHS[1], delta=D(-25),
        currency="USD", reason="They told us", expires_on=date(2026, 12, 31), author=owner.email,
        made_at=datetime(2026, 6, 19, tzinfo=UTC),
    )  # fmt: skip
    for month, delta in zip(MONTHS[:2], (-5, -20), strict=True):
        ForecastLine.objects.create(
            run=run, month=month, layer="override", amount=D(delta), currency="USD", override=change
        )
    ask_accuracy(actor="test")
    jobs.work("accuracy")
    (row,) = load_rows(owner, AccuracyRequest(), "kept", ("person",))
    assert row.group == (owner.email,)
    assert (row.score.wape, row.score.n) == (D("0.071429"), 2)  # 15 of 210
    assert row.added == D("0.142857") - D("0.071429")  # 30 of 210 before


def test_measuring_twice_changes_nothing_and_a_newer_asking_takes_the_place(owner: User, measured: Client) -> None:
    before = sorted(ForecastScore.objects.values_list("source", "method", "layer", "lead", "missed"))
    ask_accuracy(actor="test")
    ask_accuracy(actor="test")
    while jobs.work("accuracy"):
        pass
    assert sorted(ForecastScore.objects.values_list("source", "method", "layer", "lead", "missed")) == before


@pytest.fixture
def steady(owner: User) -> Client:
    """Two and a half years at 100 a month, the last closed month October."""
    close_through(OCTOBER)
    client = make_client("STEADY", owner=owner)
    for back in range(30):
        post(client, "gross_revenue", "100", month=month_add(OCTOBER, -back))
    return client


def test_the_chart_by_lead_says_what_the_table_says(owner: User, measured: Client) -> None:
    leads = kept(owner, "lead")
    chart = load_accuracy_page(owner, AccuracyRequest(), now=NOW).chart
    assert chart is not None
    assert [point.value for point in chart.points] == [wape for _, wape, _, _ in leads]
    assert chart.points[0].value == D("0.090909")
    at_the_end = replace(chart, points=(*chart.points[1:], chart.points[0]))
    assert ">9.1%<" in charts.svg(at_the_end)  # as the table prints the fraction


def test_past_months_are_forecast_again_beside_naive_ones(owner: User, steady: Client) -> None:
    ask_accuracy(actor="test")
    jobs.work("accuracy")
    for method in ("ours", "seasonal_naive", "last_twelve", "run_rate_alone"):
        (row,) = load_rows(owner, AccuracyRequest(), "backtest", (), method=method)
        assert row.score.wape == D("0.000000")
    (bare,) = load_rows(owner, AccuracyRequest(), "backtest", (), method="weighted_pipeline")
    assert bare.score.wape == D("1.000000")  # nothing was signed
    # Origins August, May, February 2026, November, August, May 2025: 1 + 4 + 7 + 10 + 12 + 12 months are known.
    assert row.score.n == 46
    assert {one.group[0] for one in load_rows(owner, AccuracyRequest(), "backtest", ("lead",))} == set(range(1, 13))


def test_the_command_prints_methods_and_json(owner: User, steady: Client) -> None:
    out = StringIO()
    call_command("backtest", stdout=out)
    text = out.getvalue()
    assert "1 clients, closed to 2026-10" in text
    assert "Same month last year" in text
    out = StringIO()
    call_command("backtest", "--client", "STEADY", "--json", stdout=out)
    told = json.loads(out.getvalue())
    ours = next(row for row in told["rows"] if row["method"] == "ours" and row["lead"] is None)
    assert (told["closed_through"], ours["wape"], ours["n"]) == ("2026-10", "0.000000", 46)
    with pytest.raises(CommandError, match="No client NOBODY"):
        call_command("backtest", "--client", "NOBODY", stdout=StringIO())
    with pytest.raises(CommandError, match="1 to 10 seeds"):
        call_command("backtest", "--seeded", "11", stdout=StringIO())


def test_too_few_closed_months_are_said(owner: User) -> None:
    make_client("YOUNG", owner=owner)
    out = StringIO()
    call_command("backtest", stdout=out)
    assert "Too few closed months" in out.getvalue()


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_page_file_and_rest_say_the_same(owner: User, manager: User, legal: User, measured: Client) -> None:
    browser = signed_in(owner)
    page = browser.get("/forecast/accuracy/?source=kept").content.decode()
    assert "The forecast was 38.7% off and 25.8% too high" in page
    assert "4 client months so far" in page
    text = b"".join(browser.get("/forecast/accuracy/?source=kept&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Method,Ours,0.387097,0.258065,,,4" in text.splitlines()
    token = issue_token(user=owner, name="t", scopes=["*"], days=1, actor="t", now=timezone.now()).plain
    auth = {"Authorization": f"Bearer {token}"}
    body = Browser().get("/api/v1/reports/forecast-accuracy/?source=kept&group_by=client", headers=auth).json()
    assert body["rows"] == [
        {
            "client": "KESTREL", "wape": "0.387097", "bias": "0.258065", "coverage_80": None, "value_added": None,
            "n": 4,
        }
    ]  # fmt: skip
    assert Browser().get("/api/v1/reports/forecast-accuracy/?source=best", headers=auth).status_code == 400
    assert signed_in(legal).get("/forecast/accuracy/").status_code == 403
    assert signed_in(manager).post("/forecast/accuracy/measure/").status_code == 403


def test_the_empty_page_says_what_it_waits_for_and_measuring_is_asked_for(owner: User) -> None:
    browser = signed_in(owner)
    assert "Not measured yet" in browser.get("/forecast/accuracy/").content.decode()
    assert browser.post("/forecast/accuracy/measure/").status_code == 302
    assert "Being measured now" in browser.get("/forecast/accuracy/").content.decode()


def test_each_figure_explains_itself(owner: User, outsider: User, measured: Client) -> None:
    told = signed_in(owner).get("/figures/accuracy.wape:source=kept;client=KESTREL/").content.decode()
    assert "120.00" in told
    assert "310.00" in told
    assert signed_in(outsider).get("/figures/accuracy.wape:source=kept;client=KESTREL/").status_code == 404
    assert signed_in(owner).get("/figures/accuracy.wape:source=guess/").status_code == 404
    page = signed_in(owner).get("/forecast/accuracy/?source=kept").content.decode()
    assert "/figures/accuracy.months:source=kept" in page
    told = signed_in(owner).get("/figures/accuracy.months:source=kept;client=KESTREL/").content.decode()
    assert "Months held against what came" in told
