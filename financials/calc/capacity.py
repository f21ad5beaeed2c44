"""Demand for people against their capacity, by week. Source: docs/definitions.md#capacity

Hours are Decimals, exact: a week's hours lie evenly on its five working days.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from itertools import accumulate
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from common.money import ZERO
from common.periods import Month, month_of
from financials.calc.allocated import WORKDAYS, days_of

LASTING_WEEKS: Final = 3
"""A gap lasts from this many weeks running on."""
LEAST_GAP: Final = Decimal(8)
"""Hours a week: a lasting gap is wider than a day in each of its weeks."""
LEAD_WEEKS: Final = 8
"""From the decision to hire to the first day at work, where a role has no lead time of its own."""
BENCH_WEEKS: Final = 4
BENCH_SHARE: Final = Decimal("0.5")
"""On the bench: at least this share of the next BENCH_WEEKS' capacity is in no plan."""
LOW: Final = 0.1
HIGH: Final = 0.9
_K = TypeVar("_K")
_TOLD_APART: Final = 512
"""Different totals whose probabilities are kept exactly."""


class Away(NamedTuple):
    """Leave, both days included. hours: of the whole absence; None is whole days."""

    starts: date
    ends: date
    hours: Decimal | None


@dataclass(frozen=True, slots=True)
class Worker:
    """weekly_hours None: not known. holidays: public ones of their country, for every year looked at."""

    pk: int
    role: str
    weekly_hours: Decimal | None
    starts: date | None = None
    ends: date | None = None
    holidays: Collection[date] = frozenset()
    leave: tuple[Away, ...] = ()


class Part(NamedTuple):
    """Days of one week that lie in one month: what every larger sum is made of. week: its Monday."""

    week: date
    month: Month

    @property
    def days(self) -> tuple[date, ...]:
        return _days(self.week, self.month)

    def share(self, hours: Decimal) -> Decimal:
        count = len(self.days)
        return hours if count == WORKDAYS else hours * count / WORKDAYS


@cache
def _days(week: date, month: Month) -> tuple[date, ...]:
    return tuple(day for day in days_of(week) if month_of(day) == month)


def parts_of(first: date, last: date) -> list[Part]:
    """Of the weeks that begin on the Mondays first to last."""
    found = []
    week = first
    while week <= last:
        found += [Part(week, month) for month in sorted({month_of(day) for day in days_of(week)})]
        week += timedelta(days=7)
    return found


@dataclass(slots=True)
class Hours:
    """calendar − holidays − leave = capacity."""

    calendar: Decimal = ZERO
    holidays: Decimal = ZERO
    leave: Decimal = ZERO

    @property
    def capacity(self) -> Decimal:
        return self.calendar - self.holidays - self.leave

    def add(self, other: Hours) -> None:
        self.calendar += other.calendar
        self.holidays += other.holidays
        self.leave += other.leave


def hours_of(worker: Worker, parts: Iterable[Part]) -> dict[Part, Hours] | None:
    """None while the weekly hours are not known. Leave takes no more of a day than holidays leave of it."""
    if worker.weekly_hours is None:
        return None
    a_day = worker.weekly_hours / WORKDAYS
    away = _leave_by_day(worker, a_day)
    found: dict[Part, Hours] = {}
    for part in parts:
        hours = found[part] = Hours()
        for day in part.days:
            if (worker.starts and day < worker.starts) or (worker.ends and day > worker.ends):
                continue
            hours.calendar += a_day
            if day in worker.holidays:
                hours.holidays += a_day
            elif day in away:
                hours.leave += min(away[day], a_day)
    return found


def _leave_by_day(worker: Worker, a_day: Decimal) -> dict[date, Decimal]:
    """Hours away on each working day; the hours of an absence are spread evenly over its own working days."""
    found: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for away in worker.leave:
        span = (away.starts + timedelta(days=number) for number in range((away.ends - away.starts).days + 1))
        days = [day for day in span if day.weekday() < WORKDAYS and day not in worker.holidays]
        for day in days:
            found[day] += a_day if away.hours is None else away.hours / len(days)
    return found


def merged(cells: Mapping[_K, Cell], key: Callable[[_K], Any]) -> dict[Any, Cell]:
    """Larger cells from smaller ones, by what `key` makes of their keys."""
    found: dict[Any, Cell] = defaultdict(Cell)
    for own, cell in cells.items():
        found[key(own)].merge(cell)
    return dict(found)


class Row(NamedTuple):
    """Planned hours of a week. person None: a role nobody is named for. deal: what soft hours hang on.

    chance: 1 for firm hours; None where that of the deal is not known. elsewhere: of clients not asked for.
    """

    week: date
    person: int | None
    role: str
    hours: Decimal
    firm: bool
    deal: int | None
    chance: Decimal | None
    elsewhere: bool = False


@dataclass(slots=True)
class Demand:
    """soft: hours by deal and chance, won or lost together; weighted: soft hours × probability. unweighted: soft hours
    whose probability is not known, in no sum. elsewhere: firm hours for clients other than those asked for.
    """

    firm: Decimal = ZERO
    weighted: Decimal = ZERO
    unweighted: Decimal = ZERO
    elsewhere: Decimal = ZERO
    soft: dict[tuple[int, Decimal], Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return self.firm + self.weighted

    def take(self, row: Row, hours: Decimal) -> None:
        if row.chance is None:
            self.unweighted += ZERO if row.elsewhere else hours
        elif row.elsewhere:
            self.elsewhere += hours if row.firm else ZERO
        elif row.firm:
            self.firm += hours
        else:
            self.weighted += hours * row.chance
            key = (row.deal or 0, row.chance)
            self.soft[key] = self.soft.get(key, ZERO) + hours

    def add(self, other: Demand) -> None:
        self.firm += other.firm
        self.weighted += other.weighted
        self.unweighted += other.unweighted
        self.elsewhere += other.elsewhere
        for key, hours in other.soft.items():
            self.soft[key] = self.soft.get(key, ZERO) + hours


@dataclass(slots=True)
class Cell:
    """Some people and roles over some time.

    open_demand: demand of those whose capacity is known, and of roles nobody is named for; that of the `unknown` people
    is in firm and weighted, in no gap. unnamed: demand of those roles. named_firm: firm hours of people whose capacity
    is known.
    """

    hours: Hours = field(default_factory=Hours)
    demand: Demand = field(default_factory=Demand)
    open_demand: Decimal = ZERO
    unnamed: Decimal = ZERO
    named_firm: Decimal = ZERO
    known: int = 0
    unknown: int = 0

    @property
    def capacity(self) -> Decimal | None:
        """What is left for the clients asked for; None where of nobody it is known, though there are people."""
        return None if self.unknown and not self.known else self.hours.capacity - self.demand.elsewhere

    @property
    def gap(self) -> Decimal | None:
        """Demand − capacity: above zero people are short."""
        return None if self.capacity is None else self.open_demand - self.capacity

    @property
    def utilisation(self) -> Decimal | None:
        """Firm hours of people ÷ (calendar − excluded); None where there is none."""
        base = self.hours.capacity
        return self.named_firm / base if self.capacity is not None and base > 0 else None

    def band(self) -> tuple[Decimal, Decimal]:
        """P10 and P90 of the demand."""
        low, high = quantiles(self.demand.soft, (LOW, HIGH))
        return self.demand.firm + low, self.demand.firm + high

    def merge(self, other: Cell) -> None:
        self.hours.add(other.hours)
        self.demand.add(other.demand)
        self.open_demand += other.open_demand
        self.unnamed += other.unnamed
        self.named_firm += other.named_firm
        self.known += other.known
        self.unknown += other.unknown

    def take_person(self, hours: Hours | None, demand: Demand) -> None:
        self.demand.add(demand)
        if hours is None:
            self.unknown += 1
            return
        self.known += 1
        self.hours.add(hours)
        self.open_demand += demand.total
        self.named_firm += demand.firm

    def take_role(self, demand: Demand) -> None:
        """Of a placeholder, which has no capacity."""
        self.demand.add(demand)
        self.unnamed += demand.total
        self.open_demand += demand.total


def quantiles(soft: Mapping[tuple[int, Decimal], Decimal], wanted: Sequence[float]) -> list[Decimal]:
    """Of the sum of soft hours, each deal won or lost as a whole, and apart from the others: the smallest total that is
    not exceeded with at least that probability, smallest first. Exact while there are at most 512 different totals;
    beyond that each deal's hours are taken to the whole hour.
    """
    deals = [(float(chance), hours) for (_, chance), hours in sorted(soft.items()) if hours]
    totals: dict[Decimal, float] = {ZERO: 1.0}
    for p, hours in deals:
        following: dict[Decimal, float] = defaultdict(float)
        for total, probability in totals.items():
            following[total] += probability * (1 - p)
            following[total + hours] += probability * p
        if len(following) > _TOLD_APART:
            return _by_the_hour(deals, wanted)
        totals = following
    ordered = sorted(totals.items())
    return _reached([total for total, _ in ordered], [probability for _, probability in ordered], wanted)


def _by_the_hour(deals: Sequence[tuple[float, Decimal]], wanted: Sequence[float]) -> list[Decimal]:
    whole = [(p, int(hours.to_integral_value(ROUND_HALF_EVEN))) for p, hours in deals]
    mass = np.zeros(sum(hours for _, hours in whole) + 1)
    mass[0] = 1.0
    for p, hours in whole:
        won = mass[: len(mass) - hours] * p
        mass *= 1 - p
        mass[hours:] += won
    return _reached([Decimal(hour) for hour in range(len(mass))], mass.tolist(), wanted)


def _reached(totals: Sequence[Decimal], probabilities: Sequence[float], wanted: Sequence[float]) -> list[Decimal]:
    upto = list(accumulate(probabilities))
    places = (bisect_left(upto, share - 1e-9) for share in sorted(wanted))
    return [totals[min(place, len(totals) - 1)] for place in places]


class LastingGap(NamedTuple):
    """week: the first of those in which people are short. hours: on average, over those weeks running."""

    week: date
    weeks: int
    hours: Decimal
    hire_by: date


def lasting_gap(
    gaps: Sequence[tuple[date, Decimal | None]],
    *,
    lead_weeks: int,
    weeks: int = LASTING_WEEKS,
    least: Decimal = ZERO,
) -> LastingGap | None:
    """The first run of at least `weeks` weeks in each of which people are short by more than `least` hours.

    gaps: of every week, oldest first; an unknown one ends a run. hire_by: the first week less the lead time.
    """
    run: list[tuple[date, Decimal]] = []
    for week, gap in [*gaps, (date.max, None)]:
        if gap is not None and gap > least:
            run.append((week, gap))
            continue
        if len(run) >= weeks:
            break
        run = []
    if len(run) < weeks:
        return None
    mean = sum((gap for _, gap in run), ZERO) / len(run)
    return LastingGap(run[0][0], len(run), mean, run[0][0] - timedelta(weeks=lead_weeks))


class Free(NamedTuple):
    capacity: Decimal
    planned: Decimal
    free: Decimal
    share: Decimal


def free_of(weeks: Iterable[Cell]) -> Free | None:
    """One person over some weeks: what is in no plan. None where the capacity is not known or zero."""
    capacity = planned = ZERO
    for cell in weeks:
        if cell.capacity is None:
            return None
        capacity += cell.capacity
        planned += cell.demand.total
    if capacity <= 0:
        return None
    free = capacity - planned
    return Free(capacity, planned, free, free / capacity)


class Overload(NamedTuple):
    """Weeks in which one person's firm hours go beyond their capacity. worst: the week of the largest excess."""

    first: date
    weeks: int
    worst: date
    excess: Decimal


def overload_of(weeks: Sequence[tuple[date, Cell]]) -> Overload | None:
    over = [
        (week, cell.demand.firm - cell.capacity)
        for week, cell in weeks
        if cell.capacity is not None and cell.demand.firm > cell.capacity
    ]
    if not over:
        return None
    worst, excess = max(over, key=lambda one: (one[1], -one[0].toordinal()))
    return Overload(over[0][0], len(over), worst, excess)
