from __future__ import annotations

from datetime import date

import pytest

from common.periods import (
    InvalidPeriod,
    Span,
    days_reached,
    fiscal_quarter,
    fiscal_year,
    fiscal_year_bounds,
    format_month,
    month_add,
    month_count,
    month_end,
    month_label,
    month_of,
    months_between,
    parse_month,
    parse_period,
    period_label,
    quarter_bounds,
    quarter_of,
    year_of,
)


def test_a_month_is_the_date_of_its_first_day() -> None:
    assert month_of(date(2026, 9, 30)) == date(2026, 9, 1)
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)
    assert month_end(date(2026, 2, 10)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 1), 18, date(2028, 5, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 1)),
    ],
)
def test_adding_months(month: date, count: int, expected: date) -> None:
    assert month_add(month, count) == expected


def test_months_between_includes_both_ends() -> None:
    assert months_between(date(2025, 12, 1), date(2026, 2, 1)) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert months_between(date(2026, 2, 28), date(2026, 2, 1)) == [date(2026, 2, 1)]
    assert months_between(date(2026, 3, 1), date(2026, 2, 1)) == []
    assert month_count(date(2025, 12, 1), date(2026, 11, 1)) == 12
    assert month_count(date(2026, 3, 1), date(2026, 1, 1)) == 0


def test_parsing_a_month() -> None:
    assert parse_month("2026-09") == date(2026, 9, 1)
    assert parse_month(" 2026-09 ") == date(2026, 9, 1)
    assert format_month(date(2026, 9, 1)) == "2026-09"


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "0000-01", "2026-9", "Sep 2026", "2026-09-01", "٢٠٢٦-٠٩"])
def test_what_is_not_a_month(text: str) -> None:
    with pytest.raises(InvalidPeriod):
        parse_month(text)


def test_calendar_labels() -> None:
    assert quarter_of(date(2026, 9, 1)) == "2026-Q3"
    assert quarter_of(date(2026, 10, 1)) == "2026-Q4"
    assert year_of(date(2026, 10, 1)) == "2026"
    assert month_label(date(2026, 9, 1)) == "Sep 2026"
    assert quarter_bounds(date(2026, 5, 1)) == (date(2026, 4, 1), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("month", "start", "year", "quarter"),
    [
        (date(2026, 9, 1), 1, "FY2026", "FY2026-Q3"),
        (date(2026, 9, 1), 7, "FY2027", "FY2027-Q1"),
        (date(2026, 6, 1), 7, "FY2026", "FY2026-Q4"),
        (date(2026, 3, 1), 4, "FY2026", "FY2026-Q4"),
        (date(2026, 4, 1), 4, "FY2027", "FY2027-Q1"),
        (date(2026, 12, 1), 12, "FY2027", "FY2027-Q1"),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_it_ends_in(month: date, start: int, year: str, quarter: str) -> None:
    assert fiscal_year(month, start) == year
    assert fiscal_quarter(month, start) == quarter


def test_fiscal_year_bounds() -> None:
    assert fiscal_year_bounds(date(2026, 9, 1), 4) == (date(2026, 4, 1), date(2027, 3, 1))
    with pytest.raises(InvalidPeriod, match="from 1 to 12"):
        fiscal_year_bounds(date(2026, 9, 1), 13)


@pytest.mark.parametrize(
    ("text", "start", "first", "last"),
    [
        ("2026-09", 4, date(2026, 9, 1), date(2026, 9, 1)),
        ("2026-Q3", 4, date(2026, 7, 1), date(2026, 9, 1)),
        ("2026", 4, date(2026, 1, 1), date(2026, 12, 1)),
        ("FY2026", 4, date(2025, 4, 1), date(2026, 3, 1)),
        ("FY2026-Q3", 4, date(2025, 10, 1), date(2025, 12, 1)),
        ("FY2026-Q3", 1, date(2026, 7, 1), date(2026, 9, 1)),
    ],
)
def test_parsing_a_period(text: str, start: int, first: date, last: date) -> None:
    assert parse_period(text, start) == (first, last)


@pytest.mark.parametrize("text", ["", "2026-Q5", "2026-Q0", "26", "FY26", "Q3 2026", "FY2026-09", "0000", "2026-13"])
def test_what_is_not_a_period(text: str) -> None:
    with pytest.raises(InvalidPeriod):
        parse_period(text, 4)


def test_period_labels() -> None:
    assert period_label(date(2026, 9, 1), date(2026, 9, 1)) == "Sep 2026"
    assert period_label(date(2026, 7, 1), date(2026, 9, 1)) == "Jul–Sep 2026"
    assert period_label(date(2026, 1, 1), date(2026, 12, 1)) == "2026"
    assert period_label(date(2025, 11, 1), date(2026, 1, 1)) == "Nov 2025–Jan 2026"


def test_days_reached_by_month_end() -> None:
    span = Span(date(2026, 1, 15), date(2026, 4, 10))
    assert span.days == 86
    assert days_reached(span) == [
        (date(2026, 1, 1), 17),
        (date(2026, 2, 1), 45),
        (date(2026, 3, 1), 76),
        (date(2026, 4, 1), 86),
    ]
