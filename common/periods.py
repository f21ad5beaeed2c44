"""Months, quarters and years, calendar and fiscal.

A month is the `date` of its first day. Intervals of months include both ends. A fiscal year is named by the
calendar year it ends in; one that starts in January is the calendar year. Source: docs/definitions.md#periods
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Month: TypeAlias = date
"""The first day of a month."""

# Not calendar.month_abbr: that follows the machine's locale.
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEARS = range(1900, 2200)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_PERIOD = re.compile(r"(FY)?([0-9]{4})(?:-Q([1-4]))?")


class InvalidPeriod(ValueError):
    """The text names no month, quarter or year."""


def month_of(day: date) -> Month:
    return date(day.year, day.month, 1)


def month_end(day: date) -> date:
    """The last day of the month the day lies in."""
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


def month_index(day: date) -> int:
    """Months since year 0: consecutive months differ by one."""
    return day.year * 12 + day.month - 1


def month_from_index(index: int) -> Month:
    return date(index // 12, index % 12 + 1, 1)


def month_add(month: date, count: int) -> Month:
    return month_from_index(month_index(month) + count)


def month_count(first: date, last: date) -> int:
    """How many months from first to last, both included; 0 when last comes before first."""
    return max(0, month_index(last) - month_index(first) + 1)


def months_between(first: date, last: date) -> list[Month]:
    """Every month from first to last, both included; empty when last comes before first."""
    return [month_from_index(index) for index in range(month_index(first), month_index(last) + 1)]


def parse_month(text: str) -> Month:
    """'2026-09' → 1 September 2026. Raises InvalidPeriod on anything else."""
    match = _MONTH.fullmatch(text.strip())
    if match is None:
        raise InvalidPeriod(f"{text!r} is not a month; write YYYY-MM, for example 2026-09.")
    year, number = int(match[1]), int(match[2])
    if not 1 <= number <= 12:
        raise InvalidPeriod(f"{text!r} is not a month; months run from 01 to 12.")
    _check_year(year)
    return date(year, number, 1)


def format_month(month: date) -> str:
    """As files and addresses write it: 2026-09."""
    return f"{month.year:04d}-{month.month:02d}"


def month_label(month: date) -> str:
    """As people read it: Sep 2026."""
    return f"{_NAMES[month.month - 1]} {month.year}"


def quarter_of(month: date) -> str:
    return f"{month.year:04d}-Q{(month.month - 1) // 3 + 1}"


def year_of(month: date) -> str:
    return f"{month.year:04d}"


def fiscal_year_start(month: date, start: int) -> Month:
    """The first month of the fiscal year the month lies in. start: 1–12, the month fiscal years begin in."""
    _check_start(start)
    return date(month.year if month.month >= start else month.year - 1, start, 1)


def fiscal_year_bounds(month: date, start: int) -> tuple[Month, Month]:
    first = fiscal_year_start(month, start)
    return first, month_add(first, 11)


def fiscal_year(month: date, start: int) -> str:
    """'FY2027' for September 2026 when years begin in July: named by the year it ends in."""
    return f"FY{fiscal_year_bounds(month, start)[1].year:04d}"


def fiscal_quarter(month: date, start: int) -> str:
    first = fiscal_year_start(month, start)
    return f"{fiscal_year(month, start)}-Q{(month_index(month) - month_index(first)) // 3 + 1}"


def quarter_bounds(month: date) -> tuple[Month, Month]:
    first = date(month.year, (month.month - 1) // 3 * 3 + 1, 1)
    return first, month_add(first, 2)


def parse_period(text: str, fiscal_start: int = 1) -> tuple[Month, Month]:
    """First and last month of '2026-09', '2026-Q3', '2026', 'FY2026' or 'FY2026-Q3'.

    fiscal_start: the month fiscal years begin in; only the FY forms use it. Raises InvalidPeriod.
    """
    _check_start(fiscal_start)
    text = text.strip()
    if _MONTH.fullmatch(text):
        month = parse_month(text)
        return month, month
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise InvalidPeriod(
            f"{text!r} is not a period; write a month (2026-09), a quarter (2026-Q3), a year (2026) "
            "or a fiscal one (FY2026, FY2026-Q3)."
        )
    start = fiscal_start if match[1] else 1
    end_year = int(match[2])
    _check_year(end_year)
    first = date(end_year if start == 1 else end_year - 1, start, 1)
    if match[3] is None:
        return first, month_add(first, 11)
    first = month_add(first, 3 * (int(match[3]) - 1))
    return first, month_add(first, 2)


def period_label(first: Month, last: Month) -> str:
    """As people read it: 'Sep 2026', 'Jul–Sep 2026', '2026', 'Nov 2025–Jan 2026'."""
    if first == last:
        return month_label(first)
    if (first.month, last.month, first.year) == (1, 12, last.year):
        return str(first.year)
    if first.year == last.year:
        return f"{_NAMES[first.month - 1]}–{month_label(last)}"
    return f"{month_label(first)}–{month_label(last)}"


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of days, both ends included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return max(0, (self.end - self.start).days + 1)

    def months(self) -> list[Month]:
        return months_between(self.start, self.end)


def days_reached(span: Span) -> list[tuple[Month, int]]:
    """Each month of the span with the days elapsed by its end, counted from the span's first day."""
    months, origin = span.months(), span.start.toordinal()
    # A month ends where the next begins; the last one ends with the span.
    reached = [following.toordinal() - origin for following in months[1:]]
    return list(zip(months, [*reached, span.days], strict=False))


def _check_year(year: int) -> None:
    """The years files may name too: with room on both sides for the months before and after."""
    if year not in YEARS:
        raise InvalidPeriod(f"{year:04d} is out of range; years run from {YEARS[0]} to {YEARS[-1]}.")


def _check_start(start: int) -> None:
    if not 1 <= start <= 12:
        raise InvalidPeriod(f"A fiscal year starts in a month from 1 to 12, not {start}.")
