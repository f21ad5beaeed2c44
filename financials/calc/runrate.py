"""What history alone says of the months to come, with bands that were calibrated on series not of our making.

All series at once; NumPy only; the same input gives the same floats on every machine. Statistics are estimates and use
float64: whoever posts them quantises to cents. Source: docs/definitions.md#run-rate
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from financials.calc.seasonality import Floats, seasonality
from financials.calc.smoothing import Smoothed, damped, over_levels, theta

THETA_BLOCKS: Final = (1, 2, 3, 4, 6)
DAMPED_BLOCKS: Final = (1, 2, 3, 4)
SHORT: Final = 40
"""Months under which only single months, pairs and quarters are smoothed."""
SHORT_BLOCKS: Final = (1, 2, 3)
FURTHEST: Final = 5.0
"""No forecast lies further from zero than so many times the furthest month of its series."""
ORIGINS: Final = (3, 6, 9, 12, 15, 18)
"""Months before the end at which the past is forecast again, to see how wrong the method is on each series."""
LEAST_HISTORY: Final = 12
"""Months a series must have left at an origin for it to count."""
_AT_ONCE: Final = 256
"""Series that are smoothed together at least; many more no longer fit in the processor's own memory."""
GROWTH: Final = 0.35
"""Growth of the absolute error with the square root of the step ahead, beyond the first."""
CALIBRATED_AT: Final = (1, 2, 3, 6, 12, 18)
CALIBRATED: Final = {
    0.8: (1.82, 1.62, 1.55, 1.70, 1.80, 2.02),
    0.95: (3.13, 2.64, 2.42, 2.98, 3.15, 3.85),
}
"""Quantiles of the error over its scale at those steps, read off the odd-numbered monthly series of the M3 competition;
`make bench` reports the even ones apart."""


@dataclass(frozen=True, slots=True)
class Band:
    """lower and upper: n × horizon."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class RunRate:
    """point: n × horizon, NaN for a series without a single month. bands: by level, 0.8 and 0.95."""

    point: Floats
    bands: Mapping[float, Band]
    scale: Floats


def pack(histories: Sequence[Sequence[float] | Floats]) -> Floats:
    """Histories of any length, oldest month first, as right-aligned rows. NaN within one is a month not known."""
    width = max((len(history) for history in histories), default=0)
    rows = np.full((len(histories), max(width, 1)), np.nan)
    for number, history in enumerate(histories):
        if len(history):
            rows[number, -len(history) :] = history
    return rows


def run_rate(series: Floats, horizon: int, *, season: int = 12) -> Floats:
    """n × horizon: the mean of Theta and damped trend on the series less its shrunk season, over several levels.

    series: right-aligned, NaN before a series begins. Months not known within one are drawn as straight lines. A
    series of under four months goes on at its mean. Never negative where the history never was.
    """
    filled = _filled(series)
    return _bounded(_path(filled, horizon, season).ahead, filled)


def run_rate_with_bands(
    series: Floats, horizon: int, *, season: int = 12, quantiles: Mapping[float, Floats] | None = None
) -> RunRate:
    """As run_rate, with bands whose width is each series' own back-test error times a calibrated multiple.

    quantiles: the multiple by level and step ahead where the company's own back-test has one; else the defaults.
    """
    filled = _filled(series)
    path = _path(filled, horizon, season)
    point = _bounded(path.ahead, filled)
    scale = own_scale(filled, horizon, path, season)
    multiples = quantiles or default_multiples(horizon)
    bands = {}
    for level, multiple in multiples.items():
        reach = scale[:, None] * multiple[None, :horizon]
        lower = point - reach
        never_negative = np.nanmin(np.where(np.isnan(filled), np.inf, filled), axis=1) >= 0
        lower = np.where(never_negative[:, None], np.maximum(lower, 0.0), lower)
        bands[level] = Band(lower, point + reach)
    return RunRate(point, bands, scale)


def _path(filled: Floats, horizon: int, season: int) -> Smoothed:
    seasonal = seasonality(filled, season)
    flat = seasonal.taken_out(filled)
    lengths = np.sum(~np.isnan(flat), axis=1)
    ahead = np.full((len(filled), horizon), np.nan)
    error = np.full(len(filled), np.nan)
    for rows, theta_blocks, damped_blocks in (
        (lengths > SHORT, THETA_BLOCKS, DAMPED_BLOCKS),
        ((lengths > 0) & (lengths <= SHORT), SHORT_BLOCKS, SHORT_BLOCKS),
    ):
        if not rows.any():
            continue
        own = _trimmed(flat[rows])
        lines = over_levels(own, horizon, theta, theta_blocks)
        trends = over_levels(own, horizon, damped, damped_blocks)
        mean = np.nanmean(own, axis=1, keepdims=True)
        both = (lines.ahead + trends.ahead) / 2
        ahead[rows] = np.where(np.isnan(both), mean, both)
        error[rows] = np.where(np.isnan(lines.error), np.nanstd(own, axis=1), lines.error)
    return Smoothed(seasonal.put_back(ahead), error)


def own_scale(filled: Floats, horizon: int, path: Smoothed, season: int) -> Floats:
    """How wrong the method is on each series: the mean absolute error of its past forecasts, each divided by how errors
    grow with the step ahead. Series too short for two such forecasts: their one-step error."""
    growth = growth_of_error(horizon)
    total, count = np.zeros(len(filled)), np.zeros(len(filled))
    lengths = np.sum(~np.isnan(filled), axis=1)
    # Few series cost as much as many in one pass: several origins go together then, each cut off at its own.
    together = max(1, _AT_ONCE // max(1, len(filled)))
    for number in range(0, len(ORIGINS), together):
        parts = [
            (origin, np.flatnonzero(lengths - origin >= LEAST_HISTORY))
            for origin in ORIGINS[number : number + together]
        ]
        parts = [(origin, rows) for origin, rows in parts if len(rows)]
        if not parts:
            continue
        past = np.full((sum(len(rows) for _, rows in parts), filled.shape[1] - parts[0][0]), np.nan)
        begins = 0
        for origin, rows in parts:
            past[begins : begins + len(rows), origin - parts[0][0] :] = filled[rows, : filled.shape[1] - origin]
            begins += len(rows)
        told = _bounded(_path(past, min(parts[-1][0], horizon), season).ahead, past)
        begins = 0
        for origin, rows in parts:
            steps, mine = min(origin, horizon), told[begins : begins + len(rows)]
            begins += len(rows)
            came = filled[rows][:, filled.shape[1] - origin :][:, :steps]
            total[rows] += (np.abs(came - mine[:, :steps]) / growth[None, :steps]).sum(axis=1)
            count[rows] += steps
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count >= 2, total / count, path.error)


def growth_of_error(horizon: int) -> Floats:
    """How the absolute error grows with the step ahead, 1 at the first."""
    return np.asarray(1 + GROWTH * (np.sqrt(np.arange(1, horizon + 1)) - 1))


def default_multiples(horizon: int) -> dict[float, Floats]:
    """Of `own_scale` by level and step, for a book without enough history to be calibrated by itself."""
    steps = np.arange(1, horizon + 1)
    growth = growth_of_error(horizon)
    return {level: np.interp(steps, CALIBRATED_AT, multiple) * growth for level, multiple in CALIBRATED.items()}


def _filled(series: Floats) -> Floats:
    """Gaps between known months as straight lines; the last known month carried on to the end; what stands before a
    series begins stays NaN."""
    filled = np.array(series, dtype=np.float64)
    filled[~np.isfinite(filled)] = np.nan
    for row in np.flatnonzero((np.isnan(filled[:, 1:]) & ~np.isnan(filled[:, :-1])).any(axis=1)):
        known = np.flatnonzero(~np.isnan(filled[row]))
        columns = np.arange(known[0], filled.shape[1])
        filled[row, known[0] :] = np.interp(columns, known, filled[row, known])
    return filled


def _trimmed(series: Floats) -> Floats:
    """Without the columns in which no series has begun."""
    begun = np.flatnonzero(~np.isnan(series).all(axis=0))
    return series[:, begun[0] :] if len(begun) else series


def _bounded(ahead: Floats, filled: Floats) -> Floats:
    known = np.where(np.isnan(filled), 0.0, np.abs(filled)).max(axis=1, keepdims=True) * FURTHEST
    lowest = np.where(np.nanmin(np.where(np.isnan(filled), np.inf, filled), axis=1) >= 0, 0.0, -np.inf)[:, None]
    return np.clip(ahead, np.maximum(-known, lowest), known)
