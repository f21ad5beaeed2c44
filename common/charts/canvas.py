"""SVG as text, in two skins: browser (classes, coloured by charts.css) and print (fixed colours, stands alone)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Literal
from zlib import crc32

from common.charts import text
from common.charts.marks import number, path

Skin = Literal["browser", "print"]
Anchor = Literal["start", "middle", "end"]
Attributes = Mapping[str, str]

_INK, _GREY1, _GREY2, _GREY3, _HAIR = "#16212B", "#45525D", "#626E78", "#87929B", "#D9DEE2"
_UP, _DOWN, _WATCH, _RISK = "#24479B", "#B5402C", "#9A5B00", "#B3261E"

BRAND = {"brand": "#0B4F6C", "mid": "#5C93A8", "tint": "#DCE8ED"}
"""The house colours of a deck; a client's own may stand in their place."""

LAYERS = ("#0B4F6C", "#2F6F89", "#5C93A8", "#93B8C6", "#B9D2DB", "#DCE8ED")


def _marks(brand: Mapping[str, str]) -> dict[str, Attributes]:
    def line(colour: str, width: str = "1", dash: str = "") -> Attributes:
        drawn = {"fill": "none", "stroke": colour, "stroke-width": width}
        return drawn | {"stroke-dasharray": dash} if dash else drawn

    layers = {f"layer{index}": {"fill": colour} for index, colour in enumerate(LAYERS, start=1)}
    return {
        "actual": {"fill": brand["brand"]},
        "prior": {"fill": brand["mid"]},
        "forecast-edge": line(brand["mid"]),
        "hatch-ground": {"fill": brand["tint"]},
        "hatch-line": line(brand["mid"], "1.6"),
        "ruled-ground": {"fill": "#FFFFFF"},
        "ruled-line": line(_GREY1, "1"),
        "ruled-edge": line(_GREY1, "1"),
        "band": {"fill": brand["tint"]},
        "band-edge": line(brand["mid"]),
        "band-dash": line(_INK, "1.2", "3 2.5"),
        "bracket": line(brand["brand"], "1.6"),
        "budget": line(_WATCH, "2"),
        "zero": line(_GREY2),
        "grid": line(_HAIR),
        "boundary": line(_GREY1, "1.2", "2 2"),
        "up": {"fill": _UP},
        "down": {"fill": _DOWN},
        "flat": {"fill": _GREY3},
        "connector": line(_GREY2),
        "event": line(_RISK, "1.2"),
        "call": line(brand["brand"], "2"),
        "series": line(_INK, "1.8"),
        "dot": {"fill": _INK},
        "call-dot": {"fill": brand["brand"]},
        "open-dot": {"fill": "#FFFFFF", "stroke": _INK, "stroke-width": "1.5"},
        "deadline": {"fill": _RISK},
        "notice": {"fill": "#FBF1F0"},
        "now": line(brand["brand"], "1.5"),
        "past": line(_INK, "1.8"),
        "ahead": line(_GREY3, "1.2"),
        **_people(brand),
        **layers,
    }


def _people(brand: Mapping[str, str]) -> dict[str, Attributes]:
    def line(colour: str, width: str = "1", dash: str = "", fill: str = "none") -> Attributes:
        drawn = {"fill": fill, "stroke": colour, "stroke-width": width}
        return drawn | {"stroke-dasharray": dash} if dash else drawn

    return {
        "report": line(_GREY3),
        "person": line(_HAIR, fill="#FFFFFF"),
        "person-open": line(_RISK, fill="#FFFFFF"),
        "person-seat": line(_GREY2, dash="3 2.5", fill="#FFFFFF"),
        "person-chosen": line(brand["brand"], "2", fill="#FFFFFF"),
        "alliance": line(brand["brand"], "1.2"),
        "conflict": line(_RISK, "1.8", "2 4"),
        "arrow": {"fill": brand["brand"]},
        **{f"influence{n}": line(brand["brand"], f"{0.8 + n * 0.35:.2f}") for n in range(1, 6)},
        "power": {"fill": _INK},
        "power-off": {"fill": _HAIR},
        "level-now": {"fill": brand["brand"], "stroke": brand["brand"]},
        "level-wanted": line(brand["brand"], "1.3"),
        "level-off": line(_HAIR, "1.3"),
        "covered": {"fill": "#1A7044"},
        "open-mark": {"fill": _RISK},
        "label-ground": {"fill": "#FFFFFF"},
    }


_TEXTS: dict[str, tuple[str, int]] = {
    "axis": (_GREY2, 400),
    "axis-strong": (_INK, 600),
    "label": (_GREY1, 400),
    "strong": (_INK, 600),
    "accent": ("#0B4F6C", 600),
    "budget-word": (_WATCH, 600),
    "bad": (_RISK, 400),
    "good": ("#1A7044", 400),
    "bad-strong": (_RISK, 600),
    "on-dark": ("#FFFFFF", 600),
}


@dataclass(slots=True)
class Canvas:
    """label: the finding, which is the picture's name to a screen reader. group: it has parts that are read one by
    one, as links are; otherwise it is a single picture.
    """

    width: float
    height: float
    label: str
    skin: Skin = "browser"
    brand: Mapping[str, str] = field(default_factory=lambda: BRAND)
    size: float = 11
    group: bool = False
    _parts: list[str] = field(default_factory=list)
    _patterns: set[str] = field(default_factory=set)

    def _look(self, role: str) -> str:
        if self.skin == "browser":
            return f' class="c-{role}"'
        found = _marks(self.brand).get(role, {})
        return "".join(f' {name}="{value}"' for name, value in found.items())

    def rect(self, x: float, y: float, width: float, height: float, role: str, radius: float = 0) -> None:
        if width > 0 and height > 0:
            box = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
            box += f' rx="{number(radius)}"' if radius else ""
            self._parts.append(f"<rect {box}{self._look(role)}/>")

    def patterned(self, x: float, y: float, width: float, height: float, pattern: Literal["hatch", "ruled"]) -> None:
        """Filled with hatching (forecast) or ruled lines (run-rate), with an edge."""
        if width <= 0 or height <= 0:
            return
        self._patterns.add(pattern)
        box = f'x="{number(x + 0.5)}" y="{number(y + 0.5)}" width="{number(max(0.5, width - 1))}"'
        box += f' height="{number(max(0.5, height - 0.5))}"'
        self._parts.append(f'<rect {box} fill="url(#{self._id(pattern)})"/>')
        edge = "forecast-edge" if pattern == "hatch" else "ruled-edge"
        self._parts.append(f"<rect {box}{self._look(edge)}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, role: str) -> None:
        self._parts.append(f'<path d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"{self._look(role)}/>')

    def bow(self, start: tuple[float, float], bend: tuple[float, float], end: tuple[float, float], role: str) -> None:
        """A curve from start to end, drawn towards bend."""
        points = " ".join(f"{number(x)} {number(y)}" for x, y in (bend, end))
        self._parts.append(f'<path d="M{number(start[0])} {number(start[1])}Q{points}"{self._look(role)}/>')

    @contextmanager
    def link(self, url: str, label: str, data: Attributes | None = None) -> Iterator[None]:
        """What is drawn inside leads to url; only on pages, and only where there is one. data: for scripts there."""
        linked = bool(url) and self.skin == "browser"
        if linked:
            kept = "".join(f' data-{name}="{escape(value)}"' for name, value in (data or {}).items())
            # The title shows under a pointer what the drawing had to cut; the label is what is read out.
            self._parts.append(
                f'<a href="{escape(url)}" aria-label="{escape(label)}"{kept}><title>{escape(label)}</title>'
            )
        yield
        if linked:
            self._parts.append("</a>")

    def trace(self, points: Sequence[tuple[float, float] | None], role: str) -> None:
        drawn = path(points)
        if drawn:
            self._parts.append(f'<path d="{drawn}"{self._look(role)}/>')

    def area(self, points: Sequence[tuple[float, float]], role: str) -> None:
        if points:
            self._parts.append(f'<path d="{path(points)}Z"{self._look(role)}/>')

    def dot(self, x: float, y: float, radius: float, role: str) -> None:
        self._parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"{self._look(role)}/>')

    def diamond(self, x: float, y: float, radius: float, role: str) -> None:
        self.area([(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], role)

    def text(
        self, x: float, y: float, words: str, role: str = "axis", anchor: Anchor = "start", size: float = 0
    ) -> None:
        """y is the baseline. For print the start is computed, as PDF writers differ over anchors."""
        if not words:
            return
        size = size or self.size
        colour, weight = _TEXTS[role]
        if self.skin == "browser":
            at = "" if anchor == "start" else f' text-anchor="{anchor}"'
            look = f' class="t-{role}"' + ("" if size == self.size else f' font-size="{number(size)}"')
        else:
            long = text.width(words, size, weight)
            x -= {"start": 0.0, "middle": long / 2, "end": long}[anchor]
            at, look = "", f' fill="{colour}" font-weight="{weight}" font-size="{number(size)}"'
        self._parts.append(f'<text x="{number(x)}" y="{number(y)}"{at}{look}>{escape(words)}</text>')

    def _id(self, pattern: str) -> str:
        return f"{pattern}-{crc32(f'{self.label}{self.width}{self.skin}'.encode()):08x}"

    def _defs(self) -> str:
        parts = []
        if "hatch" in self._patterns:
            parts.append(
                f'<pattern id="{self._id("hatch")}" width="4" height="4" patternUnits="userSpaceOnUse" '
                f'patternTransform="rotate(45)"><rect width="4" height="4"{self._look("hatch-ground")}/>'
                f'<path d="M1 0V4"{self._look("hatch-line")}/></pattern>'
            )
        if "ruled" in self._patterns:
            parts.append(
                f'<pattern id="{self._id("ruled")}" width="4" height="4" patternUnits="userSpaceOnUse">'
                f'<rect width="4" height="4"{self._look("ruled-ground")}/>'
                f'<path d="M0 2H4"{self._look("ruled-line")}/></pattern>'
            )
        return f"<defs>{''.join(parts)}</defs>" if parts else ""

    def svg(self) -> str:
        wide, high = number(self.width), number(self.height)
        font = ' font-family="Inter, Inter Variable, sans-serif"' if self.skin == "print" else ' class="plot"'
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
            f'role="{"group" if self.group and self.skin == "browser" else "img"}" aria-label="{escape(self.label)}" '
            f'font-size="{number(self.size)}"{font}>'
        )
        return "".join([head, self._defs(), *self._parts, "</svg>"])
