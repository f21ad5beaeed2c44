"""Seasonal factors of many monthly series at once, shrunk towards none by how much of them may be noise.

Series are rows, right-aligned: the last column is the newest month, NaN stands before a series begins.
Source: docs/definitions.md#run-rate
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

WEAKLY_KNOWN: Final = 0.5
"""Share of the measured factors kept while each month of the year was seen but once or twice: their noise cannot be
told apart from the season."""
LEAST_YEARS: Final = 2


@dataclass(frozen=True, slots=True)
class Seasonality:
    """factors: n × season, column j for the months j before the last one, season apart. ratio: multiplied where true,
    added where false (series with a month at or below zero)."""

    factors: Floats
    ratio: Flags

    @property
    def season(self) -> int:
        return int(self.factors.shape[1])

    def past(self, months: int) -> Floats:
        """The factor of each of the last months, oldest first."""
        return self.factors[:, [(months - 1 - column) % self.season for column in range(months)]]

    def ahead(self, months: int) -> Floats:
        return self.factors[:, [self.season - 1 - step % self.season for step in range(months)]]

    def taken_out(self, series: Floats) -> Floats:
        factors = self.past(series.shape[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.ratio[:, None], series / factors, series - factors)

    def put_back(self, series: Floats) -> Floats:
        factors = self.ahead(series.shape[1])
        return np.where(self.ratio[:, None], series * factors, series + factors)


def seasonality(series: Floats, season: int = 12) -> Seasonality:
    """Classical decomposition about a centred moving average, then shrinkage after James and Stein, squared.

    Factors keep the share (1 − noise variance ÷ their variance)² of their distance from none; series shorter than two
    seasons have none. Series must have no gap between their first and last month.
    """
    lengths = np.sum(~np.isnan(series), axis=1)
    with np.errstate(invalid="ignore"):
        ratio = np.nanmin(np.where(np.isnan(series), np.inf, series), axis=1) > 0
    neutral = np.where(ratio, 1.0, 0.0)[:, None]
    if season < 2 or series.shape[1] < LEAST_YEARS * season:
        return Seasonality(np.repeat(neutral, max(season, 1), axis=1), ratio)
    trend = _moving_average(series, season)
    with np.errstate(divide="ignore", invalid="ignore"):
        departures = np.where(ratio[:, None], series / trend, series - trend)
    departures[~np.isfinite(departures)] = np.nan
    factors, noise = _by_phase(departures, season)
    middle = factors.mean(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.where(ratio[:, None], factors / middle, factors - middle)
    kept = _kept_share(factors, noise, lengths, season)
    shrunk = neutral + kept[:, None] * (factors - neutral)
    known = np.isfinite(shrunk).all(axis=1) & (lengths >= LEAST_YEARS * season)
    known &= ~ratio | (shrunk > 0).all(axis=1)
    return Seasonality(np.where(known[:, None], shrunk, neutral), ratio)


def _moving_average(series: Floats, season: int) -> Floats:
    """Centred over one season, NaN where the window is not whole."""
    weights = np.full(season + 1, 1.0 / season) if season % 2 == 0 else np.full(season, 1.0 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    half = len(weights) // 2
    width = series.shape[1] - 2 * half
    average = np.full_like(series, np.nan)
    average[:, half : half + width] = sum(
        weight * series[:, step : step + width] for step, weight in enumerate(weights)
    )
    return average


def _by_phase(departures: Floats, season: int) -> tuple[Floats, Floats]:
    """Mean departure by phase, and the variance about it (NaN while no phase was seen twice)."""
    months = departures.shape[1]
    phases = np.array([(months - 1 - column) % season for column in range(months)])
    seen = ~np.isnan(departures)
    filled = np.where(seen, departures, 0.0)
    member = (phases[:, None] == np.arange(season)[None, :]).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (filled @ member) / (seen @ member)
        residuals = np.where(seen, departures - means[:, phases], 0.0)
        spare = seen.sum(axis=1) - season
        noise = np.where(spare > 0, (residuals**2).sum(axis=1) / np.maximum(spare, 1), np.nan)
    return means, noise


def _kept_share(factors: Floats, noise: Floats, lengths: NDArray[np.int64], season: int) -> Floats:
    years = np.maximum(lengths / season - 1, 1)  # the moving average loses half a season at either end
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(1 - noise / years / factors.var(axis=1), 0.0, 1.0) ** 2
    return np.where(np.isfinite(share) & (lengths >= (LEAST_YEARS + 1) * season), share, WEAKLY_KNOWN)
