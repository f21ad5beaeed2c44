"""How near a forecast came: WAPE, bias, coverage of its band, and what a person's change added.

Source: docs/definitions.md#forecast-accuracy
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple

import numpy as np

from common.money import ZERO, ratio
from financials.calc.seasonality import Flags, Floats

_SIX_PLACES: Final = Decimal("0.000001")
YEAR: Final = 12


class Told(NamedTuple):
    """One forecast month and what it came to. low and high: its 80% band, None where none was given."""

    forecast: Decimal
    actual: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


class Judged(NamedTuple):
    """One month as it stood before a person changed it and after, and what it came to."""

    before: Decimal
    after: Decimal
    actual: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """Ratios are fractions; None where nothing can be divided by. n: months counted."""

    wape: Decimal | None
    bias: Decimal | None
    coverage_80: Decimal | None
    n: int


def score(told: Iterable[Told]) -> Score:
    missed = signed = actuals = sizes = ZERO
    n = banded = inside = 0
    for one in told:
        n += 1
        missed += abs(one.forecast - one.actual)
        signed += one.forecast - one.actual
        actuals += one.actual
        sizes += abs(one.actual)
        if one.low is not None and one.high is not None:
            banded += 1
            inside += one.low <= one.actual <= one.high
    return Score(ratio(missed, sizes), ratio(signed, actuals), ratio(inside, banded), n)


def value_added(judged: Iterable[Judged]) -> Decimal | None:
    """WAPE before the change − WAPE after it: above zero, the person made it better.

    Source: docs/definitions.md#forecast-value-added
    """
    kept = list(judged)
    before = score(Told(one.before, one.actual) for one in kept).wape
    after = score(Told(one.after, one.actual) for one in kept).wape
    return None if before is None or after is None else before - after


def of_arrays(forecast: Floats, actual: Floats, inside: Flags | None = None) -> Score:
    """The score of every cell of two arrays of one shape. inside: which actuals lay in the band."""
    missed, signed = float(np.abs(forecast - actual).sum()), float((forecast - actual).sum())
    sizes, actuals = float(np.abs(actual).sum()), float(actual.sum())
    covered = None if inside is None or not inside.size else _fraction(float(inside.mean()), 1.0)
    return Score(_fraction(missed, sizes), _fraction(signed, actuals), covered, int(actual.size))


def of_sums(missed: float, signed: float, actual: float, size: float, inside: int, banded: int, n: int) -> Score:
    """The score of sums that were kept: Σ|F − A|, Σ(F − A), ΣA, Σ|A|, months inside their band, months with one."""
    return Score(_fraction(missed, size), _fraction(signed, actual), ratio(inside, banded), n)


def mean_absolute_error(forecast: Floats, actual: Floats) -> float:
    return float(np.abs(forecast - actual).mean())


def interval_score(lower: Floats, upper: Floats, actual: Floats, *, level: float) -> float:
    """Mean interval score: the width, and 2 ÷ (1 − level) times how far an actual lay outside."""
    outside = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    return float((upper - lower + 2 / (1 - level) * outside).mean())


def seasonal_naive(history: Floats, horizon: int) -> Floats:
    """Each month as the same month of the year before; the last month where history is shorter than a year.

    history: clients × months, oldest first, NaN where not known.
    """
    if history.shape[1] < YEAR:
        return np.repeat(history[:, -1:], horizon, axis=1)
    last = history[:, -YEAR:]
    return last[:, [step % YEAR for step in range(horizon)]]


def last_twelve(history: Floats, horizon: int) -> Floats:
    """The last twelve months ÷ 12, every month."""
    return np.repeat(history[:, -YEAR:].mean(axis=1, keepdims=True), horizon, axis=1)


def _fraction(numerator: float, denominator: float) -> Decimal | None:
    if denominator <= 0 or not np.isfinite(numerator):
        return None
    return Decimal(numerator / denominator).quantize(_SIX_PLACES, rounding=ROUND_HALF_EVEN) + ZERO
