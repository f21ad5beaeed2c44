"""Steps of a what-if: each one alone, one on another, and that the forecast itself is never touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from common.money import quantise
from financials.calc.forecast import ForecastInputs, Opportunity
from financials.calc.forecast_cost import CostHistory
from financials.calc.scenarios import Effect, Facts, Line, Lose, Outcome, Raise, Slip, Step, take

JAN, FEB, MAR, APR = (date(2027, month, 1) for month in range(1, 5))
DEAL = Opportunity("1", "D1", "propose", "commit", Decimal(180), "USD", Decimal("0.5"), date(2026, 12, 10), JAN, 3)
LINES = (
    Line("A", "S1", "", JAN, "contracted", Decimal("100.00"), Decimal("60.00")),
    Line("A", "S2", "", JAN, "contracted", Decimal("40.00"), Decimal("24.00")),
    Line("A", "", "", FEB, "run_rate", Decimal("50.00"), Decimal("30.00")),
    Line("A", "S1", "", MAR, "renewal", Decimal("80.00"), Decimal("48.00")),
    Line("B", "", "D1", JAN, "commit", Decimal("31.00"), Decimal("15.50")),
    Line("B", "", "D1", FEB, "commit", Decimal("28.00"), Decimal("14.00")),
    Line("B", "", "D1", MAR, "commit", Decimal("31.00"), Decimal("15.50")),
)
COST = CostHistory("1", 12, Decimal(100), Decimal(30), Decimal(15), Decimal(5))
"""Half of what it brings."""
FACTS = Facts(
    first=JAN,
    currency="USD",
    as_worked=frozenset({"S2"}),
    inputs={"B": ForecastInputs([], [], [DEAL], date(2026, 11, 1), costs=[COST])},
    convert=lambda amount, currency, month: quantise(amount, currency),
)


def taken(*steps: Step, facts: Facts = FACTS, last: date = APR) -> Outcome:
    return take(LINES, steps, facts, JAN, last)


def test_losing_a_client_takes_all_it_would_have_earned_from_then_on() -> None:
    """From February 50 + 80 go, at a margin of 40%."""
    found = taken(Lose("A", FEB))
    assert found.effects == (Effect(Decimal("-130.00"), Decimal("-52.00")),)
    assert found.months == {FEB: Decimal("-50.00"), MAR: Decimal("-80.00")}
    assert found.clients == {"A": Effect(Decimal("-130.00"), Decimal("-52.00"))}
    assert [line.client for line in found.lines].count("A") == 2


def test_a_slipped_deal_is_phased_again_over_its_later_months() -> None:
    """90 over January to March; two months later March, April and May hold 30.33, 29.34 and 30.33."""
    found = taken(Slip(("D1",), 2))
    deal = [(line.month, line.amount) for line in found.lines if line.opportunity == "D1"]
    assert deal == [(MAR, Decimal("30.33")), (APR, Decimal("29.34")), (date(2027, 5, 1), Decimal("30.33"))]
    assert found.effects[0].revenue == Decimal("-30.33")  # 90 − 59.67 within the months asked for
    # 90 cost 45; of the moved 30.33 and 29.34: 9.10 + 4.55 + 1.52 and 8.80 + 4.40 + 1.47.
    assert found.effects[0].profit == Decimal("-30.33") + Decimal("45.00") - Decimal("29.84")
    assert taken(Slip(("D1",), 2), last=date(2027, 12, 1)).effects[0].revenue == 0


def test_a_new_rate_reaches_what_is_not_priced_yet() -> None:
    """10% on 40 as worked, 50 of run-rate and 80 of renewals; the fee of S1 and the offer stay."""
    found = taken(Raise("", Decimal("0.1"), JAN))
    assert found.effects == (Effect(Decimal("17.00"), Decimal("17.00")),)
    assert taken(Raise("A", Decimal("0.1"), FEB)).effects[0].revenue == Decimal("13.00")
    assert taken(Raise("B", Decimal("0.1"), JAN)).effects[0] == Effect(Decimal(0), Decimal(0))


def test_steps_count_on_what_the_one_before_left() -> None:
    """After A is lost from March, 10% reaches 40 and 50 alone."""
    found = taken(Lose("A", MAR), Raise("", Decimal("0.1"), JAN))
    assert [effect.revenue for effect in found.effects] == [Decimal("-80.00"), Decimal("9.00")]
    assert found.clients["A"] == Effect(Decimal("-71.00"), Decimal("-23.00"))  # −80 × 40% + 9
    twice = taken(Lose("A", JAN), Lose("A", JAN))
    assert twice.effects[1] == Effect(Decimal(0), Decimal(0))


def test_an_unknown_cost_leaves_contribution_unknown() -> None:
    lines = [line._replace(cost=None) if line.client == "A" else line for line in LINES]
    assert take(lines, [Lose("A", FEB)], FACTS, JAN, APR).effects == (Effect(Decimal("-130.00"), None),)
    assert take(lines, [Lose("B", JAN)], FACTS, JAN, APR).effects == (Effect(Decimal("-90.00"), Decimal("-45.00")),)
    assert take(lines, [Raise("A", Decimal("0.1"), JAN)], FACTS, JAN, APR).effects[0].profit == Decimal("17.00")
    unpriced = replace(FACTS, inputs={"B": ForecastInputs([], [], [DEAL], date(2026, 11, 1))})
    assert taken(Slip(("D1",), 2), facts=unpriced).effects[0].profit is None


def test_months_gone_and_deals_no_longer_held_stay_as_they_are() -> None:
    late = replace(FACTS, first=FEB)
    assert taken(Lose("A", JAN), facts=late).effects[0].revenue == Decimal("-130.00")
    assert taken(Slip(("D9",), 3)).effects[0].revenue == 0
    assert taken(Slip(("D1",), 3), facts=replace(FACTS, inputs={})).effects[0].revenue == 0


@pytest.mark.parametrize("step", [Lose("A", JAN), Slip(("D1",), 1), Raise("", Decimal("0.2"), JAN)])
def test_the_forecast_is_never_touched_and_the_change_is_the_difference(step: Step) -> None:
    before = sum(line.amount for line in LINES)
    found = taken(step, last=date(2027, 12, 1))
    assert sum(line.amount for line in LINES) == before
    assert sum(line.amount for line in found.lines) - before == found.effects[0].revenue
    assert sum(found.months.values()) == found.effects[0].revenue
    assert taken().lines == LINES
