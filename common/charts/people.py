"""A map of people: boxes, reporting lines, and lines of influence, alliance and conflict between them.

The table of the same people is its accessible twin, so the picture's name is its finding; a box that leads somewhere is
a link of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from common.charts import text
from common.charts.canvas import Canvas, Skin

WIDE: Final = 152.0
HIGH: Final = 74.0
_EDGE: Final = 2.0
_TRIED: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
_BEND: Final = 22.0

LineKind = Literal["influence", "alliance", "conflict"]


@dataclass(frozen=True, slots=True)
class PersonBox:
    """x, y: the top left corner. level None is not judged. covered None: nothing is said of it."""

    key: int
    name: str
    title: str
    x: float
    y: float
    power: int | None = None
    level: int | None = None
    wanted: int | None = None
    stance: str = ""
    stance_bad: bool = False
    covered: bool | None = None
    role: str = ""
    identified: bool = True
    chosen: bool = False
    url: str = ""
    data: Mapping[str, str] | None = None
    """What a script on the page may read off the box: data- attributes by name."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    source: int
    target: int
    kind: LineKind
    strength: int | None = None


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """elbows: reporting lines, each the points it passes. plain: names and titles, no marks of what is judged."""

    finding: str
    boxes: tuple[PersonBox, ...]
    width: float
    height: float
    elbows: tuple[tuple[tuple[float, float], ...], ...] = ()
    lines: tuple[PersonLine, ...] = ()
    plain: bool = False


class Area(NamedTuple):
    """left, top, right, bottom"""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Label(NamedTuple):
    words: str
    area: Area
    role: str


@dataclass(frozen=True, slots=True)
class Curve:
    """From the edge of one box to the edge of another, bent to the left of its way."""

    start: tuple[float, float]
    bend: tuple[float, float]
    end: tuple[float, float]

    def at(self, t: float) -> tuple[float, float]:
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        return (
            a * self.start[0] + b * self.bend[0] + c * self.end[0],
            a * self.start[1] + b * self.bend[1] + c * self.end[1],
        )


def people_map(spec: PeopleMap, *, skin: Skin = "browser") -> str:
    canvas = Canvas(spec.width + 2 * _EDGE, spec.height + 2 * _EDGE, spec.finding, skin, group=True)
    for elbow in spec.elbows:
        canvas.trace([_in(point) for point in elbow], "report")
    drawn = curves(spec)
    for line, curve in drawn:
        _draw_line(canvas, line, curve)
    for box in spec.boxes:
        _draw_box(canvas, box, plain=spec.plain)
    for label in labels(spec, drawn):
        area = label.area
        canvas.rect(area.left, area.top, area.right - area.left, area.bottom - area.top, "label-ground")
        canvas.text((area.left + area.right) / 2, area.bottom - 4, label.words, label.role, "middle")
    return canvas.svg()


def _in(point: tuple[float, float]) -> tuple[float, float]:
    return point[0] + _EDGE, point[1] + _EDGE


def area_of(box: PersonBox) -> Area:
    left, top = _in((box.x, box.y))
    return Area(left, top, left + WIDE, top + HIGH)


def curves(spec: PeopleMap) -> list[tuple[PersonLine, Curve]]:
    """A line for each pair of boxes on the map; what has no box has no line."""
    areas = {box.key: area_of(box) for box in spec.boxes}
    pairs = [line for line in spec.lines if line.source in areas and line.target in areas]
    return [(line, _curve(areas[line.source], areas[line.target])) for line in pairs]


def _curve(one: Area, other: Area) -> Curve:
    start, end = _middle(one), _middle(other)
    long = math.dist(start, end) or 1.0
    aside = (-(end[1] - start[1]) / long * _BEND, (end[0] - start[0]) / long * _BEND)
    bend = ((start[0] + end[0]) / 2 + aside[0], (start[1] + end[1]) / 2 + aside[1])
    return Curve(_on_edge(one, bend), bend, _on_edge(other, bend))


def _middle(area: Area) -> tuple[float, float]:
    return (area.left + area.right) / 2, (area.top + area.bottom) / 2


def _on_edge(area: Area, towards: tuple[float, float]) -> tuple[float, float]:
    """Where the way from the middle leaves the box, a pixel outside."""
    x, y = _middle(area)
    dx, dy = towards[0] - x, towards[1] - y
    if not dx and not dy:
        return x, area.top
    reach = min(
        (WIDE / 2 + 2) / abs(dx) if dx else math.inf,
        (HIGH / 2 + 2) / abs(dy) if dy else math.inf,
    )
    return x + dx * reach, y + dy * reach


def labels(spec: PeopleMap, drawn: list[tuple[PersonLine, Curve]]) -> list[Label]:
    """Kind and strength beside each line, where nothing else stands; a line without room is named in the table only."""
    taken = [area_of(box) for box in spec.boxes]
    placed: list[Label] = []
    for line, curve in sorted(drawn, key=lambda pair: (-(pair[0].strength or 0), pair[0].source, pair[0].target)):
        words = line.kind.capitalize() + (f" {line.strength}" if line.strength else "")
        half = text.width(words, 11, 600) / 2 + 4
        for t in _TRIED:
            x, y = curve.at(t)
            area = Area(x - half, y - 8, x + half, y + 8)
            if (
                not any(area.meets(other) for other in taken)
                and area.left >= 0
                and area.right <= spec.width + 2 * _EDGE
            ):
                taken.append(area)
                placed.append(Label(words, area, "bad-strong" if line.kind == "conflict" else "accent"))
                break
    return placed


def _draw_line(canvas: Canvas, line: PersonLine, curve: Curve) -> None:
    if line.kind == "alliance":  # two lines beside each other
        for shift in (-2.0, 2.0):
            ends = [(x, y + shift) for x, y in (curve.start, curve.bend, curve.end)]
            canvas.bow(ends[0], ends[1], ends[2], "alliance")
        return
    if line.kind == "conflict":
        canvas.bow(curve.start, curve.bend, curve.end, "conflict")
        return
    weight = min(max(line.strength or 1, 1), 5)
    canvas.bow(curve.start, curve.bend, curve.end, f"influence{weight}")
    x, y = curve.end
    away = math.atan2(y - curve.bend[1], x - curve.bend[0])
    size = 6.0 + weight * 0.6
    wings = [(x - size * math.cos(away + turn), y - size * math.sin(away + turn)) for turn in (-0.42, 0.42)]
    canvas.area([(x, y), *wings], "arrow")


def _draw_box(canvas: Canvas, box: PersonBox, *, plain: bool) -> None:
    left, top = _in((box.x, box.y))
    if plain:
        canvas.rect(left, top, WIDE, HIGH, "person", radius=4)
        canvas.text(left + 10, top + 22, _fit(box.name, WIDE - 20, 600), "strong")
        for at, words in enumerate(_two_lines(box.title, WIDE - 20)):
            canvas.text(left + 10, top + 40 + at * 15, words, "axis")
        return
    whole = ", ".join(filter(None, (box.name, box.title, box.role)))
    with canvas.link(box.url, whole, box.data):
        look = "person-chosen" if box.chosen else "person-seat" if not box.identified else "person"
        if box.covered is False and not box.chosen and box.identified:
            look = "person-open"
        canvas.rect(left, top, WIDE, HIGH, look, radius=4)
        room = WIDE - 20 - (34 if box.power else 0)
        canvas.text(left + 10, top + 17, _fit(box.name, room, 600), "strong")
        canvas.text(left + 10, top + 32, _fit(box.title, WIDE - 20, 400), "axis")
        if box.power:
            for n in range(5):
                canvas.rect(left + WIDE - 36 + n * 5.4, top + 8, 3.6, 11, "power" if n < box.power else "power-off")
        _draw_level(canvas, box, left + 14, top + 45)
        if box.stance:
            words = _fit(box.stance, WIDE - 74, 400)
            canvas.text(left + 64, top + 49, words, "bad" if box.stance_bad else "label")
        _draw_covered(canvas, box, left + 10, top + 65)


def _draw_level(canvas: Canvas, box: PersonBox, x: float, y: float) -> None:
    for n in range(1, 5):
        look = "level-now" if n <= (box.level or 0) else "level-wanted" if n <= (box.wanted or 0) else "level-off"
        canvas.dot(x + (n - 1) * 11.5, y, 3.8, look)


def _draw_covered(canvas: Canvas, box: PersonBox, x: float, y: float) -> None:
    said = "" if box.covered is None else "Covered" if box.covered else "Not covered"
    if box.covered is True:
        canvas.dot(x + 4, y - 4, 3.6, "covered")
        canvas.text(x + 12, y, said, "good")
    elif box.covered is False:
        canvas.area([(x + 4, y - 8), (x + 8.2, y), (x - 0.2, y)], "open-mark")
        canvas.text(x + 12, y, said, "bad")
    if box.role:  # beside the longer of the two the longest role just fits
        used = text.width(said, 11, 400) + 14
        canvas.text(x + WIDE - 20, y, _fit(box.role, WIDE - 20 - used, 400), "axis", "end")


def _fit(words: str, room: float, weight: int) -> str:
    """The words, or as many of their letters as there is room for and an ellipsis."""
    if text.width(words, 11, weight) <= room:
        return words
    return next((f"{cut}…" for cut in _shorter(words) if text.width(f"{cut}…", 11, weight) <= room), "")


def _two_lines(words: str, room: float) -> list[str]:
    """The words on two lines; what is longer ends in an ellipsis."""
    first = ""
    for word in words.split():
        longer = f"{first} {word}".strip()
        if text.width(longer, 11, 400) > room:
            break
        first = longer
    rest = words[len(first) :].strip()
    if not first:
        return [_fit(words, room, 400)] if words else []
    return [first, _fit(rest, room, 400)] if rest else [first]


def _shorter(words: str) -> Iterator[str]:
    for end in range(len(words) - 1, 0, -1):
        yield words[:end].rstrip()
