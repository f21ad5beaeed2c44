"""Past rates of cost held against what work cost: the ledger's own costs by client and month. Two queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.db import connection

from common.periods import Month, month_add, month_index
from financials.calc.backtest import Cell, Tally
from financials.calc.backtest_cost import CostPast, cost_tallies
from financials.calc.residual import HISTORY_MONTHS

# Labour from time is left out: what the record says must be the same for every reader.
_COSTS: Final = """
SELECT {key}, month, currency, sum(net), sum(cost) FROM (
  SELECT client_id, month, currency, sum(gross_revenue - pass_through) AS net,
         sum(delivery_labour + freelancers + direct_expenses) AS cost
  FROM financials_ledgerladder WHERE {within} AND month BETWEEN %s AND %s GROUP BY client_id, month, currency
  HAVING sum(delivery_labour + freelancers) > 0
) m GROUP BY {key}, month, currency
"""


def cost_backtest(
    client_ids: Sequence[int], closed: Month, rates: Mapping[str, Decimal], origins: Sequence[int], leads: int
) -> dict[Cell, Tally]:
    """origins: months back from the last closed one. rates: to the firm's currency; what has none is left out."""
    past = _past(client_ids, closed, rates)
    months = past.cost.shape[1]
    return cost_tallies(past, [months - 1 - back for back in origins], leads)


def _past(client_ids: Sequence[int], closed: Month, rates: Mapping[str, Decimal]) -> CostPast:
    first = month_add(closed, 1 - HISTORY_MONTHS)
    ids = list(client_ids)
    place = {pk: row for row, pk in enumerate(ids)}
    tables = np.zeros((2, len(ids), HISTORY_MONTHS))
    known = np.zeros((len(ids), HISTORY_MONTHS), dtype=bool)
    for pk, month, currency, net, cost in _rows("client_id", "client_id = ANY(%s)", [ids, first, closed]):
        if currency in rates:
            at = place[pk], month_index(month) - month_index(first)
            tables[0][at] += float(net * rates[currency])
            tables[1][at] += float(cost * rates[currency])
            known[at] = True
    house = np.zeros((2, HISTORY_MONTHS))
    for _, month, currency, net, cost in _rows("month", "client_id IS NOT NULL", [first, closed]):
        if currency in rates:
            at_month = month_index(month) - month_index(first)
            house[:, at_month] += float(net * rates[currency]), float(cost * rates[currency])
    return CostPast(tuple(str(pk) for pk in ids), tables[0], tables[1], known, (house[0], house[1]))


def _rows(key: str, within: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_COSTS.format(key=key, within=within), params)
        return list(cursor.fetchall())
