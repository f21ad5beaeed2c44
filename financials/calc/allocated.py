"""What planned hours will cost, by client and month. Source: docs/definitions.md#cost-of-planned-hours"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from common.money import ZERO
from common.odds import weighed
from common.periods import Month, month_of
from financials.calc.rates import RateRow, Worked, rate_on

WORKDAYS: Final = 5
"""Planned hours lie evenly on Monday to Friday of their week."""
_ONE: Final = Decimal(1)
Odds: TypeAlias = tuple[Decimal | None, Decimal | None]


class Planned(NamedTuple):
    """Hours of one week (its Monday) for a client. person None: of a role nobody is named for. role: what role rates
    are looked up by: the placeholder's own, or the named person's discipline.

    chance: 1 for firm hours, the deal's probability for soft ones, None while that is unknown.
    """

    client: int
    contract: int | None
    person: int | None
    role: str
    week: date
    hours: Decimal
    firm: bool
    chance: Decimal | None


class PlannedCell(NamedTuple):
    """currency: of the rate that held; blank where none did."""

    client: int
    contract: int | None
    month: Month
    currency: str


@dataclass(slots=True)
class PlannedSums:
    """weighted: soft hours × probability. unweighted_hours: soft ones whose probability is unknown, in no other number.
    people: who the firm and weighted hours are of; a placeholder is nobody.
    """

    firm_hours: Decimal = ZERO
    weighted_hours: Decimal = ZERO
    unweighted_hours: Decimal = ZERO
    firm_cost: Decimal = ZERO
    weighted_cost: Decimal = ZERO
    firm_people: set[int] = field(default_factory=set)
    weighted_people: set[int] = field(default_factory=set)


STATED: Final[Odds] = (None, None)


def chance_of(
    *, firm: bool, outcome: str, category: str, probability: Decimal | None, odds: Odds = STATED
) -> Decimal | None:
    """How likely hours are: firm ones certain, soft ones as their deal is in the forecast. outcome blank: they name no
    deal. odds: what own history says of the deal, and what such deals carried.

    A won deal is certain, a lost or omitted one brings nothing. None: not known.
    """
    if firm or outcome == "won":
        return _ONE
    if outcome == "lost" or category == "omitted":
        return ZERO
    return None if not outcome or probability is None else weighed(probability, *odds)


def days_of(week: date) -> list[date]:
    """Its working days, Monday first."""
    return [week + timedelta(days=number) for number in range(WORKDAYS)]


def planned_cost(
    planned: Iterable[Planned], rates: Sequence[RateRow], first: Month, last: Month
) -> dict[PlannedCell, PlannedSums]:
    """Hours and their cost, in the rates' own currencies and unrounded, for the months first to last.

    rates: cost rates only; `rate_on` says which holds. A week across two months or two rates is split by its days.
    """
    timelines: dict[tuple[int | None, str, int, int | None], _Timeline] = {}
    by_holder = _by_holder(rates)
    cells: dict[PlannedCell, PlannedSums] = defaultdict(PlannedSums)
    for row in planned:
        key = (row.person, row.role, row.client, row.contract)
        if key not in timelines:
            timelines[key] = _Timeline(row, by_holder)
        for month, rate, hours in _parts(row, timelines[key]):
            if first <= month <= last:
                currency = "" if rate is None else rate.currency
                _add(cells[PlannedCell(row.client, row.contract, month, currency)], row, hours, rate)
    return dict(cells)


def _add(sums: PlannedSums, row: Planned, hours: Decimal, rate: RateRow | None) -> None:
    if row.chance is None:
        sums.unweighted_hours += hours
        return
    likely = hours * row.chance
    cost = likely * rate.rate if rate else ZERO
    if row.firm:
        sums.firm_hours += likely
        sums.firm_cost += cost
    else:
        sums.weighted_hours += likely
        sums.weighted_cost += cost
    if row.person is not None and likely:
        (sums.firm_people if row.firm else sums.weighted_people).add(row.person)


def _parts(row: Planned, timeline: _Timeline) -> Iterator[tuple[Month, RateRow | None, Decimal]]:
    days = days_of(row.week)
    first, last = days[0], days[-1]
    if first.month == last.month and timeline.place(first) == timeline.place(last):
        yield month_of(first), timeline.at(first), row.hours
        return
    for day in days:
        yield month_of(day), timeline.at(day), row.hours / WORKDAYS


def _by_holder(rates: Iterable[RateRow]) -> dict[int | str, list[RateRow]]:
    """Rates by the person or the role they are of."""
    found: dict[int | str, list[RateRow]] = defaultdict(list)
    for rate in rates:
        found[rate.role if rate.person is None else rate.person].append(rate)
    return found


class _Timeline:
    """Which rate holds from which day on, for one person or role at one client and contract."""

    def __init__(self, row: Planned, by_holder: dict[int | str, list[RateRow]]) -> None:
        nobody = -1  # no rate is of this person: only the role's fit
        person = nobody if row.person is None else row.person
        fitting = [*by_holder.get(person, ()), *(by_holder.get(row.role, ()) if row.role else ())]
        self.starts = sorted({rate.starts for rate in fitting})
        work = Worked(person, row.role, row.client, row.contract, row.week, row.week, row.hours, billable=True)
        self.rates = [rate_on(fitting, kind="cost", work=work._replace(day=day)) for day in self.starts]

    def place(self, day: date) -> int:
        return bisect_right(self.starts, day) - 1

    def at(self, day: date) -> RateRow | None:
        place = self.place(day)
        return None if place < 0 else self.rates[place]
