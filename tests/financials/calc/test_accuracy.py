"""WAPE, bias, coverage and value added: the worked figures of docs/definitions.md, and the naive forecasts beside."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from financials.calc.accuracy import (
    Judged,
    Score,
    Told,
    interval_score,
    last_twelve,
    mean_absolute_error,
    of_arrays,
    score,
    seasonal_naive,
    value_added,
)

FORECAST = (100, 120, 90, 80)
ACTUAL = (110, 100, 100, 0)


def told(*bands: tuple[int, int] | None) -> list[Told]:
    spans = bands or (None,) * 4
    return [
        Told(Decimal(f), Decimal(a), *((Decimal(band[0]), Decimal(band[1])) if band else (None, None)))
        for f, a, band in zip(FORECAST, ACTUAL, spans, strict=True)
    ]


def test_the_worked_figures() -> None:
    """Errors 10, 20, 10, 80 are 120 of 310; −10, 20, −10, 80 are 80 of 310."""
    assert score(told()) == Score(Decimal("0.387097"), Decimal("0.258065"), None, 4)


def test_coverage_counts_the_months_that_had_a_band_ends_included() -> None:
    found = score(told((110, 120), (101, 130), None, (0, 90)))
    assert found.coverage_80 == Decimal("0.666667")
    assert found.n == 4


def test_nothing_to_divide_by_is_unknown() -> None:
    assert score([]) == Score(None, None, None, 0)
    assert score([Told(Decimal(5), Decimal(0))]) == Score(None, None, None, 1)


def test_credit_months_count_by_size_in_wape_and_by_sign_in_bias() -> None:
    """F 100, −50 against A 100, −60: 10 of 160, and +10 of 40."""
    found = score([Told(Decimal(100), Decimal(100)), Told(Decimal(-50), Decimal(-60))])
    assert (found.wape, found.bias) == (Decimal("0.062500"), Decimal("0.250000"))


def test_value_added_is_what_the_error_fell_by() -> None:
    """Before 120 and 80 against 100 and 100: 40 of 200. After 110 and 95: 15 of 200. 20% − 7.5%."""
    changes = [Judged(Decimal(120), Decimal(110), Decimal(100)), Judged(Decimal(80), Decimal(95), Decimal(100))]
    assert value_added(changes) == Decimal("0.125000")
    worse = [Judged(one.after, one.before, one.actual) for one in changes]
    assert value_added(worse) == Decimal("-0.125000")
    assert value_added([]) is None


def test_arrays_score_as_lists_do() -> None:
    forecast, actual = np.array([FORECAST], dtype=float), np.array([ACTUAL], dtype=float)
    inside = np.array([[True, True, True, False]])
    assert of_arrays(forecast, actual, inside) == Score(
        Decimal("0.387097"), Decimal("0.258065"), Decimal("0.750000"), 4
    )
    assert of_arrays(forecast, np.zeros_like(actual)) == Score(None, None, None, 4)
    assert mean_absolute_error(forecast, actual) == 30.0


def test_the_interval_score_pays_for_width_and_for_what_lies_outside() -> None:
    """Widths 20 and 20; the second actual lies 5 above: 2 ÷ 0.2 × 5 = 50. (20 + 70) ÷ 2."""
    lower, upper, actual = (np.array([[a, b]], dtype=float) for a, b in ((90, 90), (110, 110), (100, 115)))
    assert interval_score(lower, upper, actual, level=0.8) == pytest.approx(45.0)


def test_seasonal_naive_repeats_the_year_before() -> None:
    history = np.arange(1.0, 25.0)[None, :]
    assert seasonal_naive(history, 14)[0].tolist() == [*range(13, 25), 13, 14]
    assert seasonal_naive(history[:, :5], 3)[0].tolist() == [5, 5, 5]


def test_last_twelve_spreads_the_year_evenly() -> None:
    """13 … 24 sum to 222, ÷ 12 = 18.5."""
    assert last_twelve(np.arange(1.0, 25.0)[None, :], 3)[0].tolist() == [18.5, 18.5, 18.5]
