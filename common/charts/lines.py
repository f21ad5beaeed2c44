"""Lines, bands and dates along a line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from common import formats
from common.charts import scales, text
from common.charts.bars import nothing
from common.charts.canvas import Canvas
from common.charts.scales import Axis, plain
from common.charts.specs import BandLine, RangeBar, SmallLines, Stop, Timeline

Pixel = tuple[float, float]


def _span(values: list[float], top: float, bottom: float) -> Axis:
    """Not from zero: for lines, with a little air."""
    low, high = min(values), max(values)
    air = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return Axis(low - air, high + air, 1.0, top, bottom)


def _pixels(values: Sequence[float | None], axis: Axis, left: float, right: float) -> list[Pixel | None]:
    step = (right - left) / max(1, len(values) - 1)
    return [None if v is None else (left + i * step, axis.pixel(v)) for i, v in enumerate(values)]


def band_line(spec: BandLine, canvas: Canvas) -> None:
    rows = [
        [plain(value, spec.scale) for value in (point.value, point.low, point.high, point.budget)]
        for point in spec.points
    ]
    known = scales.present(value for row in rows for value in row)
    if not known:
        nothing(canvas)
        return
    right = canvas.width - 42
    axis = _span(known, 10, canvas.height - 22)
    value, low, high, budget = (_pixels([row[i] for row in rows], axis, 0, right) for i in range(4))
    both = [(a, b) for a, b in zip(low, high, strict=True) if a is not None and b is not None]
    if len(both) > 1:
        canvas.area([*(b for _, b in both), *(a for a, _ in reversed(both))], "band")
        _inside(canvas, both, spec.band_label, axis)
    canvas.trace(budget, "budget")
    canvas.trace(value, "call")
    last = next((point for point in reversed(value) if point is not None), None)
    if last is not None:
        canvas.dot(last[0], last[1], 3.5, "call-dot")
    _ends(spec, canvas, axis, right)
    _edge_labels(canvas, [point.label for point in spec.points], right)


def _inside(canvas: Canvas, both: list[tuple[Pixel, Pixel]], words: str, axis: Axis) -> None:
    """The band's name where it is widest near the left, well above the line."""
    low, high = both[0]
    canvas.text(4, high[1] + (low[1] - high[1]) * 0.2 + 4, words, "label")


def _ends(spec: BandLine, canvas: Canvas, axis: Axis, right: float) -> None:
    last = spec.points[-1]
    named = [
        (last.high, "axis"),
        (last.budget, "budget-word"),
        (last.value, "accent"),
        (last.low, "axis"),
    ]
    shown = [(plain(value, spec.scale), role) for value, role in named]
    rows = [(value, role) for value, role in shown if value is not None]
    wanted = [axis.pixel(value) + 4 for value, _ in rows]
    for (value, role), y in zip(rows, scales.spread(wanted, 14, 12, axis.bottom), strict=True):
        said = formats.ratio(value) if spec.unit in ("ratio", "percent") else formats.number(value, 1)
        canvas.text(canvas.width, y, said, role, "end")
    first = next((p for p in spec.points if formats.known(p.value)), None)
    floor = plain(first.value, spec.scale) if first else None
    if floor is not None:
        canvas.text(4, min(axis.pixel(floor) + 26, axis.bottom), spec.value_label, "accent")


def _edge_labels(canvas: Canvas, labels: list[str], right: float) -> None:
    y = canvas.height - 5
    if not labels:
        return
    canvas.text(0, y, labels[0])
    if len(labels) > 1:
        canvas.text(right, y, labels[-1], "axis-strong", "end")
    if len(labels) > 4:
        canvas.text(right / 2, y, labels[len(labels) // 2], "axis", "middle")


def small_lines(spec: SmallLines, canvas: Canvas) -> None:
    value = [plain(point.value, spec.scale) for point in spec.points]
    held = [plain(point.comparison, spec.scale) for point in spec.points]
    known = scales.present([*value, *held])
    if not known:
        nothing(canvas)
        return
    bottom = canvas.height - 20
    ratio = spec.unit in ("ratio", "percent")
    lowest = min(known)
    # From zero where that leaves the lines room to move; a ratio near one would be flat.
    axis = _span([0.0, *known], 8, bottom) if lowest >= 0 and not ratio else _span(known, 8, bottom - 6)
    words: list[tuple[float, str]] = []
    for series, role in ((value, "strong"), (held, "budget-word")):
        if series[-1] is not None:
            words.append((series[-1], role))
    shown = [formats.ratio(v) if ratio else formats.number(v, 1) for v, _ in words]
    right = canvas.width - max([text.width(word, canvas.size, 600) for word in shown], default=0) - 10
    canvas.trace(_pixels(held, axis, 2, right), "budget")
    line = _pixels(value, axis, 2, right)
    canvas.trace(line, "series")
    last = next((point for point in reversed(line) if point is not None), None)
    if last is not None:
        canvas.dot(last[0], last[1], 3, "dot")
    wanted = [axis.pixel(v) + 4 for v, _ in words]
    for word, (_, role), y in zip(shown, words, scales.spread(wanted, 14, 12, bottom - 2), strict=True):
        canvas.text(canvas.width, y, word, role, "end")
    canvas.line(0, bottom, right, bottom, "zero")
    canvas.text(0, canvas.height - 5, spec.points[0].label)
    if len(spec.points) > 1:
        canvas.text(right, canvas.height - 5, spec.points[-1].label, "axis", "end")


def range_bar(spec: RangeBar, canvas: Canvas) -> None:
    low, value = plain(spec.low, spec.scale), plain(spec.value, spec.scale)
    high, budget = plain(spec.high, spec.scale), plain(spec.budget, spec.scale)
    known = scales.present([low, value, high, budget])
    if value is None or not known:
        nothing(canvas)
        return
    least, most = min(known), max(known)
    air = (most - least) * 0.35 or abs(most) * 0.05 or 1.0

    def across(amount: float) -> float:
        return 8 + (amount - least + air) / (most - least + 2 * air) * (canvas.width - 16)

    y = 32.0
    canvas.line(8, y, canvas.width - 8, y, "grid")
    if low is not None and high is not None:
        canvas.rect(across(low), y - 7, across(high) - across(low), 14, "band")
        canvas.text(across(low), y + 25, formats.number(low, 1), "label", "middle", 12)
        canvas.text(across(high), y + 25, formats.number(high, 1), "label", "middle", 12)
        canvas.text((across(low) + across(high)) / 2, y + 25, spec.band_label, "axis", "middle", 12)
    forecast = f"Forecast {formats.number(value, 1)}"
    mine = text.width(forecast, 12, 600)
    start = min(max(0.0, across(value) - mine / 2), canvas.width - mine)
    if budget is not None:
        canvas.line(across(budget), y - 12, across(budget), y + 12, "budget")
        words = f"Budget {formats.number(budget, 1)}"
        theirs = text.width(words, 12, 600)
        over = budget >= value
        place = min(max(0.0, across(budget) - theirs / 2), canvas.width - theirs)
        if over and place < start + mine + 14:
            place = min(start + mine + 14, canvas.width - theirs)
            start = min(start, place - mine - 14)
        elif not over and place + theirs + 14 > start:
            place = max(0.0, start - theirs - 14)
            start = max(start, place + theirs + 14)
        canvas.text(place, 15, words, "budget-word", size=12)
    canvas.dot(across(value), y, 6, "call-dot")
    canvas.text(start, 15, forecast, "accent", size=12)


def timeline(spec: Timeline, canvas: Canvas) -> None:
    stops = sorted(spec.stops, key=lambda stop: stop.on)
    if not stops:
        nothing(canvas)
        return
    first, last = min(stops[0].on, spec.today), max(stops[-1].on, spec.today)
    days = (last - first).days or 1

    def across(on: date) -> float:
        return 22 + (on - first).days / days * (canvas.width - 58)

    y = 40.0
    now = across(spec.today)
    canvas.line(across(first), y, now, y, "past")
    canvas.line(now, y, across(last), y, "ahead")
    deadline = next((stop for stop in stops if stop.kind == "deadline"), None)
    end = next((stop for stop in stops if stop.kind == "end"), None)
    if deadline and end and spec.span:
        start, stop_at = across(deadline.on), across(end.on)
        canvas.rect(start, y - 7, stop_at - start, 14, "notice")
        cut = min(max(now, start), stop_at)  # beside today's line, where it crosses the band
        left, right = max((start, cut), (cut, stop_at), key=lambda part: part[1] - part[0])
        if text.width(spec.span, canvas.size) < right - left - 20:
            canvas.text((left + right) / 2, y + 4, spec.span, "label", "middle")
    long = text.width(spec.today_label, canvas.size, 600)
    canvas.line(now, 17, now, y, "now")
    canvas.text(min(max(0.0, now - long / 2), canvas.width - long), 11, spec.today_label, "accent")
    for stop in stops:
        _stop(canvas, stop, across(stop.on), y, past=stop.on <= spec.today)
    _stop_labels(canvas, stops, [across(stop.on) for stop in stops], y)


def _stop(canvas: Canvas, stop: Stop, x: float, y: float, *, past: bool) -> None:
    if stop.kind == "deadline":
        canvas.diamond(x, y, 8, "deadline")
    elif stop.kind == "end":
        canvas.diamond(x, y, 8, "dot")
    else:
        canvas.dot(x, y, 5, "dot" if past else "open-dot")


def _stop_labels(canvas: Canvas, stops: list[Stop], places: list[float], y: float) -> None:
    """Deadline and end first; a step whose words would collide keeps only its mark. The table has them all."""
    taken: list[tuple[float, float]] = []
    for index in sorted(range(len(stops)), key=lambda i: (stops[i].kind == "step", i)):
        stop = stops[index]
        strong = stop.kind != "step"
        on = formats.day_short(stop.on)
        half = max(text.width(on, canvas.size, 600), text.width(stop.label, canvas.size)) / 2
        x = min(max(places[index], half), canvas.width - half)
        if any(x - half - 4 < high and x + half + 4 > low for low, high in taken):
            continue
        taken.append((x - half, x + half))
        canvas.text(x, y + 26, on, "strong" if strong else "label", "middle")
        canvas.text(x, y + 41, stop.label, "label" if strong else "axis", "middle")
