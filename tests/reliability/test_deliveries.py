"""R7: every job delivered three times, late and shuffled, by several workers at once: the state of one ordered run."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common import jobs
from common.models import Job, JobState
from financials.actions.contracts import RECOMPUTE
from financials.actions.forecast import BANDS
from financials.models import ForecastRun
from tests.reliability import book
from tests.reliability.conftest import OWN_DATABASE

pytestmark = OWN_DATABASE
WORKERS = 4
EXPIRED = timedelta(hours=1)
FULL = os.environ.get("PRINCIPAL_SOAK") == "full"


class Deliveries:
    """Messages and the workers that take them. A stalled worker holds its leases past their end and then goes on."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.stalled: list[list[jobs.Lease]] = []
        self.lock = threading.Lock()
        self.count = Counter[str]()

    def message(self) -> None:
        self.count["message"] += 1
        jobs.work(RECOMPUTE)

    def stall(self) -> None:
        """Take some jobs, also those another holds, and do not work yet."""
        with self.lock:
            limit = self.dice.randint(1, 15)
        leases = jobs.take(RECOMPUTE, limit=limit, now=timezone.now() + EXPIRED)
        with self.lock:
            self.count["leases stalled"] += len(leases)
            self.stalled.append(leases)

    def go_on(self) -> None:
        """A stalled worker wakes up, on leases that may long be another's."""
        with self.lock:
            leases = self.stalled.pop(self.dice.randrange(len(self.stalled))) if self.stalled else []
            self.count["late results"] += len(leases)
        if leases:
            jobs.kinds[RECOMPUTE].run(leases)

    @transaction.atomic
    def expire(self) -> None:
        """The time of every lease runs out at once. Rows are locked in the workers' order: time takes no locks."""
        leased = Job.objects.select_for_update().filter(state=JobState.LEASED).order_by("pk")
        Job.objects.filter(pk__in=[job.pk for job in leased]).update(lease_until=timezone.now() - EXPIRED)

    def vanish(self) -> None:
        """A worker's session ends, and with it every lease it took; some of the results come all the same."""
        connection.close()


@contextmanager
def several_workers() -> Iterator[ThreadPoolExecutor]:
    """Each with a database session of its own, which lasts, so that a stalled worker counts as alive."""
    with ThreadPoolExecutor(WORKERS) as workers:
        yield workers
        together = threading.Barrier(WORKERS)

        def leave(_: int) -> None:
            together.wait()
            connection.close()

        list(workers.map(leave, range(WORKERS)))


def shuffled(seed: int, *, clients: int, rounds: int) -> None:
    book.make_book(clients)
    for round_no in range(rounds):
        book.edit_book(round_no)
        jobs.work(RECOMPUTE)
    jobs.work(BANDS)
    ordered = book.final_state()
    book.forget()

    deliveries = Deliveries(seed)
    with several_workers() as workers:
        for round_no in range(rounds):
            book.edit_book(round_no)
            steps = [deliveries.message] * 3 + [deliveries.stall, deliveries.go_on, deliveries.expire] * 2
            steps += [deliveries.vanish]
            deliveries.dice.shuffle(steps)
            list(workers.map(lambda step: step(), steps))
    while deliveries.stalled:  # the latest of all
        deliveries.go_on()
    deliveries.expire()
    jobs.work(RECOMPUTE)
    jobs.work(BANDS)

    book.tell(f"R7 seed {seed}: {rounds} rounds of {clients} clients, {dict(deliveries.count)}")
    assert book.unsettled() == 0
    assert ForecastRun.objects.filter(is_current=True, input_version=rounds).count() == clients
    assert book.final_state() == ordered


def test_three_times_late_and_shuffled() -> None:
    shuffled(20261123, clients=20, rounds=6)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 21))
def test_three_times_late_and_shuffled_for_long(seed: int) -> None:
    shuffled(seed, clients=40, rounds=25 if FULL else 5)
