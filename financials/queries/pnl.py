"""The P&L: one query used by the page, REST, exports, decks and explanations alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, cast

from django.db.models import Max

from accounts.access import clients_for
from common.memory import collector_paused
from common.money import ZERO
from financials.calc.ladder import gap_values, ladder
from financials.models import ForecastRun
from financials.queries import cells
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import Cell, Missing
from financials.queries.cuts import Cut
from financials.queries.ladders import Summed, load_ladders, load_missing, stream_ladders
from financials.queries.overhead import Pool
from financials.queries.pnl_request import PnlRequest, check_request, cut_for, months_asked
from financials.queries.pnl_rows import NO_ENTRIES, PnlResult, PnlRow, ahead_row, columns_for, posted_row
from financials.queries.pnl_words import missing_words, rates_note
from financials.queries.pool_shares import load_pool, load_unspread
from financials.queries.ties import load_tie

if TYPE_CHECKING:
    from people.models import User


def load_pnl(
    user: User, request: PnlRequest, *, now: datetime, basis: Basis | None = None, tie: bool = True
) -> PnlResult:
    """The report for what this person may see. At most eight queries, whatever the size. Raises BadRequest.

    basis: when the caller has loaded one for the same currency, as-of and budget; saves two queries. tie: False leaves
    out the tie-out and the unallocated overhead, which cost a query or three.
    """
    check_request(request)
    basis = basis or load_basis(
        user,
        now=now,
        currency=request.currency,
        as_of=request.as_of,
        budget_version=request.budget_version,
    )
    if request.rates != basis.constant:
        basis = replace(basis, constant=request.rates)
    first, last = months_asked(request, basis)
    cut = cut_for(user, request, first, last)
    columns = columns_for(user, safe=request.safe)
    if request.scenario == "variance":
        return _variance(user, request, basis, cut, columns)
    if request.scenario == "forecast":
        return _forecast(user, request, basis, cut, columns)
    return _ladders(user, request, basis, cut, columns, tie=tie)


@collector_paused()
def _ladders(
    user: User, request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...], *, tie: bool
) -> PnlResult:
    source, cut, pool, gaps = _reading(request, basis, cut, columns)
    found = load_ladders(source, basis, cut, request.group_by, pool, counted=request.counted)
    rows = sorted([posted_row(one, basis, columns) for one in found], key=lambda row: _order(row.group))
    if any(one.missing for one in found):
        gaps |= load_missing(source, basis, cut)
    ties = None
    if tie and request.scenario == "actual" and not gaps and "overhead" in columns:
        ties = load_tie(basis, replace(cut, raw=bool(request.client)), found)
    return PnlResult(
        request=request,
        first=cut.first,
        last=cut.last,
        basis=basis,
        columns=columns,
        rows=tuple(rows),
        tie_out=ties,
        unallocated=_unallocated(user, basis, cut, pool) if pool and tie else None,
        missing=missing_words(gaps, basis),
        rates_note=rates_note(basis, found, cut),
        run=f"ledger-{basis.ledger_no}",
        pooled=pool.words,
        timed=_timed(found),
    )


def _timed(found: Sequence[Summed]) -> Decimal | None:
    known = [one.timed for one in found if one.timed is not ZERO]
    return None if None in known else sum((amount for amount in known if amount is not None), ZERO)


def _reading(
    request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...]
) -> tuple[Literal["actual", "budget"], Cut, Pool, Missing]:
    """Where the rows are read, which months, the pool to spread over them and the rates that lacks."""
    if request.scenario == "budget":
        return "budget", cut, Pool(), frozenset()
    if request.scenario == "prior_year":
        # Last year's pool belongs to last year's months just as this year's does to these.
        cut = replace(cut, years_back=1)
    pool, gaps = load_pool(basis, cut) if "overhead" in columns else (Pool(), frozenset())
    return "actual", cut, pool, gaps


def _forecast(user: User, request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...]) -> PnlResult:
    found = cells.load_cells("forecast", basis, cut, request.group_by)
    costs = cells.load_cells("forecast_costs", basis, cut, request.group_by) if "contribution" in columns else []
    lacking = any(one.missing and not one.withheld for one in (*found, *costs))
    gaps = cells.load_missing("forecast", basis, cut) if lacking else frozenset()
    grouped: dict[tuple[str | None, ...], list[Cell]] = {}
    for one in (*found, *costs):
        grouped.setdefault(one.group, []).append(one)
    rows = [ahead_row(group, several, basis, columns) for group, several in grouped.items()]
    return PnlResult(
        request=request,
        first=cut.first,
        last=cut.last,
        basis=basis,
        columns=columns,
        rows=tuple(sorted(rows, key=lambda row: _order(row.group))),
        tie_out=None,
        unallocated=None,
        missing=missing_words(gaps, basis),
        rates_note=rates_note(basis, found, cut),
        run=_run(user),
    )


def stream_rows(user: User, request: PnlRequest, basis: Basis) -> Iterator[PnlRow]:
    """The rows of `load_pnl` in the same order, a few thousand in memory at a time, for files. actual, budget and
    prior_year; a figure whose rate is missing is None.
    """
    cut = cut_for(user, request, *months_asked(request, basis))
    columns = columns_for(user, safe=request.safe)
    source, cut, pool, _ = _reading(request, basis, cut, columns)
    for one in stream_ladders(source, basis, cut, request.group_by, pool):
        yield posted_row(one, basis, columns)


def _order(group: tuple[str | None, ...]) -> tuple[str, ...]:
    """Unknown first."""
    return cast("tuple[str, ...]", group) if all(group) else tuple([value or "" for value in group])


@collector_paused()
def _variance(user: User, request: PnlRequest, basis: Basis, cut: Cut, columns: tuple[str, ...]) -> PnlResult:
    """actual − budget for every group present in either; margins in points."""
    both = [
        load_pnl(user, replace(request, scenario=name, first=cut.first, last=cut.last), now=basis.as_of, basis=basis)
        for name in ("actual", "budget")
    ]
    actual, budget = ({row.group: row for row in result.rows} for result in both)
    nothing = ladder({}).as_dict()
    rows = []
    for group in sorted(actual.keys() | budget.keys(), key=_order):
        now = actual[group].values if group in actual else nothing
        then = budget[group].values if group in budget else nothing
        rows.append(PnlRow(group, basis.currency, gap_values(now, then, columns), NO_ENTRIES))
    missing = tuple(dict.fromkeys([*both[0].missing, *both[1].missing]))
    return replace(both[0], request=request, rows=tuple(rows), tie_out=None, missing=missing)


def _unallocated(user: User, basis: Basis, cut: Cut, pool: Pool) -> Decimal | None:
    """What of the pool no client carries; for those who see the whole book."""
    return load_unspread(basis, cut, pool) if user.role in ("finance", "leadership") else None


def _run(user: User) -> str:
    """The newest of the forecast runs that stand for this person's clients."""
    runs = ForecastRun.objects.filter(is_current=True, client__in=clients_for(user).order_by().values("pk"))
    newest = runs.aggregate(newest=Max("pk"))["newest"]
    return f"forecast-{newest}" if newest else ""
