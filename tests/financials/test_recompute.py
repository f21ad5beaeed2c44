"""The recompute job: what it stores, what it never overwrites, and what becomes of failures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from accounts.models import Client, Opportunity
from common import jobs
from common.models import Job, JobState
from common.periods import month_add
from financials.actions.contracts import mark_clients_dirty, rebuild_schedules
from financials.actions.forecast import store_forecasts
from financials.calc.forecast import compute
from financials.calc.forecast_file import digest_of, read_inputs
from financials.models import ForecastInput, ForecastLine, ForecastRun, ScheduleLine
from financials.queries.inputs import load_book, local_day
from financials.queries.pnl import load_pnl
from financials.queries.pnl_request import PnlRequest
from people.models import User
from tests.financials.books import NOW, OCTOBER, close_through, fx, post
from tests.makers import make_client, make_contract, make_opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture
def halden(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """One contract of 100,000 from 15 Jan to 10 Apr 2027, one deal of 120,000 at 40%, October closed at 50,000."""
    monkeypatch.setattr("financials.jobs.utc_now", lambda: NOW)
    close_through(OCTOBER)
    client = make_client("HALDEN", owner=owner)
    make_contract(
        client, number="H-1", start=date(2027, 1, 15), end=date(2027, 4, 10), amount=D("100000"), service_line="Media"
    )
    make_opportunity(
        client, key="H-D1", delivery_start=date(2027, 9, 1), delivery_months=3, category="commit", amount=D("120000")
    )
    make_opportunity(client, key="H-D2", amount=None)
    post(client, "gross_revenue", "60000")
    post(client, "pass_through", "10000")
    return client


def dirty(*clients: Client) -> None:
    with transaction.atomic():
        mark_clients_dirty([client.pk for client in clients])


def lines(client: Client) -> list[tuple[str, str, D]]:
    """Sums by month and layer; recognised is kept as the ledger's own cells."""
    rows = ForecastLine.objects.filter(run__client=client, run__is_current=True)
    sums = rows.values_list("month", "layer").annotate(Sum("amount")).order_by("month", "layer")
    return [(f"{month:%Y-%m}", layer, amount) for month, layer, amount in sums]


def test_one_run_with_the_worked_schedules(halden: Client) -> None:
    dirty(halden)
    assert jobs.work("recompute") == 1
    run = ForecastRun.objects.get(client=halden)
    assert (run.is_current, run.input_version, run.as_of, run.closed_through) == (True, 1, NOW.date(), OCTOBER)
    assert run.unpriced == 1
    assert lines(halden) == [
        ("2026-10", "recognised", D("50000.0000")),
        ("2027-01", "contracted", D("19767.4400")),
        ("2027-02", "contracted", D("32558.1400")),
        ("2027-03", "contracted", D("36046.5100")),
        ("2027-04", "contracted", D("11627.9100")),
        ("2027-09", "commit", D("15824.1800")),
        ("2027-10", "commit", D("16351.6400")),
        ("2027-11", "commit", D("15824.1800")),
    ]
    contracted = ForecastLine.objects.filter(layer="contracted").first()
    assert contracted is not None
    assert contracted.contract is not None
    assert (contracted.contract.number, contracted.service_line) == ("H-1", "Media")
    job = Job.objects.get(kind="recompute")
    assert (job.state, job.result) == (JobState.DONE, {"run": run.pk})


def test_a_run_that_takes_long_tells_its_steps(halden: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("financials.jobs._SOON", 0.0)
    dirty(halden)
    jobs.work("recompute")
    job = Job.objects.get(kind="recompute")
    assert (job.state, job.done_steps, job.total_steps) == (JobState.DONE, 3, 3)


def test_recognised_is_the_ledger_to_the_cent(halden: Client, owner: User) -> None:
    """Gross 10.10 and pass-through 5.05 at 1.0845: 10.95 − 5.48 = 5.47 in both; 5.05 net would come to 5.48."""
    fx(OCTOBER, "EUR", "1.0845")
    post(halden, "gross_revenue", "10.10", currency="EUR", service_line="Media")
    post(halden, "pass_through", "5.05", currency="EUR", service_line="Media")
    dirty(halden)
    jobs.work("recompute")
    span = {"first": OCTOBER, "last": OCTOBER, "group_by": ("service_line",)}
    for scenario in ("actual", "forecast"):
        result = load_pnl(owner, PnlRequest(scenario=scenario, **span), now=NOW)  # type: ignore[arg-type]  # two of its literals
        assert [(row.group[0], row["net_revenue"]) for row in result.rows] == [(None, D("50000")), ("Media", D("5.47"))]


def test_every_run_is_kept_and_the_latest_is_current(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    post(halden, "gross_revenue", "1000")
    dirty(halden)
    jobs.work("recompute")
    runs = list(ForecastRun.objects.filter(client=halden).order_by("id"))
    assert [(run.input_version, run.is_current) for run in runs] == [(1, False), (2, True)]
    assert lines(halden)[0] == ("2026-10", "recognised", D("51000.0000"))
    first = ForecastLine.objects.filter(run=runs[0], layer="recognised").order_by("amount")
    assert [line.amount for line in first] == [D("-10000"), D("60000")]


def test_a_run_computed_again_from_what_it_kept_gives_the_same_cents(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    before = lines(halden)
    Opportunity.objects.filter(client=halden).update(amount=D("999999"), probability=D("1"))
    kept = ForecastInput.objects.get(run__client=halden)
    assert digest_of(kept.body) == kept.digest
    sums: dict[tuple[str, str], D] = {}
    for row in compute(read_inputs(kept.body)).rows:
        cell = f"{row.month:%Y-%m}", row.layer
        sums[cell] = sums.get(cell, D(0)) + row.amount
    assert sorted((month, layer, amount) for (month, layer), amount in sums.items()) == sorted(before)


def test_five_years_of_ledger_make_a_run_rate(halden: Client) -> None:
    """2,000 a month beyond contracts for three years; the older years are read as history only."""
    for back in range(1, 37):
        post(halden, "gross_revenue", "2000", month=month_add(OCTOBER, -back))
    dirty(halden)
    jobs.work("recompute")
    found = lines(halden)
    assert found[0] == ("2026-01", "recognised", D("2000.0000"))
    ahead = [amount for month, layer, amount in found if layer == "run_rate"]
    assert len(ahead) == 17
    assert all(1500 < amount < 4000 for amount in ahead)  # October's 50,000 is a one-off
    assert not ForecastRun.objects.get(client=halden, is_current=True).short_history


def test_a_short_history_is_said(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    run = ForecastRun.objects.get(client=halden)
    assert (run.short_history, run.formula_version) == (True, 6)


def test_edits_in_a_burst_are_computed_once(halden: Client) -> None:
    for _ in range(5):
        dirty(halden)
    assert jobs.work("recompute") == 5
    assert ForecastRun.objects.filter(client=halden).count() == 1
    states = sorted(Job.objects.filter(kind="recompute").values_list("state", flat=True))
    assert states == ["done", "superseded", "superseded", "superseded", "superseded"]


def test_an_older_result_never_replaces_a_newer(halden: Client) -> None:
    book = load_book([halden.pk], now=NOW)
    newer = store_forecasts(book=book, results=[], versions={halden.pk: 7}, now=NOW)
    older = store_forecasts(book=book, results=[], versions={halden.pk: 6}, now=NOW)
    assert older == {}
    assert ForecastRun.objects.get(client=halden, is_current=True).pk == newer[halden.pk]


def test_the_same_job_twice_leaves_one_run(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    before = lines(halden)
    Job.objects.update(state=JobState.READY)
    jobs.work("recompute")
    assert ForecastRun.objects.filter(client=halden).count() == 1
    assert lines(halden) == before


def test_a_lost_lease_writes_nothing(halden: Client) -> None:
    dirty(halden)
    (lease,) = jobs.take("recompute", limit=10)
    Job.objects.update(token=lease.token + 1)  # another worker took it over meanwhile
    jobs.kinds["recompute"].run([lease])
    assert not ForecastRun.objects.exists()
    assert Job.objects.get().state == JobState.LEASED


def test_one_bad_client_does_not_hold_up_the_others(halden: Client, owner: User) -> None:
    bad = make_client("BAD", owner=owner)
    make_contract(bad, currency="ZZZ")  # no such currency: its schedule cannot be computed
    dirty(halden, bad)
    jobs.work("recompute")
    assert ForecastRun.objects.filter(client=halden, is_current=True).exists()
    job = Job.objects.get(object_ref=f"client:{bad.pk}")
    assert job.state == JobState.FAILED
    assert "ZZZ" in job.error


def test_many_clients_cost_as_many_queries_as_one(halden: Client, owner: User) -> None:
    def cost(*clients: Client) -> int:
        dirty(*clients)
        with CaptureQueriesContext(connection) as seen:
            jobs.work("recompute")
        return len(seen)

    one = cost(halden)
    others = [make_client(owner=owner) for _ in range(30)]
    for client in others:
        make_contract(client)
    assert cost(*others) <= one + 1  # + 1: bulk_create in a transaction of its own


def test_an_evergreen_schedule_reaches_its_horizon(halden: Client) -> None:
    contract = make_contract(halden, end=None, renewal="evergreen", amount=D("120000"), start=date(2026, 1, 1))
    rebuild_schedules([contract.pk], now=datetime(2026, 1, 5, tzinfo=UTC))
    assert ScheduleLine.objects.filter(contract=contract).latest("month").month == date(2028, 1, 1)
    dirty(halden)
    jobs.work("recompute")
    assert ScheduleLine.objects.filter(contract=contract).latest("month").month == date(2028, 11, 1)


def test_today_is_the_clients_own() -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert local_day(late, "Asia/Tokyo") == date(2026, 12, 1)
    assert local_day(late, "America/New_York") == date(2026, 11, 30)
    assert local_day(late, "Nowhere/At_All") == date(2026, 11, 30)


def run(*args: str) -> str:
    out = StringIO()
    call_command("recompute", *args, stdout=out)
    return out.getvalue()


def test_the_command_queues_one_or_all(halden: Client, owner: User) -> None:
    make_client("OTHER", owner=owner)
    assert run("--client", "HALDEN") == "Queued 1 client.\n"
    assert run("--all") == "Queued 2 clients.\n"
    assert Job.objects.filter(kind="recompute").count() == 3
    with pytest.raises(CommandError, match="No client NOPE"):
        run("--client", "NOPE")


def test_the_command_waits_and_reports_what_was_set_aside(halden: Client) -> None:
    dirty(halden)
    jobs.work("recompute")
    jobs.work("bands")
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    assert run("--wait") == "All computed.\n"
    Job.objects.update(state=JobState.DEAD)
    with pytest.raises(CommandError, match="set aside"):
        run("--wait")


def test_no_client_at_all_is_no_error(db: Any) -> None:
    assert "nothing to compute" in run("--all")
