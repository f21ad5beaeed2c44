"""The roadmap as a drawing: years and quarters over lanes of work, from certain to hoped for."""

from __future__ import annotations

from math import ceil
from typing import Final

from qbr.calc.charts import AXIS, GREY2, HAIRLINE, KEY, LABEL, Svg
from qbr.calc.colour import INK, Brand
from qbr.calc.fit import clipped, paragraph
from qbr.calc.slides import Lane, Roadmap, Strip

NAME: Final = 170
HEAD: Final = 46
STEP: Final = 36
HIGHEST_STEP: Final = 84
PAD: Final = 12
QUARTER: Final = (1168 - NAME) / 12
LINE: Final = 15
TWO_LINES: Final = 40
"""px of a strip that hold two lines of its name."""


def _outside(label: str, wide: float) -> bool:
    """Whether a name does not go into two lines of its strip."""
    return paragraph(label, KEY, wide - 16, 2).cut or any(KEY.width(word) > wide - 16 for word in label.split())


def _reach(strip: Strip) -> int:
    """The last quarter that it or its name takes."""
    quarters = strip.last - strip.first + 1
    if not _outside(strip.label, quarters * QUARTER - 4):
        return strip.last
    return min(strip.last + ceil((KEY.width(strip.label) + 16) / QUARTER), 11)


def rows_of(lane: Lane) -> list[list[Strip]]:
    """Strips that do not overlap, nor a name that stands beside its strip, share a row."""
    rows: list[list[Strip]] = []
    for strip in lane.strips:
        row = next((row for row in rows if _reach(row[-1]) < strip.first), None)
        if row is None:
            rows.append([strip])
        else:
            row.append(strip)
    return rows


def _name_of(lane: Lane, rows: int, step: int) -> tuple[str, ...]:
    return paragraph(lane.name, LABEL, NAME - 16, max(3, rows * step // LINE)).lines


def _tall(lane: Lane, step: int) -> int:
    """A lane is as tall as its rows, or as its name."""
    rows = max(len(rows_of(lane)), 1)
    return max(rows * step, len(_name_of(lane, rows, step)) * LINE + 4) + PAD


def step_of(roadmap: Roadmap, room: int) -> int:
    """px of a row: as tall as the room lets it be, within reason."""
    rows = sum(max(len(rows_of(lane)), 1) for lane in roadmap.lanes)
    free = room - HEAD - PAD * len(roadmap.lanes)
    return min(max(free // max(rows, 1), STEP), HIGHEST_STEP)


def height_of(roadmap: Roadmap, step: int = STEP) -> int:
    return HEAD + sum(_tall(lane, step) for lane in roadmap.lanes)


def drawn(roadmap: Roadmap, width: int, height: int, brand: Brand, step: int = STEP) -> str:
    svg = Svg(width, height)
    quarter = (width - NAME) / 12
    for year, name in enumerate(roadmap.years):
        left = NAME + year * 4 * quarter
        svg.line(left, 4, left, height, "#87929B" if year else HAIRLINE)
        svg.text(left + 8, 16, name, LABEL, INK)
        months = ("months 0–12", "months 12–24", "months 24–36")[year]
        svg.text(left + 4 * quarter - 8, 16, months, AXIS, GREY2, anchor="end")
        for number in range(4):
            svg.text(left + (number + 0.5) * quarter, 34, f"Q{number + 1}", AXIS, GREY2, anchor="middle")
    svg.line(0, HEAD - 4, width, HEAD - 4, INK, width=1.25)
    y = float(HEAD)
    for lane in roadmap.lanes:
        rows = rows_of(lane)
        for number, line in enumerate(_name_of(lane, len(rows), step)):
            svg.text(0, y + PAD + 12 + number * LINE, line, LABEL, INK)
        for number, row in enumerate(rows):
            for place, strip in enumerate(row):
                after = row[place + 1].first if place + 1 < len(row) else 12
                box = (NAME + strip.first * quarter, y + PAD + number * step, step - 6)
                _strip(svg, strip, box, quarter, (after - strip.last - 1) * quarter, brand)
        y += _tall(lane, step)
        svg.line(0, y, width, y, HAIRLINE)
    return svg.render(roadmap.alt)


def _strip(svg: Svg, strip: Strip, box: tuple[float, float, int], quarter: float, free: float, brand: Brand) -> None:
    """box: left, top and height. free: px to the right that nothing stands in, for a name too long for its strip."""
    x, y, tall = box
    wide = (strip.last - strip.first + 1) * quarter - 4
    if strip.certainty == "planned":
        svg.rect(x + 2, y, wide, tall, brand.mark)
    elif strip.certainty == "likely":
        svg.rect(x + 2, y, wide, tall, brand.tint)
    else:
        svg.rect(x + 2, y, wide, tall, "#FFFFFF", stroke=brand.mark)
    fill = "#FFFFFF" if strip.certainty == "planned" else INK
    inside = paragraph(strip.label, KEY, wide - 16, 2 if tall >= TWO_LINES else 1)
    broken = any(len(word) > 1 and KEY.width(word) > wide - 16 for word in strip.label.split())
    middle = y + tall / 2 + 4
    if (inside.cut or broken) and KEY.width(strip.label) <= free - 12:
        svg.text(x + 2 + wide + 8, middle, strip.label, KEY, INK)
        return
    if broken:
        inside = paragraph(clipped(strip.label, KEY, wide - 16), KEY, wide - 16, 1)
    for number, line in enumerate(inside.lines):
        svg.text(x + 10, middle + (number - (len(inside.lines) - 1) / 2) * LINE, line, KEY, fill)
