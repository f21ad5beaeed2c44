"""Influence-weighted coverage: the worked figure and its edges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounts.calc.coverage import Tie, coverage, days_late, is_covered

TODAY = date(2026, 11, 23)
LATELY = date(2026, 11, 20)


def test_powers_5_5_4_3_3_with_first_third_and_fourth_covered_is_60_percent() -> None:
    levels = (2, 1, 4, 3, 0)
    ties = [Tie(power, level, 14, LATELY) for power, level in zip((5, 5, 4, 3, 3), levels, strict=True)]
    found = coverage(ties, TODAY)
    assert found.share == Decimal("0.600000")
    assert (found.covered_power, found.power, found.people, found.unjudged) == (12, 20, 5, 0)


def test_covered_needs_level_two_and_a_touch_within_cadence() -> None:
    assert is_covered(Tie(5, 2, 14, date(2026, 11, 9)), TODAY)
    assert not is_covered(Tie(5, 2, 14, date(2026, 11, 8)), TODAY)
    assert not is_covered(Tie(5, 1, 14, LATELY), TODAY)
    assert not is_covered(Tie(5, None, 14, LATELY), TODAY)
    assert not is_covered(Tie(5, 4, 14, None), TODAY)
    assert not is_covered(Tie(5, 4, None, None), TODAY)
    assert is_covered(Tie(5, 4, None, date(2020, 1, 1)), TODAY)


def test_days_late_counts_from_the_end_of_the_rhythm() -> None:
    assert days_late(Tie(1, 1, 30, date(2026, 9, 20)), TODAY) == 34
    assert days_late(Tie(1, 1, 30, date(2026, 11, 1)), TODAY) == -8
    assert days_late(Tie(1, 1, None, LATELY), TODAY) is None
    assert days_late(Tie(1, 1, 30, None), TODAY) is None


def test_unknown_power_is_in_neither_sum_and_nobody_judged_is_unknown() -> None:
    assert coverage([], TODAY).share is None
    assert coverage([Tie(None, 4, 14, LATELY)], TODAY).share is None
    found = coverage([Tie(None, 4, 14, LATELY), Tie(4, 4, 14, LATELY), Tie(4, 0, 14, LATELY)], TODAY)
    assert (found.share, found.unjudged, found.people) == (Decimal("0.500000"), 1, 3)
