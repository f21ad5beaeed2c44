"""Which months are closed, for pages that show a lock."""

from __future__ import annotations

from datetime import date

from common.models import ClosedPeriod


def closed_set() -> frozenset[date]:
    """One query."""
    return frozenset(ClosedPeriod.objects.values_list("month", flat=True))
