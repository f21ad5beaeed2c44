"""What a recompute reads of costs: each client's last twelve closed months, the house's rates, estimates to complete.

Kept with the run and shown to every reader of the forecast, so a month whose labour from time is withheld from most of
them is in no rate: nobody's cost can be worked back from one. So is a month whose cost of delivery is not known: one
without any, or with hours that have no cost rate.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection

from common.fx import MissingRate, RateRow
from common.fx import Rates as Exchange
from common.models import FxRate
from common.money import ZERO
from common.periods import Month, month_add
from financials.calc.forecast_cost import LEAST_PEERS, WINDOW, CostHistory, Estimate, HouseRates, Rates, rates_of
from financials.models import Estimate as EstimateRow
from financials.models import HouseRate
from financials.queries.basis import Basis, Sql
from financials.queries.labour import TimeCut, labour_cells

_KNOWN: Final = """
WITH cell AS (
  SELECT client_id, service_line, month, currency, gross_revenue - pass_through AS net, delivery_labour AS labour,
         freelancers, direct_expenses AS direct, false AS thin
  FROM financials_ledgerladder WHERE {within} AND month BETWEEN %s AND %s
  UNION ALL
  SELECT client_id, service_line, month, currency, 0, amount, 0, 0, thin FROM ({labour}) t
),
known AS (
  SELECT client_id, month FROM cell GROUP BY client_id, month
  HAVING NOT bool_or(thin) AND sum(labour) + sum(freelancers) > 0 AND NOT EXISTS (
    SELECT 1 FROM financials_timemonth u
    WHERE u.client_id = cell.client_id AND u.month = cell.month AND u.in_ladder AND u.unpriced_hours > 0
  )
)
"""
_KEPT: Final = """
SELECT service_line, labour_rate, freelancers_rate, direct_rate FROM financials_houserate
WHERE closed_through = %s AND closed_at = %s
"""
_OF_CLIENTS: Final = """,
counted AS (SELECT client_id, count(*) AS months FROM known GROUP BY client_id)
SELECT client_id, months, currency, sum(net), sum(labour), sum(freelancers), sum(direct)
FROM cell JOIN known USING (client_id, month) JOIN counted USING (client_id) GROUP BY client_id, months, currency
"""
_OF_HOUSE: Final = """
SELECT service_line, currency, array_agg(DISTINCT client_id) FILTER (WHERE net <> 0), sum(net), sum(labour),
       sum(freelancers), sum(direct)
FROM cell JOIN known USING (client_id, month) GROUP BY service_line, currency
"""


class Sums(NamedTuple):
    revenue: Decimal
    labour: Decimal
    freelancers: Decimal
    direct: Decimal

    def plus(self, other: Sums, rate: Decimal) -> Sums:
        return Sums(*(mine + rate * theirs for mine, theirs in zip(self, other, strict=True)))


_NOTHING: Final = Sums(ZERO, ZERO, ZERO, ZERO)


def load_cost_sums(client_ids: Sequence[int], closed: Month) -> dict[int, tuple[int, dict[str, Sums]]]:
    """Client → months whose cost is known, and their sums by currency. One query."""
    text, params = _known(closed, client_ids)
    found: dict[int, tuple[int, dict[str, Sums]]] = {}
    for client, months, currency, *sums in _rows(text + _OF_CLIENTS, params):
        found.setdefault(client, (months, {}))[1][currency] = Sums(*sums)
    return found


def histories(
    found: Mapping[int, tuple[int, dict[str, Sums]]], rates: Mapping[tuple[str, str], Decimal]
) -> list[CostHistory]:
    """One currency each, that of most revenue, at one rate; a client whose money lacks a rate is left out."""
    told = []
    for client, (months, by_currency) in found.items():
        main = max(by_currency, key=lambda code: (by_currency[code].revenue, code))
        into = {code: Decimal(1) if code == main else rates.get((code, main)) for code in sorted(by_currency)}
        whole = _NOTHING
        for code, rate in into.items():
            whole = whole.plus(by_currency[code], rate if rate is not None else ZERO)
        if None not in into.values():
            told.append(CostHistory(str(client), months, *whole))
    return told


def load_house(closed: Month, closed_at: datetime) -> tuple[list[HouseRates], list[HouseRate]]:
    """The house's rates of this close, and the rows to keep where it has none yet. One query, three the first time."""
    kept = _rows(_KEPT, [closed, closed_at])
    new = [] if kept else _house_rows(closed, closed_at)
    told = kept or [(one.service_line, one.labour_rate, one.freelancers_rate, one.direct_rate) for one in new]
    return sorted(HouseRates(line, Rates(*rates)) for line, *rates in told if rates[0] is not None), new


def load_estimates(contract_ids: Sequence[int], now: datetime) -> dict[int, Estimate]:
    """The newest estimate of each contract. One query, none without contracts."""
    if not contract_ids:
        return {}
    rows = EstimateRow.objects.filter(contract__in=contract_ids, month__lte=now.date())
    newest = rows.order_by("contract_id", "-month").distinct("contract_id")
    return {pk: Estimate(month, to_go) for pk, month, to_go in newest.values_list("contract_id", "month", "cost_to_go")}


def _known(closed: Month, client_ids: Sequence[int] | None) -> Sql:
    first = month_add(closed, 1 - WINDOW)
    within, ids = ("client_id IS NOT NULL", []) if client_ids is None else ("client_id = ANY(%s)", [list(client_ids)])
    labour, params = labour_cells(_worked(closed, first, client_ids), salary=False)
    return _KNOWN.format(within=within, labour=labour), [*ids, first, closed, *params]


def _worked(closed: Month, first: Month, client_ids: Iterable[int] | None) -> TimeCut:
    ids = None if client_ids is None else tuple(client_ids)
    return TimeCut(_basis(closed), first, closed, ids)


def _basis(closed: Month) -> Basis:
    """As much of one as the rules of labour from time ask for: nobody's in particular."""
    at = datetime.combine(closed, datetime.min.time())
    return Basis(closed, at, False, settings.REPORTING_CURRENCY, closed, None, "", 0, Exchange([]), frozenset())


def _house_rows(closed: Month, closed_at: datetime) -> list[HouseRate]:
    """Of all work and, where every cost of delivery names its service line, of each line. Two queries."""
    text, params = _known(closed, None)
    exchange = load_exchange()
    lines: dict[str, tuple[set[int], Sums]] = {}
    whole: tuple[set[int], Sums] = set(), _NOTHING
    for line, currency, clients, *told in _rows(text + _OF_HOUSE, params):
        sums = Sums(*told)
        try:
            rate = exchange.rate(currency, settings.REPORTING_CURRENCY, closed, via=settings.REPORTING_CURRENCY).value
        except MissingRate:
            return [_house_row(closed, closed_at, "", set(), _NOTHING)]  # a part without its rate: the whole is unknown
        seen, before = lines.get(line, (set(), _NOTHING))
        lines[line] = seen | set(clients or ()), before.plus(sums, rate)
        whole = whole[0] | set(clients or ()), whole[1].plus(sums, rate)
    _, loose = lines.pop("", (set(), _NOTHING))
    apart = lines if not (loose.labour or loose.freelancers) else {}
    return [
        _house_row(closed, closed_at, "", *whole),
        *(_house_row(closed, closed_at, line, *found) for line, found in sorted(apart.items())),
    ]


def _house_row(closed: Month, closed_at: datetime, line: str, clients: set[int], sums: Sums) -> HouseRate:
    rates = rates_of(CostHistory("", WINDOW, *sums)) if len(clients) >= LEAST_PEERS else None
    labour, freelancers, direct = (None, None, None) if rates is None else rates
    return HouseRate(
        closed_through=closed,
        closed_at=closed_at,
        service_line=line,
        clients=len(clients),
        labour_rate=labour,
        freelancers_rate=freelancers,
        direct_rate=direct,
    )


def load_exchange() -> Exchange:
    """One query."""
    rows = FxRate.objects.values_list("month", "base", "quote", "average", "closing")
    return Exchange(RateRow(*row) for row in rows)


def _rows(text: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())
