"""KPIs: what is held to what, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from accounts.calc.kpis import (
    Course,
    Read,
    Span,
    attainment,
    clash,
    expected_on,
    hold,
    mean_attainment,
    project,
    silent_days,
    span_of,
)
from common.periods import InvalidPeriod

DAY = date(2026, 11, 23)
JANUARY, DECEMBER = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("direction", "baseline", "target", "actual", "share", "standing"),
    [
        ("up", D(20), D(30), D(28), D("0.8"), "watch"),  # the field's own two
        ("down", D(10), D(6), D(7), D("0.75"), "at_risk"),
        ("up", None, D(50), D(40), D("0.8"), "watch"),  # a blank baseline is 0
        ("up", D(20), D(30), D("29.5"), D("0.95"), "on_track"),
        ("up", D(20), D(30), D(15), D("-0.5"), "at_risk"),
        ("up", D(20), D(30), D(33), D("1.3"), "on_track"),
        ("down", D(10), D(6), D(5), D("1.25"), "on_track"),
        ("down", None, D(6), D(7), D("0.8333"), "watch"),  # lower is better: over the target counts off
        ("down", None, D(6), D(6), D(1), "on_track"),
        ("up", D(30), D(20), D(25), D("1.5"), "on_track"),  # already beyond what is asked
    ],
)
def test_attainment(direction: str, baseline: D | None, target: D, actual: D, share: D, standing: str) -> None:
    held = hold(actual, Course(direction, baseline, target), DAY)  # type: ignore[arg-type]  # a literal by value
    assert held.to_date is not None
    assert round(held.to_date, 4) == share
    assert held.share == held.to_date
    assert held.standing == standing


def test_nothing_read_or_nothing_asked_is_unknown_not_zero() -> None:
    assert hold(None, Course("up", D(1), D(2)), DAY).standing == "unknown"
    assert hold(D(1), Course("up", D(1)), DAY).to_date is None
    assert hold(D(1), Course("range", low=D(1)), DAY).standing == "unknown"
    assert attainment(D(5), D(4), D(4), "up") is None
    assert hold(D(4), Course("up", D(4), D(4)), DAY).standing == "on_track"
    assert hold(D(3), Course("up", D(4), D(4)), DAY).standing == "at_risk"


@pytest.mark.parametrize(
    ("actual", "standing", "share"),
    [
        (D(10), "on_track", D(1)),
        (D(20), "on_track", D(1)),
        (D(21), "watch", D("0.9")),  # a tenth of the width outside
        (D(9), "watch", D("0.9")),
        (D("21.1"), "at_risk", D("0.89")),
        (D(45), "at_risk", D(0)),
    ],
)
def test_a_range_is_kept_inside(actual: D, standing: str, share: D) -> None:
    held = hold(actual, Course("range", low=D(10), high=D(20)), DAY)
    assert (held.standing, held.to_date) == (standing, share)


def test_the_line_runs_from_the_baseline_to_the_target() -> None:
    course = Course("up", D(0), D(365), starts=JANUARY, due=date(2027, 1, 1))
    assert expected_on(course, date(2026, 7, 2)) == D(182)
    assert expected_on(course, date(2025, 7, 2)) == D(0)
    assert expected_on(course, date(2028, 7, 2)) == D(365)
    assert hold(D(182), course, date(2026, 7, 2)).standing == "on_track"
    assert hold(D(182), course, date(2026, 7, 2)).share == D(182) / D(365)
    assert hold(D(0), course, JANUARY).standing == "on_track"  # nothing is asked yet
    assert hold(D(-1), course, JANUARY).standing == "watch"


def test_phases_bend_the_line_and_its_ends_stay() -> None:
    phases = ((date(2026, 6, 30), D(20)), (date(2026, 9, 30), D(80)))
    course = Course("up", D(0), D(100), starts=JANUARY, due=DECEMBER, phases=phases)
    assert expected_on(course, date(2026, 6, 30)) == D(20)
    assert expected_on(course, date(2026, 8, 15)) == D(50)  # half way between the two
    assert expected_on(course, DECEMBER) == D(100)
    assert expected_on(course, JANUARY) == D(0)
    assert expected_on(Course("down", target=D(6), starts=JANUARY, due=DECEMBER), JANUARY) == D(6)  # a ceiling
    assert expected_on(Course("up", target=D(9), phases=phases), date(2026, 1, 1)) == D(20)
    assert hold(D(18), course, date(2026, 6, 30)).to_date == D("0.9")


def months(*values: int, year: int = 2026) -> list[Read]:
    spans = [span_of(f"{year}-{number:02}") for number in range(1, len(values) + 1)]
    return [Read(span.first, span.last, D(value)) for span, value in zip(spans, values, strict=True)]


def test_the_year_end_follows_the_line_of_least_squares() -> None:
    """Months of 31, 28, 31 and 30 days: readings that rise by one a day end where the days do."""
    steps = [31, 59, 90, 120]
    ahead = project(months(*steps), adds_up=False, day=date(2026, 5, 4), on=DECEMBER)
    assert ahead.value is not None
    assert (round(ahead.value, 6), ahead.used) == (D(365), 4)
    falling = project(months(30, 20, 10), adds_up=False, day=date(2026, 5, 4), on=DECEMBER)
    assert falling.value == 0  # nothing read was below zero


def test_what_adds_up_keeps_its_pace() -> None:
    """310 in the 90 days of a quarter: 310 + 310 × 275 ÷ 90."""
    ahead = project(months(100, 100, 110), adds_up=True, day=date(2026, 4, 4), on=DECEMBER)
    assert ahead.value is not None
    assert round(ahead.value, 2) == D("1257.22")


def test_too_few_readings_say_nothing() -> None:
    assert project(months(1, 2), adds_up=False, day=DAY, on=DECEMBER).value is None
    assert project(months(1, 2, 3, year=2024), adds_up=False, day=DAY, on=DECEMBER).value is None
    assert mean_attainment([None, D("0.5"), D("1.5")]) == D(1)
    assert mean_attainment([None]) is None


@pytest.mark.parametrize("text", ["FY2026", "2026-13", "2026-Q5", "26", "", "2026-9", "FY2026-Q1"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(InvalidPeriod):
        span_of(text)


def test_periods_that_share_days() -> None:
    quarter, year = span_of("2026-Q3"), span_of("2026")
    assert quarter == Span(date(2026, 7, 1), date(2026, 9, 30))
    assert year == Span(JANUARY, DECEMBER)
    assert clash(span_of("2026-09"), [("2026-Q3", quarter)]) == "2026-Q3"
    assert clash(span_of("2026-10"), [("2026-Q3", quarter)]) == ""


def test_a_kpi_is_stale_by_how_often_it_is_read() -> None:
    assert silent_days("month", date(2026, 9, 30), JANUARY, DAY) == 54
    assert silent_days("month", date(2026, 10, 31), JANUARY, DAY) is None
    assert silent_days("quarter", date(2026, 9, 30), JANUARY, DAY) is None
    assert silent_days("month", None, JANUARY, DAY) == 326
