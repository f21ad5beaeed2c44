"""Timing two or more ways of one thing side by side, and the table that says what came out."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. value: as printed; ratio: to the floor; goal: the most (or, per second, least) allowed."""

    what: str
    value: str
    ratio: float | None = None
    goal: str = ""
    met: bool = True


def interleaved(ways: Mapping[str, Callable[[], object]], *, rounds: int, warm: int = 3) -> dict[str, float]:
    """Median seconds of each way. They take turns, so that whatever else the machine does falls on all of them."""
    for _ in range(warm):
        for way in ways.values():
            way()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()
            began = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - began)
    return {name: median(found) for name, found in times.items()}


def against_floor(what: str, seconds: float, floor: float, *, most: float | None = None) -> Row:
    ratio = seconds / floor
    goal = f"≤ {most:g}×" if most else ""
    return Row(what, milliseconds(seconds), ratio, goal, met=most is None or ratio <= most)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def show(rows: list[Row]) -> None:
    width = max(len(row.what) for row in rows)
    print(f"{'':{width}}  {'measured':>16}  {'× floor':>8}  {'goal':>12}")
    for row in rows:
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        verdict = "" if not row.goal else ("met" if row.met else "MISSED")
        print(f"{row.what:{width}}  {row.value:>16}  {ratio:>8}  {row.goal:>12}  {verdict}".rstrip())
