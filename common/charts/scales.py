"""Axes: ticks that read well, and labels kept apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common import formats
from common.charts.specs import Value
from common.formats import Scale

_EXPONENTS = {"1": 0, "k": 3, "M": 6}
_STEPS = (1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 10.0)


def plain(value: Value, scale: Scale) -> float | None:
    """In units of the axis; None where nothing is known."""
    if value is None or not formats.known(value):
        return None
    return float(value) / 10.0 ** _EXPONENTS.get(scale, 0)


def present(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


@dataclass(frozen=True, slots=True)
class Axis:
    """low and high are ticks; pixel() maps a value to y between bottom and top."""

    low: float
    high: float
    step: float
    top: float
    bottom: float

    def pixel(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)

    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [round(self.low + index * self.step, 10) for index in range(count + 1)]

    def places(self) -> int:
        for places in (0, 1, 2):
            if all(abs(tick - round(tick, places)) < 1e-9 for tick in self.ticks()):
                return places
        return 3


def axis(values: Sequence[float], top: float, bottom: float) -> Axis:
    """From zero (bars), with three to five steps that waste the least height."""
    high, low = max([0.0, *values]), min([0.0, *values])
    if high == low:
        return Axis(0.0, 1.0, 1.0, top, bottom)
    magnitude = 10.0 ** math.floor(math.log10((high - low) / 4))

    def fitted(factor: float) -> tuple[float, Axis]:
        step = factor * magnitude
        above, below = math.ceil(high / step - 1e-9), math.ceil(-low / step - 1e-9)
        count = above + below
        waste = count * step / (high - low) + (0.0 if 3 <= count <= 5 else 1.0) + abs(count - 3.5) * 0.02
        return waste, Axis(-below * step, above * step, step, top, bottom)

    return min((fitted(factor) for factor in _STEPS), key=lambda pair: pair[0])[1]


def tick_label(value: float, places: int, unit: str, scale: Scale, *, full: bool) -> str:
    """full: with currency and scale, for the topmost tick only."""
    if unit in ("ratio", "percent"):
        return formats.ratio(value, 0) if full else formats.number(value * 100, 0)
    if not full or not formats.is_money(unit):
        return formats.number(value, places)
    return formats.number(value, places, prefix=formats.symbol(unit), suffix="" if scale == "1" else scale)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least gap apart, as near as can be to those wanted, in their order from top to bottom."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed: list[float] = []
    for index in order:
        position = max(wanted[index], low)
        placed.append(max(position, placed[-1] + gap) if placed else position)
    limit = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    result = [0.0] * len(wanted)
    for slot, index in enumerate(order):
        result[index] = placed[slot]
    return result
