from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.money import (
    MixedCurrency,
    Money,
    UnknownCurrency,
    add_up,
    allocate,
    cumulative_round,
    from_minor,
    half_even,
    is_currency,
    minor_places,
    quantise,
    ratio,
    to_minor,
)

amounts = st.decimals(min_value=D("-1e12"), max_value=D("1e12"), places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("2.345", "USD", "2.34"),
        ("2.355", "USD", "2.36"),
        ("-2.345", "USD", "-2.34"),
        ("32.86035", "USD", "32.86"),
        ("2.5", "JPY", "2"),
        ("3.5", "JPY", "4"),
        ("1.0005", "KWD", "1.000"),
        ("1.0015", "KWD", "1.002"),
        ("1.00005", "CLF", "1.0000"),
    ],
)
def test_rounding_is_half_even_at_the_minor_unit(amount: str, currency: str, expected: str) -> None:
    assert str(quantise(D(amount), currency)) == expected


def test_a_rounded_loss_never_prints_as_minus_zero() -> None:
    assert str(quantise(D("-0.001"), "USD")) == "0.00"
    assert str(from_minor(-0, "JPY")) == "0"


def test_minor_units_of_awkward_currencies() -> None:
    assert [minor_places(code) for code in ("USD", "JPY", "KWD", "CLF", "KRW", "BHD")] == [2, 0, 3, 4, 0, 3]
    assert is_currency("EUR")
    assert not is_currency("eur")
    assert not is_currency("ZZZ")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency, match="'ZZZ'"):
        quantise(D(1), "ZZZ")
    with pytest.raises(UnknownCurrency):
        Money(D(1), "$")


def test_minor_units_there_and_back() -> None:
    assert to_minor(D("12.345"), "USD") == 1234
    assert to_minor(D("12.345"), "KWD") == 12345
    assert to_minor(D("1234"), "JPY") == 1234
    assert str(from_minor(-1234, "USD")) == "-12.34"


def test_one_currency_adds_and_compares() -> None:
    a, b = Money(D("10.50"), "EUR"), Money(D("0.75"), "EUR")
    assert a + b == Money(D("11.25"), "EUR")
    assert a - b == Money(D("9.75"), "EUR")
    assert -b == Money(D("-0.75"), "EUR")
    assert b * D("2") == Money(D("1.50"), "EUR")
    assert b < a
    assert b <= a
    assert a > b
    assert a >= b
    assert Money(D("1.005"), "EUR").quantised() == Money(D("1.00"), "EUR")
    assert add_up([a, b, b], "EUR") == Money(D("12.00"), "EUR")
    assert add_up([], "EUR") == Money(D(0), "EUR")


def test_two_currencies_never_meet() -> None:
    euro, dollar = Money(D(1), "EUR"), Money(D(1), "USD")
    for combine in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: euro <= dollar,
        lambda: euro > dollar,
        lambda: euro >= dollar,
        lambda: add_up([euro, dollar], "EUR"),
    ):
        with pytest.raises(MixedCurrency, match="EUR and USD"):
            combine()


def test_ratio_is_unknown_without_a_positive_denominator() -> None:
    assert ratio(D(180000), D(400000)) == D("0.45")
    assert ratio(D(1), D(3)) == D("0.333333")
    assert ratio(D(-5), D(2)) == D("-2.5")
    assert ratio(D(5), D(0)) is None
    assert ratio(D(5), D(-2)) is None
    assert ratio(None, D(2)) is None
    assert ratio(D(5), None) is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"), [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (5, -2, -2), (8, 3, 3)]
)
def test_half_even_division(numerator: int, denominator: int, expected: int) -> None:
    assert half_even(numerator, denominator) == expected


def test_cumulative_rounding_carries_the_remainder() -> None:
    assert cumulative_round(D("100.00"), [1, 2, 3], 3, "USD") == [D("33.33"), D("33.34"), D("33.33")]
    assert cumulative_round(D("100"), [1, 2, 3], 3, "JPY") == [D(33), D(34), D(33)]
    assert cumulative_round(D("1.000"), [1, 2, 3], 3, "KWD") == [D("0.333"), D("0.334"), D("0.333")]


def test_allocation_by_weight() -> None:
    assert allocate(D("100.00"), [1, 1, 1], "USD") == [D("33.33"), D("33.34"), D("33.33")]
    assert allocate(D("-0.05"), [1, 1], "USD") == [D("-0.02"), D("-0.03")]
    assert allocate(D("10.00"), [D("0.5"), D(0), D("1.5")], "USD") == [D("2.50"), D("0.00"), D("7.50")]


def test_allocation_needs_something_to_share_by() -> None:
    with pytest.raises(ValueError, match="above zero"):
        allocate(D(1), [0, 0], "USD")
    with pytest.raises(ValueError, match="negative"):
        allocate(D(1), [1, -1], "USD")


@settings(max_examples=100)
@given(total=amounts, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_parts_sum_to_the_whole(total: D, weights: list[int]) -> None:
    assert sum(allocate(total, weights, "USD")) == total
