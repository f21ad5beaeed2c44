"""Whether one person hears from us too often. Source: docs/definitions.md#over-contact"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

WEEK: Final = 7
MOST_A_WEEK: Final = 3
MOST_A_ROUND: Final = 3
"""Touches within one agreed rhythm; a rhythm of a week or less is judged by the week alone."""


def too_often(days: Iterable[date], cadence: int | None, today: date) -> str:
    """Why it is too much, in words; blank where it is not. days: of touches, one for each."""
    past = [day for day in days if day <= today]
    week = sum(day > today - timedelta(days=WEEK) for day in past)
    if week > MOST_A_WEEK:
        return f"{week} touches in {WEEK} days"
    if cadence is not None and cadence > WEEK:
        within = sum(day > today - timedelta(days=cadence) for day in past)
        if within > MOST_A_ROUND:
            return f"{within} touches in {cadence} days, where one was agreed"
    return ""
