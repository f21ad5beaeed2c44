"""The overhead pool as it is read and spread over every client's part of the driver."""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.db import connection

from common.fx import apply
from common.money import ZERO
from common.periods import Month
from financials.queries.basis import Basis, Sql, rate_values
from financials.queries.cells import Missing, rounded
from financials.queries.cuts import Cut
from financials.queries.labour import withheld_places
from financials.queries.overhead import DEFAULT, Pool, driver_sql, spread_sql
from financials.queries.posted import cells_with_labour, posted_cells


def spread(basis: Basis, cut: Cut, pool: Pool, group_by: Iterable[str] = (), *, told: bool = True) -> Sql:
    """Each month's overhead pool over every client's part of the driver, whoever the cut is about.

    told: to this basis's reader: a share by labour that is withheld is Infinity, for it tells the labour. One who sees
    the whole pool could work a share out from the others', so such a month is withheld from them whole.
    """
    everybody = replace(cut, raw=False, client_ids=None).worked(basis, group_by)
    rows = cells_with_labour(basis, replace(cut, raw=False), everybody, salary=True)
    text, params = spread_sql(basis, rows, rounded(basis, "b"), pool)
    if basis.salary or not told or not everybody.any:
        return text, params
    by_labour = [month for month in pool.amounts if pool.drivers.get(month, DEFAULT.value) == DEFAULT.value]
    places, more = withheld_places(everybody)
    hidden = f"SELECT DISTINCT month FROM ({places}) p" if basis.whole_book else places
    same = "h.month = s.month" if basis.whole_book else "h.month = s.month AND h.client_id = s.client_id"
    return (
        "SELECT s.client_id, s.contract_id, s.service_line, s.month, "
        "CASE WHEN h.month IS NULL THEN s.amount ELSE 'Infinity'::numeric END AS amount "
        f"FROM ({text}) s LEFT JOIN ({hidden}) h ON {same} AND h.month = ANY(%s::date[])",
        [*params, *more, by_labour],
    )


def load_pool(basis: Basis, cut: Cut) -> tuple[Pool, Missing]:
    """The overhead without a client, by month in the basis's currency, and the rates it lacks. One query."""
    rows, params = posted_cells(basis, replace(cut, raw=False))
    driver, driver_params = driver_sql(basis, "m.month")
    amounts: dict[Month, Decimal] = {}
    drivers: dict[Month, str] = {}
    gaps: set[tuple[str, Month]] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.month, m.currency, m.amount, {driver} FROM ({rows}) m WHERE m.client_id IS NULL",
            [*driver_params, *params],
        )
        for month, currency, amount, named in cursor.fetchall():
            rate = basis.rate(currency, month)
            if rate is None:
                gaps.add((currency, month))
            else:
                amounts[month] = amounts.get(month, ZERO) + apply(amount, rate, basis.currency)
                drivers[month] = named
    return Pool(amounts, drivers), frozenset(gaps)


def load_spread(basis: Basis, cut: Cut, pool: Pool) -> dict[Month, Decimal]:
    """What clients carry of the pool, by month. One query."""
    rates, rate_params = rate_values(basis, cut.read_first, cut.read_last)
    shares, params = spread(basis, cut, pool, told=False)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH rate(currency, month, rate) AS (VALUES {rates}) "
            f"SELECT s.month, coalesce(sum(s.amount), 0) FROM ({shares}) s GROUP BY s.month",
            [*rate_params, *params],
        )
        return {month: Decimal(amount) for month, amount in cursor.fetchall()}


def load_unspread(basis: Basis, cut: Cut, pool: Pool) -> Decimal:
    """The part of the pool that no client carries: months without any of the driver, or with none set. One query."""
    return pool.total - sum(load_spread(basis, cut, pool).values(), ZERO)
