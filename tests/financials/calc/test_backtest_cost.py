"""Rates of cost as past months knew them: worked by hand, and every method on the same months."""

from __future__ import annotations

import numpy as np
import pytest

from financials.calc.backtest import Cell
from financials.calc.backtest_cost import COST_METHODS, CostPast, cost_tallies, rates_at


def past(revenue: list[list[float]], cost: list[list[float]], house: tuple[float, float] = (200.0, 100.0)) -> CostPast:
    table = np.array(cost, dtype=float)
    months = table.shape[1]
    return CostPast(
        tuple(str(n) for n in range(len(cost))), np.array(revenue, dtype=float), table, table > 0,
        (np.full(months, house[0]), np.full(months, house[1])),
    )  # fmt: skip


def test_a_whole_year_a_short_one_and_none() -> None:
    """100 a month: a year at 30 is 0.3; three months at 20 and a house at 0.5 are (3 × 0.2 + 9 × 0.5) ÷ 12 = 0.425."""
    year, short, none = [30.0] * 12, [0.0] * 9 + [20.0] * 3, [0.0] * 12
    found = rates_at(past([[100.0] * 12] * 3, [year, short, none]), 11)
    assert found["cost"] == pytest.approx([0.3, 0.425, 0.5])
    assert found["cost_house"] == pytest.approx([0.5, 0.5, 0.5])
    assert found["cost_last_month"][:2] == pytest.approx([0.3, 0.2])
    assert np.isnan(found["cost_last_month"][2])


def test_without_a_house_six_months_stand_alone() -> None:
    six, five = [0.0] * 6 + [30.0] * 6, [0.0] * 7 + [30.0] * 5
    found = rates_at(past([[100.0] * 12] * 2, [six, five], house=(0.0, 0.0)), 11)["cost"]
    assert found[0] == pytest.approx(0.3)
    assert np.isnan(found[1])


def test_the_error_is_that_of_the_rate_alone() -> None:
    """A year at 30%; two months on, revenue of 200 costs 80: said 60, missed 20. Last month's 40% hits it."""
    found = cost_tallies(past([[100.0] * 12 + [100.0, 200.0]], [[30.0] * 11 + [40.0, 40.0, 80.0]]), [11], 2)
    assert {cell.method for cell in found} == set(COST_METHODS)
    ours = found[Cell("0", "cost", "", 1)]
    assert (ours.n, ours.actual) == (1, 80.0)
    assert ours.missed == pytest.approx(80 - 200 * 370 / 1200)
    assert found[Cell("0", "cost_last_month", "", 1)].missed == pytest.approx(0)
    assert Cell("0", "cost", "", 2) not in found


def test_a_month_one_method_cannot_judge_is_judged_by_none() -> None:
    found = cost_tallies(past([[100.0] * 14], [[30.0] * 11 + [0.0, 30.0, 30.0]]), [11], 2)
    assert found == {}
