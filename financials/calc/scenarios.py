"""What if: a forecast taken through steps, each with what it does to net revenue and gross profit.

A scenario never changes the forecast: it starts from its lines and gives lines of its own. Steps are taken in order,
each on what the one before left. Source: docs/definitions.md#scenarios
"""

from __future__ import annotations

from collections import defaultdict
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
    """One cell of a forecast, in the reporting currency."""

    client: str
    contract: str
    opportunity: str
    month: Month
    layer: str
    amount: Decimal


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

    first: the first month that may still change. margins: gross profit over net revenue by client, None unknown.
    as_worked: contracts billed by time and materials. inputs: of the clients whose deals slip. convert: an amount of a
    currency in a month, in the reporting currency; None where there is no rate.
    """

    first: Month
    currency: str
    margins: Mapping[str, Decimal | None]
    as_worked: frozenset[str]
    inputs: Mapping[str, ForecastInputs]
    convert: Callable[[Decimal, str, Month], Decimal | None]


class Effect(NamedTuple):
    """What one step changes. profit: None where a margin it needs is unknown."""

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
    whole: dict[tuple[str, Month], Decimal] = defaultdict(Decimal)
    profits: dict[str, Decimal | None] = {}
    for step in steps:
        after = _stepped(now, step, facts)
        changed: dict[tuple[str, Month], Decimal] = defaultdict(Decimal)
        for several, sign in ((now, -1), (after, 1)):
            for line in several:
                if first <= line.month <= last:
                    changed[line.client, line.month] += sign * line.amount
        effects.append(_effect(changed, isinstance(step, Raise), facts, profits))
        for cell, amount in changed.items():
            whole[cell] += amount
        now = after
    months: dict[Month, Decimal] = defaultdict(Decimal)
    clients: dict[str, Decimal] = defaultdict(Decimal)
    for (client, month), amount in whole.items():
        months[month] += amount
        clients[client] += amount
    return Outcome(
        tuple(now),
        tuple(effects),
        {month: amount for month, amount in sorted(months.items()) if amount},
        {client: Effect(amount, profits.get(client, ZERO)) for client, amount in sorted(clients.items()) if amount},
    )


def _effect(
    changed: Mapping[tuple[str, Month], Decimal], priced: bool, facts: Facts, profits: dict[str, Decimal | None]
) -> Effect:
    """Work that comes, goes or moves carries its usual cost; a rate carries none."""
    by_client: dict[str, Decimal] = defaultdict(Decimal)
    for (client, _), amount in changed.items():
        by_client[client] += amount
    total: Decimal | None = ZERO
    for client, amount in by_client.items():
        if not amount:
            continue
        margin = Decimal(1) if priced else facts.margins.get(client)
        profit = None if margin is None else quantise(amount * margin, facts.currency)
        before = profits.get(client, ZERO)
        profits[client] = None if profit is None or before is None else before + profit
        total = None if total is None or profit is None else total + profit
    return Effect(sum(by_client.values(), ZERO), total)


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
    found = []
    for row in compute(replace(inputs, ledger=[], opportunities=deals, overrides=())).rows:
        amount = facts.convert(row.amount, row.currency, row.month) if row.opportunity == key else None
        if amount is not None:
            found.append(Line(client, row.contract, key, row.month, row.layer, amount))
    return found


def _later(day: date | None, months: int) -> date | None:
    """The same day of a later month; the last one where it is shorter."""
    if day is None:
        return None
    first = month_add(day, months)
    beyond = month_add(first, 1)
    return date(first.year, first.month, min(day.day, (beyond - first).days))
