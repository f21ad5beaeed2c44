"""The columns of the P&L ladder: months, calendar quarters and years, or the fiscal ones of each client's own year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from common.periods import Month, month_add, month_label, months_between, quarter_of

Group = Literal["month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
MONTHS_SHOWN: Final = 4
FISCAL_SHOWN: Final = {"fiscal_quarter": 5, "fiscal_year": 2}
_MOST_APART: Final = 11
"""Months between the same fiscal period of two clients, at most."""
_LENGTH: Final = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """months: those it may lie in. fiscal: the label its entries carry, FY2026-Q3; blank where months say it all."""

    label: str
    months: tuple[Month, ...]
    current: bool = False
    fiscal: str = ""


def is_fiscal(group: Group) -> bool:
    return group.startswith("fiscal")


def opening(month: Month, group: Group) -> Month:
    """The first month of the quarter or year that the month lies in, so that no part of one is shown as the whole."""
    if group == "month":
        return month
    return date(month.year, month.month - (month.month - 1) % 3 if group == "quarter" else 1, 1)


def first_month(group: Group, last: Month) -> Month:
    """Where the columns begin when nobody says. Fiscal ones reach back far enough that those shown are whole."""
    if is_fiscal(group):
        return month_add(last, -_LENGTH[group] * FISCAL_SHOWN[group] - _MOST_APART)
    return opening(month_add(last, 1 - MONTHS_SHOWN if group == "month" else -12), group)


def calendar_periods(group: Group, first: Month, last: Month) -> list[Period]:
    groups: dict[object, list[Month]] = {}
    for month in months_between(first, last):
        key = month if group == "month" else quarter_of(month) if group == "quarter" else month.year
        groups.setdefault(key, []).append(month)
    several = list(groups.values())
    return [Period(label(tuple(months), group), tuple(months), months is several[-1]) for months in several]


def fiscal_periods(
    group: Group, first: Month, last: Month, labels: Iterable[str], starts: Iterable[int], *, whole: bool
) -> list[Period]:
    """labels: those that entries carry. starts: the months in which the clients' fiscal years begin. whole: leave out
    what the first month cuts off, as when nobody chose it.
    """
    months, starts = tuple(months_between(first, last)), tuple(starts)
    spans = {name: [_span(name, start) for start in starts] for name in labels}
    kept = [name for name in sorted(spans) if not (whole and any(begins < first for begins, _ in spans[name]))]
    if whole:
        kept = kept[-FISCAL_SHOWN[group] :]
    return [Period(name + _part(spans[name], first, last), months, name == kept[-1], name) for name in kept]


def _span(name: str, start: int) -> tuple[Month, Month]:
    """FY2026-Q3 of a year that begins in April: October to December 2025."""
    year, _, quarter = name.removeprefix("FY").partition("-Q")
    begins = date(int(year) - (start > 1), start, 1)
    begins = month_add(begins, 3 * (int(quarter or 1) - 1))
    return begins, month_add(begins, 2 if quarter else 11)


def _part(spans: list[tuple[Month, Month]], first: Month, last: Month) -> str:
    if any(begins < first for begins, _ in spans):
        return f" from {first:%b}"
    return f" to {last:%b}" if any(ends > last for _, ends in spans) else ""


def label(months: tuple[Month, ...], group: Group) -> str:
    """'2026-Q3'; '2026-Q4 to Oct' and '2025-Q4 from Nov' where months are missing."""
    if group == "month":
        return month_label(months[0])
    name = quarter_of(months[0]) if group == "quarter" else str(months[0].year)
    if months[0] != opening(months[0], group):
        return f"{name} from {months[0]:%b}"
    return name if len(months) == _LENGTH[group] else f"{name} to {months[-1]:%b}"


def year_before(period: Period, group: Group) -> str:
    """What the same period a year earlier is called."""
    if period.fiscal:
        year, _, quarter = period.fiscal.removeprefix("FY").partition("-")
        return f"FY{int(year) - 1}" + (f"-{quarter}" if quarter else "")
    return label(tuple(month_add(month, -12) for month in period.months), group)
