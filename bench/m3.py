"""The run-rate against the M3 competition: series nobody here made, errors by the published definitions.

sMAPE: mean of 200 |F − A| ÷ (|F| + |A|). MASE: mean of |F − A| ÷ the mean absolute change over a season within the
history. OWA: half of sMAPE ÷ Naive2's and MASE ÷ Naive2's, Naive2 computed here by the M4 competition's rule. MSIS: the
mean scaled interval score. Constants were chosen on series with an odd number; even and all are printed beside.
"""

from __future__ import annotations

import csv
import gzip
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.table import Row
from financials.calc.runrate import RunRate, pack, run_rate, run_rate_with_bands
from financials.calc.seasonality import Flags, Floats

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "m3"
SIGNIFICANT = 1.645
"""Naive2 takes a season out where the autocorrelation at its lag exceeds so many standard errors."""


@dataclass(frozen=True, slots=True)
class Contest:
    """histories: right-aligned n × T. actual: n × horizon."""

    name: str
    histories: Floats
    actual: Floats
    odd: Flags
    season: int

    @property
    def horizon(self) -> int:
        return int(self.actual.shape[1])


def load(frequency: str, season: int, *, last: int = 0, horizon: int = 0) -> Contest:
    """last: only so many months of each history; horizon: only so many steps of the future."""
    parts: dict[str, dict[str, list[float]]] = {}
    with gzip.open(DATA / f"m3_{frequency}.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            values = [float(value) for value in row["values_space_separated"].split()]
            parts.setdefault(row["series"], {})[row["part"]] = values
    names = sorted(name for name, part in parts.items() if len(part["train"]) >= last)
    actual = np.array([parts[name]["test"] for name in names])
    return Contest(
        name=f"M3 {frequency}" + (f", last {last}" if last else ""),
        histories=pack([parts[name]["train"][-last:] for name in names]),
        actual=actual[:, :horizon] if horizon else actual,
        odd=np.array([int(name[1:]) % 2 == 1 for name in names]),
        season=season,
    )


def naive2(contest: Contest) -> Floats:
    """The last month carried on, its classical multiplicative season taken out and put back where it is significant."""
    series, season = contest.histories, contest.season
    lengths = np.sum(~np.isnan(series), axis=1)
    factors = _classical(series, season)
    factors[~_is_seasonal(series, season, lengths)] = 1.0
    last = series[:, -1:] / factors[:, [0]]
    ahead = factors[:, [season - 1 - step % season for step in range(contest.horizon)]]
    return np.asarray(last * ahead)


def _is_seasonal(series: Floats, season: int, lengths: Floats) -> Flags:
    centred = np.where(np.isnan(series), 0.0, series - np.nanmean(series, axis=1, keepdims=True))
    energy = (centred**2).sum(axis=1)
    lags = [(centred[:, lag:] * centred[:, :-lag]).sum(axis=1) / energy for lag in range(1, season + 1)]
    limit = SIGNIFICANT * np.sqrt((1 + 2 * sum(lag**2 for lag in lags[:-1])) / lengths)
    return np.asarray((np.abs(lags[-1]) > limit) & (lengths >= 3 * season))


def _classical(series: Floats, season: int) -> Floats:
    weights = np.full(season + 1, 1 / season)
    weights[[0, -1]] /= 2
    months, half = series.shape[1], season // 2
    width = months - season
    middle = sum(weight * series[:, step : step + width] for step, weight in enumerate(weights))
    ratios = np.full_like(series, np.nan)
    ratios[:, half : half + width] = series[:, half : half + width] / middle
    phases = np.array([(months - 1 - column) % season for column in range(months)])
    means = np.stack(
        [np.nansum(ratios[:, phases == j], axis=1) / np.sum(~np.isnan(ratios[:, phases == j]), axis=1).clip(1)
         for j in range(season)], axis=1,
    )  # fmt: skip
    return np.asarray(means / means.mean(axis=1, keepdims=True))


def smape(forecast: Floats, actual: Floats) -> Floats:
    return np.asarray(200 * np.abs(forecast - actual) / (np.abs(forecast) + np.abs(actual)))


def seasonal_change(contest: Contest) -> Floats:
    series, season = contest.histories, contest.season
    return np.asarray(np.nanmean(np.abs(series[:, season:] - series[:, :-season]), axis=1, keepdims=True))


def owa(forecast: Floats, contest: Contest, which: Flags) -> tuple[float, float, float]:
    """sMAPE, MASE and OWA of the series that `which` marks."""
    change, reference = seasonal_change(contest)[which], naive2(contest)[which]
    actual, told = contest.actual[which], forecast[which]
    ours = smape(told, actual).mean(), (np.abs(told - actual) / change).mean()
    theirs = smape(reference, actual).mean(), (np.abs(reference - actual) / change).mean()
    return float(ours[0]), float(ours[1]), float((ours[0] / theirs[0] + ours[1] / theirs[1]) / 2)


def bands(found: RunRate, contest: Contest, which: Flags) -> tuple[float, float, float]:
    """Share of actuals inside the 80% and the 95% band, and MSIS at 95%."""
    inside = {}
    for level in (0.8, 0.95):
        band = found.bands[level]
        inside[level] = ((contest.actual >= band.lower) & (contest.actual <= band.upper))[which].mean()
    lower, upper = found.bands[0.95].lower, found.bands[0.95].upper
    missed = np.maximum(lower - contest.actual, 0) + np.maximum(contest.actual - upper, 0)
    score = ((upper - lower + 2 / 0.05 * missed) / seasonal_change(contest))[which].mean()
    return float(inside[0.8]), float(inside[0.95]), float(score)


def measure() -> list[Row]:
    if not DATA.exists():
        return [Row("M3 competition: its data are not beside this tree", "not run")]
    rows = []
    for frequency, season, last, horizon, most, most_seconds in (
        ("monthly", 12, 0, 0, 0.815, 3.0), ("monthly", 12, 36, 12, 0.83, 2.0),
        ("monthly", 12, 24, 12, None, None), ("monthly", 12, 60, 12, None, None), ("quarterly", 4, 0, 0, None, None),
    ):  # fmt: skip
        contest = load(frequency, season, last=last, horizon=horizon)
        began = time.perf_counter()
        point = run_rate(contest.histories, contest.horizon, season=season)
        seconds = time.perf_counter() - began
        rows += _accuracy(contest, point, seconds, most, most_seconds)
        rows += _coverage(contest, goal=frequency == "monthly" and not last)
    return rows


def _accuracy(
    contest: Contest, point: Floats, seconds: float, most: float | None, most_seconds: float | None
) -> list[Row]:
    everything = np.ones_like(contest.odd)
    found = [owa(point, contest, which) for which in (everything, contest.odd, ~contest.odd)]
    (percent, scaled, weighted), (*_, odd), (*_, even) = found
    goal, limit = (f"≤ {most}", most) if most else ("", np.inf)
    quick, patience = (f"≤ {most_seconds:.0f} s", most_seconds) if most_seconds else ("", np.inf)
    return [
        Row(f"{contest.name}, {len(contest.odd):,} series: OWA", f"{weighted:.4f}", None, goal, weighted <= limit),
        Row("  of the odd (tuned on) and the even", f"{odd:.4f} {even:.4f}"),
        Row("  sMAPE and MASE", f"{percent:.2f} {scaled:.3f}"),
        Row("  seconds for all of them", f"{seconds:.2f} s", None, quick, seconds <= patience),
    ]


def _coverage(contest: Contest, *, goal: bool) -> list[Row]:
    began = time.perf_counter()
    found = run_rate_with_bands(contest.histories, contest.horizon, season=contest.season)
    seconds = time.perf_counter() - began
    eighty, most, score = bands(found, contest, np.ones_like(contest.odd))
    even = bands(found, contest, ~contest.odd)
    words = ("78–82%", "94–96%", "≤ 6.8") if goal else ("", "", "")
    return [
        Row("  the 80% band holds", f"{eighty:.1%}", None, words[0], not goal or 0.78 <= eighty <= 0.82),
        Row("  the 95% band holds", f"{most:.1%}", None, words[1], not goal or 0.94 <= most <= 0.96),
        Row("  MSIS95", f"{score:.2f}", None, words[2], not goal or score <= 6.8),
        Row("  of the even", f"{even[0]:.1%} {even[1]:.1%} {even[2]:.2f}"),
        Row("  seconds with bands", f"{seconds:.2f} s"),
    ]
