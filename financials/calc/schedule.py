"""A contract's amount by month. Source: docs/definitions.md#schedule"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from common.money import ZERO, cumulative_round, from_minor, half_even, quantise, to_minor
from common.periods import Month, Span, days_reached, month_end, month_index, month_of

Billing: TypeAlias = Literal["retainer", "time_and_materials", "fixed_fee", "milestone"]
SCHEDULED_STATUSES: Final = frozenset({"signed", "active", "completed"})
UNSCHEDULED_KINDS: Final = frozenset({"msa"})
IN_FORCE: Final = frozenset({"signed", "active", "completed"})
"""Statuses in which a change order moves the end of what it changes."""


class Line(NamedTuple):
    month: Month
    amount: Decimal


class Milestone(NamedTuple):
    """accepted_on: None until the client has accepted it."""

    due: date
    amount: Decimal
    accepted_on: date | None = None


class Move(NamedTuple):
    """A change order's new end: from `starts` on, the contract it changes runs to `end`."""

    starts: date
    end: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule follows from. amount: None is unknown; a year's amount where end is None (evergreen).

    moves: of the change orders in force. ended_on: the last day in force of one that was terminated.
    """

    kind: str
    status: str
    billing: str
    currency: str
    amount: Decimal | None
    start: date
    end: date | None
    milestones: tuple[Milestone, ...] = ()
    moves: tuple[Move, ...] = ()
    ended_on: date | None = None


def straight_line(amount: Decimal, start: date, end: date, currency: str, *, until: date | None = None) -> list[Line]:
    """Equal by day, both ends included, with cumulative rounding; sums exactly to quantise(amount).

    until: the last day that counts; what lies beyond it leaves, and what comes before is as it was, to the day.
    Raises ValueError when the end comes before the start.
    """
    span = Span(start, end)
    if span.days == 0:
        raise ValueError(f"The end, {end}, comes before the start, {start}.")
    kept = span if until is None or until >= end else Span(start, until)
    months, reached = _reached(kept) if kept.days else ((), ())
    shares = cumulative_round(amount, reached, span.days, currency)
    return [Line(month, share) for month, share in zip(months, shares, strict=True)]


@lru_cache(maxsize=4096)
def _reached(span: Span) -> tuple[tuple[Month, ...], tuple[int, ...]]:
    """The span's months, and the days elapsed by the end of each. A book's contracts and deals share their spans."""
    months, days = zip(*days_reached(span), strict=True)
    return months, days


class _Stretch(NamedTuple):
    """A share of the amount, equal by day over its days."""

    span: Span
    share: Fraction

    def upto(self, day: date) -> Fraction:
        days = Span(self.span.start, min(day, self.span.end)).days
        return self.share * days / self.span.days


def moved_line(
    amount: Decimal, start: date, end: date, moves: Iterable[Move], currency: str, *, until: date | None = None
) -> list[Line]:
    """Straight line whose end was moved: at each move what was scheduled before its first day stays, and the rest is
    spread equally by day from there to the new end. Rounded cumulatively over the whole; sums to quantise(amount).

    A move from a day beyond the end finds nothing left to spread. until: as in `straight_line`.
    """
    stretches = [_Stretch(Span(start, end), Fraction(1))]
    for move in sorted(moves):
        stretches = _moved(stretches, max(move.starts, start), move.end)
    last = max(stretch.span.end for stretch in stretches)
    stop = last if until is None else min(until, last)
    units, before, lines = to_minor(amount, currency), 0, []
    for month in Span(start, stop).months() if stop >= start else ():
        reached = sum((stretch.upto(min(month_end(month), stop)) for stretch in stretches), Fraction(0)) * units
        upto = half_even(reached.numerator, reached.denominator)
        lines.append(Line(month, from_minor(upto - before, currency)))
        before = upto
    return lines


def _moved(stretches: list[_Stretch], first: date, end: date) -> list[_Stretch]:
    day_before = first - timedelta(days=1)
    kept = [
        _Stretch(Span(one.span.start, min(one.span.end, day_before)), one.upto(day_before))
        for one in stretches
        if one.span.start < first
    ]
    rest = Fraction(1) - sum((one.share for one in kept), Fraction(0))
    return stretches if rest == 0 or end < first else [*kept, _Stretch(Span(first, end), rest)]


def evergreen(
    per_year: Decimal, start: date, horizon: Month, currency: str, *, until: date | None = None
) -> list[Line]:
    """A year's amount for every contract year, each straight line over its own days, up to and including the horizon.

    Every whole contract year sums exactly to the year's amount, leap or not. until: as in `straight_line`.
    """
    lines: dict[Month, Decimal] = defaultdict(Decimal)
    years, first = 0, start
    while month_index(first) <= month_index(horizon) and (until is None or first <= until):
        years += 1
        following = anniversary(start, years)
        for month, amount in straight_line(per_year, first, following - timedelta(days=1), currency, until=until):
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
    """Signed, active and completed contracts with a known amount, and a terminated one whose last day is known; an MSA
    never."""
    if terms.kind in UNSCHEDULED_KINDS or terms.amount is None:
        return False
    return terms.status in SCHEDULED_STATUSES or (terms.status == "terminated" and terms.ended_on is not None)


def end_in_force(terms: Terms) -> date | None:
    """The last day: the contract's own end, as its change orders moved it, or the day it was terminated on.

    None: it runs on. The change order that starts last decides.
    """
    if terms.status == "terminated" and terms.ended_on is not None:
        return terms.ended_on
    moves = [move for move in sorted(terms.moves) if move.end >= terms.start]
    return moves[-1].end if moves else terms.end


def contract_schedule(terms: Terms, *, horizon: Month) -> list[Line]:
    """The contract's months in order; empty where `has_schedule` says no. horizon: an evergreen one's last month."""
    if terms.amount is None or not has_schedule(terms):
        return []
    until = terms.ended_on if terms.status == "terminated" else None
    if terms.end is None:
        last = end_in_force(terms)
        return evergreen(terms.amount, terms.start, horizon, terms.currency, until=last)
    if terms.billing == "milestone" and terms.milestones:
        return _by_milestones(terms.amount, terms, until)
    if terms.moves:
        return moved_line(terms.amount, terms.start, terms.end, terms.moves, terms.currency, until=until)
    return straight_line(terms.amount, terms.start, terms.end, terms.currency, until=until)


def _by_milestones(amount: Decimal, terms: Terms, until: date | None) -> list[Line]:
    """Once terminated, what had been accepted by the last day stays, up to the fee; the rest leaves."""
    if until is None:
        last = end_in_force(terms) or terms.start
        return milestone_lines(amount, terms.milestones, last, terms.currency)
    left = quantise(amount, terms.currency)
    lines: dict[Month, Decimal] = defaultdict(Decimal)
    taken = [one for one in terms.milestones if one.accepted_on is not None and one.accepted_on <= until]
    for one in sorted(taken, key=lambda one: one.accepted_on or until):
        part = max(ZERO, min(quantise(one.amount, terms.currency), left))
        lines[month_of(one.accepted_on or until)] += part
        left -= part
    return [Line(month, lines[month]) for month in sorted(lines) if lines[month]]


def anniversary(start: date, years: int) -> date:
    """The same day `years` later; 29 February falls on the 28th where there is none."""
    year = start.year + years
    return date(year, start.month, min(start.day, calendar.monthrange(year, start.month)[1]))
