"""How far a measure of a plan has come. Source: docs/definitions.md#attainment"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from common.money import ZERO

Standing = Literal["on_track", "watch", "at_risk", "unknown"]
ON_TRACK = Decimal("0.95")
WATCH = Decimal("0.80")


@dataclass(frozen=True, slots=True)
class Aim:
    """From where to where, and between which days. A blank baseline counts as 0; a direction follows from the two."""

    baseline: Decimal | None
    target: Decimal
    starts: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Attained:
    """share: of the whole way, None where target and baseline are one or nothing was read. to_date: of the part that
    should be done by now; expected: where the measure should stand today.
    """

    share: Decimal | None
    to_date: Decimal | None
    expected: Decimal | None
    standing: Standing


def attainment(actual: Decimal | None, aim: Aim) -> Decimal | None:
    """(actual − baseline) ÷ (target − baseline): a fall to a lower target counts as a rise to a higher."""
    base = ZERO if aim.baseline is None else aim.baseline
    if actual is None or aim.target == base:
        return None
    return (actual - base) / (aim.target - base)


def expected_on(aim: Aim, today: date) -> Decimal:
    """Straight line between the days; the whole target where there is no line to follow."""
    if aim.starts is None or aim.due is None or aim.due <= aim.starts or today >= aim.due:
        return aim.target
    base = ZERO if aim.baseline is None else aim.baseline
    gone = Decimal(max(0, (today - aim.starts).days)) / Decimal((aim.due - aim.starts).days)
    return base + (aim.target - base) * gone


def stand(actual: Decimal | None, aim: Aim, today: date) -> Attained:
    """On track from 95% of what should be done by now, watch from 80%."""
    expected = expected_on(aim, today)
    share = attainment(actual, aim)
    base = ZERO if aim.baseline is None else aim.baseline
    if actual is None or share is None:
        return Attained(share, None, expected, "unknown")
    if expected == base:  # nothing is asked yet
        done = (actual - base) * (1 if aim.target > base else -1) >= 0
        return Attained(share, None, expected, "on_track" if done else "watch")
    to_date = (actual - base) / (expected - base)
    standing: Standing = "on_track" if to_date >= ON_TRACK else "watch" if to_date >= WATCH else "at_risk"
    return Attained(share, to_date, expected, standing)
