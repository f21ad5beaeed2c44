"""Bars by month: actual, prior and forecast; and the forecast by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from common import formats
from common.charts import scales, text
from common.charts.canvas import Canvas
from common.charts.scales import Axis, plain
from common.charts.specs import Event, LayeredBars, LayerMonth, MonthlyBars
from common.formats import Scale

HEADER = 16
FOOT = 20


@dataclass(frozen=True, slots=True)
class Slots:
    """Where months stand: equal slots from left to right, a bar in each."""

    left: float
    right: float
    count: int

    @property
    def step(self) -> float:
        return (self.right - self.left) / max(1, self.count)

    @property
    def bar(self) -> float:
        return max(2.0, self.step * 0.72)

    def start(self, index: int) -> float:
        return self.left + index * self.step

    def centre(self, index: int) -> float:
        return self.start(index) + self.step / 2

    def bar_left(self, index: int) -> float:
        return self.centre(index) - self.bar / 2


def nothing(canvas: Canvas) -> None:
    canvas.line(0, canvas.height - FOOT, canvas.width, canvas.height - FOOT, "zero")
    canvas.text(canvas.width / 2, canvas.height / 2, "No data for these months yet", "axis", "middle", 12)


def grid(canvas: Canvas, axis: Axis, unit: str, scale: Scale, right: float) -> float:
    """Draws ticks and gridlines; returns the left edge of the plot."""
    places = axis.places()
    labels = [
        scales.tick_label(tick, places, unit, scale, full=tick == axis.ticks()[-1] and tick > 0)
        for tick in axis.ticks()
    ]
    left = max(text.width(label, canvas.size) for label in labels[:-1]) + 10 if len(labels) > 1 else 10
    left = max(left, text.width(labels[-1], canvas.size) * 0.8)
    for tick, label in zip(axis.ticks(), labels, strict=True):
        y = axis.pixel(tick)
        top = tick == axis.high
        from_x = text.width(label, canvas.size) + 5 if top else left - 2
        if tick != 0:
            canvas.line(from_x, y, right, y, "grid")
        canvas.text(0, y + 4, label)
    return left


def boundary(canvas: Canvas, x: float, axis: Axis, before: str, after: str, right: float) -> None:
    canvas.line(x, 2, x, axis.bottom, "boundary")
    canvas.text(x - 5, 11, before, "label", "end")
    room = text.width(after, canvas.size, 600)
    canvas.text(min(x + 5, right - room), 11, after, "accent")


def month_labels(canvas: Canvas, slots: Slots, labels: Sequence[str], strong: Sequence[bool], y: float) -> None:
    """In full where they fit, else initials, else only those that find room."""
    room = slots.step - 3
    widest = max((text.width(label, canvas.size, 600) for label in labels), default=0)
    if widest <= room:
        shown = list(labels)
    elif room >= 8 and all(len(label) <= 3 for label in labels):
        shown = [label[:1] for label in labels]
    else:
        shown = _sparse(canvas, slots, labels, strong)
    for index, label in enumerate(shown):
        role = "axis-strong" if strong[index] else "axis"
        half = text.width(label, canvas.size, 600) / 2
        x = min(max(slots.centre(index), slots.left + half - slots.step / 2), canvas.width - half)
        canvas.text(x, y, label, role, "middle")


def _sparse(canvas: Canvas, slots: Slots, labels: Sequence[str], strong: Sequence[bool]) -> list[str]:
    order = sorted(range(len(labels)), key=lambda i: (not strong[i], not labels[i].startswith("Jan"), i != 0, i % 3, i))
    taken: list[tuple[float, float]] = []
    shown = [""] * len(labels)
    for index in order:
        half = text.width(labels[index], canvas.size, 600) / 2 + 5
        low, high = slots.centre(index) - half, slots.centre(index) + half
        if all(high <= other[0] or low >= other[1] for other in taken):
            taken.append((low, high))
            shown[index] = labels[index]
    return shown


def events(canvas: Canvas, slots: Slots, axis: Axis, marked: Sequence[Event], y: float) -> None:
    for event in marked:
        if not 0 <= event.index <= slots.count:
            continue
        x = slots.start(event.index)
        canvas.line(x, axis.top + 12, x, y - 10, "event")
        long = text.width(event.label, canvas.size)
        anchored = min(max(0, x - long / 2), canvas.width - long)
        canvas.text(anchored, y, event.label, "bad")


def monthly(spec: MonthlyBars, canvas: Canvas) -> None:
    months = spec.months
    values = [plain(month.value, spec.scale) for month in months]
    others = [plain(value, spec.scale) for month in months for value in (month.budget, month.low, month.high)]
    known = scales.present([*values, *others])
    if not known:
        nothing(canvas)
        return
    ribbon = spec.band == "ribbon" and any(month.high is not None for month in months)
    right = canvas.width - (64 if ribbon else 0)
    foot = FOOT + (16 if spec.events else 0)
    axis = scales.axis(known, HEADER + 2, canvas.height - foot)
    slots = Slots(grid(canvas, axis, spec.unit, spec.scale, right), right, len(months))
    zero = axis.pixel(0)
    for index, (month, value) in enumerate(zip(months, values, strict=True)):
        if value is None:
            continue
        top, bottom = min(zero, axis.pixel(value)), max(zero, axis.pixel(value))
        if month.kind == "forecast":
            canvas.patterned(slots.bar_left(index), top, slots.bar, bottom - top, "hatch")
        else:
            canvas.rect(slots.bar_left(index), top, slots.bar, bottom - top, month.kind)
    if ribbon:
        _ribbon(spec, canvas, slots, axis, right)
    canvas.line(slots.left - 2, zero, right, zero, "zero")
    _budget(spec, canvas, slots, axis)
    if not ribbon:
        _brackets(spec, canvas, slots, axis)
    first = next((i for i, month in enumerate(months) if month.kind == "forecast"), None)
    if first:
        boundary(canvas, slots.start(first), axis, "Actual", "Forecast", canvas.width)
    month_labels(canvas, slots, [m.label for m in months], [m.strong for m in months], axis.bottom + 15)
    events(canvas, slots, axis, spec.events, canvas.height - 4)


def _budget(spec: MonthlyBars, canvas: Canvas, slots: Slots, axis: Axis) -> None:
    heights = [plain(month.budget, spec.scale) for month in spec.months]
    for index, budget in enumerate(heights):
        if budget is None:
            continue
        y = axis.pixel(budget)
        same = spec.band == "ribbon" and index + 1 < len(heights) and heights[index + 1] == budget
        end = slots.start(index + 1) + slots.step / 2 if same else slots.bar_left(index) + slots.bar + 1
        canvas.line(slots.bar_left(index) - 1, y, end, y, "budget")
    first = next((i for i, budget in enumerate(heights) if budget is not None), None)
    if first is None or not spec.budget_label:
        return
    span = int(text.width(spec.budget_label, canvas.size, 600) // slots.step) + 1
    near = scales.present(heights[first : first + span + 1])
    tops = scales.present([plain(m.value, spec.scale) for m in spec.months[first : first + span + 1]])
    y = min(axis.pixel(value) for value in [*near, *tops]) - 7
    canvas.text(slots.bar_left(first), max(HEADER + 8, y), spec.budget_label, "budget-word")


def _brackets(spec: MonthlyBars, canvas: Canvas, slots: Slots, axis: Axis) -> None:
    for index, month in enumerate(spec.months):
        low, high = plain(month.low, spec.scale), plain(month.high, spec.scale)
        if low is None or high is None:
            continue
        x, cap = slots.centre(index), min(4.5, slots.bar / 3)
        canvas.line(x, axis.pixel(low), x, axis.pixel(high), "bracket")
        for value in (low, high):
            canvas.line(x - cap, axis.pixel(value), x + cap, axis.pixel(value), "bracket")


def _ribbon(spec: MonthlyBars, canvas: Canvas, slots: Slots, axis: Axis, right: float) -> None:
    lows: list[tuple[float, float]] = []
    highs: list[tuple[float, float]] = []
    for index, month in enumerate(spec.months):
        low, high = plain(month.low, spec.scale), plain(month.high, spec.scale)
        if low is not None and high is not None:
            lows.append((slots.centre(index), axis.pixel(low)))
            highs.append((slots.centre(index), axis.pixel(high)))
    canvas.area([*highs, *reversed(lows)], "band")
    canvas.trace(highs, "band-edge")
    canvas.trace(lows, "band-edge")
    last = next((m for m in reversed(spec.months) if m.high is not None and m.low is not None), None)
    if last is None:
        return
    named = [("High", last.high, "axis"), ("P50", last.value, "accent"), ("Low", last.low, "axis")]
    shown = [(name, value, role) for name, value, role in named if formats.known(value)]
    wanted = [axis.pixel(plain(value, spec.scale) or 0) + 4 for _, value, _ in shown]
    for (name, value, role), y in zip(shown, scales.spread(wanted, 14, 12, axis.bottom), strict=True):
        canvas.text(right + 6, y, f"{name} {formats.scaled(value, spec.scale, 2)}", role)


# Layers


def layer_total(month: LayerMonth) -> float:
    return sum(float(part) for part in month.parts if part is not None and formats.known(part))


def layered(spec: LayeredBars, canvas: Canvas) -> None:
    months = spec.months if canvas.width >= 560 else _nearest(spec.months, 8 if canvas.width >= 440 else 6)
    shift = spec.months.index(months[0]) if months else 0
    factor = plain(1, spec.scale) or 1.0
    totals = [layer_total(month) * factor for month in months]
    bands = scales.present([plain(value, spec.scale) for month in months for value in (month.low, month.high)])
    lines = scales.present([plain(month.line, spec.scale) for month in months])
    if not months or not any([*totals, *lines]):
        nothing(canvas)
        return
    widest = max([text.width(name, canvas.size) + 34 for name in (*spec.layers, spec.line_label)], default=0)
    band = (
        text.width(f"{spec.band_label} {_band_words(months[-1], spec.scale) or '00.0–00.0'}", canvas.size)
        if bands
        else 0
    )
    margin = max(widest, band) + 16
    right = canvas.width - margin
    # Years and events share a line under the axis where there is room for both.
    dated = any(month.year for month in months)
    line = 42 if dated and spec.events and canvas.width < 700 else 28
    foot = FOOT + (line - 14 if dated or spec.events else 0)
    axis = scales.axis([*totals, *bands, *lines], HEADER + 2, canvas.height - foot)
    slots = Slots(grid(canvas, axis, spec.unit, spec.scale, right), right, len(months))
    for index, month in enumerate(months):
        _stack(spec, canvas, slots, axis, index, month, factor)
    canvas.line(slots.left - 2, axis.pixel(0), right, axis.pixel(0), "zero")
    for bound in ("low", "high"):
        heights = [plain(getattr(month, bound), spec.scale) for month in months]
        canvas.trace(
            [None if v is None else (slots.centre(i), axis.pixel(v)) for i, v in enumerate(heights)], "band-dash"
        )
    for index, month in enumerate(months):
        held = plain(month.line, spec.scale)
        if held is not None:
            y = axis.pixel(held)
            canvas.line(slots.start(index), y, slots.start(index + 1), y, "budget")
    first = next((i for i, month in enumerate(months) if not month.recognised), None)
    if first:
        boundary(canvas, slots.start(first), axis, "Recognised", spec.forecast_label, canvas.width)
    strong = [i + 1 == first for i in range(len(months))]
    month_labels(canvas, slots, [month.label for month in months], strong, axis.bottom + 14)
    years = ["", *(month.year for month in months)]
    for index, (before, year) in enumerate(pairwise(years)):
        if year and year != before:
            canvas.text(slots.bar_left(index), axis.bottom + 28, year, "label")
    for event in spec.events:
        if not 0 < event.index - shift <= len(months):
            continue
        x = slots.start(event.index - shift)
        canvas.line(x, axis.bottom, x, axis.bottom + line, "event")
        long = text.width(event.label, canvas.size)
        canvas.text(min(x + 5, canvas.width - long), axis.bottom + line, event.label, "bad")
    _layer_names(spec, canvas, slots, axis, months[-1], factor)


def _nearest(months: tuple[LayerMonth, ...], count: int) -> tuple[LayerMonth, ...]:
    """On a phone: where recognised meets forecast. The table behind has them all."""
    first = next((index for index, month in enumerate(months) if not month.recognised), 0)
    start = max(0, first - 2)
    return months[start : start + count]


def _stack(
    spec: LayeredBars, canvas: Canvas, slots: Slots, axis: Axis, index: int, month: LayerMonth, factor: float
) -> None:
    x, level = slots.bar_left(index), 0.0
    if month.recognised:
        level = layer_total(month) * factor
        canvas.rect(x, axis.pixel(level), slots.bar, axis.pixel(0) - axis.pixel(level), "actual")
    else:
        for place, part in enumerate(month.parts):
            value = plain(part, spec.scale)
            if not value or value < 0:
                continue
            top, bottom = axis.pixel(level + value), axis.pixel(level)
            gap = 0.8 if bottom - top > 2 else 0
            if place < len(spec.layers) and spec.layers[place] == spec.ruled:
                canvas.patterned(x, top, slots.bar, bottom - top - gap, "ruled")
            else:
                canvas.rect(x, top, slots.bar, bottom - top - gap, f"layer{min(6, place + spec.first_layer)}")
            fits = bottom - top >= 14 and text.width(month.note, canvas.size, 600) <= slots.bar - 2
            if month.note and place == month.note_part and fits:
                canvas.text(slots.centre(index), (top + bottom) / 2 + 4, month.note, "on-dark", "middle")
            level += value
    label = formats.number(level, 1)
    above = max(level, plain(month.high, spec.scale) or 0.0) if month.total_shown else level
    if (month.recognised or month.total_shown) and text.width(label, canvas.size, 600) <= slots.step:
        role = "label" if month.recognised else "accent"
        canvas.text(slots.centre(index), axis.pixel(above) - 6, label, role, "middle")


def _band_words(month: LayerMonth, scale: Scale) -> str:
    low, high = plain(month.low, scale), plain(month.high, scale)
    return "" if low is None or high is None else f"{formats.number(low, 1)}–{formats.number(high, 1)}"


def _layer_names(spec: LayeredBars, canvas: Canvas, slots: Slots, axis: Axis, last: LayerMonth, factor: float) -> None:
    if last.recognised:
        return
    edge = slots.bar_left(slots.count - 1) + slots.bar
    level, rows = 0.0, []
    for name, part in zip(spec.layers, last.parts, strict=False):
        value = plain(part, spec.scale)
        if value is None or value <= 0:
            continue
        rows.append((name, formats.number(value, 1), axis.pixel(level + value / 2), True))
        level += value
    high, both = plain(last.high, spec.scale), _band_words(last, spec.scale)
    if high is not None and both:
        rows.append((spec.band_label, both, axis.pixel(high), False))
    held = plain(last.line, spec.scale)
    if held is not None and spec.line_label:
        rows.append((spec.line_label, formats.number(held, 1), axis.pixel(held), False))
    placed = scales.spread([row[2] for row in rows], 13, 14, axis.bottom)
    start = slots.right + 12
    for (name, figure, y, led), target in zip(rows, placed, strict=True):
        if led:
            canvas.trace([(edge + 1, y), (slots.right + 2, target), (start - 3, target)], "connector")
        canvas.text(start, target + 4, name, "label" if led else "axis")
        canvas.text(canvas.width, target + 4, figure, "label" if led else "axis", "end")
