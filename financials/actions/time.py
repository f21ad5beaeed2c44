"""Hours and what they come to by month: every edit of time or rates rewrites TimeMonth in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.db import connection, transaction

from financials.actions.ledger import lock_ledger
from financials.models import TimeStatus

RESUBMITTED: Final[Mapping[str, Any]] = {"status": TimeStatus.SUBMITTED, "decided_by": "", "decided_at": None}
"""What was decided on other hours is decided anew."""

_TAKE_OUT: Final = """
DELETE FROM financials_timemonth t WHERE (%(everyone)s OR t.client_id = ANY(%(clients)s::bigint[]))
  AND (%(since)s::date IS NULL OR t.month >= %(since)s::date)
  AND NOT EXISTS (SELECT 1 FROM common_closedperiod p WHERE p.month = t.month)
"""
# The same order as calc.rates.rate_on. Two index look-ups a day's card, not a scan of every rate.
_RATE: Final = """
  LEFT JOIN LATERAL (
    SELECT r.rate, r.currency FROM (
      SELECT r.* FROM financials_rate r WHERE r.person_id = d.person_id AND r.kind = '{kind}' AND r.starts <= d.date
      UNION ALL
      SELECT r.* FROM financials_rate r
      WHERE r.role = d.role AND d.role <> '' AND r.kind = '{kind}' AND r.starts <= d.date
    ) r
    WHERE (r.client_id IS NULL OR r.client_id = d.client_id)
      AND (r.contract_id IS NULL OR r.contract_id = d.contract_id)
    ORDER BY r.person_id IS NULL, r.contract_id IS NULL, r.client_id IS NULL, r.starts DESC LIMIT 1
  ) {kind} ON true
"""
_PUT_IN: Final = f"""
INSERT INTO financials_timemonth (client_id, contract_id, person_id, role, month, hours, billable_hours, unpriced_hours,
  uncarded_hours, cost, cost_currency, value, value_currency, entries)
WITH day AS (
  SELECT client_id, contract_id, person_id, role, date, month, sum(hours) AS hours,
         coalesce(sum(hours) FILTER (WHERE billable), 0) AS billable, billable AS sold, count(*) AS entries
  FROM financials_timeentry e
  WHERE e.status <> 'rejected' AND (%(everyone)s OR e.client_id = ANY(%(clients)s::bigint[]))
    AND (%(since)s::date IS NULL OR e.month >= %(since)s::date)
    AND NOT EXISTS (SELECT 1 FROM common_closedperiod p WHERE p.month = e.month)
  GROUP BY client_id, contract_id, person_id, role, date, month, e.billable
)
SELECT d.client_id, d.contract_id, d.person_id, d.role, d.month, sum(d.hours), sum(d.billable),
       coalesce(sum(d.hours) FILTER (WHERE cost.rate IS NULL), 0),
       coalesce(sum(d.hours) FILTER (WHERE d.sold AND bill.rate IS NULL), 0),
       half_even(coalesce(sum(d.hours * cost.rate), 0), 4), coalesce(cost.currency, ''),
       half_even(coalesce(sum(d.billable * bill.rate), 0), 4),
       CASE WHEN d.sold THEN coalesce(bill.currency, '') ELSE '' END, sum(d.entries)
FROM day d {_RATE.format(kind="cost")} {_RATE.format(kind="bill")}
GROUP BY 1, 2, 3, 4, 5, 11, 13
"""  # noqa: S608  # this module's own pieces; every value is a bound parameter


@transaction.atomic
def rebuild_time_months(client_ids: Iterable[int] | None, since: date | None = None) -> int:
    """Rewrite the months of these clients (None: of all) from the month `since` on (None: from the first); returns the
    number of cells. Closed months are left as they stand. Two statements however many rows; call it in the
    transaction of the edit.
    """
    lock_ledger()  # no month closes between the entries and their sums
    ids = None if client_ids is None else sorted(set(client_ids))
    if ids == []:
        return 0
    params: dict[str, Any] = {"everyone": ids is None, "clients": ids or [], "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OUT, params)
        cursor.execute(_PUT_IN, params)
        return int(cursor.rowcount)
