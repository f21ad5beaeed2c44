from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from financials.calc.schedule import (
    Line,
    Milestone,
    Terms,
    anniversary,
    contract_schedule,
    evergreen,
    milestone_lines,
    straight_line,
)

HORIZON = date(2028, 4, 1)


def terms(**changes: object) -> Terms:
    values: dict[str, object] = {
        "kind": "sow",
        "status": "signed",
        "billing": "retainer",
        "currency": "USD",
        "amount": D("1200.00"),
        "start": date(2026, 1, 1),
        "end": date(2026, 12, 31),
        **changes,
    }
    return Terms(**values)  # type: ignore[arg-type]  # a test's keyword table


def test_straight_line_by_day() -> None:
    assert straight_line(D("100000.00"), date(2026, 1, 15), date(2026, 4, 10), "USD") == [
        (date(2026, 1, 1), D("19767.44")),
        (date(2026, 2, 1), D("32558.14")),
        (date(2026, 3, 1), D("36046.51")),
        (date(2026, 4, 1), D("11627.91")),
    ]


def test_a_negative_change_over_a_leap_day() -> None:
    assert straight_line(D("-1000.01"), date(2024, 2, 28), date(2024, 3, 2), "USD") == [
        (date(2024, 2, 1), D("-500.00")),
        (date(2024, 3, 1), D("-500.01")),
    ]


def test_a_single_day_and_currencies_without_cents() -> None:
    assert straight_line(D("99.99"), date(2026, 5, 31), date(2026, 5, 31), "USD") == [(date(2026, 5, 1), D("99.99"))]
    assert [line.amount for line in straight_line(D(100), date(2026, 1, 1), date(2026, 3, 31), "JPY")] == [
        D(34),
        D(32),
        D(34),
    ]


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="comes before the start"):
        straight_line(D(1), date(2026, 2, 1), date(2026, 1, 31), "USD")


def test_an_evergreen_year_sums_to_the_years_amount() -> None:
    lines = evergreen(D("36500.00"), date(2026, 3, 1), date(2028, 2, 1), "USD")
    assert lines[0] == (date(2026, 3, 1), D("3100.00"))
    assert sum(line.amount for line in lines[:12]) == D("36500.00")
    # The second year, 1 March 2027 to 29 February 2028, has 366 days.
    assert sum(line.amount for line in lines[12:]) == D("36500.00")
    assert lines[12] == (date(2027, 3, 1), D("3091.53"))
    assert lines[-1].month == date(2028, 2, 1)


def test_an_evergreen_month_that_holds_an_anniversary_has_both_years() -> None:
    lines = dict(evergreen(D("36600.00"), date(2027, 1, 16), date(2028, 1, 1), "USD"))
    # 15 of the first year's 365 days, and 16 of the second year's 366.
    assert lines[date(2028, 1, 1)] == D("1504.11") + D("1600.00")


def test_evergreen_beyond_the_horizon_is_empty() -> None:
    assert evergreen(D(1000), date(2026, 5, 1), date(2026, 4, 1), "USD") == []


def test_anniversaries_of_a_leap_day() -> None:
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_milestones_fall_where_they_are_due_or_were_accepted() -> None:
    milestones = [
        Milestone(date(2026, 3, 31), D("40000.00"), accepted_on=date(2026, 4, 2)),
        Milestone(date(2026, 6, 30), D("50000.00")),
        Milestone(date(2026, 4, 15), D("5000.00")),
    ]
    assert milestone_lines(D("100000.00"), milestones, date(2026, 9, 30), "USD") == [
        (date(2026, 4, 1), D("45000.00")),
        (date(2026, 6, 1), D("50000.00")),
        (date(2026, 9, 1), D("5000.00")),
    ]


def test_milestones_that_come_to_more_than_the_fee_still_sum_to_it() -> None:
    lines = milestone_lines(D("90.00"), [Milestone(date(2026, 3, 31), D("100.00"))], date(2026, 3, 31), "USD")
    assert lines == [(date(2026, 3, 1), D("90.00"))]


def test_which_contracts_have_a_schedule() -> None:
    assert [line.amount for line in contract_schedule(terms(), horizon=HORIZON)][:2] == [D("101.92"), D("92.05")]
    for status in ("signed", "active", "completed"):
        assert contract_schedule(terms(status=status), horizon=HORIZON)
    for status in ("draft", "review", "negotiation", "terminated", "expired"):
        assert contract_schedule(terms(status=status), horizon=HORIZON) == []
    assert contract_schedule(terms(kind="msa"), horizon=HORIZON) == []
    assert contract_schedule(terms(amount=None), horizon=HORIZON) == []


def test_each_contract_follows_its_own_rule() -> None:
    assert len(contract_schedule(terms(end=None), horizon=HORIZON)) == 28
    milestone = Milestone(date(2026, 6, 30), D("1200.00"))
    assert contract_schedule(terms(billing="milestone", milestones=(milestone,)), horizon=HORIZON) == [
        Line(date(2026, 6, 1), D("1200.00"))
    ]
    assert len(contract_schedule(terms(billing="milestone"), horizon=HORIZON)) == 12
    assert contract_schedule(terms(kind="change_order", amount=D("-12.00")), horizon=HORIZON)[0].amount == D("-1.02")


@settings(max_examples=100)
@given(
    amount=st.decimals(min_value=D("-1e9"), max_value=D("1e9"), places=2),
    start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(0, 1500),
)
def test_a_schedule_always_sums_exactly(amount: D, start: date, days: int) -> None:
    end = date.fromordinal(start.toordinal() + days)
    assert sum(line.amount for line in straight_line(amount, start, end, "USD")) == amount
