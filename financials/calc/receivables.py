"""Aged debt, days sales outstanding, and what a purchase order has left.

Plain data in, plain data out; the day is passed in. Source: docs/definitions.md#aged-debt
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from common.money import ZERO
from common.periods import Month

BUCKETS: Final = ("current", "d30", "d60", "d90", "over90")
"""Not yet due and credits; 1–30, 31–60, 61–90 and more than 90 days past due."""
LATE: Final = BUCKETS[1:]
BUCKET_LABELS: Final[dict[str, str]] = {
    "current": "Not due",
    "d30": "1–30 days",
    "d60": "31–60 days",
    "d90": "61–90 days",
    "over90": "Over 90 days",
}
LIMITS: Final = (("d30", 30), ("d60", 60), ("d90", 90))
DSO_DAYS: Final = 90


def bucket_of(due: date, as_of: date, amount: Decimal) -> str:
    """A credit note is nobody's late payment: it stands in current whatever its date."""
    late = (as_of - due).days
    if late <= 0 or amount < 0:
        return "current"
    return next((name for name, most in LIMITS if late <= most), "over90")


def due_span(bucket: str, as_of: date) -> tuple[date | None, date | None]:
    """First and last due date of a bucket's invoices; None is without end. Credits aside."""
    if bucket == "current":
        return as_of, None
    if bucket == "over90":
        return None, as_of - timedelta(days=91)
    most = dict(LIMITS)[bucket]
    return as_of - timedelta(days=most), as_of - timedelta(days=most - 29)


def is_open(issued: date, paid_on: date | None, as_of: date) -> bool:
    """Whether it stood open at the end of the day: issued by then, and not yet paid in full."""
    return issued <= as_of and (paid_on is None or paid_on > as_of)


def billing_window(as_of: date) -> tuple[date, date]:
    """The 90 days whose invoices DSO is measured against, both ends included."""
    return as_of - timedelta(days=DSO_DAYS - 1), as_of


def dso(balance: Decimal | None, billed: Decimal | None) -> Decimal | None:
    """balance ÷ invoiced in the trailing 90 days × 90, in days. None where nothing was invoiced, or not known."""
    if balance is None or billed is None or billed <= 0:
        return None
    return balance * DSO_DAYS / billed


@dataclass(frozen=True, slots=True)
class Aged:
    """One client's open amounts by bucket, in one currency. None: a rate is missing, so the sum is not known."""

    buckets: Mapping[str, Decimal | None]
    billed: Decimal | None

    @property
    def total(self) -> Decimal | None:
        return _sum(self.buckets.get(name, ZERO) for name in BUCKETS)

    @property
    def overdue(self) -> Decimal | None:
        return _sum(self.buckets.get(name, ZERO) for name in LATE)

    @property
    def dso(self) -> Decimal | None:
        return dso(self.total, self.billed)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def add_up(several: Sequence[Aged]) -> Aged:
    """The sum of clients; unknown where any part is."""
    buckets = {name: _sum(one.buckets.get(name, ZERO) for one in several) for name in BUCKETS}
    return Aged(buckets, _sum(one.billed for one in several))


@dataclass(frozen=True, slots=True)
class OrderPosition:
    """A purchase order against the fee it pays for. left: amount − invoiced on it; fee_left: fee − invoiced of it.

    short: how much fee the orders of the contract leave uncovered, 0.00 when they cover it; None where not known.
    spent_in: the month in which the schedule uses it up, None when it outlasts it.
    """

    left: Decimal | None
    fee_left: Decimal | None
    short: Decimal | None
    spent_in: Month | None


def order_position(
    *,
    amount: Decimal,
    invoiced: Decimal | None,
    orders_left: Decimal | None,
    fee_left: Decimal | None,
    ahead: Mapping[Month, Decimal],
) -> OrderPosition:
    """orders_left: of all live orders of the contract. ahead: its fee still to invoice, by month of its schedule."""
    left = None if invoiced is None else amount - invoiced
    short = None if orders_left is None or fee_left is None else max(fee_left - orders_left, ZERO)
    return OrderPosition(left, fee_left, short, spent_in(orders_left, ahead) if short else None)


def spent_in(left: Decimal | None, ahead: Mapping[Month, Decimal]) -> Month | None:
    """The first month whose scheduled fee no longer fits into what is left."""
    if left is None:
        return None
    running = ZERO
    for month in sorted(ahead):
        running += ahead[month]
        if running > left:
            return month
    return None
