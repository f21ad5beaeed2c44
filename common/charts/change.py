"""Change from one total to another: steps from zero change, or an upright bridge."""

from __future__ import annotations

from itertools import pairwise

from common import formats
from common.charts import scales, text
from common.charts.bars import nothing
from common.charts.canvas import Canvas
from common.charts.scales import plain
from common.charts.specs import Bridge, ChangeWaterfall, Step

ROW = 21


def waterfall_height(spec: ChangeWaterfall) -> float:
    return (len(spec.steps) + 2) * ROW + 6


def _running(values: list[float]) -> list[tuple[float, float]]:
    """(before, after) of each step, from zero."""
    level, pairs = 0.0, []
    for value in values:
        pairs.append((level, level + value))
        level += value
    return pairs


def _row(canvas: Canvas, y: float, label: str, figure: str, roles: tuple[str, str], room: float) -> None:
    canvas.text(0, y + 4, text.clip(label, room, canvas.size, 600), roles[0])
    canvas.text(canvas.width, y + 4, figure, roles[1], "end")


def waterfall(spec: ChangeWaterfall, canvas: Canvas) -> None:
    labels = [spec.start.label, spec.end.label, *(step.label for step in spec.steps)]
    longest = max(text.width(label, canvas.size, 600) for label in labels)
    left = min(longest + 16, canvas.width * 0.42)
    right = canvas.width - 46
    pairs = _running([plain(step.value, spec.scale) or 0.0 for step in spec.steps])
    ends = [0.0, *(edge for pair in pairs for edge in pair)]
    low, high = min(ends), max(ends)
    spread = (high - low) or 1.0

    def across(value: float) -> float:
        return left + 4 + (value - low) / spread * (right - left - 8)

    last_y = (len(pairs) + 1) * ROW + ROW / 2 + 2
    _row(
        canvas, ROW / 2, spec.start.label, formats.scaled(spec.start.value, spec.scale), ("strong", "strong"), left - 8
    )
    canvas.line(across(0), 2, across(0), last_y + 8, "connector")
    for index, (step, (before, after)) in enumerate(zip(spec.steps, pairs, strict=True), start=1):
        y = index * ROW + ROW / 2
        unfavourable = after < before
        role = "bad" if unfavourable else "label"
        _row(canvas, y, step.label, formats.scaled(step.value, spec.scale, signed=True), ("label", role), left - 8)
        if after != before:
            x, width = min(across(before), across(after)), abs(across(after) - across(before))
            canvas.rect(x, y - 6.5, max(1.0, width), 13, "down" if unfavourable else "up")
        canvas.line(across(after), y + 6.5, across(after), min(y + ROW - 6.5, last_y - 4), "connector")
    canvas.line(0, last_y - ROW / 2, canvas.width, last_y - ROW / 2, "grid")
    _row(canvas, last_y, spec.end.label, formats.scaled(spec.end.value, spec.scale), ("strong", "strong"), left - 8)
    total = pairs[-1][1] if pairs else 0.0
    canvas.dot(across(total), last_y, 3, "dot")
    words = formats.number(total, 1, signed=True)
    long = text.width(words, canvas.size, 600)
    beside = across(total) + 8
    canvas.text(beside if beside + long < right else across(total) - 8 - long, last_y + 4, words, "strong")


def bridge(spec: Bridge, canvas: Canvas) -> None:
    columns = [spec.start, *spec.steps, spec.end]
    start = plain(spec.start.value, spec.scale)
    end = plain(spec.end.value, spec.scale)
    if start is None or end is None:
        nothing(canvas)
        return
    level, tops = start, [(0.0, start)]
    for step in spec.steps:
        value = plain(step.value, spec.scale) or 0.0
        tops.append((level, level + value))
        level += value
    tops.append((0.0, end))
    step_width = canvas.width / len(columns)
    wrapped = [text.wrap(column.label, step_width - 8, canvas.size, 600) for column in columns]
    under = max(len(lines) for lines in wrapped) * 14 + (14 if any(column.sub for column in columns) else 0)
    axis = scales.axis([edge for pair in tops for edge in pair], 20, canvas.height - under - 8)
    bar = step_width * 0.62
    for index, ((before, after), column) in enumerate(zip(tops, columns, strict=True)):
        total = index in (0, len(columns) - 1)
        centre = step_width * (index + 0.5)
        top, bottom = axis.pixel(max(before, after)), axis.pixel(min(before, after))
        role = "prior" if index == 0 else "actual" if total else _tone(before, after)
        canvas.rect(centre - bar / 2, top, bar, max(1.6, bottom - top), role)
        _value(spec, canvas, column, (before, after), centre, (top, bottom), total)
        _names(canvas, wrapped[index], column, centre, axis.bottom + 16, total)
    for index, (one, _) in enumerate(pairwise(columns)):
        y = axis.pixel(tops[index][1])
        canvas.line(step_width * (index + 0.5) + bar / 2, y, step_width * (index + 1.5) - bar / 2, y, "connector")
        del one
    canvas.line(0, axis.pixel(0), canvas.width, axis.pixel(0), "zero")


def _tone(before: float, after: float) -> str:
    return "flat" if after == before else "down" if after < before else "up"


def _value(
    spec: Bridge,
    canvas: Canvas,
    column: Step,
    pair: tuple[float, float],
    centre: float,
    edges: tuple[float, float],
    total: bool,
) -> None:
    figure = formats.scaled(column.value, spec.scale, signed=not total)
    falls = not total and pair[1] < pair[0]
    y = edges[1] + 14 if falls else edges[0] - 6
    role = "bad-strong" if falls else "strong"
    canvas.text(centre, y, figure, role, "middle", 12)


def _names(canvas: Canvas, lines: list[str], column: Step, centre: float, y: float, total: bool) -> None:
    for offset, line in enumerate(lines):
        canvas.text(centre, y + offset * 14, line, "strong" if total else "label", "middle")
    if column.sub:
        half = text.width(column.sub, canvas.size) / 2
        centre = min(max(centre, half), canvas.width - half)
        canvas.text(centre, y + len(lines) * 14, column.sub, "axis", "middle")
