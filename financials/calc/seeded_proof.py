"""The forecast proved on the seeded book: ours, run-rate alone and the naive weighted pipeline against the truth.

Source: docs/definitions.md#back-test
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from financials.calc.accuracy import mean_absolute_error, of_arrays
from financials.calc.backtest import OURS, PIPELINE, RUN_RATE, Trial, trial, year_error
from financials.calc.seeded_book import Shape, draw_book
from financials.calc.seeded_view import Origin, client_name, inputs_at

HELD_OUT: Final = tuple(range(9001, 9011))
"""Seeds that nothing was tuned on."""
TUNING: Final = tuple(range(1, 11))
LEADS: Final = 12


@dataclass(frozen=True, slots=True)
class SeedResult:
    """MAE of ours over that of run-rate alone and of the naive weighted pipeline, by client and month and by client and
    year; coverage of our bands, None while there are none."""

    seed: int
    month_to_run_rate: float
    month_to_naive: float
    year_to_run_rate: float
    year_to_naive: float
    mae: float
    wape: float
    bias: float
    layers: dict[str, float]
    coverage_80: float | None
    coverage_95: float | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def seeded_trial(seed: int, *, clients: int = 1000) -> Trial:
    """The origin is the as-of month of the book; the twelve months after the open one are held against the truth."""
    shape = Shape(clients=clients)
    origin = Origin(draw_book(seed, shape), shape.months - 1, history=None)
    names = [client_name(number) for number in range(clients)]
    return trial(inputs_at(origin, horizon=LEADS), names, origin.truth(LEADS))


def prove(seed: int, *, clients: int = 1000) -> SeedResult:
    return result_of(seed, seeded_trial(seed, clients=clients))


def result_of(seed: int, one: Trial) -> SeedResult:
    ours, alone, naive = (one.methods[name] for name in (OURS, RUN_RATE, PIPELINE))
    month = mean_absolute_error(ours, one.actual)
    year = year_error(one, ours)
    whole = of_arrays(ours, one.actual)
    return SeedResult(
        seed=seed,
        month_to_run_rate=month / mean_absolute_error(alone, one.actual),
        month_to_naive=month / mean_absolute_error(naive, one.actual),
        year_to_run_rate=year / year_error(one, alone),
        year_to_naive=year / year_error(one, naive),
        mae=month,
        wape=float(whole.wape or np.nan),
        bias=float(whole.bias or 0),
        layers={name: mean_absolute_error(forecast, one.actual) for name, forecast in one.layers.items()},
        coverage_80=_covered(one, 0.8),
        coverage_95=_covered(one, 0.95),
    )


def _covered(one: Trial, level: float) -> float | None:
    inside = one.inside(OURS, level)
    return None if inside is None else float(inside[one.banded(OURS, level)].mean())
