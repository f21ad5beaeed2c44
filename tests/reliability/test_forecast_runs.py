"""One forecast, whatever happens to it: its worker killed or told to stop, two at once, an edit in the middle of it,
the clock over a change of summer time and over a month's end. The same cents, and one current run of each client."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import Client
from common import jobs
from common.models import ClosedPeriod, Job, JobState
from financials.actions.contracts import RECOMPUTE, rebuild_schedules
from financials.actions.forecast import BANDS, store_forecasts
from financials.calc.forecast import compute
from financials.models import ForecastLine, ForecastRun
from financials.queries.inputs import load_book
from tests.makers import make_client, make_contract, make_opportunity
from tests.reliability import book
from tests.reliability.conftest import OWN_DATABASE
from tests.reliability.installation import eventually

pytestmark = OWN_DATABASE
CLIENTS = 24
SOON = 90.0
WORKER = """
import os, sys, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
django.setup()
from common import jobs
print("ready", flush=True)
sys.stdin.readline()
while jobs.work("recompute"):
    pass
"""


@contextmanager
def worker() -> Iterator[subprocess.Popen[str]]:
    """A process of its own on the test's database, loaded and waiting for the word."""
    base = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def at_work() -> bool:
    return Job.objects.filter(kind=RECOMPUTE, state=JobState.LEASED).exists()


def begun() -> bool:
    """At work, or so quick that it is done already."""
    return not Job.objects.filter(kind=RECOMPUTE, state=JobState.READY).exists()


@pytest.fixture
def undisturbed() -> str:
    """A book with one edit waiting, and what its forecast comes to when nothing happens to it."""
    book.make_book(CLIENTS)
    book.edit_book(1)
    jobs.work(RECOMPUTE)
    jobs.work(BANDS)
    state = book.final_state()
    book.forget()
    book.edit_book(1)
    return state


def settle(expected: str) -> None:
    """Whoever is next finishes what is left."""
    eventually(lambda: not at_work() or jobs.due_kinds(), SOON)
    while jobs.work(RECOMPUTE) or jobs.work(BANDS):
        pass
    assert book.unsettled() == 0
    assert book.final_state() == expected
    current = Counter(ForecastRun.objects.filter(is_current=True).values_list("client_id", flat=True))
    assert (len(current), set(current.values())) == (CLIENTS, {1})


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_worker_killed_or_cancelled_in_the_middle(undisturbed: str, how: signal.Signals) -> None:
    with worker() as process:
        begin(process)
        eventually(begun, SOON)
        process.send_signal(how)
        process.wait(SOON)
    settle(undisturbed)


def test_two_workers_at_once_on_the_same_jobs(undisturbed: str) -> None:
    with worker() as first, worker() as second:
        begin(first)
        begin(second)
        assert (first.wait(SOON), second.wait(SOON)) == (0, 0)
    settle(undisturbed)
    assert ForecastRun.objects.count() == CLIENTS


def test_an_edit_in_the_middle_makes_the_run_that_stands(undisturbed: str) -> None:
    """The worker may have read before the edit: then the edit's own job follows, and its result is the current one."""
    with worker() as process:
        begin(process)
        eventually(begun, SOON)
        book.edit_book(2)
        book.edit_book(1)  # as it was: the cents are known
        process.wait(SOON)
    state = undisturbed.replace(" 1 ", " 3 ")
    while jobs.work(RECOMPUTE) or jobs.work(BANDS):
        pass
    assert book.unsettled() == 0
    assert ForecastRun.objects.filter(is_current=True, input_version=3).count() == CLIENTS
    assert _cents(book.final_state()) == _cents(state)


def _cents(state: str) -> list[str]:
    """Every line without the version of the inputs it was made from."""
    return [" ".join(part for place, part in enumerate(line.split(" ")) if place != 1) for line in state.split("\n")]


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland")


def runs_at(*instants: datetime) -> list[dict[str, tuple[date, D]]]:
    """The book of four clients alike but for their zone, forecast at each instant: as-of day and sum by zone."""
    found = []
    for version, at in enumerate(instants, start=1):
        ids = list(Client.objects.order_by("pk").values_list("pk", flat=True))
        held = load_book(ids, now=at)
        results = [compute(batch.inputs) for batch in held.batches]
        with transaction.atomic():
            store_forecasts(book=held, results=results, versions=dict.fromkeys(ids, version), now=at)
        rows = ForecastRun.objects.filter(is_current=True).order_by("pk")
        assert sorted(rows.values_list("client_id", flat=True)) == ids
        found.append({run.client.timezone: (run.as_of, _sum(run)) for run in rows.select_related("client")})
    return found


def _sum(run: ForecastRun) -> D:
    return sum(ForecastLine.objects.filter(run=run).values_list("amount", flat=True), D(0))


@pytest.fixture
def zones() -> None:
    ClosedPeriod.objects.create(month=date(2026, 1, 1), closed_at=datetime(2026, 2, 9, tzinfo=UTC), closed_by="test")
    for zone in ZONES:
        client = make_client(zone.replace("/", "-").upper(), timezone=zone)
        sow = make_contract(
            client, number=f"S-{client.key}", amount=D("100000"), start=date(2026, 1, 15), end=date(2027, 4, 10)
        )
        rebuild_schedules([sow.pk], now=datetime(2026, 1, 1, tzinfo=UTC))
        make_opportunity(
            client, key=f"D-{client.key}", amount=D("70001"), probability=D("0.35"), close_on=date(2026, 12, 1)
        )


@pytest.mark.parametrize(
    "change",
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin to summer time
        datetime(2026, 10, 25, 1, tzinfo=UTC),  # and back: 02:30 comes twice there
        datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York
        datetime(2026, 9, 26, 14, tzinfo=UTC),  # Auckland
    ],
)
def test_a_change_of_summer_time_moves_no_cent(zones: None, change: datetime) -> None:
    half = timedelta(minutes=30)
    before, at, after = runs_at(change - half, change, change + half)
    assert before == at == after
    assert len({total for _, total in after.values()}) == 1


def test_a_month_ends_at_each_client_s_own_midnight(zones: None) -> None:
    """On 31 October 2026 at 11:00 UTC it is November in Auckland; at 23:30 in Berlin too; at 03:59 not in New York."""
    instants = [
        datetime(2026, 10, 31, 10, 59, tzinfo=UTC),
        datetime(2026, 10, 31, 11, 0, tzinfo=UTC),
        datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
        datetime(2026, 11, 1, 0, 0, tzinfo=UTC),
        datetime(2026, 11, 1, 3, 59, tzinfo=UTC),
        datetime(2026, 11, 1, 4, 0, tzinfo=UTC),
    ]
    told = runs_at(*instants)
    months = [[told[place][zone][0].month for zone in ZONES] for place in range(len(instants))]
    assert months == [
        [10, 10, 10, 10],
        [10, 10, 10, 11],
        [10, 11, 10, 11],
        [11, 11, 10, 11],
        [11, 11, 10, 11],
        [11, 11, 11, 11],
    ]
    # Whose month is the same has the same cents, however they came there; nobody's moved within a month.
    for one in told:
        assert len({total for day, total in one.values() if day.month == 10}) <= 1
        assert len({total for day, total in one.values() if day.month == 11}) <= 1
    assert len({one[zone] for one in told for zone in ZONES}) == 2
