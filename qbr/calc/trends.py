"""One measure over its last readings, as a small drawing of its own. Self-contained SVG, as `charts` has it."""

from __future__ import annotations

from typing import Final

from qbr.calc.charts import AXIS, GREY1, GREY2, HAIRLINE, LABEL, Svg
from qbr.calc.colour import INK, Brand
from qbr.calc.slides import Trend

LEFT: Final = 10
AIR: Final = 24
"""px over the highest point, for the words that stand there."""
APART: Final = 15
"""px between the plan's words and the last value's."""


def trend(one: Trend, width: int, height: int, brand: Brand) -> str:
    """A line from the first reading to the last, each with its value; the plan by now dashed. Not from zero."""
    svg = Svg(width, height)
    foot = height - 22.0
    plan = float(one.plan) if one.plan is not None else None
    values = [float(value) for value in one.values]
    bounds = [*values, *([plan] if plan is not None else [])]
    low, high = min(bounds), max(bounds)
    words = max(LABEL.width(one.last), AXIS.width(f"Plan {one.plan_text}") if plan is not None else 0)
    right = width - words - 14

    def at(value: float) -> float:
        return (AIR + foot) / 2 if high == low else foot - 10 - (value - low) / (high - low) * (foot - 10 - AIR)

    step = (right - LEFT) / max(len(values) - 1, 1)
    svg.line(0, foot, width, foot, HAIRLINE)
    last = at(values[-1])
    if plan is not None:
        level = at(plan)
        svg.line(LEFT, level, right, level, GREY2, width=1.1, dash="4 3")
        beside = level + 4
        if abs(level - last) < APART:
            beside = last + 4 + (APART if plan < values[-1] else -APART)
        svg.text(right + 10, beside, f"Plan {one.plan_text}", AXIS, GREY1)
    svg.polyline([(LEFT + index * step, at(value)) for index, value in enumerate(values)], brand.mark, width=2)
    for x, value in ((LEFT, values[0]), (LEFT + step * (len(values) - 1), values[-1])):
        svg.circle(x, at(value), 3, brand.mark)
    svg.text(LEFT, at(values[0]) - 9, one.first, AXIS, GREY1)
    svg.text(right + 10, last + 4, one.last, LABEL, INK)
    svg.text(0, foot + 16, one.start, AXIS, GREY2)
    svg.text(right, foot + 16, one.end, AXIS, GREY2, anchor="end")
    return svg.render(one.alt)
