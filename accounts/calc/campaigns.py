"""How fast a campaign spends, and what its KPIs read before and after. Source: docs/definitions.md#pacing"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from accounts.calc.kpis import Read
from common.money import ZERO, ratio

Pace = Literal["on_track", "watch", "at_risk", "unknown"]
NEAR: Final = Decimal("0.10")
FAR: Final = Decimal("0.25")
"""Share of spent over share of time, away from one: within a tenth is on pace, beyond a quarter at risk."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """spent: share of the budget; time: share of the days gone, to the end of the last month known; index: one over the
    other. None where there is no budget, or nothing of the time is gone.
    """

    spent: Decimal | None
    time: Decimal | None
    index: Decimal | None
    standing: Pace


def pacing(budget: Decimal, spent: Decimal, starts: date, ends: date, day: date) -> Pacing:
    """day: the last day that the spend known covers."""
    days = (ends - starts).days + 1
    gone = max(0, min(days, (day - starts).days + 1))
    share, time = ratio(spent, budget), Decimal(gone) / days
    index = None if share is None or not gone else share / time
    if index is None:
        return Pacing(share, time, None, "unknown")
    away = abs(index - 1)
    standing: Pace = "on_track" if away <= NEAR else "watch" if away <= FAR else "at_risk"
    return Pacing(share, time, index, standing)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Means of the readings whose periods lie in the as many days before the start, and from it to the end or the day.
    change: the difference. None where either side has no reading. It says what was, not what made it so.
    """

    before: Decimal | None
    after: Decimal | None
    change: Decimal | None


def before_after(reads: Iterable[Read], starts: date, ends: date, day: date) -> BeforeAfter:
    listed = list(reads)
    until = min(ends, day)
    first = date.fromordinal(max(1, starts.toordinal() - ((until - starts).days + 1)))
    before = _mean(one.actual for one in listed if one.first >= first and one.last < starts)
    after = _mean(one.actual for one in listed if one.first >= starts and one.last <= until)
    return BeforeAfter(before, after, None if before is None or after is None else after - before)


def _mean(values: Iterable[Decimal]) -> Decimal | None:
    known = list(values)
    return sum(known, ZERO) / len(known) if known else None
