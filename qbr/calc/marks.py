"""Drawings inside tables: sparklines, bars, tallies of promises, weeks. Self-contained SVG, as `charts` has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from qbr.calc.charts import AXIS, GREY1, GREY2, GREY3, HAIRLINE, LABEL, Svg, px
from qbr.calc.colour import DOWN, INK, STATUS, Brand
from qbr.calc.slides import Cell, Status

TRACK: Final = "#EEF1F3"
MARKS: Final[dict[Status, str]] = {**STATUS, "unknown": GREY2, "dropped": GREY1, "open": GREY2}


def sparkline(
    series: Sequence[Decimal | None], plan: Decimal | None, width: int, height: int, brand: Brand, alt: str
) -> str:
    """A gap stays a gap; the last known value is dotted; plan is a dashed line across."""
    svg = Svg(width, height)
    known = [float(value) for value in series if value is not None]
    if known:
        bounds = known + ([float(plan)] if plan is not None else [])
        low, high = min(bounds), max(bounds)
        spread = high - low

        def at(value: float) -> float:
            return height / 2 if spread == 0 else height - 4 - (value - low) / spread * (height - 8)

        step = (width - 12) / max(len(series) - 1, 1)
        if plan is not None:
            svg.line(4, at(float(plan)), width - 8, at(float(plan)), GREY2, width=0.9, dash="2.5 2")
        for run in _runs(series):
            svg.polyline([(4 + index * step, at(value)) for index, value in run], brand.mark, width=1.6)
        index, last = [(i, float(v)) for i, v in enumerate(series) if v is not None][-1]
        svg.circle(4 + index * step, at(last), 2.6, brand.mark)
    return svg.render(alt)


def _runs(series: Sequence[Decimal | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(series):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, float(value)))
    return [run for run in runs if len(run) > 1]


def share_bar(cell: Cell, width: int, brand: Brand) -> str:
    """A share of the whole over its track: the figure, what it comes to, the bar."""
    svg = Svg(width, 36)
    said = cell.text or ""
    svg.text(0, 13, said, LABEL, INK)
    room = width - LABEL.width(said) - 7
    if cell.detail and AXIS.width(cell.detail) <= room:
        svg.text(LABEL.width(said) + 7, 13, cell.detail, AXIS, GREY2)
    svg.rect(0, 22, width, 9, TRACK)
    svg.rect(0, 22, width * min(max(float(cell.value or 0), 0.0), 1.0), 9, brand.mark)
    return svg.render(cell.alt)


def amount_bar(cell: Cell, whole: Decimal, width: int, brand: Brand) -> str:
    """A bar from zero against the largest of its column, the figure at its end."""
    svg = Svg(width, 20)
    said = cell.text or ""
    room = width - LABEL.width(said) - 8
    wide = room * float(max(cell.value or Decimal(0), Decimal(0)) / whole) if whole > 0 else 0.0
    svg.rect(0, 3, wide, 14, brand.mark)
    svg.text(wide + 8, 14, said, LABEL, INK)
    return svg.render(cell.alt or said)


MARK: Final = 14
MARK_STEP: Final = 22


def tally(marks: Sequence[Status], width: int, alt: str) -> str:
    """One mark for each promise: shape and colour say how it went."""
    svg = Svg(width, MARK + 2)
    step = min(MARK_STEP, width / max(len(marks), 1))
    for index, mark in enumerate(marks):
        x, y, half = index * step, 1.0, MARK / 2
        colour = MARKS[mark]
        if mark == "on_track":
            svg.circle(x + half, y + half, half, colour)
        elif mark == "watch":
            svg.path(_diamond(x, y, half), colour)
        elif mark == "at_risk":
            svg.path(f"M{px(x + half)} {px(y)} L{px(x + MARK)} {px(y + MARK)} L{px(x)} {px(y + MARK)} Z", colour)
        elif mark == "dropped":
            svg.rect(x + 1, y + 1, MARK - 2, MARK - 2, colour)
        else:
            svg.circle(x + half, y + half, half, colour)
            svg.circle(x + half, y + half, half - 1.6, "#FFFFFF")
    return svg.render(alt)


def _diamond(x: float, y: float, half: float) -> str:
    points = ((x + half, y), (x + 2 * half, y + half), (x + half, y + 2 * half), (x, y + half))
    return "M" + " L".join(f"{px(left)} {px(top)}" for left, top in points) + " Z"


def week_mark(
    due: date | None, start: date, today: date | None, size: tuple[int, int], brand: Brand, alt: str, *, done: bool
) -> str:
    """One row of a thirteen-week chart: month rules, today's line, and a bar up to the due date."""
    width, height = size
    middle = height / 2
    svg = Svg(width, height)
    end = start + timedelta(days=91)

    def at(day: date) -> float:
        return min(max((day - start).days / 91, 0.0), 1.0) * width

    for first in month_starts(start, end):
        svg.line(at(first), 0, at(first), height, HAIRLINE)
    if due is not None:
        begin = at(max(start, today) if today is not None and today < due else start)
        if due >= end:
            svg.rect(begin, middle - 5, width - begin - 1, 10, "#FFFFFF", stroke=brand.mark)
        elif due < start:
            svg.path(f"M0 {px(middle)} L7 {px(middle - 5)} L7 {px(middle + 5)} Z", DOWN)
        else:
            svg.rect(begin, middle - 5, max(at(due) - begin, 3), 10, GREY3 if done else brand.mark)
    if today is not None and start <= today < end:
        svg.line(at(today), 0, at(today), height, INK, width=1)
    return svg.render(alt)


def week_head(start: date, today: date | None, width: int, names: Sequence[str]) -> str:
    """Month names over the columns of `week_mark`; names[0] is January."""
    svg = Svg(width, 16)
    end = start + timedelta(days=91)
    for first in [start, *month_starts(start, end)]:
        x = (first - start).days / 91 * width
        follows = [day for day in month_starts(start, end) if day > first]
        room = ((follows[0] - first).days if follows else (end - first).days) / 91 * width - 6
        name = names[first.month - 1]
        if AXIS.width(name) <= room:
            svg.text(x, 12, name, AXIS, GREY2)
    return svg.render(", ".join(dict.fromkeys(names[d.month - 1] for d in [start, *month_starts(start, end)])))


def month_starts(start: date, end: date) -> list[date]:
    """First days of months after start and before end."""
    found = []
    day = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    while day < end:
        found.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found
