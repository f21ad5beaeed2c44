"""The SQL of the forecast's costs: of closed months what the P&L has, of later ones each line's revenue × its rate.

One cell for each line of the ladder, converted and rounded once each, so that any sum of them is the P&L's to the cent.
"""

# The text below is put together from this package's own pieces; every value a user can give is a bound parameter.

from __future__ import annotations

from typing import Final

from common.periods import Month
from financials.queries.basis import Sql

_COSTS: Final = """
WITH run AS (
  SELECT f.*, o.opens,
         CASE WHEN k.fiscal_year_start = 1 OR extract(month FROM o.opens) >= k.fiscal_year_start
              THEN date_trunc('year', o.opens)::date
              ELSE make_date(extract(year FROM o.opens)::int - 1, k.fiscal_year_start, 1) END AS first_month
  FROM ({runs}) r JOIN financials_forecastrun f ON f.id = r.id JOIN accounts_client k ON k.id = f.client_id
  CROSS JOIN LATERAL (
    SELECT coalesce(f.closed_through + interval '1 month', date_trunc('month', f.as_of))::date AS opens
  ) o WHERE f.client_id IN ({clients})
)
SELECT a.client_id, a.contract_id, a.service_line, a.month, {closed} AS line, a.currency, a.amount, a.entries, a.thin
FROM ({actual}) a JOIN run ON run.client_id = a.client_id
WHERE a.line IN ('delivery_labour', 'freelancers', 'direct_expenses')
  AND a.month >= run.first_month AND a.month < run.opens
UNION ALL
SELECT run.client_id, l.contract_id, l.service_line, l.month, {ahead}, l.currency, l.amount * c.rate, 1, c.rate IS NULL
FROM run JOIN financials_forecastline l ON l.run_id = run.id
LEFT JOIN financials_forecastrate t ON t.run_id = run.id AND t.contract_id = l.contract_id
CROSS JOIN LATERAL (VALUES
  ('delivery_labour', coalesce(t.labour_rate, run.labour_rate)),
  ('freelancers', coalesce(t.freelancers_rate, run.freelancers_rate)),
  ('direct_expenses', coalesce(t.direct_rate, run.direct_rate))
) c(line, rate)
WHERE l.month >= run.opens AND l.month BETWEEN %s AND %s AND c.rate IS DISTINCT FROM 0
"""


def costs_sql(runs: Sql, clients: Sql, actual: Sql, months: tuple[Month, Month], *, layers: bool) -> Sql:
    """client_id, contract_id, service_line, month, line, currency, amount, entries, thin (the cost is not known).

    runs: id and client_id of those that stand. clients: their ids. actual: the P&L's own cells with the same columns.
    layers: the layer is the line, that of closed months recognised.
    """
    text = _COSTS.format(
        runs=runs[0],
        clients=clients[0],
        actual=actual[0],
        closed="'recognised'" if layers else "a.line",
        ahead="l.layer" if layers else "c.line",
    )
    return text, [*runs[1], *clients[1], *actual[1], *months]
