"""What moved between the forecast at one instant and at another, client by client and down to the deal.

The forecast at an instant is each client's latest run before it. Nine queries, whatever the number of clients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from common.fx import RateRow, Rates
from common.models import FxRate
from common.money import ZERO
from common.periods import Month, month_add, month_of
from financials.calc.movement import TERMS, Moved, RunLine, Side, moved, sums
from financials.models import ForecastLook, ForecastRun
from financials.queries.basis import Basis, load_basis, rate_values
from financials.queries.movement_deals import load_known
from financials.queries.pnl_request import BadRequest, PnlRequest, clients_asked

if TYPE_CHECKING:
    from people.models import User

DAYS_BACK: Final = 30
"""How far the page looks back for somebody who never looked before."""
FEWEST_MINUTES: Final = 60
"""A look sooner after the last one is the same look."""


@dataclass(frozen=True, slots=True)
class MovementRequest:
    """start, end: instants; None is when this person last looked, and now. first, last: the months compared; None is
    this calendar year and the next. run_from, run_to: ids of runs, whose own instants count then.
    """

    start: datetime | None = None
    end: datetime | None = None
    first: Month | None = None
    last: Month | None = None
    run_from: int | None = None
    run_to: int | None = None
    client: str = ""
    owner: str = ""
    tier: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ClientMovement:
    """moves: down to the deal or contract; empty where nothing moved. terms: their sums, every term there."""

    key: str
    name: str
    owner: str
    start: Decimal
    end: Decimal
    moves: tuple[Moved, ...]
    terms: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class MovementResult:
    """clients by key, those without any run left out. looked: whether `start` is this person's own last look.

    runs: the newest run of either side, None for none.
    """

    request: MovementRequest
    basis: Basis
    start: datetime
    end: datetime
    first: Month
    last: Month
    clients: tuple[ClientMovement, ...]
    looked: bool
    runs: tuple[int | None, int | None]
    missing: tuple[str, ...]

    @property
    def total(self) -> dict[str, Decimal]:
        return total_of(self.clients)


class _Run(NamedTuple):
    id: int
    client_id: int
    closed: Month | None
    last_open: Month


def total_of(clients: Iterable[ClientMovement]) -> dict[str, Decimal]:
    """start, every term, end."""
    totals = dict.fromkeys(("start", *TERMS, "end"), ZERO)
    for one in clients:
        totals["start"] += one.start
        totals["end"] += one.end
        for term, amount in one.terms.items():
            totals[term] += amount
    return totals


def load_movement(user: User, request: MovementRequest, *, now: datetime) -> MovementResult:
    """Raises BadRequest."""
    clients = {
        pk: (key, name, email or "")
        for pk, key, name, email in clients_asked(
            user, PnlRequest(client=request.client, owner=request.owner, tier=request.tier)
        ).values_list("pk", "key", "name", "owner__email")
    }
    start, end, looked = _instants(user, request, clients, now)
    then_known = end if end < now else None
    basis = load_basis(user, now=now, currency=request.currency, as_of=then_known, newest_entry=False)
    first = request.first or date(basis.today.year, 1, 1)
    last = request.last or date(max(basis.today.year + 1, first.year), 12, 1)
    if last < first or last.year - first.year > 20:
        raise BadRequest("to", "The last month comes before the first, or more than twenty years after it.")
    then, now_runs = runs_at(clients, start), runs_at(clients, end)
    found, missing = _clients(clients, then, now_runs, basis, rates_at(start), (first, last))
    return MovementResult(
        request=replace(request, first=first, last=last),
        basis=basis,
        start=start,
        end=end,
        first=first,
        last=last,
        clients=tuple(sorted(found, key=lambda one: one.key)),
        looked=looked,
        runs=(_newest(then), _newest(now_runs)),
        missing=missing,
    )


def _newest(runs: Mapping[int, _Run]) -> int | None:
    return max((run.id for run in runs.values()), default=None)


def _instants(
    user: User, request: MovementRequest, clients: Iterable[int], now: datetime
) -> tuple[datetime, datetime, bool]:
    asked = [run for run in (request.run_from, request.run_to) if run is not None]
    runs = dict(ForecastRun.objects.filter(pk__in=asked, client__in=list(clients)).values_list("pk", "computed_at"))
    for name, run in (("run_from", request.run_from), ("run_to", request.run_to)):
        if run is not None and run not in runs:
            raise BadRequest(name, f"There is no run {run}, or it is not yours to see.")
    end = runs.get(request.run_to or 0) or request.end or now
    start = runs.get(request.run_from or 0) or request.start
    if start is not None:
        if start > end:
            raise BadRequest("run_from", "The first comes after the second: change them about.")
        return start, end, False
    look = last_look(user, now=now)
    if look is not None and look < end:
        return look, end, True
    return end - timedelta(days=DAYS_BACK), end, False


def last_look(user: User, *, now: datetime) -> datetime | None:
    """When this person last looked, the look under way not counted. One query."""
    look = ForecastLook.objects.filter(person=user).values_list("looked_at", "before").first()
    if look is None:
        return None
    return look[1] if now - look[0] < timedelta(minutes=FEWEST_MINUTES) else look[0]


def runs_at(clients: Iterable[int], at: datetime) -> dict[int, _Run]:
    """Each client's latest run at an instant. One query."""
    rows = (
        ForecastRun.objects.filter(client__in=list(clients), computed_at__lte=at)
        .order_by("client_id", "-computed_at", "-pk")
        .distinct("client_id")
        .values_list("pk", "client_id", "closed_through", "as_of")
    )
    return {
        client: _Run(pk, client, closed, max(month_of(as_of), month_add(closed, 1)) if closed else month_of(as_of))
        for pk, client, closed, as_of in rows
    }


def rates_at(at: datetime) -> Rates:
    """The rates known then. One query."""
    rows = FxRate.objects.filter(created_at__lte=at).values_list("month", "base", "quote", "average", "closing")
    return Rates(RateRow(*row) for row in rows)


_LINES: Final = """
WITH then_rate(currency, month, rate) AS (VALUES {then}), now_rate(currency, month, rate) AS (VALUES {now}),
cell AS (
  SELECT r.client_id, r.id AS run_id, coalesce(l.contract_id, 0) AS contract_id, l.opportunity_key, l.month, l.layer,
         sum(half_even(l.amount * coalesce(t.rate, n.rate), {places})) AS at_then,
         sum(half_even(l.amount * n.rate, {places})) AS at_now,
         bool_or(n.rate IS NULL) AS missing, min(l.currency) AS currency
  FROM financials_forecastline l JOIN financials_forecastrun r ON r.id = l.run_id
  LEFT JOIN then_rate t ON t.currency = l.currency AND t.month = l.month
  LEFT JOIN now_rate n ON n.currency = l.currency AND n.month = l.month
  WHERE l.run_id = ANY(%s) AND l.month BETWEEN %s AND %s
  GROUP BY r.client_id, r.id, l.contract_id, l.opportunity_key, l.month, l.layer
),
was AS (SELECT * FROM cell WHERE run_id = ANY(%s)),
now AS (SELECT * FROM cell WHERE run_id = ANY(%s)),
pair AS (
  SELECT client_id, contract_id, opportunity_key, month, layer, was.at_then AS was, now.at_then AS now,
         now.at_now - now.at_then AS fx, coalesce(was.missing, false) OR coalesce(now.missing, false) AS missing,
         coalesce(now.currency, was.currency) AS currency
  FROM was FULL JOIN now USING (client_id, contract_id, opportunity_key, month, layer)
)
SELECT pair.client_id, coalesce(k.number, ''), opportunity_key, month, layer, was, now, coalesce(fx, 0), missing,
       pair.currency
FROM pair LEFT JOIN financials_contract k ON k.id = pair.contract_id
WHERE was IS DISTINCT FROM now OR fx <> 0 OR opportunity_key <> '' OR missing
UNION ALL
SELECT client_id, '', '', NULL::date, '', sum(was), sum(now), 0, false, '' FROM pair
WHERE was IS NOT DISTINCT FROM now AND coalesce(fx, 0) = 0 AND opportunity_key = '' AND NOT missing GROUP BY client_id
"""
"""Cells that differ, and every cell of a deal, for its moves are told against all of it; the rest as one sum a client.
A cell is converted as the forecast converts it: line by line, rounded once."""


def _clients(
    clients: Mapping[int, tuple[str, str, str]],
    then: Mapping[int, _Run],
    now: Mapping[int, _Run],
    basis: Basis,
    rates: Rates,
    months: tuple[Month, Month],
) -> tuple[list[ClientMovement], tuple[str, ...]]:
    lines, level, gaps = _lines(then, now, basis, rates, months)
    if gaps:
        return [], tuple(f"No {code}/{basis.currency} rate for {month:%Y-%m}." for code, month in sorted(gaps))
    moving = sorted(pk for pk in now.keys() | then.keys() if lines.get(pk))
    runs = [runs[pk].id for pk in moving for runs in (then, now) if pk in runs]
    known = load_known(runs)
    found = []
    for pk in sorted(now.keys() | then.keys()):
        before, after = lines.get(pk, ([], []))
        start, end = _side(then.get(pk), before, known), _side(now.get(pk), after, known)
        moves = tuple(moved(start, end, *months, basis.currency)) if before or after else ()
        key, name, owner = clients[pk]
        stays = level.get(pk, ZERO)
        first = stays + sum((line.amount for line in before), ZERO)
        last = stays + sum((line.amount + line.fx for line in after), ZERO)
        found.append(ClientMovement(key, name, owner, first, last, moves, sums(moves)))
    return found, ()


def _side(run: _Run | None, lines: Sequence[RunLine], known: Mapping[int, Any]) -> Side:
    if run is None:
        return Side()
    return Side(lines, known.get(run.id, {}), run.closed, run.last_open)


_Lines = dict[int, tuple[list[RunLine], list[RunLine]]]


def _lines(
    then: Mapping[int, _Run], now: Mapping[int, _Run], basis: Basis, rates: Rates, months: tuple[Month, Month]
) -> tuple[_Lines, dict[int, Decimal], set[tuple[str, Month]]]:
    """By client: what moved of either side, what stayed, and the rates that are missing. One query."""
    was, is_ = [run.id for run in then.values()], [run.id for run in now.values()]
    ours, our_params = rate_values(replace(basis, rates=rates), *months)
    theirs, their_params = rate_values(basis, *months)
    text = _LINES.format(then=ours, now=theirs, places=basis.places)
    lines: _Lines = defaultdict(lambda: ([], []))
    level: dict[int, Decimal] = {}
    gaps: set[tuple[str, Month]] = set()
    with connection.cursor() as cursor:
        cursor.execute(text, [*our_params, *their_params, [*was, *is_], *months, was, is_])
        for client, contract, deal, month, layer, before, after, fx, missing, currency in cursor.fetchall():
            if missing:
                gaps.add((currency, month))
            elif month is None:
                level[client] = before or ZERO
            else:
                if before is not None:
                    lines[client][0].append(RunLine(contract, deal, month, layer, before))
                if after is not None:
                    lines[client][1].append(RunLine(contract, deal, month, layer, after, fx))
    return dict(lines), level, gaps
