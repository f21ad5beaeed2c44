"""What keeps a month from being closed: rates its figures lack, sums that disagree, months still open before it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from common.fx import MissingRate, RateRow, Rates
from common.models import FxRate
from common.periods import Month, format_month
from financials.queries.closed import WAITING

_CURRENCIES = """
SELECT currency FROM financials_ledgermonth WHERE month = %(month)s AND entries > 0
UNION SELECT cost_currency FROM financials_timemonth WHERE month = %(month)s AND in_ladder AND cost_currency <> ''
ORDER BY 1
"""
_DIFFERENCES = """
SELECT currency, sum(posted), sum(kept) FROM (
  SELECT client_id, contract_id, service_line, line, currency, amount AS posted, 0 AS kept, 1 AS entries
  FROM financials_ledgerentry WHERE month = %(month)s
  UNION ALL
  SELECT client_id, contract_id, service_line, line, currency, 0, amount, -entries
  FROM financials_ledgermonth WHERE month = %(month)s
) sides GROUP BY client_id, contract_id, service_line, line, currency
HAVING sum(posted) <> sum(kept) OR sum(entries) <> 0 ORDER BY 1
"""
_WAITING = WAITING.format(closed="common_closedperiod", through="%(month)s::date - interval '1 month'")


class Gap(NamedTuple):
    """A currency of the month's entries that its own rate is wanted for. held: only an older month's rate is there."""

    pair: str
    month: Month
    held: bool

    @property
    def words(self) -> str:
        if self.held:
            return f"{self.pair} {format_month(self.month)} stands on an older month's rate"
        return f"no {self.pair} rate for {format_month(self.month)}"


def rate_gaps(rates: Rates, currencies: Iterable[str], month: Month) -> list[Gap]:
    """What must be loaded before the month can be closed: its figures in the firm's currency must never move again,
    so a rate held over from an earlier month is not enough."""
    target, gaps = str(settings.REPORTING_CURRENCY), []
    for currency in sorted(set(currencies)):
        try:
            rate = rates.rate(currency, target, month, via=target)
        except MissingRate as gap:
            gaps.append(Gap(gap.pair, month, held=False))
        else:
            if rate.held:
                gaps.append(Gap(f"{currency}/{target}", month, held=True))
    return gaps


def load_rate_gaps(month: Month) -> list[Gap]:
    """Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES, {"month": month})
        currencies = [code for (code,) in cursor.fetchall()]
    if set(currencies) <= {settings.REPORTING_CURRENCY}:
        return []
    rows = FxRate.objects.values_list("month", "base", "quote", "average", "closing")
    return rate_gaps(Rates(RateRow(*row) for row in rows), currencies, month)


class Difference(NamedTuple):
    """A cell whose kept sum is not the sum of its entries."""

    currency: str
    posted: Decimal
    kept: Decimal


def load_differences(month: Month) -> list[Difference]:
    """One query; empty when every kept sum of the month equals its entries."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"month": month})
        return [Difference(*row) for row in cursor.fetchall()]


def earliest_waiting(month: Month) -> Month | None:
    """The first month before this one that is still open; None when it is this one's turn. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"month": month})
        return cursor.fetchone()[0]  # type: ignore[no-any-return]  # a date or null
