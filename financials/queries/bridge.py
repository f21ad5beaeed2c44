"""The bridge between two periods, or from budget to actual, client by client. Eight queries, whatever the size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Client
from common.money import ZERO
from common.periods import InvalidPeriod, Month, month_add, months_between, parse_month, parse_period
from financials.calc.bridge import Measure, Moves, Pair, Side, add_up, moves
from financials.models import WORKED_LINES, BudgetLine, Line, TimeMonth
from financials.queries.basis import Basis, load_basis
from financials.queries.cuts import Cut
from financials.queries.ladder_sql import Source
from financials.queries.ladders import load_ladders, load_missing
from financials.queries.pnl_request import BadRequest, PnlRequest, clients_asked, cut_for
from financials.queries.pnl_words import missing_words

if TYPE_CHECKING:
    from people.models import User

Span = tuple[Month, Month]
MEASURES: Final[dict[Measure, str]] = {
    "gross_profit": "Gross profit",
    "net_revenue": "Net revenue",
    "gross_revenue": "Gross revenue",
}
LABELS: Final = {
    "start": "Start",
    "price": "Price",
    "volume": "Volume",
    "cost_mix": "Cost and mix",
    "pass_through": "Pass-through",
    "fx": "Exchange",
    "other": "Other",
    "end": "End",
}
MOST_MONTHS: Final = 60


@dataclass(frozen=True, slots=True)
class BridgeRequest:
    """start, end: the months held against each other; against "budget" takes end's own months from the budget.

    None: the last closed month and the one before. Blank filters take everything in sight.
    """

    start: Span | None = None
    end: Span | None = None
    against: Literal["period", "budget"] = "period"
    measure: Measure = "gross_profit"
    client: str = ""
    owner: str = ""
    tier: str = ""
    currency: str = ""
    as_of: datetime | None = None
    budget_version: str = ""


@dataclass(frozen=True, slots=True)
class ClientMoves:
    key: str
    moves: Moves


@dataclass(frozen=True, slots=True)
class BridgeResult:
    """clients: sorted by key; those with nothing in either period are absent. missing: absent rates, one line each.

    withheld: the labour of somebody's few hours is in it, which this reader is not told: then there are no clients.
    without_hours: months of a client in the budget whose hours nobody planned, so that their move is all "other";
    unworked: months of a client in the later period with no hours booked, likewise.
    """

    request: BridgeRequest
    basis: Basis
    start: Span
    end: Span
    clients: tuple[ClientMoves, ...]
    total: Moves
    missing: tuple[str, ...]
    withheld: bool = False
    without_hours: int = 0
    unworked: int = 0


def read_span(text: str) -> Span | None:
    """2026-09, 2026-Q3, 2026, or two months as 2026-07..2026-09; blank is None. Raises InvalidPeriod."""
    if not text:
        return None
    first, dots, last = text.partition("..")
    if not dots:
        if text.startswith("FY"):
            raise InvalidPeriod("Fiscal years differ by client: name the months, as 2025-04..2026-03.")
        return parse_period(text)
    span = parse_month(first), parse_month(last)
    if span[0] > span[1]:
        raise InvalidPeriod("The first month comes after the last.")
    return span


def load_bridge(user: User, request: BridgeRequest, *, now: datetime) -> BridgeResult:
    """Raises BadRequest. Months are paired in order; periods of different length are held against each other whole."""
    basis = load_basis(
        user, now=now, currency=request.currency, as_of=request.as_of, budget_version=request.budget_version
    )
    start, end = _spans(request, basis)
    cut = cut_for(user, PnlRequest(client=request.client, owner=request.owner, tier=request.tier), *end)
    source: Source = "budget" if request.against == "budget" else "actual"
    old_months, new_months = months_between(*start), months_between(*end)
    paired = len(old_months) == len(new_months)
    rate_of = {month: old_months[min(at, len(old_months) - 1)] for at, month in enumerate(new_months)}
    early = replace(cut, first=start[0], last=start[1])
    hours = _hours(user, request, start, end)
    planned = _budget_hours(user, request, start, basis) if source == "budget" else hours
    measured = request.measure
    before = _sides(source, basis, early, planned, measured)
    after = _sides("actual", basis, cut, hours, measured)
    level = _sides("actual", replace(basis, rate_of=rate_of), cut, hours, measured)
    gaps: set[tuple[str, Month]] = set()
    if before is None:
        gaps |= load_missing(source, basis, early)
    if after is None or level is None:
        gaps |= load_missing("actual", basis, cut) | load_missing("actual", replace(basis, rate_of=rate_of), cut)
    if before is None or after is None or level is None:
        return BridgeResult(request, basis, start, end, (), Moves(), missing_words(gaps, basis), withheld=not gaps)
    months = list(zip(old_months, new_months, strict=True)) if paired else None
    clients = _clients(before, after, level, months, basis.currency, request.measure)
    total = add_up(one.moves for one in clients)
    blank = _blank(before) if source == "budget" else 0
    return BridgeResult(request, basis, start, end, clients, total, (), False, blank, _blank(after))


Sides = Mapping[str, Mapping[Month, Side]]


def _clients(
    before: Sides, after: Sides, level: Sides, months: list[tuple[Month, Month]] | None, currency: str, measure: Measure
) -> tuple[ClientMoves, ...]:
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new, held = (sides.get(key, {}) for sides in (before, after, level))
        pairs = [Pair(_whole(old), _whole(new), _whole(held))]
        if months is not None:
            pairs = [Pair(_at(old, was), _at(new, now), _at(held, now)) for was, now in months]
        total = add_up(moves(pair, currency, measure) for pair in pairs)
        if any(total.as_dict().values()):
            found.append(ClientMoves(key, total))
    return tuple(found)


def _blank(sides: Sides) -> int:
    """Months of clients whose hours are not known."""
    return sum(side.hours <= 0 for months in sides.values() for side in months.values())


def _at(sides: Mapping[Month, Side], month: Month) -> Side:
    return sides.get(month, Side())


def _whole(sides: Mapping[Month, Side]) -> Side:
    return Side(*(sum((side[at] for side in sides.values()), ZERO) for at in range(4)))


def _spans(request: BridgeRequest, basis: Basis) -> tuple[Span, Span]:
    end = request.end or (basis.through, basis.through)
    length = len(months_between(*end))
    start = request.start or (month_add(end[0], -length), month_add(end[0], -1))
    if request.against == "budget":
        start = end
    for name, (first, last) in (("from", start), ("to", end)):
        if len(months_between(first, last)) > MOST_MONTHS:
            raise BadRequest(name, f"Ask for at most {MOST_MONTHS} months.")
    return start, end


def _sides(
    source: Source, basis: Basis, cut: Cut, hours: Mapping[tuple[str, Month], Decimal], measure: Measure
) -> Sides | None:
    """By client and month; None where a rate is missing, or a cost is withheld that the measure is made of."""
    sides: dict[str, dict[Month, Side]] = {}
    for one in load_ladders(source, basis, cut, ("client", "month")):
        if one.missing or (None in one.lines and measure == "gross_profit"):
            return None
        gross, passed, labour, freelancers = (line or ZERO for line in one.lines[:4])
        key, month = one.group[0] or "", parse_month(one.group[1] or "")
        worked = hours.get((key, month), ZERO)
        sides.setdefault(key, {})[month] = Side(gross, passed, labour + freelancers, worked)
    return sides


def _clients_of(user: User, request: BridgeRequest) -> QuerySet[Client]:
    return clients_asked(user, PnlRequest(client=request.client, owner=request.owner, tier=request.tier))


def _hours(user: User, request: BridgeRequest, start: Span, end: Span) -> dict[tuple[str, Month], Decimal]:
    """Hours that count, by client key and month."""
    asked = _clients_of(user, request).values("pk")
    rows = TimeMonth.objects.filter(Q(month__range=start) | Q(month__range=end), client__in=asked)
    found = rows.values_list("client__key", "month").annotate(worked=Sum("hours"))
    return {(key, month): worked for key, month, worked in found.order_by()}


def _budget_hours(user: User, request: BridgeRequest, span: Span, basis: Basis) -> dict[tuple[str, Month], Decimal]:
    """Hours planned, by client key and month; a month with delivery labour that has none is absent: unknown."""
    rows = BudgetLine.objects.filter(
        version_name=basis.budget_version,
        month__range=span,
        line__in=WORKED_LINES,
        client__in=_clients_of(user, request).values("pk"),
    )
    found = rows.values_list("client__key", "month").annotate(
        planned=Sum("hours"), blank=Count("pk", filter=Q(hours=None, line=Line.DELIVERY_LABOUR))
    )
    return {(key, month): planned for key, month, planned, blank in found.order_by() if planned and not blank}
