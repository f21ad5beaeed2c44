"""What if: a forecast taken through steps, each with what it does to net revenue and contribution.

A scenario never changes the forecast: it starts from its lines and gives lines of its own. Steps are taken in order,
each on what the one before left. Source: docs/definitions.md#scenarios
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from common.money import ZERO, quantise
from common.periods import Month, month_add
from financials.calc.forecast import CATEGORIES, ForecastInputs, compute

REPRICED: Final = frozenset({"renewal", "run_rate"})
"""Layers that a new rate reaches; of what is contracted, only work billed as it is done."""


class Line(NamedTuple):
    """One cell of a forecast, in the reporting currency. cost: what it costs, None where that is not known."""

    client: str
    contract: str
    opportunity: str
    month: Month
    layer: str
    amount: Decimal
    cost: Decimal | None = None


class Lose(NamedTuple):
    """The client leaves: nothing is earned there from `start` on."""

    client: str
    start: Month


class Slip(NamedTuple):
    """The deals close and deliver so many months later."""

    deals: tuple[str, ...]
    months: int


class Raise(NamedTuple):
    """Rates rise by a fraction from `start` on, at one client or, blank, at all."""

    client: str
    by: Decimal
    start: Month


Step: TypeAlias = Lose | Slip | Raise


@dataclass(frozen=True, slots=True)
class Facts:
    """What steps need to know beside the lines.

    first: the first month that may still change. as_worked: contracts billed by time and materials. inputs: of the
    clients whose deals slip. convert: an amount of a currency in a month, in the reporting currency; None where there
    is no rate.
    """

    first: Month
    currency: str
    as_worked: frozenset[str]
    inputs: Mapping[str, ForecastInputs]
    convert: Callable[[Decimal, str, Month], Decimal | None]


class Effect(NamedTuple):
    """What one step changes. profit: the contribution, None where a cost that comes or goes is not known."""

    revenue: Decimal
    profit: Decimal | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """lines: the scenario's own. effects: one a step, in order. months: change of net revenue by month, all steps."""

    lines: tuple[Line, ...]
    effects: tuple[Effect, ...]
    months: Mapping[Month, Decimal]
    clients: Mapping[str, Effect]


def take(lines: Sequence[Line], steps: Iterable[Step], facts: Facts, first: Month, last: Month) -> Outcome:
    """Effects count the months first to last; lines hold all months."""
    now, effects = list(lines), []
    months: dict[Month, Decimal] = defaultdict(Decimal)
    clients: dict[str, Effect] = {}
    for step in steps:
        after = _stepped(now, step, facts)
        changed = _changed(now, after, first, last)
        effects.append(_together(changed.clients.values()))
        for month, amount in changed.months.items():
            months[month] += amount
        for client, effect in changed.clients.items():
            clients[client] = _together([clients.get(client, _NONE), effect])
        now = after
    return Outcome(
        tuple(now),
        tuple(effects),
        {month: amount for month, amount in sorted(months.items()) if amount},
        {client: effect for client, effect in sorted(clients.items()) if effect.revenue},
    )


_NONE: Final = Effect(ZERO, ZERO)


def _together(effects: Iterable[Effect]) -> Effect:
    several = list(effects)
    known = [effect.profit for effect in several if effect.profit is not None]
    profit = sum(known, ZERO) if len(known) == len(several) else None
    return Effect(sum((effect.revenue for effect in several), ZERO), profit)


@dataclass(frozen=True, slots=True)
class _Changed:
    months: Mapping[Month, Decimal]
    clients: Mapping[str, Effect]


def _changed(before: Sequence[Line], after: Sequence[Line], first: Month, last: Month) -> _Changed:
    """Work that comes, goes or moves brings or takes its own cost; a rate that rises changes none."""
    months: dict[Month, Decimal] = defaultdict(Decimal)
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    cost: dict[str, Decimal] = defaultdict(Decimal)
    blind: dict[str, Counter[Line]] = defaultdict(Counter)
    for several, sign in ((before, -1), (after, 1)):
        for line in several:
            if not first <= line.month <= last:
                continue
            months[line.month] += sign * line.amount
            revenue[line.client] += sign * line.amount
            if line.cost is None:
                blind[line.client][line._replace(amount=ZERO)] += sign
            else:
                cost[line.client] += sign * line.cost
    unknown = {client for client, lines in blind.items() if any(lines.values())}
    return _Changed(
        months,
        {
            client: Effect(amount, None if client in unknown else amount - cost[client])
            for client, amount in revenue.items()
            if amount or cost[client] or client in unknown
        },
    )


def _stepped(lines: list[Line], step: Step, facts: Facts) -> list[Line]:
    if isinstance(step, Lose):
        start = max(step.start, facts.first)
        return [line for line in lines if line.client != step.client or line.month < start]
    if isinstance(step, Raise):
        return [_repriced(line, step, facts) for line in lines]
    return _slipped(lines, step, facts)


def _repriced(line: Line, step: Raise, facts: Facts) -> Line:
    reached = line.layer in REPRICED or (line.layer == "contracted" and line.contract in facts.as_worked)
    mine = step.client in ("", line.client) and line.month >= max(step.start, facts.first)
    if not reached or not mine:
        return line
    return line._replace(amount=quantise(line.amount * (1 + step.by), facts.currency))


def _slipped(lines: list[Line], step: Slip, facts: Facts) -> list[Line]:
    """The deals' own lines again, computed from their moved days; a deal that no line holds any more stays away."""
    held = {line.opportunity: line.client for line in lines if line.layer in CATEGORIES} if step.deals else {}
    moving = {key: held[key] for key in step.deals if key in held}
    kept = [line for line in lines if line.layer not in CATEGORIES or line.opportunity not in moving]
    for key, client in moving.items():
        if client in facts.inputs:
            kept += _moved(key, client, step.months, facts)
        else:
            kept += [line for line in lines if line.opportunity == key and line.layer in CATEGORIES]
    return kept


def _moved(key: str, client: str, months: int, facts: Facts) -> list[Line]:
    inputs = facts.inputs[client]
    deals = [
        replace(deal, close_on=_later(deal.close_on, months), delivery_start=_later(deal.delivery_start, months))
        for deal in inputs.opportunities
        if deal.key == key
    ]
    result = compute(replace(inputs, ledger=[], opportunities=deals, overrides=()))
    rates = {one.contract: one.rates for one in result.costs}
    found = []
    for row in result.rows:
        amount = facts.convert(row.amount, row.currency, row.month) if row.opportunity == key else None
        if amount is None:
            continue
        parts = [
            facts.convert(row.amount * rate, row.currency, row.month)
            for rate in rates.get(row.contract, rates.get("", ()))
        ]
        known = [part for part in parts if part is not None]
        cost = sum(known, ZERO) if known and len(known) == len(parts) else None
        found.append(Line(client, row.contract, key, row.month, row.layer, amount, cost))
    return found


def _later(day: date | None, months: int) -> date | None:
    """The same day of a later month; the last one where it is shorter."""
    if day is None:
        return None
    first = month_add(day, months)
    beyond = month_add(first, 1)
    return date(first.year, first.month, min(day.day, (beyond - first).days))
