"""The deck's charts as SVG: measured text placed by its start, bars from zero, one scale, direct labels.

Self-contained: no ids, no references, no styles, so one drawing serves the page (inline) and the PDF (as an image).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from qbr.calc.colour import DOWN, INK, UP, Brand
from qbr.calc.fit import TextStyle, clipped, paragraph
from qbr.calc.slides import Bar, BarChart, Bridge, Step

GREY1: Final = "#45525D"
GREY2: Final = "#626E78"
GREY3: Final = "#87929B"
HAIRLINE: Final = "#D9DEE2"
AXIS: Final = TextStyle("regular", 11, 14)
LABEL: Final = TextStyle("bold", 12, 15)
KEY: Final = TextStyle("medium", 12, 15)
STRONG: Final = TextStyle("bold", 12.5, 16)
_FAMILY: Final = {"regular": 400, "medium": 500, "bold": 600}
CLEAR: Final = 22
"""px between a bar and the tick over it that hold the bar's figure."""
LAYER_WHITES: Final = (0.0, 0.30, 0.52, 0.68, 0.80, 0.89)

Scale = Callable[[Decimal | float], float]


class Svg:
    """Elements in order of drawing; numbers rounded to a hundredth of a pixel so that bytes do not depend on noise."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def rect(self, x: float, y: float, w: float, h: float, fill: str, *, stroke: str = "", dash: str = "") -> None:
        edge = f' stroke="{stroke}" stroke-width="1.25"' if stroke else ""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        box = f'x="{px(x)}" y="{px(y)}" width="{px(max(w, 0))}" height="{px(max(h, 0))}"'
        self._parts.append(f'<rect {box} fill="{fill}"{edge}{dashed}/>')

    def line(
        self, x1: float, y1: float, x2: float, y2: float, stroke: str, *, width: float = 1, dash: str = ""
    ) -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        ends = f'x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}"'
        self._parts.append(f'<line {ends} stroke="{stroke}" stroke-width="{width}"{dashed}/>')

    def polyline(self, points: Sequence[tuple[float, float]], stroke: str, *, width: float = 2) -> None:
        path = " ".join(f"{px(x)},{px(y)}" for x, y in points)
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round"/>'
        )

    def circle(self, x: float, y: float, r: float, fill: str) -> None:
        self._parts.append(f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(r)}" fill="{fill}"/>')

    def path(self, d: str, fill: str) -> None:
        self._parts.append(f'<path d="{d}" fill="{fill}"/>')

    def text(self, x: float, y: float, text: str, style: TextStyle, fill: str, *, anchor: str = "start") -> None:
        """y is the baseline. anchor end or middle is worked out here and placed by its start."""
        if anchor != "start":
            x -= style.width(text) * (0.5 if anchor == "middle" else 1)
        font = f'font-size="{style.size}" font-weight="{_FAMILY[style.face]}"'
        self._parts.append(f'<text x="{px(x)}" y="{px(y)}" {font} fill="{fill}">{escape(text)}</text>')

    def render(self, alt: str) -> str:
        size = f'width="{px(self.width)}" height="{px(self.height)}" viewBox="0 0 {px(self.width)} {px(self.height)}"'
        name = f'font-family="Inter Deck" role="img" aria-label={quoteattr(alt)}'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {name}>'
        return head + "".join(self._parts) + "</svg>"


def px(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def bar_chart(chart: BarChart, width: int, height: int, brand: Brand) -> str:
    """Bars from zero with plan ticks; forecast bars outlined or layered after a boundary; ranges as brackets."""
    svg = Svg(width, height)
    if not chart.bars or all(bar.value is None for bar in chart.bars):
        return _empty_bars(svg, chart)
    top, foot = 58.0, height - 40.0
    values = [v for bar in chart.bars for v in (bar.value, bar.plan, bar.previous, bar.high) if v is not None]
    highest, lowest = max(float(max(values)), 0.0), min(float(min(values)), 0.0)
    spread = (highest - lowest) or 1.0
    pitch = width / len(chart.bars)

    def at(value: Decimal | float) -> float:
        return foot - (float(value) - lowest) / spread * (foot - top)

    _key(svg, chart, brand)
    for index, bar in enumerate(chart.bars):
        _bar(svg, bar, index * pitch, pitch, at, brand)
    svg.line(0, at(0), width, at(0), INK, width=1.25)
    _axis(svg, chart.bars, pitch, foot)
    _boundary(svg, chart.bars, pitch, top, foot)
    return svg.render(chart.alt)


def _bar(svg: Svg, bar: Bar, left: float, pitch: float, at: Scale, brand: Brand) -> None:
    wide = min(pitch * 0.58, 56)
    x = left + (pitch - wide) / 2
    if bar.value is None:
        svg.text(left + pitch / 2, at(0) - 6, "—", AXIS, GREY2, anchor="middle")
        return
    if bar.layers:
        base = Decimal(0)
        for number, part in enumerate(bar.layers):
            if part > 0:
                gap = 1.0 if base > 0 else 0.0
                svg.rect(x, at(base + part), wide, at(base) - at(base + part) - gap, layer_colour(brand, number))
            base += max(part, Decimal(0))
    else:
        y0, y1 = sorted((at(0), at(bar.value)))
        if bar.forecast:
            svg.rect(x, y0, wide, y1 - y0, brand.tint, stroke=brand.mark)
        else:
            svg.rect(x, y0, wide, y1 - y0, brand.mark)
    marks = [float(bar.value)]
    clear = bar.plan is not None and at(bar.value) - at(bar.plan) >= CLEAR  # room for the figure under the tick
    if bar.previous is not None:
        svg.rect(x + wide + 2, min(at(0), at(bar.previous)), max(wide * 0.28, 4), abs(at(0) - at(bar.previous)), GREY3)
    if bar.plan is not None:
        svg.line(x - 5, at(bar.plan), x + wide + 5, at(bar.plan), INK, width=2)
        if not clear:
            marks.append(float(bar.plan))
    if bar.low is not None and bar.high is not None:
        _bracket(svg, left + pitch / 2, at(bar.low), at(bar.high), wide)
        marks.append(float(bar.high))
    y = at(max(marks)) - 7 if bar.value >= 0 else at(bar.value) + 15
    svg.text(left + pitch / 2, y, bar.label, LABEL if pitch > 34 else AXIS, INK, anchor="middle")


def _bracket(svg: Svg, x: float, low: float, high: float, wide: float) -> None:
    svg.line(x, low, x, high, INK, width=1.1)
    for y in (low, high):
        svg.line(x - min(wide / 5, 5), y, x + min(wide / 5, 5), y, INK, width=1.1)


def layer_colour(brand: Brand, number: int) -> str:
    white = LAYER_WHITES[min(number, len(LAYER_WHITES) - 1)]
    parts = (int(brand.mark[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * white):02X}" for part in parts)


def _key(svg: Svg, chart: BarChart, brand: Brand) -> None:
    """One line over the bars, placed by measured widths; entries that do not fit are left out from the end."""
    entries: list[tuple[str, str, str]] = []
    if chart.layers:
        used = [
            index
            for index in range(len(chart.layers))
            if any(index < len(b.layers) and b.layers[index] for b in chart.bars)
        ]
        entries += [("box", layer_colour(brand, index), chart.layers[index]) for index in used]
    elif chart.key_plan or chart.key_previous:
        entries.append(("box", brand.mark, chart.key_actual))
    if any(bar.forecast for bar in chart.bars) and not chart.layers:
        entries.append(("outline", brand.tint, "Forecast"))
    if chart.key_previous:
        entries.append(("box", GREY3, chart.key_previous))
    if chart.key_plan:
        entries.append(("tick", INK, chart.key_plan))
    if any(bar.high is not None for bar in chart.bars):
        entries.append(("bracket", INK, "80% range"))
    x = 0.0
    for shape, colour, words in entries:
        if x + 18 + KEY.width(words) > svg.width:
            break
        if shape == "tick":
            svg.line(x, 8, x + 14, 8, colour, width=2)
        elif shape == "bracket":
            _bracket(svg, x + 6, 14, 2, 30)
        else:
            svg.rect(x + 0.5, 3, 11, 10, colour, stroke=brand.mark if shape == "outline" else "")
        svg.text(x + 18, 12, words, KEY, GREY1)
        x += 18 + KEY.width(words) + 18


def _axis(svg: Svg, bars: Sequence[Bar], pitch: float, foot: float) -> None:
    group = ""
    for index, bar in enumerate(bars):
        middle = index * pitch + pitch / 2
        if AXIS.width(bar.period) <= pitch - 2:
            svg.text(middle, foot + 17, bar.period, AXIS, GREY2, anchor="middle")
        if bar.group and bar.group != group:
            group = bar.group
            svg.text(middle - AXIS.width(bar.period) / 2, foot + 33, group, TextStyle("medium", 11, 14), GREY1)


def _boundary(svg: Svg, bars: Sequence[Bar], pitch: float, top: float, foot: float) -> None:
    first = next((index for index, bar in enumerate(bars) if bar.forecast), None)
    if not first:
        return
    x = first * pitch
    svg.line(x, top - 30, x, foot, GREY2, dash="2 3")
    svg.text(x - 7, top - 22, "Actual", AXIS, GREY2, anchor="end")
    svg.text(x + 7, top - 22, "Forecast", AXIS, GREY2)


def _empty_bars(svg: Svg, chart: BarChart) -> str:
    """Never an empty chart: axis and periods stay, the last period is outlined, and words say what is missing."""
    foot = svg.height - 40.0
    count = max(len(chart.bars), 1)
    pitch = svg.width / count
    svg.line(0, foot, svg.width, foot, INK, width=1.25)
    wide = min(pitch * 0.58, 72)
    svg.rect(svg.width - pitch / 2 - wide / 2, foot - 150, wide, 150, "none", stroke=GREY2, dash="4 3")
    room = max(svg.width - pitch, 200)
    svg.text(
        0, foot - 112, clipped(chart.empty or "Nothing is recorded for these periods yet.", STRONG, room), STRONG, INK
    )
    _axis(svg, chart.bars, pitch, foot)
    return svg.render(chart.alt)


def bridge(chart: Bridge, width: int, height: int, brand: Brand) -> str:
    """Vertical bridge; when the steps are small beside the totals the totals are broken and the title must say so."""
    svg = Svg(width, height)
    top, foot = 30.0, height - 50.0
    levels = _levels(chart.steps)
    tops = [max(pair) for pair in levels]
    bottoms = [min(pair) for step, pair in zip(chart.steps, levels, strict=True) if not step.total]
    start = bridge_start(chart)
    high = max(*tops, start + 1) if tops else 1.0
    low = min([start, *bottoms]) if start else min([0.0, *bottoms])
    pitch = width / max(len(chart.steps), 1)
    wide = pitch * 0.66

    def at(value: float) -> float:
        return foot - (value - low) / ((high - low) or 1.0) * (foot - top)

    before: float | None = None
    for index, (step, (begin, end)) in enumerate(zip(chart.steps, levels, strict=True)):
        x = index * pitch + (pitch - wide) / 2
        base = start if step.total else begin
        y0, y1 = sorted((at(base), at(end)))
        first = index == 0
        fill = (GREY3 if first else brand.mark) if step.total else UP if step.value >= 0 else DOWN
        svg.rect(x, y0, wide, max(y1 - y0, 1), fill)
        if step.total and start:
            _zigzag(svg, x, foot - 14, wide)
        if before is not None:
            svg.line(x - (pitch - wide), at(before), x, at(before), GREY3)
        before = end
        colour = INK if step.total or step.value == 0 else fill
        svg.text(x + wide / 2, y0 - 8, step.text, STRONG, colour, anchor="middle")
        style = TextStyle("bold", 12, 15) if step.total else TextStyle("regular", 12, 15)
        for place, words in enumerate(paragraph(step.label, style, pitch - 4, 2).lines):
            svg.text(x + wide / 2, foot + 18 + 14 * place, words, style, INK, anchor="middle")
        if step.note:
            svg.text(x + wide / 2, foot + 35, clipped(step.note, AXIS, pitch + 8), AXIS, GREY2, anchor="middle")
    svg.line(0, foot, width, foot, INK, width=1.25)
    return svg.render(chart.alt)


def bridge_start(chart: Bridge) -> float:
    """Where the totals of a bridge are broken, in its unit; 0 when they are drawn whole."""
    levels = _levels(chart.steps)
    if not levels:
        return 0.0
    lowest = min(
        min(end for _, end in levels), min(begin for begin, _ in levels[1:]) if len(levels) > 1 else levels[0][1]
    )
    highest = max(max(pair) for pair in levels)
    if lowest <= 0 or lowest < 0.55 * highest:
        return 0.0
    spread = highest - lowest
    rough = max(lowest - max(spread, lowest * 0.05) * 0.6, 0.0)
    unit = 10 ** max(len(str(int(rough))) - 2, 0)
    return float(int(rough / unit) * unit)


def _levels(steps: Sequence[Step]) -> list[tuple[float, float]]:
    levels: list[tuple[float, float]] = []
    running = Decimal(0)
    for step in steps:
        begin = Decimal(0) if step.total else running
        running = step.value if step.total else running + step.value
        levels.append((float(begin), float(running)))
    if levels and steps[0].total:
        levels[0] = (levels[0][1], levels[0][1])
    return [(end, end) if step.total else (begin, end) for step, (begin, end) in zip(steps, levels, strict=True)]


def _zigzag(svg: Svg, x: float, y: float, wide: float) -> None:
    points = [(x - 1 + (wide + 2) * part / 4, y + (4 if part % 2 else -2)) for part in range(5)]
    svg.polyline(points, "#FFFFFF", width=4)
