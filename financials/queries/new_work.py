"""What work out of deals is usual, taken of the whole book once a day and close and kept for the runs made on it."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import connection

from accounts.models import OpportunityKind
from common.fx import MissingRate, Rates
from common.periods import Month, month_add, month_index
from financials.calc.forecast_records import Usual
from financials.calc.unopened import WINDOW, Aged, Group, group_of, known_months
from financials.models import NewWorkRate
from financials.queries.cost_rates import load_exchange

LEAST_CLIENTS: Final = 10
"""A tier of fewer is taken with all others."""
_PLACES: Final = Decimal("0.0001")
_KEPT: Final = """
SELECT tier, clients, contracts, monthly, weight, shares, size, length FROM financials_newworkrate
WHERE taken_on = %s AND closed_through = %s AND closed_at = %s
"""
# By contract: a deal names what it became, or the contract what it came of. A deal without a day of opening was opened
# when it was written down, unless it had closed by then: as `inputs` reads it.
_WORK: Final = """
WITH deal AS (
  SELECT id, contract, coalesce(opened_on, CASE WHEN (created_at AT TIME ZONE 'UTC')::date <= close_on
                                           THEN (created_at AT TIME ZONE 'UTC')::date END) AS opened_on
  FROM accounts_opportunity WHERE outcome = 'won' AND renews = '' AND kind <> %(renewal)s
), came AS (
  SELECT k.id, o.opened_on FROM financials_contract k JOIN deal o ON o.id = k.opportunity_id
  UNION
  SELECT k.id, o.opened_on FROM financials_contract k JOIN deal o ON o.contract = k.number
  WHERE k.opportunity_id IS NULL
)
SELECT k.client_id, k.number, k.currency, came.opened_on, s.month, s.amount
FROM came JOIN financials_contract k ON k.id = came.id JOIN financials_scheduleline s ON s.contract_id = k.id
WHERE s.month BETWEEN %(first)s AND %(last)s AND came.opened_on IS NOT NULL
"""
_CLIENTS: Final = """
SELECT l.client_id, c.tier, min(l.month), max(l.month)
FROM financials_ledgerladder l JOIN accounts_client c ON c.id = l.client_id
WHERE l.month <= %(last)s AND l.gross_revenue <> l.pass_through GROUP BY 1, 2
"""


def load_new_work(day: date, closed: Month, closed_at: datetime) -> tuple[dict[str, Group], list[NewWorkRate]]:
    """By tier, blank for all clients; and the rows to keep where none are yet. One query, four the first time."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [day, closed, closed_at])
        kept = cursor.fetchall()
    if kept:
        return {tier: _group(*told) for tier, *told in kept if None not in told}, []
    found = _taken(closed)
    made = {"taken_on": day, "closed_through": closed, "closed_at": closed_at}
    rows = [_row(tier, group, made) for tier, group in found.items()]
    return found, rows or [NewWorkRate(**made, clients=0, contracts=0)]


def _group(
    clients: int, contracts: int, monthly: Decimal, weight: int, shares: list[Decimal], size: Decimal, length: int
) -> Group:
    return Group(clients, contracts, monthly, Decimal(weight), tuple(shares), size, length)


def _row(tier: str, group: Group, made: Mapping[str, Any]) -> NewWorkRate:
    return NewWorkRate(
        **made, tier=tier, clients=group.clients, contracts=group.contracts, monthly=group.monthly,
        weight=int(group.weight), shares=list(group.shares), size=group.size, length=group.length,
    )  # fmt: skip


def _taken(closed: Month) -> dict[str, Group]:
    """Three queries."""
    told: dict[str, str | date] = {
        "renewal": OpportunityKind.RENEWAL.value,
        "first": month_add(closed, 1 - WINDOW),
        "last": closed,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLIENTS, told)
        seen = cursor.fetchall()
        cursor.execute(_WORK, told)
        work = cursor.fetchall()
    known = known_months(
        ((str(client), month) for client, _, *months in seen for month in months), month_add(closed, 1)
    )
    exchange = load_exchange()
    cells = [
        Aged(str(client), month, month_index(month) - month_index(opened), amount * rate, number)
        for client, number, currency, opened, month, amount in work
        if (rate := _rate(exchange, currency, settings.REPORTING_CURRENCY, closed)) is not None
    ]
    tiers: dict[str, dict[str, int]] = defaultdict(dict)
    for client, tier, *_ in seen:
        if str(client) in known:
            tiers[tier][str(client)] = known[str(client)]
    groups = {tier: group_of(cells, of, closed) for tier, of in tiers.items() if tier and len(of) >= LEAST_CLIENTS}
    return {tier: _kept(group) for tier, group in {"": group_of(cells, known, closed), **groups}.items() if group}


def _kept(group: Group) -> Group:
    """As it is stored, so that the first run of a day reads what all others do."""
    return Group(
        group.clients, group.contracts, group.monthly.quantize(_PLACES), group.weight, group.shares,
        group.size.quantize(_PLACES), group.length,
    )  # fmt: skip


def usual_of(
    client: str, tier: str, currency: str, day: date, groups: Mapping[str, Group], exchange: Rates | None
) -> Usual | None:
    """In the client's own currency; None where the company's history is too short or the rate is missing."""
    group = groups.get(tier) or groups.get("")
    if group is None:
        return None
    rate = Decimal(1)
    if currency != settings.REPORTING_CURRENCY:
        found = None if exchange is None else _rate(exchange, settings.REPORTING_CURRENCY, currency, day)
        if found is None:
            return None
        rate = found
    days = calendar.monthrange(day.year, day.month)[1]
    left = (Decimal(days - day.day) / days).quantize(_PLACES)
    monthly, size = ((amount * rate).quantize(_PLACES) for amount in (group.monthly, group.size))
    return Usual(client, currency, monthly, group.weight, group.shares, size, group.length, left)


def exchange_for(groups: Mapping[str, Group], currencies: Sequence[str]) -> Rates | None:
    """One query, none where all clients are in the firm's currency."""
    foreign = any(currency != settings.REPORTING_CURRENCY for currency in currencies)
    return load_exchange() if groups and foreign else None


def _rate(exchange: Rates, currency: str, into: str, month: date) -> Decimal | None:
    if currency == into:
        return Decimal(1)
    try:
        return exchange.rate(currency, into, month.replace(day=1), via=settings.REPORTING_CURRENCY).value
    except MissingRate:
        return None
