"""Exponential smoothing of many series at once: Theta and damped trend, each on several levels of aggregation.

Series are rows, right-aligned as in `seasonality`. Every parameter of a grid is tried for every series in one pass over
the months; the one with the least squared one-step error is kept. No loop over series.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from financials.calc.seasonality import Floats

LEVELS: Final = np.array([0.03, 0.08, 0.14, 0.2, 0.28, 0.36, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
"""Smoothing of the level, tried for Theta."""
DAMPED: Final = np.array(list(product((0.05, 0.12, 0.22, 0.35, 0.5, 0.7, 0.9), (0.03, 0.1, 0.25), (0.85, 0.95, 0.98))))
"""Level, trend and damping, tried for the damped trend. No undamped trend: it harms short series."""
LEAST_BLOCKS: Final = 4
"""Shorter series are not smoothed at this level of aggregation."""
OPENING: Final = 12
"""Months from which the damped trend takes its first level and slope."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """ahead: n × horizon. error: root mean squared one-step error within the history."""

    ahead: Floats
    error: Floats


Method = Callable[[Floats, int], Smoothed]


def theta(series: Floats, horizon: int) -> Smoothed:
    """Simple smoothing of the level plus half the slope of the line through the whole history."""
    begins = np.isnan(series).sum(axis=1)
    lengths = series.shape[1] - begins
    level = np.repeat(_mean_of_first(series, begins, 3)[:, None], len(LEVELS), axis=1)
    squares = np.zeros_like(level)
    for month in range(series.shape[1]):
        value = series[:, month][:, None]
        step = np.where(np.isnan(value), 0.0, value - level)
        squares += step * step
        level = level + LEVELS[None, :] * step
    best = squares.argmin(axis=1)
    rows = np.arange(len(series))
    alpha = LEVELS[best]
    steps = np.arange(horizon)[None, :] + (1 / alpha)[:, None] - ((1 - alpha) ** lengths / alpha)[:, None]
    ahead = level[rows, best][:, None] + _slope(series, begins)[:, None] / 2 * steps
    return Smoothed(ahead, np.sqrt(squares[rows, best] / np.maximum(lengths, 1)))


def damped(series: Floats, horizon: int) -> Smoothed:
    """Level and a trend that fades."""
    begins = np.isnan(series).sum(axis=1)
    lengths = series.shape[1] - begins
    alpha, beta, phi = (DAMPED[:, column][None, :] for column in range(3))
    first, slope = _opening_line(series, begins)
    level = np.repeat(first[:, None], len(DAMPED), axis=1)
    trend = np.repeat(slope[:, None], len(DAMPED), axis=1)
    squares = np.zeros_like(level)
    for month in range(series.shape[1]):
        value = series[:, month][:, None]
        on = ~np.isnan(value)
        faded = phi * trend
        step = np.where(on, value - level - faded, 0.0)
        squares += step * step
        level = np.where(on, level + faded + alpha * step, level)
        trend = np.where(on, faded + alpha * beta * step, trend)
    best = squares.argmin(axis=1)
    rows = np.arange(len(series))
    fading = np.cumsum(DAMPED[best, 2][:, None] ** np.arange(1, horizon + 1)[None, :], axis=1)
    ahead = level[rows, best][:, None] + trend[rows, best][:, None] * fading
    return Smoothed(ahead, np.sqrt(squares[rows, best] / np.maximum(lengths, 1)))


def over_levels(series: Floats, horizon: int, method: Method, blocks: tuple[int, ...]) -> Smoothed:
    """The mean of a method's paths over the series summed into blocks of 1, 2, 3 … months.

    A level at which a series has fewer than LEAST_BLOCKS whole blocks is left out; one too short for any is NaN. error:
    that of single months.
    """
    paths, error = [], np.full(len(series), np.nan)
    for size in blocks:
        coarse = _blocks(series, size)
        enough = np.sum(~np.isnan(coarse), axis=1) >= LEAST_BLOCKS if coarse.shape[1] else np.zeros(len(series), bool)
        path = np.full((len(series), horizon), np.nan)
        if enough.any():
            found = method(coarse[enough], -(-horizon // size) + 1)
            path[enough] = _by_month(found.ahead, size, horizon)
            if size == 1:
                error[enough] = found.error
        paths.append(path)
    stacked = np.stack(paths)
    counted = np.sum(~np.isnan(stacked), axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(counted > 0, np.nansum(stacked, axis=0) / np.maximum(counted, 1), np.nan)
    return Smoothed(mean, error)


def _blocks(series: Floats, size: int) -> Floats:
    """Means of whole blocks counted from the newest month back; NaN where a month is missing."""
    count = series.shape[1] // size
    return np.asarray(series[:, series.shape[1] - count * size :].reshape(len(series), count, size).mean(axis=2))


def _by_month(blocks: Floats, size: int, horizon: int) -> Floats:
    """A path of blocks as months: straight lines between the blocks' middles, begun from one block before."""
    if size == 1:
        return blocks[:, :horizon]
    before = 2 * blocks[:, :1] - blocks[:, 1:2]
    heights = np.concatenate([before, blocks], axis=1)
    middles = (np.arange(heights.shape[1]) - 0.5) * size - 0.5
    months = np.arange(horizon)
    left = np.clip(np.searchsorted(middles, months, side="right") - 1, 0, len(middles) - 2)
    share = (months - middles[left]) / size
    return np.asarray(heights[:, left] * (1 - share) + heights[:, left + 1] * share)


def _mean_of_first(series: Floats, begins: Floats, months: int) -> Floats:
    width = min(months, series.shape[1])
    columns = np.minimum(begins[:, None] + np.arange(width)[None, :], series.shape[1] - 1).astype(int)
    return np.asarray(np.nanmean(np.take_along_axis(series, columns, axis=1), axis=1))


def _slope(series: Floats, begins: Floats) -> Floats:
    """Of the least-squares line through the whole of each series."""
    known = ~np.isnan(series)
    lengths = known.sum(axis=1)
    age = np.arange(series.shape[1])[None, :] - begins[:, None]
    centred = np.where(known, age - ((lengths - 1) / 2)[:, None], 0.0)
    spread = (centred**2).sum(axis=1)
    return np.asarray((centred * np.where(known, series, 0.0)).sum(axis=1) / np.maximum(spread, 1e-300))


def _opening_line(series: Floats, begins: Floats) -> tuple[Floats, Floats]:
    """Level just before the first month, and slope, of the line through the opening months."""
    age = np.arange(series.shape[1])[None, :] - begins[:, None]
    opening = np.where((age >= 0) & (age < OPENING), series, np.nan)
    slope = _slope(opening, begins)
    length = np.sum(~np.isnan(opening), axis=1)
    return np.nanmean(opening, axis=1) - slope * ((length - 1) / 2 + 1), slope
