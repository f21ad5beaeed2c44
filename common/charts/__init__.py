"""Charts drawn on the server as SVG: one spec for the page, the table behind it and the PDF."""

from __future__ import annotations

from collections.abc import Mapping

from common.charts.bars import layered, monthly
from common.charts.canvas import BRAND, Canvas, Skin
from common.charts.change import bridge, waterfall, waterfall_height
from common.charts.lines import band_line, range_bar, small_lines, timeline
from common.charts.marks import spark
from common.charts.specs import (
    BandLine,
    BandPoint,
    Bridge,
    ChangeWaterfall,
    Event,
    LayeredBars,
    LayerMonth,
    LinePoint,
    Month,
    MonthlyBars,
    RangeBar,
    Size,
    SmallLines,
    Spec,
    Step,
    Stop,
    Table,
    Timeline,
)
from common.charts.tables import as_table
from common.figures import Explanation
from common.formats import Scale, is_money

__all__ = [
    "BandLine",
    "BandPoint",
    "Bridge",
    "ChangeWaterfall",
    "Event",
    "LayerMonth",
    "LayeredBars",
    "LinePoint",
    "Month",
    "MonthlyBars",
    "RangeBar",
    "SmallLines",
    "Spec",
    "Step",
    "Stop",
    "Table",
    "Timeline",
    "as_table",
    "of_explanation",
    "spark",
    "svg",
    "variants",
]

WIDTHS: dict[Size, tuple[int, ...]] = {
    "xs": (232, 200),
    "s": (400, 340),
    "m": (560, 480, 340),
    "l": (700, 600, 480, 340),
    "xl": (920, 780, 600, 340),
    "full": (1192, 1032, 820, 600, 340),
}
"""Widths a chart is drawn at; charts.css shows the widest that its container holds, so that text is never scaled."""


def _height(spec: Spec) -> float:
    if isinstance(spec, ChangeWaterfall):
        return waterfall_height(spec)
    if isinstance(spec, Timeline):
        return 88
    if isinstance(spec, RangeBar):
        return 64
    return spec.height


def _fitted(spec: Spec, width: float) -> Spec:
    """A bridge too narrow for the names under its columns lies down, as the change from its start."""
    if isinstance(spec, Bridge) and width / (len(spec.steps) + 2) < 58:
        return ChangeWaterfall(
            finding=spec.finding,
            sub=spec.sub,
            start=spec.start,
            steps=spec.steps,
            end=spec.end,
            unit=spec.unit,
            scale=spec.scale,
        )
    return spec


def svg(spec: Spec, *, width: int = 0, skin: Skin = "browser", brand: Mapping[str, str] | None = None) -> str:
    """width: CSS pixels, else the widest of the spec's size. brand: a deck's brand, mid and tint colours (print)."""
    wide = width or WIDTHS[spec.size][0]
    spec = _fitted(spec, wide)
    name = f"{spec.finding}. {spec.sub}".strip(". ") if spec.sub else spec.finding
    canvas = Canvas(wide, _height(spec), name, skin, BRAND | dict(brand or {}))
    match spec:
        case MonthlyBars():
            monthly(spec, canvas)
        case LayeredBars():
            layered(spec, canvas)
        case BandLine():
            band_line(spec, canvas)
        case ChangeWaterfall():
            waterfall(spec, canvas)
        case Bridge():
            bridge(spec, canvas)
        case Timeline():
            timeline(spec, canvas)
        case SmallLines():
            small_lines(spec, canvas)
        case RangeBar():
            range_bar(spec, canvas)
    return canvas.svg()


def of_explanation(explanation: Explanation) -> SmallLines:
    """The months under a figure, actual against what it is held against."""
    figure = explanation.figure
    values = [abs(float(point.value)) for point in explanation.series if point.value is not None]
    scale: Scale = "1"
    if is_money(figure.unit):
        scale = "M" if max(values, default=0) >= 10_000_000 else "k"
    return SmallLines(
        finding=f"{figure.label}, {explanation.series_label or 'twelve months'}",
        points=tuple(LinePoint(point.label, point.value, point.comparison) for point in explanation.series),
        unit=figure.unit,
        scale=scale,
    )


def variants(spec: Spec) -> list[tuple[str, str]]:
    """(CSS class, SVG) for each width the page may need, widest first; the last is the one shown by default."""
    widths = WIDTHS[spec.size]
    return [(f"fit-{width}" if width != widths[-1] else "least", svg(spec, width=width)) for width in widths]
