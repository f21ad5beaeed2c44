"""When a fee is invoiced: the billing plan beside the schedule. Source: docs/definitions.md#billing-plan"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from common.money import ZERO, from_minor, half_even, quantise, to_minor
from common.periods import Month, month_count, month_end, month_of, period_label
from financials.calc.schedule import Line, Milestone

DEFAULT: Final = {"milestone": "milestones", "time_and_materials": "as_worked"}
"""The timing of a contract that names none, by billing kind; monthly in arrears for all others."""


class Due(NamedTuple):
    """An invoice to be raised. by_hand: a person wrote it."""

    day: date
    amount: Decimal
    label: str
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a billing plan follows from. schedule: of the contract, as it stands; the plan sums to the same."""

    timing: str
    billing: str
    currency: str
    start: date
    end: date | None
    schedule: Sequence[Line]
    milestones: Sequence[Milestone] = ()
    by_hand: Sequence[Due] = ()

    @property
    def rule(self) -> str:
        return self.timing or DEFAULT.get(self.billing, "monthly_arrears")


def billing_plan(plan: Plan) -> list[Due]:
    """Invoices by day; they sum exactly to the schedule. Lines by hand stand as written, and what they leave of the
    amount is spread over the other days in proportion, rounded cumulatively.
    """
    whole = sum((line.amount for line in plan.schedule), ZERO)
    if not plan.schedule:
        return sorted(plan.by_hand)
    own = sorted(due for due in _own(plan) if due.amount)
    if not plan.by_hand:
        return own
    rest = quantise(whole - sum((due.amount for due in plan.by_hand), ZERO), plan.currency)
    return sorted([*plan.by_hand, *_scaled(own, rest, plan)])


def _scaled(own: Sequence[Due], rest: Decimal, plan: Plan) -> list[Due]:
    if not rest:
        return []
    weights = [abs(to_minor(due.amount, plan.currency)) for due in own]
    whole, units, reached, before, parts = sum(weights), to_minor(rest, plan.currency), 0, 0, []
    if not whole:
        return [Due(_last_day(plan), rest, "The rest")]
    for due, weight in zip(own, weights, strict=True):
        reached += weight
        upto = half_even(units * reached, whole)
        parts.append(due._replace(amount=from_minor(upto - before, plan.currency)))
        before = upto
    return [due for due in parts if due.amount]


def _last_day(plan: Plan) -> date:
    last = month_end(plan.schedule[-1].month)
    return last if plan.end is None else max(min(last, plan.end), plan.start)


def _own(plan: Plan) -> list[Due]:
    whole = sum((line.amount for line in plan.schedule), ZERO)
    rule = plan.rule
    if rule == "upfront":
        return [Due(plan.start, whole, "All at the start")]
    if rule == "completion":
        return [Due(_last_day(plan), whole, "All at the end")]
    if rule == "milestones":
        return _by_milestone(plan, whole)
    months = 3 if rule.startswith("quarterly") else 1
    advance = rule.endswith("advance")
    return [_due(plan, lines, advance=advance) for lines in _periods(plan.schedule, plan.start, months)]


def _due(plan: Plan, lines: Sequence[Line], *, advance: bool) -> Due:
    """The sum of some months, before or after them; never outside the contract's own days."""
    first, last = lines[0].month, lines[-1].month
    day = max(first, plan.start) if advance else min(month_end(last), _last_day(plan))
    label = period_label(first, last)
    return Due(day, sum((line.amount for line in lines), ZERO), label)


def _periods(schedule: Sequence[Line], start: date, months: int) -> Iterable[list[Line]]:
    """The schedule in runs of so many months, counted from the month the contract starts in."""
    runs: dict[int, list[Line]] = {}
    for line in schedule:
        runs.setdefault((month_count(start, line.month) - 1) // months, []).append(line)
    return [runs[number] for number in sorted(runs)]


def _by_milestone(plan: Plan, whole: Decimal) -> list[Due]:
    """Each when accepted, else due, up to the fee; what they leave falls on the last day."""
    left, found = whole, []
    for number, one in enumerate(sorted(plan.milestones, key=lambda one: (one.accepted_on or one.due, one.amount)), 1):
        part = min(quantise(one.amount, plan.currency), left) if left > 0 else ZERO
        found.append(Due(one.accepted_on or one.due, part, f"Milestone {number}"))
        left -= part
    if left:
        found.append(Due(_last_day(plan), left, "The rest"))
    return sorted(found)


def by_month(dues: Iterable[Due]) -> dict[Month, Decimal]:
    found: dict[Month, Decimal] = {}
    for due in dues:
        month = month_of(due.day)
        found[month] = found.get(month, ZERO) + due.amount
    return found
