from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.fx import MissingRate, Rate, RateRow, Rates, convert, missing_rates, rate_table
from common.periods import month_add

JUL, AUG, SEP, OCT, NOV, DEC = (date(2026, month, 1) for month in range(7, 13))


def rates(*rows: tuple[date, str, str, str, str | None]) -> Rates:
    return Rates(
        RateRow(month, base, quote, D(average), None if closing is None else D(closing))
        for month, base, quote, average, closing in rows
    )


EURO = rates((SEP, "EUR", "USD", "1.0845", "1.0900"), (OCT, "EUR", "USD", "1.1000", "1.1200"))


def test_the_months_average_converts_the_ledger() -> None:
    assert convert(D("10000.00"), "EUR", "USD", SEP, EURO, via="USD") == D("10845.00")


def test_a_cell_is_converted_once() -> None:
    assert convert(D("10.10") * 3, "EUR", "USD", SEP, EURO, via="USD") == D("32.86")
    assert convert(D("10.10"), "EUR", "USD", SEP, EURO, via="USD") * 3 == D("32.85")


def test_balances_convert_at_closing() -> None:
    assert convert(D("100.00"), "EUR", "USD", SEP, EURO, via="USD", kind="closing") == D("109.00")


def test_one_currency_needs_no_rate() -> None:
    assert rates().rate("USD", "USD", SEP, via="EUR") == Rate(D(1), held=False)


def test_the_inverse_serves_when_only_it_exists() -> None:
    only_inverse = rates((SEP, "USD", "EUR", "0.80", None))
    assert only_inverse.rate("EUR", "USD", SEP, via="USD") == Rate(D("1.25"), held=False)
    both = rates((SEP, "USD", "EUR", "0.80", None), (SEP, "EUR", "USD", "1.24", None))
    assert both.rate("EUR", "USD", SEP, via="USD") == Rate(D("1.24"), held=False)


def test_an_endless_inverse_is_cut_at_eighteen_places() -> None:
    assert rates((SEP, "USD", "JPY", "150", None)).rate("JPY", "USD", SEP, via="USD").value == D("0.006666666666666667")
    assert str(rates((SEP, "USD", "JPY", "150", None)).rate("USD", "JPY", SEP, via="USD").value) == "150"


def test_one_cross_through_the_reporting_currency() -> None:
    book = rates((SEP, "GBP", "USD", "1.30", None), (SEP, "USD", "EUR", "0.90", None))
    assert book.rate("GBP", "EUR", SEP, via="USD") == Rate(D("1.17"), held=False)
    assert convert(D("100.00"), "GBP", "EUR", SEP, book, via="USD") == D("117.00")


def test_no_cross_through_any_other_currency() -> None:
    book = rates((SEP, "GBP", "CHF", "1.10", None), (SEP, "CHF", "EUR", "1.05", None))
    with pytest.raises(MissingRate, match=r"No GBP/EUR rate for 2026-09\."):
        book.rate("GBP", "EUR", SEP, via="USD")


def test_the_pair_itself_comes_before_a_cross() -> None:
    book = rates(
        (SEP, "GBP", "EUR", "1.15", None), (SEP, "GBP", "USD", "1.30", None), (SEP, "USD", "EUR", "0.90", None)
    )
    assert book.rate("GBP", "EUR", SEP, via="USD").value == D("1.15")


def test_months_after_the_last_rate_hold_its_closing() -> None:
    assert EURO.rate("EUR", "USD", NOV, via="USD") == Rate(D("1.12"), held=True)
    assert EURO.rate("EUR", "USD", date(2028, 5, 1), via="USD") == Rate(D("1.12"), held=True)
    assert EURO.rate("EUR", "USD", OCT, via="USD") == Rate(D("1.1"), held=False)


def test_months_after_the_last_rate_hold_the_average_without_a_closing() -> None:
    assert rates((SEP, "EUR", "USD", "1.0845", None)).rate("EUR", "USD", OCT, via="USD") == Rate(D("1.0845"), held=True)


def test_a_cross_is_held_when_either_leg_is() -> None:
    book = rates((OCT, "GBP", "USD", "1.30", "1.20"), (SEP, "USD", "EUR", "0.90", "0.80"))
    assert book.rate("GBP", "EUR", OCT, via="USD") == Rate(D("1.04"), held=True)


def test_a_live_cross_comes_before_a_held_pair() -> None:
    book = rates(
        (JUL, "GBP", "EUR", "1.50", None), (SEP, "GBP", "USD", "1.30", None), (SEP, "USD", "EUR", "0.90", None)
    )
    assert book.rate("GBP", "EUR", SEP, via="USD") == Rate(D("1.17"), held=False)
    assert book.rate("GBP", "EUR", OCT, via="USD") == Rate(D("1.17"), held=True)
    with pytest.raises(MissingRate):
        book.rate("GBP", "EUR", AUG, via="USD")


def test_a_missing_past_rate_names_pair_and_month() -> None:
    gap = rates((JUL, "EUR", "USD", "1.08", "1.08"), (SEP, "EUR", "USD", "1.09", "1.09"))
    with pytest.raises(MissingRate, match=r"No EUR/USD rate for 2026-08\.") as caught:
        gap.rate("EUR", "USD", AUG, via="USD")
    assert (caught.value.pair, caught.value.month) == ("EUR/USD", AUG)
    with pytest.raises(MissingRate, match="2026-06"):
        gap.rate("EUR", "USD", date(2026, 6, 1), via="USD")
    with pytest.raises(MissingRate, match="CHF/USD"):
        gap.rate("CHF", "USD", SEP, via="USD")


def test_an_unknown_closing_in_the_past_is_missing_and_at_the_end_is_held() -> None:
    book = rates(
        (AUG, "EUR", "USD", "1.08", None), (SEP, "EUR", "USD", "1.09", "1.10"), (OCT, "EUR", "USD", "1.11", None)
    )
    with pytest.raises(MissingRate, match="2026-08"):
        book.rate("EUR", "USD", AUG, via="USD", kind="closing")
    assert book.rate("EUR", "USD", OCT, via="USD", kind="closing") == Rate(D("1.11"), held=True)


def test_a_rate_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match="EUR/USD 2026-09"):
        rates((SEP, "EUR", "USD", "0", None))
    with pytest.raises(ValueError, match="above zero"):
        rates((SEP, "EUR", "USD", "1.1", "-1"))


def test_the_table_of_rates() -> None:
    assert rate_table(EURO, ["USD", "EUR"], [NOV, SEP], "USD") == {
        ("EUR", SEP): Rate(D("1.0845"), held=False),
        ("EUR", NOV): Rate(D("1.12"), held=True),
        ("USD", SEP): Rate(D(1), held=False),
        ("USD", NOV): Rate(D(1), held=False),
    }


def test_the_table_in_another_currency_than_the_reporting_one() -> None:
    book = rates((SEP, "GBP", "USD", "1.30", None), (SEP, "EUR", "USD", "1.04", None))
    assert rate_table(book, ["GBP"], [SEP], "USD", target="EUR") == {("GBP", SEP): Rate(D("1.25"), held=False)}


def test_constant_currency_holds_one_month() -> None:
    assert rate_table(EURO, ["EUR"], [SEP, OCT], "USD", constant=SEP) == {
        ("EUR", SEP): Rate(D("1.0845"), held=False),
        ("EUR", OCT): Rate(D("1.0845"), held=False),
    }


def test_every_gap_can_be_named_at_once() -> None:
    book = rates((JUL, "EUR", "USD", "1.08", None), (SEP, "EUR", "USD", "1.09", None))
    needed = [("GBP", SEP), ("EUR", AUG), ("EUR", SEP)]
    assert [str(gap) for gap in missing_rates(book, needed, "USD")] == [
        "No EUR/USD rate for 2026-08.",
        "No GBP/USD rate for 2026-09.",
    ]


@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    rows = [RateRow(month_add(JUL, i), "EUR", "USD", D("1.05") + D(i) / 100, D("1.06") + D(i) / 100) for i in range(5)]
    rows.append(RateRow(SEP, "USD", "EUR", D("0.5"), None))
    shuffled = Rates(rows[i] for i in order)
    assert shuffled.rate("EUR", "USD", SEP, via="USD") == Rate(D("1.07"), held=False)
    assert shuffled.rate("EUR", "USD", DEC, via="USD") == Rate(D("1.1"), held=True)
