"""A contract's amount by month. Source: docs/definitions.md#schedule"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from common.money import ZERO, cumulative_round, quantise
from common.periods import Month, Span, days_reached, month_index, month_of

Billing: TypeAlias = Literal["retainer", "time_and_materials", "fixed_fee", "milestone"]
SCHEDULED_STATUSES: Final = frozenset({"signed", "active", "completed"})
UNSCHEDULED_KINDS: Final = frozenset({"msa"})


class Line(NamedTuple):
    month: Month
    amount: Decimal


class Milestone(NamedTuple):
    """accepted_on: None until the client has accepted it."""

    due: date
    amount: Decimal
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule follows from. amount: None is unknown; a year's amount where end is None (evergreen)."""

    kind: str
    status: str
    billing: str
    currency: str
    amount: Decimal | None
    start: date
    end: date | None
    milestones: tuple[Milestone, ...] = ()


def straight_line(amount: Decimal, start: date, end: date, currency: str) -> list[Line]:
    """Equal by day, both ends included, with cumulative rounding; sums exactly to quantise(amount).

    Raises ValueError when the end comes before the start.
    """
    span = Span(start, end)
    if span.days == 0:
        raise ValueError(f"The end, {end}, comes before the start, {start}.")
    reached = days_reached(span)
    shares = cumulative_round(amount, [days for _, days in reached], span.days, currency)
    return [Line(month, share) for (month, _), share in zip(reached, shares, strict=True)]


def evergreen(per_year: Decimal, start: date, horizon: Month, currency: str) -> list[Line]:
    """A year's amount for every contract year, each straight line over its own days, up to and including the horizon.

    Every whole contract year sums exactly to the year's amount, leap or not.
    """
    lines: dict[Month, Decimal] = defaultdict(Decimal)
    years, first = 0, start
    while month_index(first) <= month_index(horizon):
        years += 1
        following = anniversary(start, years)
        for month, amount in straight_line(per_year, first, following - timedelta(days=1), currency):
            if month <= horizon:
                lines[month] += amount
        first = following
    return [Line(month, lines[month]) for month in sorted(lines)]


def milestone_lines(amount: Decimal, milestones: Iterable[Milestone], end: date, currency: str) -> list[Line]:
    """Each milestone in the month it was accepted, else is due; what they leave of the amount falls at the end.

    Sums exactly to quantise(amount), also when the milestones come to more.
    """
    lines: dict[Month, Decimal] = defaultdict(Decimal)
    for milestone in milestones:
        lines[month_of(milestone.accepted_on or milestone.due)] += quantise(milestone.amount, currency)
    rest = quantise(amount, currency) - sum(lines.values(), ZERO)
    if rest:
        lines[month_of(end)] += rest
    return [Line(month, lines[month]) for month in sorted(lines)]


def has_schedule(terms: Terms) -> bool:
    """Signed, active and completed contracts with a known amount; an MSA never."""
    return terms.kind not in UNSCHEDULED_KINDS and terms.status in SCHEDULED_STATUSES and terms.amount is not None


def contract_schedule(terms: Terms, *, horizon: Month) -> list[Line]:
    """The contract's months in order; empty where `has_schedule` says no. horizon: an evergreen one's last month."""
    if terms.amount is None or not has_schedule(terms):
        return []
    if terms.end is None:
        return evergreen(terms.amount, terms.start, horizon, terms.currency)
    if terms.billing == "milestone" and terms.milestones:
        return milestone_lines(terms.amount, terms.milestones, terms.end, terms.currency)
    return straight_line(terms.amount, terms.start, terms.end, terms.currency)


def anniversary(start: date, years: int) -> date:
    """The same day `years` later; 29 February falls on the 28th where there is none."""
    year = start.year + years
    return date(year, start.month, min(start.day, calendar.monthrange(year, start.month)[1]))
