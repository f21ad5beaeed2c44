"""How a cell's lines become amounts of the reporting currency, in SQL: each cell once, to the minor unit, HALF_EVEN.

A light cell (whole hundredths, each line below a thousand million) is converted as whole numbers in floating point. At
a rate of at most four decimals and nine, hundredths × rate × 10^4 is below 2^53, so exact, and its quotient by 10^4 is
never rounded to a half that it is not: it differs from one by 10^-4 or not at all. At other rates the product is below
10^12 (`MOST`), where a double is off by less than 0.0004; whatever lies within 0.001 of a half is converted again
exactly. So every cell has the cents that exact arithmetic gives it.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from decimal import Decimal
from typing import Final

from financials.queries.basis import Basis, Sql, rate_values
from financials.queries.cuts import Cut

MOST: Final = 10
"""The most a light cell's hundredths are multiplied by; cells with a larger rate are converted exactly."""


def converted(line: str, places: int, *, kept: bool) -> str:
    """Nothing is rounded where there is nothing to round: most cells are in the reporting currency, in cents.

    Without a rate the line is NaN, which every sum above it keeps. kept: light cells are left to `minor`.
    """
    amount = f"m.{line}"
    whole = "r.own AND m.cents" if places >= 2 else "false"
    return (
        f"CASE {f'WHEN {LIGHT} THEN NULL ' if kept else ''}WHEN {whole} THEN {amount} "
        f"WHEN r.rate IS NULL THEN CASE {amount} WHEN 0 THEN 0 ELSE 'NaN'::numeric END "
        f"ELSE half_even({amount} * r.rate, {places}) END AS {line}"
    )


LIGHT: Final = "m.light AND r.times IS NOT NULL"


def minor(line: str, places: int) -> str:
    """A light cell's line in minor units of the reporting currency, as a whole number; NULL for the others."""
    return f"CASE WHEN {LIGHT} THEN {hundredths(line, places)} END AS {line}_h"


def hundredths(line: str, places: int, *, own: bool = True) -> str:
    """Of a light cell with a rate that floating point will do for. own: it may be in the reporting currency."""
    product = f"m.{line}_h * r.times"
    same = f"WHEN r.own THEN m.{line}_h " if own and places == 2 else ""
    return (
        f"CASE {same}WHEN r.tenths IS NOT NULL THEN (m.{line}_h * r.tenths / {_TENTHS}.0::float8)::bigint "
        f"WHEN abs({product} - round({product})) < 0.499 THEN ({product})::bigint "
        f"ELSE (half_even(m.{line}_h * 0.01 * r.rate, {places}) * {10**places})::bigint END"
    )


_TENTHS: Final = 10_000


def rates_sql(basis: Basis, cut: Cut) -> Sql:
    """rate: currency, month, rate, own; times, what hundredths are multiplied by to give minor units, NULL where
    floating point would not do; tenths, the same × 10^4 where that is a whole number and small.
    """
    values, params = rate_values(basis, cut.read_first, cut.read_last)
    times = f"q.rate * {Decimal(10) ** (basis.places - 2)}"
    return (
        "rate AS (SELECT q.*, q.currency = %s AS own, "
        f"CASE WHEN {times} <= {MOST} THEN ({times})::float8 END AS times, "
        f"CASE WHEN {times} <= 9 AND min_scale({times}) <= 4 THEN ({times} * {_TENTHS})::float8 END AS tenths "
        f"FROM (VALUES {values}) q(currency, month, rate))",
        [basis.currency, *params],
    )


STATE: Final = "CASE WHEN r.own THEN 0 WHEN r.rate IS NULL THEN 2 ELSE 1 END"
"""Of a row: 0 in the reporting currency, 1 converted, 2 without a rate."""
RATED: Final = "LEFT JOIN rate r ON r.currency = m.currency AND r.month = m.month"
