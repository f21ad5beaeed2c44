from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from financials.calc.recognition import Progress, by_schedule, fixed_fee, on_acceptance
from financials.calc.schedule import Line, Milestone


def test_cost_to_cost() -> None:
    assert fixed_fee(D("300000.00"), D("84000.00"), D("126000.00"), "USD") == Progress(
        percent=D("0.4"),
        recognised=D("120000.00"),
        backlog=D("180000.00"),
        expected_loss=D(0),
        provision=D(0),
    )


def test_a_third_is_recognised_to_the_cent() -> None:
    progress = fixed_fee(D("100.00"), D(1), D(2), "USD")
    assert (progress.percent, progress.recognised, progress.backlog) == (D("0.333333"), D("33.33"), D("66.67"))


def test_progress_is_capped_at_the_whole() -> None:
    progress = fixed_fee(D("100.00"), D("60.00"), D("-10.00"), "USD")
    assert (progress.percent, progress.recognised, progress.backlog) == (D(1), D("100.00"), D("0.00"))
    assert fixed_fee(D("100.00"), D("-5.00"), D("60.00"), "USD").recognised == D("0.00")


def test_an_expected_loss_is_taken_at_once() -> None:
    # 120 of cost against a fee of 100: half done, 10 of the loss of 20 already shows.
    assert fixed_fee(D("100.00"), D("60.00"), D("60.00"), "USD") == Progress(
        percent=D("0.5"),
        recognised=D("50.00"),
        backlog=D("50.00"),
        expected_loss=D("20.00"),
        provision=D("10.00"),
    )
    finished = fixed_fee(D("100.00"), D("120.00"), D(0), "USD")
    assert (finished.expected_loss, finished.provision) == (D("20.00"), D("0.00"))


@pytest.mark.parametrize(("cost", "to_go"), [(D(10), None), (D(0), D(0)), (D(-5), D(5))])
def test_progress_is_unknown_without_an_estimate(cost: D, to_go: D | None) -> None:
    assert fixed_fee(D("100.00"), cost, to_go, "USD") == Progress(None, None, None, D(0), D(0))


def test_a_retainer_is_earned_by_its_schedule() -> None:
    lines = [Line(date(2026, 1, 1), D("10.00")), Line(date(2026, 2, 1), D("12.00")), Line(date(2026, 3, 1), D("9.00"))]
    assert by_schedule(lines, date(2026, 2, 1)) == D("22.00")
    assert by_schedule(lines, date(2025, 12, 1)) == D(0)


def test_a_milestone_is_earned_on_acceptance() -> None:
    milestones = [
        Milestone(date(2026, 1, 31), D("40.00"), accepted_on=date(2026, 2, 28)),
        Milestone(date(2026, 1, 31), D("50.00")),
        Milestone(date(2026, 1, 31), D("60.00"), accepted_on=date(2026, 3, 1)),
    ]
    assert on_acceptance(milestones, date(2026, 2, 1), "USD") == D("40.00")
