"""What people change of a forecast: override = their figure − what the layers and earlier changes come to.

Source: docs/definitions.md#override
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from common.money import ZERO, allocate, quantise
from common.periods import Month, months_between
from financials.calc.forecast_records import ForecastInputs, ForecastRow, Override

LEVELS: Final = ("manager", "director")
"""Applied in this order: the director has the last word."""

Totals = dict[str, dict[Month, Decimal]]
"""Currency → month → amount of one client."""


def override_rows(inputs: ForecastInputs, system: Iterable[ForecastRow]) -> tuple[list[ForecastRow], list[str]]:
    """One set of rows for each override, and the keys of those that could not be applied.

    What a person expects of a whole span is held against everything the span holds, closed months too; the difference
    falls on the months not closed, by their size. Parts sum to the difference exactly.
    """
    if not inputs.overrides:
        return [], []
    wanted = {override.client for override in inputs.overrides}
    totals: dict[str, Totals] = defaultdict(lambda: defaultdict(lambda: defaultdict(Decimal)))
    for row in system:
        if row.client in wanted:
            totals[row.client][row.currency][row.month] += row.amount
    rows: list[ForecastRow] = []
    unapplied: list[str] = []
    for override in sorted(inputs.overrides, key=lambda one: LEVELS.index(one.level)):
        shares = _shares(override, totals[override.client], inputs)
        if shares is None:
            unapplied.append(override.key)
            continue
        for month, amount in shares.items():
            totals[override.client][override.currency][month] += amount
            if amount:
                rows.append(
                    ForecastRow(override.client, "", "", month, "override", override.currency, amount, override.key)
                )
    return rows, sorted(unapplied)


def _shares(override: Override, totals: Totals, inputs: ForecastInputs) -> dict[Month, Decimal] | None:
    first, last = max(override.first, inputs.open_month), min(override.last, inputs.last_month)
    if first > last:
        return None
    by_month = _in_currency(override, totals, inputs.rates)
    if by_month is None:
        return None
    delta = override.delta
    if override.amount is not None:
        held = sum((by_month.get(month, ZERO) for month in months_between(override.first, override.last)), ZERO)
        delta = override.amount - held
    months = months_between(first, last)
    weights = [max(by_month.get(month, ZERO), ZERO) for month in months]
    parts = allocate(
        quantise(delta or ZERO, override.currency), weights if any(weights) else [1] * len(months), override.currency
    )
    return dict(zip(months, parts, strict=True))


def _in_currency(
    override: Override, totals: Totals, rates: Mapping[tuple[str, str], Decimal]
) -> dict[Month, Decimal] | None:
    """The client's months in the override's currency; None where a rate is missing."""
    months: dict[Month, Decimal] = defaultdict(Decimal)
    for currency, by_month in totals.items():
        rate = Decimal(1) if currency == override.currency else rates.get((currency, override.currency))
        if rate is None:
            return None
        for month, amount in by_month.items():
            months[month] += quantise(amount * rate, override.currency)
    return months
