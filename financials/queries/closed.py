"""Which months are closed, for pages that show a lock."""

from __future__ import annotations

from datetime import date
from typing import Final

from common.models import ClosedPeriod

WAITING: Final = """
SELECT min(month) AS month FROM (
  SELECT m::date AS month
  FROM generate_series((SELECT min(month) FROM {closed}), {through}, interval '1 month') m
  WHERE m::date NOT IN (SELECT month FROM {closed})
  UNION ALL
  SELECT min(month) FROM financials_ledgermonth
  WHERE entries > 0 AND month <= {through} AND month < coalesce((SELECT min(month) FROM {closed}), 'infinity')
) open_before
"""
"""The first month that is open though it should not be: one before it is closed, or it lies before all closes and holds
entries. closed: a table of months; through: the last looked at. The entries are met by one look into an index.
"""


def closed_set() -> frozenset[date]:
    """One query."""
    return frozenset(ClosedPeriod.objects.values_list("month", flat=True))
