"""Storing forecast runs: an older result never replaces a newer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from accounts.models import Client
from common.copying import Cell, copy_rows
from common.jobs import PATIENT, queue_versions
from financials.actions.contracts import evergreen_horizon, rebuild_schedules
from financials.calc.forecast import ForecastResult, left_out_reason, unsigned
from financials.calc.forecast_cost import CostRates
from financials.calc.forecast_file import digest_of, write_inputs
from financials.calc.simulation import Band
from financials.models import (
    Contract,
    ForecastBand,
    ForecastInput,
    ForecastLine,
    ForecastRate,
    ForecastRun,
    HouseRate,
    Layer,
    NewWorkRate,
    OwnRate,
    ScheduleLine,
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


def store_forecasts(
    *, book: Book, results: Sequence[ForecastResult], versions: Mapping[int, int], now: datetime
) -> dict[int, int]:
    """One run for each client in `versions` (client id → input version); returns run ids by client.

    Call inside the transaction that ends the jobs. A client whose current run read newer inputs is left out.
    """
    # The client row's lock makes writers of one client take turns, also before its first run exists.
    locked = Client.objects.select_for_update(no_key=True).filter(pk__in=list(versions)).order_by("pk")
    alive = set(locked.values_list("pk", flat=True))
    newest = dict(
        ForecastRun.objects.filter(client__in=alive, is_current=True).values_list("client_id", "input_version")
    )
    due = sorted(pk for pk, version in versions.items() if pk in alive and newest.get(pk, -1) <= version)
    ForecastRun.objects.filter(client__in=due, is_current=True).update(is_current=False)
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
    again = _made_before({(pk, versions[pk], book.as_of[pk]) for pk in due})
    runs = ForecastRun.objects.bulk_create(
        [
            ForecastRun(
                client_id=pk,
                input_version=versions[pk],
                as_of=book.as_of[pk],
                closed_through=book.closed_through,
                computed_at=now,
                unpriced=unpriced[pk],
                short_history=pk in short,
                departed=pk in departed,
                own_odds=own.get(pk, 0),
                formula_version=FORMULA_VERSION,
                **_run_rates(rates.get((str(pk), ""))),
            )
            for pk in due
        ],
        update_conflicts=True,
        unique_fields=["client", "input_version", "as_of"],
        update_fields=[
            "is_current",
            "computed_at",
            "closed_through",
            "unpriced",
            "short_history",
            "departed",
            "own_odds",
            "formula_version",
            "bands_at",
            *_run_rates(None),
        ],
    )
    ids = {run.client_id: run.pk for run in runs}
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
    HouseRate.objects.bulk_create(book.new_house, ignore_conflicts=True)
    OwnRate.objects.bulk_create(book.new_odds, ignore_conflicts=True)
    NewWorkRate.objects.bulk_create(book.new_work, ignore_conflicts=True)
    return ids


def _made_before(keys: set[tuple[int, int, date]]) -> list[int]:
    """Runs there are of these clients, versions and days: of jobs done twice over."""
    clients, versions = {client for client, _, _ in keys}, {version for _, version, _ in keys}
    runs = ForecastRun.objects.filter(client__in=clients, input_version__in=versions)
    return [pk for pk, *key in runs.values_list("pk", "client_id", "input_version", "as_of") if tuple(key) in keys]


def _run_rates(one: CostRates | None) -> dict[str, Any]:
    labour, freelancers, direct = (None, None, None) if one is None else one.rates
    return {
        "labour_rate": labour,
        "freelancers_rate": freelancers,
        "direct_rate": direct,
        "cost_months": 0 if one is None else one.months,
        "cost_origin": "" if one is None else one.origin,
    }


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
    reached = ScheduleLine.objects.filter(month__gte=horizon).values("contract")
    behind = Contract.objects.filter(
        client__in=client_ids,
        end=None,
        amount__isnull=False,
        start__lte=horizon,
        status__in=("signed", "active", "completed"),
    ).exclude(kind="msa")
    ids = list(behind.exclude(pk__in=reached).values_list("pk", flat=True))
    if ids:
        rebuild_schedules(ids, now=now)
    return len(ids)
