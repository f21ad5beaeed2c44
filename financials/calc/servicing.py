"""Work against what was sold: rates realised, scope used, when it runs dry. Source: docs/definitions.md#burn-index"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from common.money import ZERO, ratio

WEEKS: Final = 4
"""The pace is that of the trailing four weeks."""
OVER: Final = Decimal("1.10")
"""From this burn index on, work runs ahead of what is paid for."""


@dataclass(frozen=True, slots=True)
class RunDry:
    """The day the hours in scope are used up at the trailing pace; early and late at that of the busiest and of the
    quietest of the four weeks. None: at that pace they last for ever. Past already: the day it is.
    """

    on: date | None
    early: date | None
    late: date | None


def run_dry(left: Decimal, weeks: Sequence[Decimal], today: date) -> RunDry:
    """left: hours of scope not worked yet. weeks: hours of each of the four weeks that end today."""
    if left <= 0:
        return RunDry(today, today, today)
    pace = sum(weeks, ZERO) / len(weeks) if weeks else ZERO
    return RunDry(*(_after(left, speed, today) for speed in (pace, max(weeks, default=ZERO), min(weeks, default=ZERO))))


def _after(left: Decimal, pace: Decimal, today: date) -> date | None:
    """Part of a day counts as the day; beyond ten years is never."""
    if pace <= 0:
        return None
    days = math.ceil(left / pace * 7)
    return today + timedelta(days=days) if days <= 3660 else None


@dataclass(frozen=True, slots=True)
class Service:
    """How far a statement of work is used, in hours and in money of its currency.

    fee, earned: the whole fee, and its schedule to the day. value: billable hours at card. None is unknown.
    """

    scope_hours: Decimal | None
    hours: Decimal
    fee: Decimal | None
    earned: Decimal | None
    value: Decimal | None

    @property
    def done(self) -> Decimal | None:
        """Share of the work the fee has paid for by now."""
        return ratio(self.earned, self.fee)

    @property
    def used(self) -> Decimal | None:
        """Share of the budget used: hours of the scope; without a scope in hours, value at card of the fee."""
        if self.scope_hours is not None:
            return ratio(self.hours, self.scope_hours)
        return ratio(self.value, self.fee)

    @property
    def burn(self) -> Decimal | None:
        """Share of budget used ÷ share of work done."""
        return ratio(self.used, self.done)

    @property
    def scope_to_date(self) -> Decimal | None:
        """The hours the fee has paid for by now."""
        if self.scope_hours is None or self.done is None:
            return None
        return (self.scope_hours * self.done).quantize(Decimal("0.01"))

    @property
    def over_hours(self) -> Decimal | None:
        """Hours beyond those paid for by now; negative: under."""
        to_date = self.scope_to_date
        return None if to_date is None else self.hours - to_date

    @property
    def over_value(self) -> Decimal | None:
        """Value at card beyond the fee to date; negative: under."""
        return None if self.value is None or self.earned is None else self.value - self.earned

    @property
    def beyond(self) -> Decimal:
        """Hours beyond the whole scope; 0 while some of it is left, or none is known."""
        return ZERO if self.scope_hours is None else max(self.hours - self.scope_hours, ZERO)

    @property
    def left(self) -> Decimal | None:
        return None if self.scope_hours is None else max(self.scope_hours - self.hours, ZERO)

    @property
    def status(self) -> str:
        """at_risk: beyond the whole scope; watch: ahead of what is paid for by a tenth or more."""
        if self.burn is None and not self.beyond:
            return "unknown"
        if self.beyond:
            return "at_risk"
        return "watch" if self.burn is not None and self.burn >= OVER else "on_track"


def realised(net_revenue: Decimal | None, hours: Decimal) -> Decimal | None:
    """Net revenue for an hour worked, four places; None without hours."""
    return None if net_revenue is None or hours <= 0 else (net_revenue / hours).quantize(Decimal("0.0001"))


def earned_by(day: date, whole_months: Decimal, this_month: Decimal) -> Decimal:
    """A schedule to the day: the months before it, and of its own month the days gone by, straight line."""
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return whole_months + (this_month * day.day / last.day).quantize(Decimal("0.0001"))
