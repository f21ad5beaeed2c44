"""Storing forecast runs: an older result never replaces a newer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from common.copying import Cell, copy_rows
from common.jobs import PATIENT, queue_versions
from common.periods import Month
from financials.actions.contracts import evergreen_horizon, rebuild_schedules
from financials.calc.forecast import ForecastResult, left_out_reason, unsigned
from financials.calc.forecast_cost import CostRates
from financials.calc.forecast_file import digest_of, write_inputs
from financials.calc.simulation import Band
from financials.models import (
    ForecastBand,
    ForecastInput,
    ForecastLine,
    ForecastRate,
    ForecastRun,
    HouseRate,
    Layer,
    NewWorkRate,
    OwnRate,
)
from financials.queries.inputs import Book

FORMULA_VERSION: Final = 6
"""1: recognised, contracted and pipeline. 2: renewals, run-rate and overrides as well. 3: rates of cost.
4: deals count at own history's win rates. 5: the run-rate holds work of deals not opened yet. 6: what a lost client
earned is not carried on beyond its signed work, and nothing of its renews."""
BANDS: Final = "bands"
_LINE_COLUMNS = (
    "run_id",
    "contract_id",
    "opportunity_key",
    "override_id",
    "service_line",
    "month",
    "layer",
    "amount",
    "currency",
    "unopened",
)


# The client row's lock makes writers of one client take turns, also before its first run exists.
_LOCK: Final = "SELECT id FROM accounts_client WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# A run that stands steps down, unless it read newer inputs than what is to be stored.
_STAND_DOWN: Final = """
UPDATE financials_forecastrun r SET is_current = r.input_version > due.version
FROM unnest(%s::bigint[], %s::bigint[]) AS due(client, version) WHERE r.client_id = due.client AND r.is_current
RETURNING r.client_id, r.is_current
"""
# A row that the statement found there has been written over by it: xmax names this transaction.
_WRITE: Final = """
INSERT INTO financials_forecastrun AS r (closed_through, computed_at, formula_version, is_current, client_id,
  input_version, as_of, unpriced, short_history, departed, own_odds, labour_rate, freelancers_rate, direct_rate,
  cost_months, cost_origin)
SELECT %s::date, %s::timestamptz, %s, true, due.* FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::integer[],
  %s::boolean[], %s::boolean[], %s::integer[], %s::numeric[], %s::numeric[], %s::numeric[], %s::smallint[], %s::text[]
) AS due
ON CONFLICT (client_id, input_version, as_of) DO UPDATE SET closed_through = excluded.closed_through,
  computed_at = excluded.computed_at, formula_version = excluded.formula_version, is_current = true, bands_at = NULL,
  unpriced = excluded.unpriced, short_history = excluded.short_history, departed = excluded.departed,
  own_odds = excluded.own_odds, labour_rate = excluded.labour_rate, freelancers_rate = excluded.freelancers_rate,
  direct_rate = excluded.direct_rate, cost_months = excluded.cost_months, cost_origin = excluded.cost_origin
RETURNING r.client_id, r.id, r.xmax <> 0
"""
_BEHIND: Final = """
SELECT k.id FROM financials_contract k
WHERE k.client_id = ANY(%s) AND k."end" IS NULL AND k.amount IS NOT NULL AND k.start <= %s AND k.kind <> 'msa'
  AND k.status IN ('signed', 'active', 'completed')
  AND NOT EXISTS (SELECT FROM financials_scheduleline s WHERE s.contract_id = k.id AND s.month >= %s)
"""


def store_forecasts(
    *, book: Book, results: Sequence[ForecastResult], versions: Mapping[int, int], now: datetime
) -> dict[int, int]:
    """One run for each client in `versions` (client id → input version); returns run ids by client.

    Call inside the transaction that ends the jobs. A client whose current run read newer inputs is left out.
    """
    with connection.cursor() as cursor:  # asked with every edit: not written anew each time
        cursor.execute(_LOCK, [sorted(versions)])
        alive = {pk for (pk,) in cursor.fetchall()}
        cursor.execute(_STAND_DOWN, [list(versions), list(versions.values())])
        newer = {client for client, stands in cursor.fetchall() if stands}
    due = sorted(pk for pk in versions if pk in alive and pk not in newer)
    unpriced: dict[int, int] = dict.fromkeys(due, 0)
    short = {int(client) for result in results for client in result.short}
    for result in results:
        for deal in result.left_out:
            if deal.reason == "unpriced" and int(deal.client) in unpriced:
                unpriced[int(deal.client)] += 1
    departed = {int(client) for batch in book.batches for client in batch.inputs.departed}
    own = Counter(
        int(deal.client)
        for batch in book.batches
        for deal in unsigned(batch.inputs)
        if deal.own is not None and left_out_reason(deal) is None
    )
    rates = {(one.client, one.contract): one for result in results for one in result.costs}
    written = [
        (
            pk, versions[pk], book.as_of[pk], unpriced[pk], pk in short, pk in departed, own.get(pk, 0),
            *_run_rates(rates.get((str(pk), ""))),
        )
        for pk in due
    ]  # fmt: skip
    ids, again = _write_runs(written, book.closed_through, now)
    if again:  # looked for only then: a book keeps a run for every client and edit
        for kept in (ForecastLine, ForecastInput, ForecastRate, ForecastBand):
            kept._default_manager.filter(run__in=again).delete()
    bodies = {client: body for batch in book.batches for client, body in write_inputs(batch.inputs).items()}
    copy_rows(
        ForecastInput._meta.db_table,
        ("run_id", "digest", "body"),
        ((ids[int(client)], digest_of(body), body) for client, body in bodies.items() if int(client) in ids),
    )
    copy_rows(ForecastLine._meta.db_table, _LINE_COLUMNS, _lines(book, results, ids))
    copy_rows(
        ForecastRate._meta.db_table,
        ("run_id", "contract_id", "labour_rate", "freelancers_rate", "direct_rate", "origin"),
        (
            (ids[int(one.client)], book.contracts[one.contract][0], *one.rates, one.origin)
            for one in rates.values()
            if one.contract and int(one.client) in ids
        ),
    )
    # Another worker's are the same.
    if book.new_house or book.new_odds or book.new_work:
        HouseRate.objects.bulk_create(book.new_house, ignore_conflicts=True)
        OwnRate.objects.bulk_create(book.new_odds, ignore_conflicts=True)
        NewWorkRate.objects.bulk_create(book.new_work, ignore_conflicts=True)
    return ids


def _write_runs(
    rows: Sequence[tuple[Any, ...]], closed: Month | None, now: datetime
) -> tuple[dict[int, int], list[int]]:
    """Run ids by client, and those of them that were there already: of jobs done twice over."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(12)]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [closed, now, FORMULA_VERSION, *columns])
        found = cursor.fetchall()
    return {client: pk for client, pk, _ in found}, [pk for _, pk, there in found if there]


def _run_rates(one: CostRates | None) -> tuple[Any, ...]:
    return (None, None, None, 0, "") if one is None else (*one.rates, one.months, one.origin)


def _lines(book: Book, results: Sequence[ForecastResult], runs: Mapping[int, int]) -> Iterator[Sequence[Cell]]:
    """Recognised as the ledger holds it, cell by cell; the layers ahead as computed."""
    recognised = Layer.RECOGNISED.value
    for client_id, contract_id, _, service_line, month, currency, amount in book.recognised:
        run = runs.get(client_id)
        if run is not None:
            yield run, contract_id, "", None, service_line, month, recognised, amount, currency, False
    for result in results:
        for row in result.rows:
            if row.layer != recognised and (run := runs.get(int(row.client))) is not None:
                contract_id, service_line = book.contracts.get(row.contract, (None, ""))
                yield (
                    run, contract_id, row.opportunity, row.override or None, service_line, row.month, row.layer,
                    row.amount, row.currency, row.unopened,
                )  # fmt: skip


def queue_bands(versions: Mapping[int, int]) -> None:
    """The bands of these clients' new runs, once the runs are there. In the transaction that stores the runs.

    versions: client id → input version. Their own kind of job: nobody waits ten thousand trials for a new total.
    """
    queue_versions(BANDS, {f"client:{pk}": version for pk, version in versions.items()}, priority=PATIENT)


def store_bands(*, bands: Mapping[int, Sequence[Band]], now: datetime) -> set[int]:
    """bands: by run. Returns the runs they were stored for: those that still stand. In the transaction of the jobs."""
    runs = ForecastRun.objects.select_for_update(no_key=True).filter(pk__in=list(bands), is_current=True)
    made = dict(runs.order_by("pk").values_list("pk", "bands_at"))
    standing = set(made)
    again = [pk for pk, at in made.items() if at is not None]
    if again:  # only a job done twice over
        ForecastBand.objects.filter(run__in=again).delete()
    copy_rows(
        ForecastBand._meta.db_table,
        ("run_id", "first_month", "last_month", "low", "mid", "high", "mean", "spread", "lean", "currency"),
        (
            (pk, *one.span, one.low, one.mid, one.high, one.mean, one.spread, one.lean, one.currency)
            for pk in sorted(standing)
            for one in bands[pk]
        ),
    )
    ForecastRun.objects.filter(pk__in=standing).update(bands_at=now)
    return standing


def extend_evergreen(client_ids: Sequence[int], *, now: datetime) -> int:
    """Move the horizon of evergreen schedules on; returns how many contracts were behind."""
    horizon = evergreen_horizon(now)
    with connection.cursor() as cursor:  # asked with every edit, and hardly ever answered
        cursor.execute(_BEHIND, [list(client_ids), horizon, horizon])
        ids = [pk for (pk,) in cursor.fetchall()]
    if ids:
        rebuild_schedules(ids, now=now)
    return len(ids)
