"""The months and how far each is: one line a month, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db import connection

from common.periods import Month, month_of

MONTHS = 60


@dataclass(frozen=True, slots=True)
class MonthLine:
    """closes: how often it was closed. reopened: when it was last opened again, with the reason; None if never."""

    month: Month
    closed_at: datetime | None
    closed_by: str
    closes: int
    reopened_at: datetime | None
    reopened_by: str
    reason: str
    running: bool

    @property
    def state(self) -> Literal["closed", "open", "running"]:
        if self.closed_at is not None:
            return "closed"
        return "running" if self.running else "open"


_MONTHS = """
WITH months AS (
  SELECT month FROM common_closedperiod
  UNION SELECT month FROM financials_closeevent
  UNION SELECT %(current)s::date
  UNION SELECT DISTINCT month FROM financials_ledgermonth WHERE entries > 0
), event AS (
  SELECT month, count(*) FILTER (WHERE kind = 'closed') AS closes, max(id) FILTER (WHERE kind = 'reopened') AS opened
  FROM financials_closeevent GROUP BY month
)
SELECT m.month, p.closed_at, coalesce(p.closed_by, ''), coalesce(e.closes, 0), o.at, coalesce(o.by, ''),
       coalesce(o.reason, '')
FROM months m LEFT JOIN common_closedperiod p ON p.month = m.month
LEFT JOIN event e ON e.month = m.month LEFT JOIN financials_closeevent o ON o.id = e.opened
WHERE m.month <= %(current)s ORDER BY m.month DESC LIMIT %(limit)s
"""


def load_months(today: date, *, limit: int = MONTHS) -> list[MonthLine]:
    """One query."""
    current = month_of(today)
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {"current": current, "limit": limit})
        return [
            MonthLine(month, closed_at, closed_by, closes, at, by, reason, month >= current)
            for month, closed_at, closed_by, closes, at, by, reason in cursor.fetchall()
        ]
