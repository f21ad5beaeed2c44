"""The rates of cost taken again as of past months, beside naive ones, and held against what work cost then.

Each rate meets the net revenue that came, so that what is judged is the rate and not the forecast of revenue.
Source: docs/definitions.md#back-test
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from financials.calc.backtest import Cell, Tally
from financials.calc.forecast_cost import LEAST_ALONE, MOST, WINDOW
from financials.calc.seasonality import Flags, Floats

OURS: Final = "cost"
HOUSE: Final = "cost_house"
LAST_MONTH: Final = "cost_last_month"
COST_METHODS: Final = (OURS, HOUSE, LAST_MONTH)


@dataclass(frozen=True, slots=True)
class CostPast:
    """clients × closed months, in one currency. known: months whose cost of delivery is. house: revenue and cost of all
    clients' known months, by month."""

    clients: tuple[str, ...]
    revenue: Floats
    cost: Floats
    known: Flags
    house: tuple[Floats, Floats]


def rates_at(past: CostPast, at: int) -> Mapping[str, Floats]:
    """By method, each client's rate as the end of month number `at` knew it; NaN where it was not known."""
    window = slice(max(at + 1 - WINDOW, 0), at + 1)
    known = past.known[:, window]
    months = known.sum(axis=1)
    own = _divided((past.cost[:, window] * known).sum(axis=1), (past.revenue[:, window] * known).sum(axis=1))
    months = np.where(np.isnan(own), 0, months)
    (house,) = _divided(past.house[1][window].sum(keepdims=True), past.house[0][window].sum(keepdims=True))
    filled = np.where(months > 0, (months * np.nan_to_num(own) + (WINDOW - months) * house) / WINDOW, house)
    alone = np.where(months >= LEAST_ALONE, own, np.nan)
    ours = np.where((months >= WINDOW) | np.isnan(house), alone, filled)
    last = np.where(past.known[:, at], _divided(past.cost[:, at], past.revenue[:, at]), np.nan)
    return {OURS: ours, HOUSE: np.full_like(ours, house), LAST_MONTH: last}


def _divided(cost: Floats, revenue: Floats) -> Floats:
    """NaN where there was no revenue, or hardly any."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(revenue > 0, cost / revenue, np.nan)
    return np.where(np.abs(rate) <= float(MOST), rate, np.nan)


def cost_tallies(past: CostPast, origins: Sequence[int], leads: int) -> dict[Cell, Tally]:
    """origins: numbers of months; lead 1 is the second month after one, as the first is the open one. Every method is
    judged on the months that all of them had a rate for."""
    found: dict[Cell, Tally] = defaultdict(Tally)
    for at in origins:
        rates = rates_at(past, at)
        told = ~np.isnan(np.stack(list(rates.values()))).any(axis=0)
        for lead in range(1, leads + 1):
            month = at + 1 + lead
            if month >= past.cost.shape[1]:
                break
            for row in np.flatnonzero(told & past.known[:, month]):
                came = float(past.cost[row, month])
                for method, rate in rates.items():
                    said = float(rate[row] * past.revenue[row, month])
                    cell = Cell(past.clients[row], method, "", lead)
                    found[cell] = found[cell].plus(Tally(1, abs(said - came), said - came, came, abs(came)))
    return dict(found)
