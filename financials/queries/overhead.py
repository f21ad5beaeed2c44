"""How the pool of overhead without a client is spread: by the driver in force each month, summing exactly to the pool.

Source: docs/definitions.md#overhead
"""

# The texts below are put together from this module's own pieces; every value is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from common.money import ZERO
from common.periods import Month
from financials.models import OverheadDriver, OverheadRule
from financials.queries.basis import Basis, Sql

DEFAULT: Final = OverheadDriver.DELIVERY_LABOUR
_LINES: Final[Mapping[str, Mapping[str, int]]] = {
    OverheadDriver.DELIVERY_LABOUR: {"delivery_labour": 1},
    OverheadDriver.NET_REVENUE: {"gross_revenue": 1, "pass_through": -1},
}
"""The ledger lines a driver adds up, with their sign. Hours come from the time sheets; none adds nothing."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Overhead without a client by month, in one currency, and what spreads it. False when there is none."""

    amounts: Mapping[Month, Decimal] = field(default_factory=dict)
    drivers: Mapping[Month, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.amounts)

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), ZERO)

    @property
    def words(self) -> str:
        """'spread by delivery labour', or several where the driver changed on the way; 'not spread'; '' if empty."""
        names = list(dict.fromkeys(self.drivers[month] for month in sorted(self.amounts)))
        spread = [OverheadDriver(name).label.lower() for name in names if name != OverheadDriver.NONE]
        if not spread:
            return "not spread" if names else ""
        return f"spread by {', then '.join(spread)}" + (", some of it not" if len(spread) < len(names) else "")


def driver_sql(basis: Basis, month: str) -> Sql:
    """The driver in force in a month (a column) as a subquery: the newest rule that starts at or before it.

    Looking back, a rule set later than the as-of instant is not known yet.
    """
    known = " AND o.set_at <= %s" if basis.historic else ""
    text = (
        f"coalesce((SELECT o.driver FROM financials_overheadrule o WHERE o.starts <= {month}{known} "
        "ORDER BY o.starts DESC LIMIT 1), %s)"
    )
    return text, [*([basis.as_of] if basis.historic else []), DEFAULT.value]


def spread_sql(basis: Basis, rows: Sql, converted: str, pool: Pool) -> Sql:
    """client_id, contract_id, service_line, month, amount: each month's pool over every client's part of the driver.

    rows: ledger cells with their columns; they are joined to rate r and stand as b. converted: the SQL of b's amount in
    the basis's currency. Cumulative rounding over clients, contracts, service lines: the shares of a month sum exactly
    to its pool. A client whose driver comes to nothing or less carries nothing; within a client parts may be negative.
    """
    months = [(month, amount, pool.drivers.get(month, DEFAULT.value)) for month, amount in pool.amounts.items()]
    weights, params = _weights(rows, converted, {driver for _, _, driver in months}, historic=basis.historic)
    values = ", ".join(["(%s::date, %s::numeric, %s::varchar)"] * len(months))
    text = f"""
  SELECT client_id, contract_id, service_line, month,
         half_even(pool * upto / total, {basis.places}) - half_even(pool * (upto - part) / total, {basis.places})
           AS amount
  FROM (
    SELECT p.*, sum(part) OVER (PARTITION BY month) AS total,
           sum(part) OVER (PARTITION BY month ORDER BY client_id, contract_id, service_line) AS upto
    FROM (
      SELECT w.*, sum(part) OVER (PARTITION BY month, client_id) AS of_client
      FROM (WITH q(month, pool, driver) AS (VALUES {values}) {weights}) w
    ) p WHERE of_client > 0
  ) shares WHERE total > 0"""
    return text, [*(value for month in months for value in month), *params]


def _weights(rows: Sql, converted: str, drivers: Iterable[str], *, historic: bool) -> Sql:
    """Each client × contract × service line × month's part of its month's driver, with the pool of the month."""
    wanted = set(drivers)
    branches: list[str] = []
    params: list[Any] = []
    by_line = {name: lines for name, lines in _LINES.items() if name in wanted}
    if by_line:
        signs = [(name, line, sign) for name, lines in by_line.items() for line, sign in lines.items()]
        values = ", ".join(["(%s::varchar, %s::varchar, %s::int)"] * len(signs))
        # MATERIALIZED: what was known on a day is summed from all entries, and a plan that expects one row of it would
        # sum it up again for each month and rate it joins.
        then = "MATERIALIZED " if historic else ""
        branches.append(
            f"SELECT b.client_id, b.contract_id, b.service_line, b.month, q.pool, sum(s.sign * {converted}) AS part "
            f"FROM (WITH known AS {then}({rows[0]}) SELECT * FROM known) b "
            "JOIN rate r ON r.currency = b.currency AND r.month = b.month "
            f"JOIN q ON q.month = b.month JOIN (VALUES {values}) s(driver, line, sign) "
            "ON s.driver = q.driver AND s.line = b.line "
            "WHERE b.client_id IS NOT NULL AND b.line = ANY(%s::varchar[]) GROUP BY 1, 2, 3, 4, 5"
        )
        params += [*rows[1], *(value for sign in signs for value in sign), sorted({line for _, line, _ in signs})]
    if OverheadDriver.HOURS in wanted:
        branches.append(
            "SELECT t.client_id, t.contract_id, coalesce(k.service_line, '') AS service_line, t.month, q.pool, "
            "sum(t.hours) AS part FROM financials_timemonth t LEFT JOIN financials_contract k ON k.id = t.contract_id "
            "JOIN q ON q.month = t.month AND q.driver = %s GROUP BY 1, 2, 3, 4, 5"
        )
        params.append(OverheadDriver.HOURS.value)
    if not branches:
        branches.append(
            "SELECT NULL::bigint AS client_id, NULL::bigint AS contract_id, '' AS service_line, q.month, q.pool, "
            "0::numeric AS part FROM q WHERE false"
        )
    return " UNION ALL ".join(branches), params


def overhead_rules() -> list[OverheadRule]:
    """By which driver the pool is spread, and since when; the newest first."""
    return list(OverheadRule.objects.order_by("-starts"))
