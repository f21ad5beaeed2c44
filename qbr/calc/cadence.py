"""How often a client is reviewed, and the days that follow from it. Source: docs/definitions.md#reviews"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence, Set
from datetime import date, datetime, timedelta
from itertools import chain, islice, takewhile
from typing import Final, NamedTuple

from dateutil.rrule import MONTHLY, rrule

from common.periods import fiscal_year, fiscal_year_start, month_add, month_of, quarter_bounds, quarter_of
from financials.calc.notice import is_business_day
from qbr.calc.life import PREPARE_DAYS

USUAL_DAY: Final = 20
"""Of the month after a quarter or year, where a client was never reviewed: books are closed by then."""
RHYTHM: Final = 4
"""Reviews of a kind that tell its usual day."""
HORIZON: Final = timedelta(days=1200)
"""How far ahead reviews are proposed."""


class Cadence(NamedTuple):
    """months: between business reviews, 0 for none. annual: whether there is a strategic meeting each year."""

    months: int
    annual: bool


DEFAULTS: Final = {
    "strategic": Cadence(3, True),
    "key": Cadence(6, True),
    "growth": Cadence(6, False),
    "maintain": Cadence(0, True),
}
"""By tier; a client without a tier has no cadence."""
NONE: Final = Cadence(0, False)


def working_day(day: date, holidays: Set[date] = frozenset()) -> date:
    """The day itself or the next working one; the last before it where the next would lie in another month."""
    moved = day
    while not is_business_day(moved, holidays):
        moved += timedelta(days=1)
    if moved.month == day.month:
        return moved
    while not is_business_day(day, holidays):
        day -= timedelta(days=1)
    return day


def following(anchor: date, months: int, holidays: Set[date] = frozenset()) -> Iterator[date]:
    """The days after `anchor`, so many months apart, each on its day of the month or the month's last."""
    rule = rrule(
        MONTHLY,
        interval=months,
        dtstart=datetime(anchor.year, anchor.month, 1),  # noqa: DTZ001  # whole days; rrule takes no dates
        bymonthday=tuple(range(min(anchor.day, 28), anchor.day + 1)),
        bysetpos=-1,
    )
    return (working_day(found.date(), holidays) for found in islice(rule, 1, None))


def planned_day(held: Sequence[date], holidays: Set[date] = frozenset()) -> date:
    """The day that the last of these was planned for, by the rhythm of the last four, before a weekend or holiday moved
    it: what follows is counted from there, so that one holiday does not move all that come. held: oldest first.

    One that was moved on purpose starts a rhythm of its own.
    """
    recent = held[-RHYTHM:]

    def told(number: int) -> list[date]:
        """Which of them were on this day of their month, or on the working one it moved to."""
        planned = {day: _in_month(day, number) for day in recent}
        return [day for day in recent if working_day(planned[day], holidays) == day]

    numbers = {day.day for day in recent} | {USUAL_DAY}
    able = [number for number in numbers if recent[-1] in told(number)]
    if not able:
        return recent[-1]
    return _in_month(recent[-1], min(able, key=lambda number: (-len(told(number)), number != USUAL_DAY, number)))


def _in_month(day: date, number: int) -> date:
    return date(day.year, day.month, min(number, monthrange(day.year, day.month)[1]))


def looked_at(day: date, kind: str, fiscal_start: int) -> str:
    """The period a review on this day is about: the quarter, or the client's year, that ended before it."""
    if kind == "qbr":
        return quarter_of(month_add(month_of(day), -3))
    ended = month_add(fiscal_year_start(month_of(day), fiscal_start), -1)
    return str(ended.year) if fiscal_start == 1 else fiscal_year(ended, fiscal_start)


class Proposed(NamedTuple):
    day: date
    period: str


def _first(kind: str, today: date, fiscal_start: int) -> date:
    """After the quarter; the annual meeting a month later, so that the two do not fall on one day."""
    if kind == "qbr":
        start = quarter_bounds(month_of(today))[0]
    else:
        start = month_add(fiscal_year_start(month_of(today), fiscal_start), 1)
    return date(start.year, start.month, USUAL_DAY)


def proposed(
    kind: str, months: int, *, held: Sequence[date], taken: Set[str], today: date, fiscal_start: int,
    holidays: Set[date] = frozenset(),
) -> Proposed | None:  # fmt: skip
    """The next review by the cadence that can still be prepared, about a period that has none yet.

    held: the days of those of its kind, oldest first. None where there is no cadence, or nothing falls within HORIZON.
    """
    if not months:
        return None
    anchor = planned_day(held, holidays) if held else _first(kind, today, fiscal_start)
    begin = [] if held else [working_day(anchor, holidays)]
    soonest, latest = today + timedelta(days=PREPARE_DAYS), today + HORIZON
    apart = 3 if not held and kind == "qbr" else months  # the first one comes after the next quarter that ends
    for day in takewhile(lambda found: found <= latest, chain(begin, following(anchor, apart, holidays))):
        period = looked_at(day, kind, fiscal_start)
        if day >= soonest and period not in taken:
            return Proposed(day, period)
    return None
