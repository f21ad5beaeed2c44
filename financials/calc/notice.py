"""When notice must be given, and what a renewal is worth. Source: docs/definitions.md#notice-deadline"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, NamedTuple, TypeAlias

from dateutil.relativedelta import relativedelta

from common.money import quantise

Rule: TypeAlias = Literal["calendar", "business"]
CHECKPOINT_DAYS: Final = (180, 120, 90, 60, 30)
"""Days before the notice deadline, not before the term's end."""

_ONE_DAY = timedelta(days=1)
_HINT = "write a fraction such as 0.03, or index:floor:cap such as cpi:0.02:0.04"


def is_business_day(day: date, holidays: Set[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def notice_deadline(term_end: date, days: int, rule: Rule, holidays: Set[date] = frozenset()) -> date:
    """The last day on which notice counts: `days` before the term's end.

    holidays: of the contract's country, for every year the count may reach; only the business rule reads them.
    """
    if days < 0:
        raise ValueError("A notice period cannot be negative.")
    if rule == "calendar":
        return term_end - timedelta(days=days)
    day, left = term_end, days
    while left:
        day -= _ONE_DAY
        left -= is_business_day(day, holidays)
    return day


def earliest_end(given_on: date, days: int, rule: Rule, holidays: Set[date] = frozenset()) -> date:
    """The last day of a contract without an end, where notice is given on this day."""
    if days < 0:
        raise ValueError("A notice period cannot be negative.")
    if rule == "calendar":
        return given_on + timedelta(days=days)
    day, left = given_on, days
    while left:
        day += _ONE_DAY
        left -= is_business_day(day, holidays)
    return day


def term_under_way(start: date, end: date, as_of: date) -> date:
    """The end of the term that runs on the day, of a contract that renews itself for terms as long as its first.

    A term of whole months stays one: to the end of February, whichever day that is.
    """
    if end < start:
        raise ValueError("A term cannot end before it starts.")
    following, times, last = end + _ONE_DAY, 0, end
    gap = relativedelta(following, start)
    months = 0 if gap.days else gap.years * 12 + gap.months
    while last < as_of:
        times += 1
        last = (
            following + relativedelta(months=months * times) - _ONE_DAY
            if months
            else end + timedelta(days=(following - start).days * times)
        )
    return last


class Checkpoint(NamedTuple):
    days: int
    day: date


def checkpoints(deadline: date) -> list[Checkpoint]:
    """The days on which the renewal is looked at, earliest first."""
    return [Checkpoint(days, deadline - timedelta(days=days)) for days in CHECKPOINT_DAYS]


def next_checkpoint(deadline: date, as_of: date) -> Checkpoint | None:
    """The first checkpoint on or after the day; None once all have passed."""
    return next((point for point in checkpoints(deadline) if point.day >= as_of), None)


def window_of(deadline: date, as_of: date) -> int | None:
    """The checkpoint that has been reached: 30 within 30 days of the deadline, and so on; None while none has."""
    left = (deadline - as_of).days
    return min((days for days in CHECKPOINT_DAYS if left <= days), default=None)


class InvalidUplift(ValueError):
    """The text is neither a fraction nor index:floor:cap."""


@dataclass(frozen=True, slots=True)
class Uplift:
    """A fixed fraction where index is empty; else the index's change, kept between floor and cap if given."""

    fixed: Decimal | None = None
    index: str = ""
    floor: Decimal | None = None
    cap: Decimal | None = None

    def rate(self, reading: Decimal | None = None) -> Decimal | None:
        """The fraction that applies. reading: the index's change; None leaves an indexed uplift unknown."""
        if not self.index:
            return self.fixed
        if reading is None:
            return None
        raised = reading if self.floor is None else max(reading, self.floor)
        return raised if self.cap is None else min(raised, self.cap)

    def applied(self, old: Decimal, currency: str, reading: Decimal | None = None) -> Decimal | None:
        """old × (1 + rate) at the minor unit; None while the index is unknown."""
        rate = self.rate(reading)
        return None if rate is None else quantise(old * (1 + rate), currency)


def parse_uplift(text: str) -> Uplift | None:
    """'0.03' or 'cpi:0.02:0.04'; an empty floor or cap is none; blank is unknown: None. Raises InvalidUplift."""
    text = text.strip()
    if not text:
        return None
    if ":" not in text:
        return Uplift(fixed=_fraction(text, text))
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 3 or not parts[0]:
        raise InvalidUplift(f"{text!r} is not an uplift; {_HINT}.")
    floor, cap = (_fraction(part, text) if part else None for part in parts[1:])
    if floor is not None and cap is not None and floor > cap:
        raise InvalidUplift(f"{text!r} has a floor above its cap.")
    return Uplift(index=parts[0].lower(), floor=floor, cap=cap)


def _fraction(part: str, text: str) -> Decimal:
    try:
        value = Decimal(part)
    except InvalidOperation:
        raise InvalidUplift(f"{text!r} is not an uplift; {_HINT}.") from None
    if not value.is_finite() or not 0 <= value <= 1:
        raise InvalidUplift(f"{text!r} is out of range: uplifts are fractions from 0 to 1; {_HINT}.")
    return value
