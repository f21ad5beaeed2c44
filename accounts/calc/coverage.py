"""Influence-weighted coverage. Source: docs/definitions.md#coverage"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.money import ratio

COVERED_FROM = 2
"""A relationship counts from level 2, credible source."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Our relationship with one stakeholder. None is unknown; cadence_days None: no rhythm was agreed."""

    power: int | None
    level: int | None
    cadence_days: int | None
    last_touch: date | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """share: covered ÷ all power, None when nobody's power is known. unjudged: stakeholders without a power."""

    share: Decimal | None
    covered_power: int
    power: int
    people: int
    unjudged: int


def days_late(tie: Tie, today: date) -> int | None:
    """Days past the agreed rhythm: above 0 is overdue, 0 or less is within it; None without a rhythm or any touch."""
    if tie.cadence_days is None or tie.last_touch is None:
        return None
    return (today - tie.last_touch).days - tie.cadence_days


def within_cadence(tie: Tie, today: date) -> bool:
    """Touched as often as agreed. Never touched is outside it; without an agreed rhythm any touch counts."""
    if tie.last_touch is None:
        return False
    late = days_late(tie, today)
    return late is None or late <= 0


def is_covered(tie: Tie, today: date) -> bool:
    return tie.level is not None and tie.level >= COVERED_FROM and within_cadence(tie, today)


def coverage(ties: Iterable[Tie], today: date) -> Coverage:
    """Σ power of the covered ÷ Σ power. Stakeholders of unknown power are counted apart, in neither sum."""
    known: list[tuple[int, bool]] = []
    unjudged = 0
    for tie in ties:
        if tie.power is None:
            unjudged += 1
        else:
            known.append((tie.power, is_covered(tie, today)))
    whole = sum(power for power, _ in known)
    covered = sum(power for power, yes in known if yes)
    return Coverage(ratio(covered, whole), covered, whole, len(known) + unjudged, unjudged)
