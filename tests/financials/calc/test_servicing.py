"""Over-servicing, worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from financials.calc.servicing import RunDry, Service, earned_by, realised, run_dry

TODAY = date(2026, 10, 31)


def test_a_statement_of_work_that_runs_ahead() -> None:
    """800 h for 120,000; 500 h worked, 60,000 of the fee to date: 62.5% used for 50% done."""
    sow = Service(D(800), D(500), D(120000), D(60000), D(72500))
    assert (sow.done, sow.used, sow.burn) == (D("0.5"), D("0.625"), D("1.25"))
    assert (sow.scope_to_date, sow.over_hours, sow.over_value) == (D("400.00"), D("100.00"), D(12500))
    assert (sow.beyond, sow.left, sow.status) == (D(0), D(300), "watch")


def test_beyond_the_whole_scope() -> None:
    sow = Service(D(800), D(850), D(120000), D(110000), D(123250))
    assert (sow.beyond, sow.left, sow.status) == (D(50), D(0), "at_risk")


def test_on_track_and_unknown() -> None:
    assert Service(D(800), D(400), D(120000), D(60000), D(58000)).status == "on_track"
    without = Service(None, D(400), D(120000), D(60000), D(66000))
    assert (without.used, without.burn, without.status, without.left) == (D("0.55"), D("1.1"), "watch", None)
    nothing = Service(None, D(400), None, None, None)
    assert (nothing.burn, nothing.over_hours, nothing.over_value, nothing.status) == (None, None, None, "unknown")


@pytest.mark.parametrize(
    ("left", "weeks", "expected"),
    [
        # 300 h at 40 a week: 7.5 weeks, 53 days; at 50: 6 weeks; at 30: 10 weeks
        ("300", (30, 40, 50, 40), RunDry(date(2026, 12, 23), date(2026, 12, 12), date(2027, 1, 9))),
        ("300", (0, 40, 40, 40), RunDry(date(2027, 1, 9), date(2026, 12, 23), None)),
        ("300", (0, 0, 0, 0), RunDry(None, None, None)),
        ("0", (10, 10, 10, 10), RunDry(TODAY, TODAY, TODAY)),
    ],
)
def test_run_dry(left: str, weeks: tuple[int, ...], expected: RunDry) -> None:
    assert run_dry(D(left), [D(week) for week in weeks], TODAY) == expected


def test_realised_rate() -> None:
    assert realised(D(400000), D(2000)) == D(200)
    assert realised(D(1000), D(3)) == D("333.3333")
    assert realised(D(400000), D(0)) is None
    assert realised(None, D(10)) is None


def test_a_schedule_to_the_day() -> None:
    """30,000 before, 31,000 in October: by the 10th 10,000 of it."""
    assert earned_by(date(2026, 10, 10), D(30000), D(31000)) == D(40000)
    assert earned_by(TODAY, D(30000), D(31000)) == D(61000)
