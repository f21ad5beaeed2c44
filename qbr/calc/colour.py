"""The brand colour as it may be used: pure on tick and panel, darkened as mark, replaced where it would lie."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from typing import Final

from qbr.calc.slides import Status

HOUSE: Final = "#0B4F6C"
INK: Final = "#16212B"
STATUS: Final[dict[Status, str]] = {"on_track": "#1B7048", "watch": "#9A5B00", "at_risk": "#B3261E"}
UP: Final = "#24479B"
DOWN: Final = "#B5402C"
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\Z")

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Brand:
    """panel and tick as given; panel_text readable on it; mark for charts, mid and tint derived from it."""

    pure: str
    panel_text: str
    mark: str
    mid: str
    tint: str


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two hex colours."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def brand(colour: str, accent: str = "") -> Brand:
    """Anything but #RRGGBB falls back to the house colour. accent: of marks where it is given."""
    pure = colour.upper() if _HEX.match(colour) else HOUSE
    chosen = accent.upper() if _HEX.match(accent) else pure
    mark = HOUSE if _near_a_status(chosen) else darkened(chosen, 4.5)
    return Brand(
        pure=pure,
        # Of white and black one always reaches 4.5; ink, where it does, is the softer of the dark ones.
        panel_text=next(text for text in ("#FFFFFF", INK, "#000000") if contrast(pure, text) >= 4.5),
        mark=mark,
        mid=darkened(_mixed(mark, 0.33), 3.0),
        tint=_mixed(mark, 0.86),
    )


def darkened(colour: str, ratio: float) -> str:
    """Darkened in steps of 4% until it reaches the contrast on white."""
    while contrast(colour, "#FFFFFF") < ratio:
        colour = _hex(tuple(part * 0.96 for part in _rgb(colour)))
    return colour


def _near_a_status(colour: str) -> bool:
    hue, _, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    if saturation < 0.1:
        return False
    for status in STATUS.values():
        apart = abs(hue - colorsys.rgb_to_hls(*_rgb(status))[0]) * 360
        if min(apart, 360 - apart) <= 25:
            return True
    return False


def _mixed(colour: str, white: float) -> str:
    return _hex(tuple(part + (1 - part) * white for part in _rgb(colour)))


def _rgb(colour: str) -> Rgb:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(part * 255):02X}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
