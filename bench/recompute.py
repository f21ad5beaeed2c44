"""The whole book forecast: 2,000 clients × 60 months, 20,000 deals, 4,000 contracts, 10,000 trials, against a floor.

The floor is what any program must do for the same answer, bare: COPY the inputs out, the same residual forecasts and
trials in NumPy, and COPY as many result rows in. Product and floor run in the same process, one after the other.
"""

from __future__ import annotations

import io
import resource
import time
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Final

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Client, Opportunity
from bench.ledger import recompute, settle, workers
from bench.table import Row, against_floor
from common import jobs
from common.models import ClosedPeriod, Job
from common.periods import month_add, month_of
from financials.actions.contracts import mark_clients_dirty
from financials.calc.runrate import run_rate, run_rate_with_bands
from financials.calc.simulation import EDGES, TRIALS
from financials.models import Contract, ForecastBand, ForecastLine, ForecastRun, LedgerMonth
from people.models import User

CLIENTS: Final = 2000
MONTHS: Final = 60
DEALS: Final = 10
CONTRACTS: Final = 2
MOST_MEGABYTES: Final = 600
AHEAD: Final = 17
_COPIED: Final = (
    "SELECT client_id, month, line, currency, amount FROM financials_ledgermonth",
    'SELECT client_id, number, start, "end", amount, renewal, probability, uplift FROM financials_contract',
    "SELECT client_id, key, stage, category, amount, probability, close_on, delivery_months FROM accounts_opportunity",
)


def make_book() -> None:
    """Beside the small book of the other parts, whose clients are left as they are."""
    dice, today = np.random.default_rng(20261126), timezone.now().date()
    this = month_of(today)
    owner = User.objects.create_user("whole@example.com", None, name="Wanda Whole", role="director")
    clients = Client.objects.bulk_create(
        Client(key=f"W-{number:05}", name=f"Whole {number}", owner=owner, currency="USD") for number in range(CLIENTS)
    )
    contracts = [
        Contract(
            number=f"W-{client.key}-{place}", client=client, kind="sow", title="Work", renewal=("fixed", "auto")[place],
            start=month_add(this, -8 - place), end=month_add(this, 4 - place) - timedelta(days=1), status="active",
            amount=Decimal(int(dice.integers(100_000, 900_000))), currency="USD", service_line=f"Line {place}",
        )
        for client in clients
        for place in range(CONTRACTS)
    ]  # fmt: skip
    Contract.objects.bulk_create(contracts, batch_size=2000)
    Opportunity.objects.bulk_create(
        [
            Opportunity(
                key=f"W-{client.key}-D{place}", client=client, name="Deal", stage="Proposal", currency="USD",
                amount=Decimal(int(dice.integers(20_000, 400_000))), probability=Decimal("0.4"), category="commit",
                close_on=today + timedelta(days=int(dice.integers(10, 200))), delivery_months=6,
            )
            for client in clients
            for place in range(DEALS)
        ],
        batch_size=2000,
    )  # fmt: skip
    LedgerMonth.objects.bulk_create(
        [
            LedgerMonth(
                client=client, contract=None, service_line="", month=month_add(this, -back), line="gross_revenue",
                currency="USD", amount=Decimal(int(dice.integers(60_000, 140_000))), entries=1,
            )
            for client in clients
            for back in range(1, MONTHS + 1)
        ],
        batch_size=5000,
    )  # fmt: skip
    now = timezone.now()
    ClosedPeriod.objects.bulk_create(
        [ClosedPeriod(month=month_add(this, -back), closed_at=now, closed_by="b") for back in range(1, MONTHS + 1)],
        ignore_conflicts=True,
    )


def product() -> dict[str, float]:
    """Seconds of both kinds of job, in this process and one worker's."""
    _dirty(Client.objects.filter(key__startswith="W-"))
    took = {}
    for kind in ("recompute", "bands"):
        began = time.perf_counter()
        jobs.work(kind)
        took[kind] = time.perf_counter() - began
    assert not Job.objects.filter(state__in=("failed", "dead"), kind__in=took).exists()
    return took


def by_workers(processes: int) -> dict[str, float]:
    """Seconds of both kinds of job, by so many worker processes beside this one; from the first change to the last
    row."""
    with workers(processes):
        _dirty(Client.objects.filter(key="W-00000"))
        settle()  # the workers have started
        began = time.perf_counter()
        _dirty(Client.objects.filter(key__startswith="W-"))
        took = {"recompute": recompute(), "bands": 0.0}
        settle()
        took["bands"] = time.perf_counter() - began - took["recompute"]
    return took


def _dirty(clients: QuerySet[Client]) -> None:
    with transaction.atomic():
        mark_clients_dirty(clients.values_list("pk", flat=True))


def floor() -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for query in _COPIED:
            out = io.StringIO()
            cursor.copy_expert(f"COPY ({query}) TO STDOUT", out)
    series = np.random.default_rng(1).lognormal(11, 0.2, (CLIENTS, MONTHS))
    run_rate(series, AHEAD + 1)
    run_rate_with_bands(series, AHEAD + 1)
    for client in range(CLIENTS):
        _trials(client)
    current = ForecastRun.objects.filter(is_current=True, client__key__startswith="W-")
    for model in (ForecastLine, ForecastBand):
        _copy_in(model._meta.db_table, list(current.values_list("pk", flat=True)))
    return time.perf_counter() - began


def _trials(client: int) -> None:
    """The arithmetic of one client's bands: a draw for each event and month, the sums over forty spans, their order."""
    dice = np.random.Generator(np.random.SFC64(client))
    events, steps = DEALS + CONTRACTS, 7
    fates = dice.standard_normal((events, TRIALS))
    limits = np.linspace(-1, 1, events * steps)[:, None]
    total = np.ones((AHEAD, events * steps)) @ (np.repeat(fates, steps, axis=0) < limits).astype(np.float64)
    total += np.rint(dice.standard_normal(total.shape) * 1e6)
    summed = np.cumsum(total, axis=0)
    outcomes = np.concatenate([total, summed[1:], summed[1:AHEAD:2]])
    away = outcomes - outcomes.mean(axis=1)[:, None]
    np.einsum("ij,ij->i", away, away)
    outcomes.sort(axis=1)
    outcomes[:, [int(edge * TRIALS) for edge in EDGES]]


def _copy_in(table: str, runs: list[int]) -> None:
    """The rows the product has stored into a table of the same columns, keys and checks left out."""
    text = io.StringIO()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare ON COMMIT DROP AS TABLE " + table + " WITH NO DATA")
        cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE run_id = ANY(ARRAY{runs}::bigint[])) TO STDOUT", text)
        text.seek(0)
        cursor.copy_expert("COPY bare FROM STDIN", text)


def measure() -> list[Row]:
    make_book()
    product()  # for warmth, and for the rows the floor copies
    runs = [(product(), floor()) for _ in range(2)]
    bare = median(took for _, took in runs)
    whole = median(sum(took.values()) for took, _ in runs)
    one, two = by_workers(1), by_workers(2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        against_floor("Whole-book floor: COPY out, same maths, COPY in", bare, bare),
        against_floor(f"Whole book of {CLIENTS:,} clients, one worker, {TRIALS:,} trials", whole, bare, most=2),
        Row("  of it: layers", f"{median(t['recompute'] for t, _ in runs):.1f} s"),
        Row("  of it: bands", f"{median(t['bands'] for t, _ in runs):.1f} s"),
        *(
            Row(
                f"  two workers against one: {name}",
                f"{one[name]:.1f} → {two[name]:.1f} s",
                two[name] / one[name],
            )
            for name in one
        ),
        Row("  peak memory of the process", f"{peak:.0f} MB", None, f"≤ {MOST_MEGABYTES} MB", peak <= MOST_MEGABYTES),
    ]


__all__ = ["measure"]
