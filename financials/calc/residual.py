"""The run-rate layer: what closed months show beyond contracts, carried on by `runrate`.

Source: docs/definitions.md#run-rate
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from common.money import ZERO, from_minor, to_minor
from common.periods import Month, month_add, month_index
from financials.calc.forecast_records import ForecastInputs
from financials.calc.runrate import pack, run_rate
from financials.calc.seasonality import Floats

HISTORY_MONTHS: Final = 60
LEAST_MONTHS: Final = 6
"""Closed months from which a history tells anything of the months to come."""

Line: TypeAlias = tuple[str, str]
"""Client and currency: what one history is of."""


class History(NamedTuple):
    """Minor units of each closed month from the client's first to the last closed one."""

    client: str
    currency: str
    beyond: list[int]


def histories(
    inputs: ForecastInputs, scheduled: Mapping[tuple[str, Month, str], Decimal]
) -> tuple[list[History], list[str]]:
    """Net revenue less what contracts scheduled, for every client with enough closed months; and the clients without.

    scheduled: by client, month and currency. A closed month without a posting is nothing earned, not unknown.
    """
    first_seen: dict[str, Month] = {}
    sums: dict[Line, dict[Month, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    earliest = month_add(inputs.open_month, -HISTORY_MONTHS)
    for client, _, month, currency, amount in inputs.ledger:
        if earliest <= month < inputs.open_month:
            sums[client, currency][month] += amount
            first_seen[client] = min(month, first_seen.get(client, month))
    found: list[History] = []
    short = {client for client, first in first_seen.items() if _closed_since(first, inputs) < LEAST_MONTHS}
    for (client, currency), months in sorted(sums.items()):
        if client in short:
            continue
        first = first_seen[client]
        span = [month_add(first, n) for n in range(_closed_since(first, inputs))]
        beyond = [
            to_minor(months.get(month, ZERO) - scheduled.get((client, month, currency), ZERO), currency)
            for month in span
        ]
        found.append(History(client, currency, beyond))
    return found, sorted(short)


def ahead_of(found: Sequence[History], inputs: ForecastInputs) -> Floats:
    """n × months, in minor units: the first column is the month after the last open one."""
    skipped = month_index(inputs.last_open) - month_index(inputs.open_month) + 1
    steps = skipped + inputs.horizon - 1
    told = run_rate(pack([steadied(history.beyond) for history in found]), steps)
    return np.asarray(told[:, skipped:])


def run_rates(
    found: Sequence[History], inputs: ForecastInputs, others: Mapping[tuple[str, Month, str], Decimal]
) -> list[tuple[str, str, Month, Decimal]]:
    """(client, currency, month, amount), not below what would make the month's total negative.

    others: what the other layers hold, by client, month and currency.
    """
    if not found:
        return []
    first = month_add(inputs.last_open, 1)
    rows = []
    for history, amounts in zip(found, np.rint(ahead_of(found, inputs)).tolist(), strict=True):
        for step, units in enumerate(amounts):
            month = month_add(first, step)
            beside = max(others.get((history.client, month, history.currency), ZERO), ZERO)
            amount = max(from_minor(int(units), history.currency), -beside)
            if amount:
                rows.append((history.client, history.currency, month, amount))
    return rows


_FAR: Final = 4.0
"""Times the usual distance from the months around it from which a month is no guide to those ahead."""
_AROUND: Final = 3


def steadied(values: Sequence[int]) -> list[float]:
    """A month billed late and its catch-up shared between the two; a one-off brought back to what is usual around it.

    A lasting shift stays: the months around it shift as well.
    """
    series = np.asarray(values, dtype=np.float64)
    if len(series) < 2 * _AROUND + 1:
        return list(series)
    usual, spread = _around(series)
    away = series - usual
    late = np.flatnonzero((away[:-1] < -_FAR * spread[:-1]) & (away[1:] > _FAR * spread[1:]))
    for month in late:
        series[month : month + 2] = series[month : month + 2].mean()
    usual, spread = _around(series)
    reach = _FAR * spread
    return list(np.clip(series, usual - reach, usual + reach))


def _around(series: Floats) -> tuple[Floats, Floats]:
    """The median of the seven months about each, and the usual distance from it over the whole history."""
    padded = np.pad(series, _AROUND, mode="reflect")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1), axis=1)
    away = np.abs(series - usual)
    # Both estimate the standard deviation of noise; most months of a steady history do not move at all.
    spread = 1.4826 * np.median(away) or 1.2533 * np.mean(away)
    return usual, np.full_like(series, spread or np.inf)


def _closed_since(first: Month, inputs: ForecastInputs) -> int:
    return month_index(inputs.open_month) - month_index(first)
