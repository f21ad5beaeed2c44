"""Revenue earned, beside the ledger: percent complete, backlog, loss. Source: docs/definitions.md#recognised"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from common.money import ZERO, from_minor, half_even, quantise, ratio, to_minor
from common.periods import Month, month_of
from financials.calc.schedule import Line, Milestone

SIGNED: Final = frozenset({"signed", "active", "completed", "terminated", "expired"})
"""Statuses of a contract that was signed once; before that nothing is earned."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a fixed fee stands. percent, recognised and backlog are None while the cost to go is unknown.

    expected_loss: what the whole contract will lose, taken at once; provision: the part of it that recognised revenue
    and cost to date do not show yet.
    """

    percent: Decimal | None
    recognised: Decimal | None
    backlog: Decimal | None
    expected_loss: Decimal
    provision: Decimal


def fixed_fee(fee: Decimal, cost: Decimal, cost_to_go: Decimal | None, currency: str) -> Progress:
    """Cost to cost: cost ÷ (cost + cost to go), never below 0 or above 100%, times the fee.

    Unknown where no estimate was made or the total cost is not above zero.
    """
    done = _share(cost, cost_to_go)
    if done is None or cost_to_go is None:
        return Progress(None, None, None, ZERO, ZERO)
    earned = done * to_minor(fee, currency)
    recognised = from_minor(half_even(earned.numerator, earned.denominator), currency)
    expected_loss = max(ZERO, quantise(cost + cost_to_go - fee, currency))
    shown = quantise(cost, currency) - recognised
    return Progress(
        percent=ratio(done.numerator, done.denominator),
        recognised=recognised,
        backlog=quantise(fee, currency) - recognised,
        expected_loss=expected_loss,
        provision=max(ZERO, expected_loss - shown) if expected_loss else ZERO,
    )


def _share(cost: Decimal, cost_to_go: Decimal | None) -> Fraction | None:
    if cost_to_go is None or cost + cost_to_go <= 0:
        return None
    return min(max(Fraction(cost) / Fraction(cost + cost_to_go), Fraction(0)), Fraction(1))


def by_schedule(lines: Iterable[Line], through: Month) -> Decimal:
    """A retainer's revenue to date: its schedule up to and including the month."""
    return sum((line.amount for line in lines if line.month <= through), ZERO)


def on_acceptance(milestones: Iterable[Milestone], through: Month, currency: str) -> Decimal:
    """Revenue of milestones accepted by the end of the month."""
    return sum(
        (
            quantise(milestone.amount, currency)
            for milestone in milestones
            if milestone.accepted_on is not None and month_of(milestone.accepted_on) <= through
        ),
        ZERO,
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one contract's recognition follows from, in its own currency.

    fee: None is unknown. ended: the month it was cut short in. schedule: as it stands, cut where it ended. estimates:
    cost to go by the month it was judged at. cost and worked (billable hours at the rate of the day) by month; None
    where an exchange rate is missing, or no time was ever recorded. whole: the sum of its schedule.
    """

    kind: str
    status: str
    billing: str
    currency: str
    start: date
    fee: Decimal | None
    evergreen: bool = False
    ended: Month | None = None
    schedule: tuple[Line, ...] = ()
    whole: Decimal = ZERO
    milestones: tuple[Milestone, ...] = ()
    estimates: tuple[Line, ...] = ()
    cost: tuple[Line, ...] | None = ()
    worked: tuple[Line, ...] | None = None


@dataclass(frozen=True, slots=True)
class Earned:
    """What a contract has earned by the end of a month, and how that is known. None is unknown; `reason` says why."""

    recognised: Decimal | None
    backlog: Decimal | None = None
    percent: Decimal | None = None
    cost: Decimal | None = None
    cost_to_go: Decimal | None = None
    expected_loss: Decimal = ZERO
    provision: Decimal = ZERO
    rule: str = "schedule"
    reason: str = ""


def rule_of(facts: Facts, parent: Facts | None = None) -> str:
    """By which rule it is recognised. A change order without a kind of its own joins a fixed fee, else is scheduled."""
    if facts.billing:
        return facts.billing
    return "fixed_fee" if parent is not None and facts.kind == "change_order" and parent.billing == "fixed_fee" else ""


def newest_estimate(estimates: Iterable[Line], through: Month) -> Decimal | None:
    """The cost to go judged last, at or before the month."""
    known = [line for line in estimates if line.month <= through]
    return max(known, key=lambda line: line.month).amount if known else None


def earned(facts: Facts, through: Month, *, orders: Sequence[Facts] = ()) -> list[Earned]:
    """The contract's own position, then those of the change orders given, in their order.

    orders: the ones that join a fixed fee (`rule_of`); with any other rule each stands by itself and none is given.
    """
    if facts.kind == "msa" or facts.status not in SIGNED:
        return [Earned(ZERO, ZERO, rule="") for _ in (facts, *orders)]
    rule = rule_of(facts)
    if rule == "fixed_fee":
        return _fixed_fees([facts, *orders], through)
    if rule == "time_and_materials":
        return [_as_worked(facts, through)]
    if rule == "milestone":
        return [_accepted(facts, through)]
    return [_scheduled(facts, through)]


def _is_over(facts: Facts, through: Month) -> bool:
    """Cut short by that month: what it will ever earn is earned."""
    return facts.ended is not None and facts.ended <= through


def _scheduled(facts: Facts, through: Month) -> Earned:
    if facts.fee is None or facts.status == "expired" or (facts.status == "terminated" and facts.ended is None):
        return Earned(None, reason="it has no schedule: its fee, or the day it ended, is not known")
    recognised = by_schedule(facts.schedule, through)
    return Earned(recognised, None if facts.evergreen and facts.ended is None else facts.whole - recognised)


def _as_worked(facts: Facts, through: Month) -> Earned:
    if facts.worked is None:
        # A change order to work by the hour only moves its budget: the hours stand on the statement of work.
        started = month_of(facts.start) <= through and facts.kind != "change_order"
        if started:
            return Earned(None, rule="time_and_materials", reason="no time is recorded, or a rate is missing")
    recognised = by_schedule(facts.worked or (), through)
    backlog = None
    if facts.fee is not None and not facts.evergreen:
        backlog = ZERO if _is_over(facts, through) else quantise(facts.fee, facts.currency) - recognised
    return Earned(recognised, backlog, rule="time_and_materials")


def _accepted(facts: Facts, through: Month) -> Earned:
    if not facts.milestones:
        return Earned(None, rule="milestone", reason="no milestone is recorded")
    recognised = on_acceptance(facts.milestones, through, facts.currency)
    if facts.fee is None:
        return Earned(recognised, rule="milestone")
    whole = quantise(facts.fee, facts.currency)
    recognised = min(recognised, whole)
    return Earned(recognised, ZERO if _is_over(facts, through) else whole - recognised, rule="milestone")


def _fixed_fees(family: Sequence[Facts], through: Month) -> list[Earned]:
    """A fixed fee with the change orders that joined it: one job, one estimate, one percent.

    The percent is applied to the fees together, and each contract's part is rounded cumulatively. The loss stands on
    the first. An order counts from the month it starts in.
    """
    first = family[0]
    if _is_over(first, through):
        return [_cut_short(one, through) for one in family]
    fees = [one.fee if one is first or month_of(one.start) <= through else ZERO for one in family]
    known = [ZERO if fee is None else fee for fee in fees]
    to_go = newest_estimate((line for one in family for line in one.estimates), through)
    costs = [one.cost for one in family]
    if None in fees or None in costs:
        unknown = "its fee is not known" if None in fees else "an exchange rate is missing"
        return [Earned(None, rule="fixed_fee", reason=unknown) for _ in family]
    cost = sum((by_schedule(lines or (), through) for lines in costs), ZERO)
    whole = fixed_fee(sum(known, ZERO), cost, to_go, first.currency)
    done = _share(cost, to_go)
    if whole.recognised is None or done is None:
        reason = "no cost to go has been estimated" if to_go is None else "no cost is known yet"
        return [Earned(None, cost=cost, cost_to_go=to_go, rule="fixed_fee", reason=reason) for _ in family]
    parts = [
        Earned(part, quantise(fee, first.currency) - part, whole.percent, rule="fixed_fee")
        for part, fee in zip(_parts(known, done, first.currency), known, strict=True)
    ]
    parts[0] = replace(
        parts[0], cost=cost, cost_to_go=to_go, expected_loss=whole.expected_loss, provision=whole.provision
    )
    return parts


def _cut_short(facts: Facts, through: Month) -> Earned:
    """Terminated: the schedule as cut is what the fee came to."""
    recognised = by_schedule(facts.schedule, through)
    return Earned(recognised, facts.whole - recognised, rule="fixed_fee")


def _parts(fees: Sequence[Decimal], done: Fraction, currency: str) -> list[Decimal]:
    """done × each fee, summing to done × their sum, rounded once."""
    parts, upto, before = [], ZERO, 0
    for fee in fees:
        upto += fee
        reached = done * to_minor(upto, currency)
        units = half_even(reached.numerator, reached.denominator)
        parts.append(from_minor(units - before, currency))
        before = units
    return parts


def against_billing(recognised: Decimal | None, billed: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """(earned not billed, billed not earned): the gap between the two, on the side it lies."""
    if recognised is None or billed is None:
        return None, None
    gap = recognised - billed
    return max(gap, ZERO), max(-gap, ZERO)
