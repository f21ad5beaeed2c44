"""What every money figure stands on: how far the books are closed, which budget, which currency, which rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.access import clients_for
from common.fx import MissingRate, Rate, RateRow, Rates
from common.models import FxRate
from common.money import minor_places
from common.periods import Month, month_add, month_of, months_between
from common.policies import FINANCE, LEADERSHIP
from financials.queries.closed import WAITING
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

Sql = tuple[str, list[Any]]
"""A piece of SQL and its parameters, in order."""


@dataclass(frozen=True, slots=True)
class Basis:
    """closed_at: when the last closed month was closed. ledger_no: the newest ledger entry known then of the clients in
    sight.

    waiting: the first month that is open before a closed one, by `WAITING`.
    salary: the reader may know what one person costs. whole_book: sees every client and the pool of overhead. timed:
    the first and last month whose labour the P&L takes from time; None when there is none.
    constant: the month whose rates serve every month ("constant currency"); None converts each at its own. rate_of:
    months converted at another month's rate, as a bridge does.
    """

    today: date
    as_of: datetime
    historic: bool
    currency: str
    closed_through: Month | None
    closed_at: datetime | None
    budget_version: str
    ledger_no: int
    rates: Rates
    rate_currencies: frozenset[str]
    waiting: Month | None = None
    salary: bool = False
    whole_book: bool = False
    timed: tuple[Month, Month] | None = None
    constant: Month | None = None
    rate_of: Mapping[Month, Month] = field(default_factory=dict)

    @property
    def through(self) -> Month:
        """The last closed month; the last whole month while nothing was ever closed."""
        return self.closed_through or month_add(month_of(self.today), -1)

    @property
    def open_month(self) -> Month:
        return month_add(self.through, 1)

    @property
    def places(self) -> int:
        return minor_places(self.currency)

    def rate(self, currency: str, month: Month) -> Rate | None:
        at = self.constant or self.rate_of.get(month, month)
        try:
            return self.rates.rate(currency, self.currency, at, via=settings.REPORTING_CURRENCY)
        except MissingRate:
            return None

    def closing(self, currency: str, month: Month) -> Rate | None:
        """For balances: what is owed, not what was earned."""
        try:
            return self.rates.rate(currency, self.currency, month, via=settings.REPORTING_CURRENCY, kind="closing")
        except MissingRate:
            return None

    def year_to_date(self) -> tuple[Month, Month] | None:
        """January to the last closed month of this calendar year; None before one is closed."""
        first = date(self.today.year, 1, 1)
        return (first, self.through) if self.through >= first else None

    def last_twelve(self) -> tuple[Month, Month]:
        return month_add(self.through, -11), self.through


# A reopened month's row is gone, so what was closed at an earlier instant is told by the closes and reopenings since.
_WAITING = WAITING.format(closed="closed", through="(SELECT max(month) FROM closed)")
_STATE = f"""
WITH closed AS (
  SELECT month, closed_at AS at FROM common_closedperiod WHERE closed_at <= %s
  UNION ALL
  SELECT month, at FROM (
    SELECT DISTINCT ON (month) month, kind, at FROM financials_closeevent WHERE at <= %s
    ORDER BY month, at DESC, id DESC
  ) newest WHERE kind = 'closed' AND %s
)
SELECT (SELECT max(month) FROM closed), (SELECT at FROM closed ORDER BY month DESC, at DESC LIMIT 1),
       coalesce(%s, (SELECT version_name FROM financials_budgetline ORDER BY id DESC LIMIT 1), ''),
       coalesce(({{newest}}), 0), ({_WAITING}),
       (SELECT min(month) FROM financials_timemonth WHERE in_ladder AND cost_currency <> ''),
       (SELECT max(month) FROM financials_timemonth WHERE in_ladder AND cost_currency <> '')
"""  # noqa: S608  # our own words
_NEWEST = "SELECT max(id) FROM financials_ledgerentry WHERE (NOT %s OR posted_at <= %s)"
# Client by client: each is one look into an index, however many entries there are.
_NEWEST_IN_SIGHT = """
SELECT max(newest.id) FROM ({seen}) AS seen(id) CROSS JOIN LATERAL (
  SELECT id FROM financials_ledgerentry WHERE client_id = seen.id AND (NOT %s OR posted_at <= %s)
  ORDER BY client_id DESC, id DESC LIMIT 1
) AS newest
"""


def _state(user: User, at: datetime, budget_version: str, *, historic: bool, newest_entry: bool) -> Sql:
    """What is closed, which budget stands, and the newest entry of the clients in sight: another's postings show in
    no number that this person reads.
    """
    at_once = [at, at, historic, budget_version or None]
    if not newest_entry:
        return _STATE.format(newest="NULL::bigint"), at_once
    seen = clients_for(user).order_by()
    text, params = ids_sql(seen.values("pk"))
    newest = _NEWEST_IN_SIGHT.format(seen=text)
    if not seen.query.where and not seen.query.is_empty():
        newest, params = _NEWEST, []
    return _STATE.format(newest=newest), [*at_once, *params, historic, at]


def load_basis(
    user: User,
    *,
    now: datetime,
    currency: str = "",
    as_of: datetime | None = None,
    budget_version: str = "",
    newest_entry: bool = True,
) -> Basis:
    """Two queries. currency: the caller's portfolio's unless given. as_of: look back to what was known then.
    newest_entry: False where nothing names the newest entry, which is looked up client by client; it is 0 then.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            *_state(user, as_of or now, budget_version, historic=as_of is not None, newest_entry=newest_entry)
        )
        closed_through, closed_at, budget, ledger_no, waiting, *timed = cursor.fetchone()
    rows = FxRate.objects.values_list("month", "base", "quote", "average", "closing")
    if as_of is not None:
        rows = rows.filter(created_at__lte=as_of)
    known = [RateRow(*row) for row in rows]
    return Basis(
        today=now.date(),
        as_of=as_of or now,
        historic=as_of is not None,
        currency=currency or reporting_currency(user),
        closed_through=closed_through,
        closed_at=closed_at,
        budget_version=budget,
        ledger_no=ledger_no,
        waiting=waiting,
        salary=abilities_of(user).see_salary,
        whole_book=user.role in (FINANCE, LEADERSHIP),
        timed=(timed[0], timed[1]) if timed[0] else None,
        rates=Rates(known),
        rate_currencies=frozenset(code for row in known for code in (row.base, row.quote)),
    )


def reporting_currency(user: User) -> str:
    return user.reporting_currency or str(settings.REPORTING_CURRENCY)


def rate_values(basis: Basis, first: Month, last: Month) -> Sql:
    """The rate of every known currency × month as a VALUES list to join; gaps are absent."""
    rows: list[Any] = []
    count = 0
    for currency in sorted(basis.rate_currencies | {basis.currency}):
        for month in months_between(first, last):
            rate = basis.rate(currency, month)
            if rate is not None:
                rows += [currency, month, rate.value]
                count += 1
    return ", ".join(["(%s::varchar, %s::date, %s::numeric)"] * count), rows


def held_months(basis: Basis, currencies: set[str], first: Month, last: Month) -> list[Month]:
    """Months of the range in which one of these currencies stands on an older rate."""
    held = []
    for month in months_between(first, last):
        rates = [basis.rate(currency, month) for currency in currencies]
        if any(rate is not None and rate.held for rate in rates):
            held.append(month)
    return held


def ids_sql(rows: QuerySet[Any]) -> Sql:
    """A queryset of ids as a subquery."""
    try:
        text, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", []
    return text, list(params)


def decimal_or_zero(value: Decimal | None) -> Decimal:
    return Decimal(0) if value is None else value
