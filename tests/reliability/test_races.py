"""Two at once, held at the very moment where it matters: what the long campaigns meet only by chance."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Client, Opportunity
from common import jobs
from common.models import Job, JobState
from financials.actions.contracts import RECOMPUTE, mark_clients_dirty, rebuild_schedules
from financials.actions.forecast import extend_evergreen
from financials.jobs import recompute
from financials.models import Contract, ForecastRun, ScheduleLine
from financials.queries.inputs import load_book
from tests.makers import make_client, make_contract, make_opportunity
from tests.reliability.conftest import OWN_DATABASE
from tests.reliability.installation import eventually

pytestmark = OWN_DATABASE
SOON = 30.0


@contextmanager
def another() -> Iterator[Callable[[Callable[[], Any]], Future[Any]]]:
    """Another process, as a thread with a database session of its own, which ends with the block."""
    with ThreadPoolExecutor(1) as thread:
        try:
            yield lambda step: thread.submit(step)
        finally:
            thread.submit(lambda: connection.close()).result(SOON)  # the thread's own, not ours


def someone_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def dirty(*clients: Client) -> None:
    with transaction.atomic():
        mark_clients_dirty([client.pk for client in clients])


def test_a_worker_that_is_gone_hands_its_jobs_back_at_once() -> None:
    client = make_client("GONE")
    dirty(client)
    with another() as worker:
        [lost] = worker(lambda: jobs.take(RECOMPUTE, limit=1)).result(SOON)
        assert (jobs.take(RECOMPUTE, limit=1), jobs.due_kinds()) == ([], [])
    eventually(lambda: jobs.due_kinds() == [RECOMPUTE], SOON)
    assert Job.objects.filter(lease_until__gt=timezone.now()).exists()  # by its time it would be held still
    [found] = jobs.take(RECOMPUTE, limit=1)
    assert (found.job_id, found.token) == (lost.job_id, lost.token + 1)


def test_a_crash_is_not_held_against_a_job_that_fails_later() -> None:
    dirty(make_client("POOR"))
    for _ in range(6):
        with another() as worker:
            worker(lambda: jobs.take(RECOMPUTE, limit=1)).result(SOON)
        eventually(lambda: jobs.due_kinds() == [RECOMPUTE], SOON)
    [lease] = jobs.take(RECOMPUTE, limit=1)
    now = timezone.now()
    jobs.fail(lease, RuntimeError("the first error"), now=now)
    job = Job.objects.get()
    assert (job.state, job.tries, job.failures) == (JobState.FAILED, 7, 1)
    assert (job.run_after - now).total_seconds() == 2


def test_job_rows_are_locked_in_the_order_of_their_ids() -> None:
    """A worker that waits for the first of its jobs holds none of the later ones: so no two wait for each other."""
    dirty(make_client("A"), make_client("B"))
    Job.objects.filter(pk=Job.objects.order_by("pk")[0].pk).update(doing="moved behind the other in the table")
    first, second = sorted(jobs.take(RECOMPUTE, limit=2), key=lambda lease: lease.job_id)
    with another() as worker:
        with transaction.atomic():
            Job.objects.select_for_update().get(pk=first.job_id)
            waiting = worker(lambda: jobs.progress_all([second, first], 1, 3, "step"))
            eventually(someone_waits_for_a_lock, SOON)
            free = Job.objects.select_for_update(skip_locked=True).filter(pk=second.job_id)
            assert [job.pk for job in free] == [second.job_id]
        assert len(waiting.result(SOON)) == 2


def test_the_newer_of_two_jobs_of_a_client_speaks_for_both() -> None:
    client = make_client("TWICE")
    dirty(client)
    dirty(client)
    older, newer = sorted(jobs.take(RECOMPUTE, limit=2), key=lambda lease: lease.input_version)
    recompute([newer, older])
    assert [run.input_version for run in ForecastRun.objects.filter(client=client, is_current=True)] == [2]
    assert not Job.objects.filter(kind=RECOMPUTE).exclude(state=JobState.DONE).exists()


def test_a_worker_moving_a_horizon_on_keeps_the_terms_of_an_edit_beside_it() -> None:
    """The worker has read that the schedule is behind; the edit commits before it writes."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    contract = make_contract(make_client("EVER"), end=None, renewal="evergreen", amount=D("120000"))
    with another() as worker:
        with transaction.atomic():  # an edit of the fee, not committed yet
            Contract.objects.filter(pk=contract.pk).update(amount=D("240000"))
            rebuild_schedules([contract.pk], now=now)
            extending = worker(lambda: transaction.atomic(extend_evergreen)([contract.client_id], now=now))
            eventually(someone_waits_for_a_lock, SOON)
        assert extending.result(SOON) == 1
    amounts = dict(ScheduleLine.objects.filter(contract=contract).values_list("month", "amount"))
    assert len(amounts) == 25
    assert amounts[date(2026, 1, 1)] == D("20383.56")  # 240,000 × 31 / 365


def test_inputs_are_read_as_of_one_moment() -> None:
    """An edit of contract and deal commits between the two queries that read them: both or neither is seen."""
    client = make_client("MOMENT")
    make_contract(client, number="M-1", amount=D("120000"))
    make_opportunity(client, key="M-D", amount=D("10000"))
    edited = threading.Event()

    def edit() -> None:
        with transaction.atomic():
            Contract.objects.update(amount=D("999"))
            Opportunity.objects.update(amount=D("999"))

    with another() as editor:

        def between(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
            result = execute(statement, params, many, context)
            if "FROM financials_contract" in statement and not edited.is_set():
                edited.set()
                editor(edit).result(SOON)
            return result

        with connection.execute_wrapper(between), jobs.one_snapshot():
            book = load_book([client.pk], now=timezone.now())
    assert edited.is_set()
    [batch] = book.batches
    assert [contract.terms.amount for contract in batch.inputs.contracts] == [D("120000")]
    assert [deal.amount for deal in batch.inputs.opportunities] == [D("10000")]
