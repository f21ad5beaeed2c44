"""The run-rate layer: what closed months show beyond contracts, carried on by `runrate`.

Source: docs/definitions.md#run-rate
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from common.money import ZERO, from_minor, to_minors
from common.periods import Month, month_add, month_index, months_between
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
    past, oldest = months_between(earliest, month_add(inputs.open_month, -1)), month_index(earliest)
    short = {client for client, first in first_seen.items() if _closed_since(first, inputs) < LEAST_MONTHS}
    for (client, currency), months in sorted(sums.items()):
        if client in short:
            continue
        first = first_seen[client]
        span = past[month_index(first) - oldest :]
        beyond = (months.get(month, ZERO) - scheduled.get((client, month, currency), ZERO) for month in span)
        found.append(History(client, currency, to_minors(beyond, currency)))
    return found, sorted(short)


def ahead_of(found: Sequence[History], inputs: ForecastInputs) -> Floats:
    """n × months, in minor units: the first column is the month after the last open one."""
    skipped = month_index(inputs.last_open) - month_index(inputs.open_month) + 1
    steps = skipped + inputs.horizon - 1
    told = run_rate(pack(steadied([history.beyond for history in found])), steps)
    return np.asarray(told[:, skipped:])


def run_rates(
    found: Sequence[History], inputs: ForecastInputs, others: Mapping[tuple[str, Month, str], Decimal]
) -> list[tuple[str, str, Month, Decimal]]:
    """(client, currency, month, amount), not below what would make the month's total negative.

    others: what the other layers hold, by client, month and currency.
    """
    if not found:
        return []
    told = np.rint(ahead_of(found, inputs))
    months = [month_add(inputs.last_open, step + 1) for step in range(told.shape[1])]
    rows = []
    for history, amounts in zip(found, told.tolist(), strict=True):
        for month, units in zip(months, amounts, strict=True):
            beside = max(others.get((history.client, month, history.currency), ZERO), ZERO)
            amount = max(from_minor(int(units), history.currency), -beside)
            if amount:
                rows.append((history.client, history.currency, month, amount))
    return rows


_FAR: Final = 4.0
"""Times the usual distance from the months around it from which a month is no guide to those ahead."""
_AROUND: Final = 3


def steadied(histories: Sequence[Sequence[int]]) -> list[Floats]:
    """A month billed late and its catch-up shared between the two; a one-off brought back to what is usual around it.

    A lasting shift stays: the months around it shift as well. Histories of a length are done at once.
    """
    told = [np.asarray(values, dtype=np.float64) for values in histories]
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, series in enumerate(told):
        by_length[len(series)].append(place)
    for length, places in by_length.items():
        if length >= 2 * _AROUND + 1:
            for place, series in zip(places, _steadied(np.stack([told[place] for place in places])), strict=True):
                told[place] = series
    return told


def _steadied(series: Floats) -> Floats:
    """n × months, of one length."""
    usual, spread = _around(series)
    away = series - usual
    late = (away[:, :-1] < -_FAR * spread) & (away[:, 1:] > _FAR * spread)
    for row, month in np.argwhere(late):
        series[row, month : month + 2] = series[row, month : month + 2].mean()
    usual, spread = _around(series)
    reach = _FAR * spread
    return np.asarray(np.clip(series, usual - reach, usual + reach))


def _around(series: Floats) -> tuple[Floats, Floats]:
    """The median of the seven months about each, and n × 1 the usual distance from it over the whole history."""
    padded = np.pad(series, ((0, 0), (_AROUND, _AROUND)), mode="reflect")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1, axis=1), axis=2)
    away = np.abs(series - usual)
    # Both estimate the standard deviation of noise; most months of a steady history do not move at all.
    spread = 1.4826 * np.median(away, axis=1, keepdims=True)
    spread = np.where(spread > 0, spread, 1.2533 * np.mean(away, axis=1, keepdims=True))
    return usual, np.where(spread > 0, spread, np.inf)


def _closed_since(first: Month, inputs: ForecastInputs) -> int:
    return month_index(inputs.open_month) - month_index(first)
