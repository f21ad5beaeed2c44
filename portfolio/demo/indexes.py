"""Price indexes of the demo: three years of one that rises by some 3% a year; another has a few months only, so that no
change over twelve months is known of it yet."""

from __future__ import annotations

from datetime import date
from math import exp
from typing import Final

from portfolio.demo.calendar import add_months, label, stream

MONTHS: Final = 36
LAST: Final = 1
"""Months before this one: an office publishes a month in the next."""
SOURCE: Final = "National statistics office, all items, 2020 = 100"
SERVICES: Final = "National statistics office, business services, since this spring"


def index_rows(anchor: date, seed: int) -> list[dict[str, str]]:
    rng = stream(seed, "index", "cpi")
    rows, level = [], 121.4
    for back in range(MONTHS + LAST - 1, LAST - 1, -1):
        level *= exp(0.031 / 12 + rng.gauss(0, 0.0012))
        rows.append(_row("cpi", add_months(anchor, -back), level, SOURCE))
    for back in range(6, LAST - 1, -1):
        rows.append(_row("sppi", add_months(anchor, -back), 108.2 - 0.2 * back, SERVICES))
    return rows


def _row(index: str, month: date, level: float, source: str) -> dict[str, str]:
    return {"index": index, "month": label(month), "value": f"{level:.1f}", "source": source}
