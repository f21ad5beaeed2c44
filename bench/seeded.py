"""The forecast on the seeded book: ten seeds that nothing was tuned on, against run-rate alone and the naive pipeline.

The made-up company's truth is known, so MAE is against what came.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import mean

from bench.table import Row
from financials.calc.seeded_proof import HELD_OUT, SeedResult, prove

TO_RUN_RATE = 0.6
TO_NAIVE = 0.7
POINTS = 0.03


def measure() -> list[Row]:
    began = time.perf_counter()
    found = [prove(seed) for seed in HELD_OUT]
    seconds = time.perf_counter() - began
    return [
        _ratio("MAE ÷ run-rate alone, client × month", found, lambda one: one.month_to_run_rate, TO_RUN_RATE),
        _ratio("MAE ÷ run-rate alone, client × year", found, lambda one: one.year_to_run_rate, TO_RUN_RATE),
        _ratio("MAE ÷ naive pipeline, client × month", found, lambda one: one.month_to_naive, TO_NAIVE),
        _ratio("MAE ÷ naive pipeline, client × year", found, lambda one: one.year_to_naive, TO_NAIVE),
        _inside("inside the 80% band", found, lambda one: one.coverage_80, 0.80),
        _inside("inside the 95% band", found, lambda one: one.coverage_95, 0.95),
        Row("seeded book: a seed of 1,000 clients", f"{seconds / len(found):,.1f} s"),
    ]


def _ratio(what: str, found: list[SeedResult], read: Callable[[SeedResult], float], most: float) -> Row:
    several = [read(one) for one in found]
    told = f"{min(several):.3f}–{max(several):.3f}"
    return Row(
        f"seeded book, {what}: {told}", f"{mean(several):.3f}", mean(several), f"≤ {most}×", mean(several) <= most
    )


def _inside(what: str, found: list[SeedResult], read: Callable[[SeedResult], float | None], level: float) -> Row:
    several = [share for one in found if (share := read(one)) is not None]
    if not several:
        return Row(f"seeded book, {what}", "—", goal=f"{level:.0%} ± 3", met=False)
    share = mean(several)
    told = f"{min(several):.1%}–{max(several):.1%}"
    return Row(
        f"seeded book, {what}: {told}", f"{share:.1%}", goal=f"{level:.0%} ± 3", met=abs(share - level) <= POINTS
    )
