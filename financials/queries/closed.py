"""Which months are closed, for pages that show a lock."""

from __future__ import annotations

from datetime import date
from typing import Final

from common.models import ClosedPeriod

OPEN_BETWEEN: Final = """
SELECT m::date AS month
FROM generate_series((SELECT min(month) FROM {closed}), {through}, interval '1 month') m
WHERE m::date NOT IN (SELECT month FROM {closed})
"""
"""Months that wait because one before them is closed. closed: a table of months; through: the last looked at."""


def closed_set() -> frozenset[date]:
    """One query."""
    return frozenset(ClosedPeriod.objects.values_list("month", flat=True))
