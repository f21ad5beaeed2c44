"""Aged debt, DSO and purchase orders: worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from financials.calc.receivables import (
    BUCKETS,
    Aged,
    add_up,
    billing_window,
    bucket_of,
    dso,
    due_span,
    is_open,
    order_position,
    spent_in,
)

AS_OF = date(2026, 11, 30)
D = Decimal


@pytest.mark.parametrize(
    ("due", "bucket"),
    [
        (date(2026, 12, 1), "current"),
        (date(2026, 11, 30), "current"),
        (date(2026, 11, 29), "d30"),
        (date(2026, 10, 31), "d30"),
        (date(2026, 10, 30), "d60"),
        (date(2026, 10, 1), "d60"),
        (date(2026, 9, 30), "d90"),
        (date(2026, 9, 1), "d90"),
        (date(2026, 8, 31), "over90"),
        (date(2024, 2, 29), "over90"),
    ],
)
def test_buckets_count_days_past_due(due: date, bucket: str) -> None:
    assert bucket_of(due, AS_OF, D(1)) == bucket


def test_a_credit_is_never_late() -> None:
    assert bucket_of(date(2026, 1, 1), AS_OF, D("-0.01")) == "current"


@given(due=st.dates(date(2020, 1, 1), date(2030, 1, 1)), as_of=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_span_of_a_bucket_holds_exactly_its_invoices(due: date, as_of: date) -> None:
    def holds(name: str) -> bool:
        first, last = due_span(name, as_of)
        return (first is None or first <= due) and (last is None or due <= last)

    assert [name for name in BUCKETS if holds(name)] == [bucket_of(due, as_of, D(1))]


@pytest.mark.parametrize(
    ("issued", "paid_on", "there"),
    [
        (date(2026, 11, 30), None, True),
        (date(2026, 12, 1), None, False),
        (date(2026, 10, 1), date(2026, 12, 1), True),
        (date(2026, 10, 1), date(2026, 11, 30), False),
    ],
)
def test_open_at_the_end_of_the_day(issued: date, paid_on: date | None, there: bool) -> None:
    assert is_open(issued, paid_on, AS_OF) is there


def test_dso_is_balance_over_ninety_days_of_billing() -> None:
    # 300,000 open against 450,000 invoiced in 90 days: two thirds of 90 days.
    assert dso(D(300000), D(450000)) == 60
    assert billing_window(AS_OF) == (date(2026, 9, 2), AS_OF)


@pytest.mark.parametrize("billed", [None, D(0), D(-5)])
def test_dso_is_unknown_without_billing(billed: Decimal | None) -> None:
    assert dso(D(100), billed) is None


def test_sums_leave_nothing_out_and_hide_nothing() -> None:
    one = Aged({"current": D("100.10"), "d30": D("20.05"), "over90": D("7.00")}, D("300.00"))
    two = Aged({"current": D("-30.10"), "d60": D("10.00")}, D("60.00"))
    both = add_up([one, two])
    assert (both.total, both.overdue, both.billed) == (D("107.05"), D("37.05"), D("360.00"))
    unknown = add_up([one, Aged({"d30": None}, D(1))])
    assert (unknown.total, unknown.overdue, unknown.dso, unknown.buckets["current"]) == (None, None, None, D("100.10"))


def test_an_order_that_runs_out_before_its_contract() -> None:
    # 120,000 ordered, 90,000 invoiced: 30,000 left; 50,000 of the fee still to invoice, 20,000 a month, then 10,000.
    ahead = {date(2026, 12, 1): D(20000), date(2027, 1, 1): D(20000), date(2027, 2, 1): D(10000)}
    found = order_position(amount=D(120000), invoiced=D(90000), orders_left=D(30000), fee_left=D(50000), ahead=ahead)
    assert (found.left, found.fee_left, found.short, found.spent_in) == (D(30000), D(50000), D(20000), date(2027, 1, 1))


def test_an_order_that_covers_its_contract() -> None:
    ahead = {date(2026, 12, 1): D(20000)}
    found = order_position(amount=D(50000), invoiced=D(20000), orders_left=D(30000), fee_left=D(20000), ahead=ahead)
    assert (found.left, found.short, found.spent_in) == (D(30000), D(0), None)


def test_what_is_not_known_stays_so() -> None:
    found = order_position(amount=D(50000), invoiced=None, orders_left=None, fee_left=None, ahead={})
    assert (found.left, found.fee_left, found.short, found.spent_in) == (None, None, None, None)
    assert spent_in(None, {date(2026, 12, 1): D(1)}) is None
