"""Marks of a few pixels in text and table cells: status shapes, variance bars, meters, sparklines. SVG as text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from common.formats import known

Value = Decimal | float | None

STATUS_WORDS = {"on_track": "On track", "watch": "Watch", "at_risk": "At risk", "unknown": "Not enough known"}

_ALIASES = {
    "green": "on_track",
    "good": "on_track",
    "ok": "on_track",
    "success": "on_track",
    "amber": "watch",
    "warning": "watch",
    "red": "at_risk",
    "risk": "at_risk",
    "error": "at_risk",
    "": "unknown",
}

_SHAPES = {
    "on_track": '<circle cx="6" cy="6" r="4.4"/>',
    "watch": '<path d="M6 .6 11.4 6 6 11.4 .6 6Z"/>',
    "at_risk": '<path d="M6 1 11.6 11H.4Z"/>',
    "unknown": '<circle cx="6" cy="6" r="4.6" fill="none" stroke-width="1.3" stroke-dasharray="2 1.6"/>',
}


def status_code(code: str | None) -> str:
    """The four codes, from what models call them; anything strange is unknown, never green."""
    name = (code or "").lower()
    name = _ALIASES.get(name, name)
    return name if name in STATUS_WORDS else "unknown"


def shape(code: str | None, *, title: str = "") -> str:
    """title gives the text alternative where no word stands beside it."""
    name = status_code(code)
    words = f' role="img" aria-label="{escape(title)}"' if title else ' aria-hidden="true"'
    return f'<svg class="shape {name}" viewBox="0 0 12 12" width="12" height="12"{words}>{_SHAPES[name]}</svg>'


def number(value: float) -> str:
    """A coordinate: two decimals at most, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def variance_bar(value: Value, largest: Value, *, width: int = 48, height: int = 18) -> str:
    """A bar from a centre line, as long as value is to the largest of its column. Its figure stands beside it."""
    centre = width / 2
    parts = [
        f'<svg class="variance" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">',
        f'<path class="centre" d="M{number(centre)} 0V{height}"/>',
    ]
    if value is not None and known(value) and value:
        most = abs(float(largest)) if largest is not None and known(largest) and largest else abs(float(value))
        length = max(1.0, min(1.0, abs(float(value)) / most) * (centre - 1))
        left, tone = (centre - length, "down") if value < 0 else (centre, "up")
        bar = f'x="{number(left)}" y="{number(height / 2 - 4)}" width="{number(length)}" height="8"'
        parts.append(f'<rect class="{tone}" {bar}/>')
    return "".join([*parts, "</svg>"])


def meter(value: Value, *, tick: float | None = None, tone: str = "", width: int = 40) -> str:
    """A bar from 0 to 100 beside its figure."""
    if value is None or not known(value):
        return ""
    reach = max(0.0, min(100.0, float(value))) / 100 * width
    mark = f'<path class="tick" d="M{number(tick / 100 * width)} 0V10"/>' if tick is not None else ""
    return (
        f'<svg class="meter {escape(tone)}" viewBox="0 0 {width} 10" width="{width}" height="10" aria-hidden="true">'
        f'<rect class="track" y="3" width="{width}" height="4"/>'
        f'<rect class="reach" y="3" width="{number(reach)}" height="4"/>{mark}</svg>'
    )


def points_of(series: Sequence[Value], width: float, height: float, pad: float) -> list[tuple[float, float] | None]:
    """Scaled to the box with room for the dot. A gap in the data stays a gap."""
    numbers = [None if value is None or not known(value) else float(value) for value in series]
    present = [value for value in numbers if value is not None]
    if not present:
        return []
    low, high = min(present), max(present)
    spread = high - low or 1.0
    step = (width - 2 * pad) / max(1, len(numbers) - 1)
    middle = low == high
    return [
        None
        if value is None
        else (pad + index * step, height / 2 if middle else height - pad - (value - low) / spread * (height - 2 * pad))
        for index, value in enumerate(numbers)
    ]


def path(points: Sequence[tuple[float, float] | None]) -> str:
    """An SVG path that lifts the pen over gaps."""
    parts: list[str] = []
    down = False
    for point in points:
        if point is None:
            down = False
            continue
        parts.append(f"{'L' if down else 'M'}{number(point[0])} {number(point[1])}")
        down = True
    return "".join(parts)


def spark(
    series: Sequence[Value], *, label: str = "", forecast_from: int | None = None, width: int = 108, height: int = 24
) -> str:
    """A line without axis: last actual dotted, forecast dashed.

    series: oldest first. forecast_from: index of the first forecast month.
    """
    points = points_of(series, width, height, 4)
    name = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    head = f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}"{name}>'
    split = len(points) if forecast_from is None else max(0, min(len(points), forecast_from))
    actual, forecast = points[:split], points[max(0, split - 1) :] if split < len(points) else []
    parts = [f'<path class="line" d="{path(actual)}"/>'] if path(actual) else []
    if path(forecast):
        parts.append(f'<path class="ahead" d="{path(forecast)}"/>')
    last = next((point for point in reversed(actual) if point is not None), None)
    if last is not None:
        parts.append(f'<circle class="last" cx="{number(last[0])}" cy="{number(last[1])}" r="2"/>')
    return "".join([head, *parts, "</svg>"])
