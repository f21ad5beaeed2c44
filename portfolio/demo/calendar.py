"""Dates of the demo portfolio, all told from the first day of the as-of month (the anchor)."""

import calendar
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")
LEDGER_MONTHS = 36

# (months from the anchor, day of that month); day 31 is the last day of the month.
Offset = tuple[int, int]


def month_of(day: date) -> date:
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_end(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def day_at(anchor: date, offset: Offset) -> date:
    month = add_months(anchor, offset[0])
    return min(month + timedelta(days=offset[1] - 1), month_end(month))


def weekday_from(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def months_between(first: date, last: date) -> Iterator[date]:
    month = month_of(first)
    while month <= last:
        yield month
        month = add_months(month, 1)


def ledger_months(anchor: date) -> list[date]:
    """The closed months of the ledger, oldest first; the anchor's own month is open."""
    return [add_months(anchor, -n) for n in range(LEDGER_MONTHS, 0, -1)]


def label(month: date) -> str:
    return f"{month:%Y-%m}"


def money(value: float | Decimal) -> Decimal:
    return Decimal(str(value)).quantize(CENT, rounding=ROUND_HALF_EVEN)


def straight_line(amount: Decimal, start: date, end: date) -> dict[date, Decimal]:
    """Amount by month, in proportion to days, rounded on the running total so that it sums."""
    total = (end - start).days + 1
    shares: dict[date, Decimal] = {}
    booked = Decimal(0)
    for month in months_between(start, end):
        days = (min(end, month_end(month)) - start).days + 1
        running = money(amount * days / total)
        shares[month] = running - booked
        booked = running
    return shares


def stream(seed: int, *names: str) -> random.Random:
    """An own source of chance for each client and kind: a new kind does not shift the others."""
    return random.Random(":".join((str(seed), *names)))  # noqa: S311 - made-up figures, no secret
