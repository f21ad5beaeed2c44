"""The roadmap as a drawing: years and quarters over lanes of work, from certain to hoped for."""

from __future__ import annotations

from typing import Final

from qbr.calc.charts import AXIS, GREY2, HAIRLINE, KEY, LABEL, Svg
from qbr.calc.colour import INK, Brand
from qbr.calc.fit import clipped, paragraph
from qbr.calc.slides import Lane, Roadmap, Strip

NAME: Final = 170
HEAD: Final = 46
BAR: Final = 30
STEP: Final = 36
PAD: Final = 12


def rows_of(lane: Lane) -> list[list[Strip]]:
    """Strips that do not overlap share a row."""
    rows: list[list[Strip]] = []
    for strip in lane.strips:
        row = next((row for row in rows if row[-1].last < strip.first), None)
        if row is None:
            rows.append([strip])
        else:
            row.append(strip)
    return rows


def height_of(roadmap: Roadmap) -> int:
    return HEAD + sum(max(len(rows_of(lane)), 1) * STEP + PAD for lane in roadmap.lanes)


def drawn(roadmap: Roadmap, width: int, height: int, brand: Brand) -> str:
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
        for number, line in enumerate(paragraph(lane.name, LABEL, NAME - 16, 2 + len(rows)).lines[: 1 + 2 * len(rows)]):
            svg.text(0, y + PAD + 12 + number * 15, line, LABEL, INK)
        for row in rows:
            for strip in row:
                _strip(svg, strip, NAME + strip.first * quarter, y + PAD, quarter, brand)
            y += STEP
        y += PAD
        svg.line(0, y, width, y, HAIRLINE)
    return svg.render(roadmap.alt)


def _strip(svg: Svg, strip: Strip, x: float, y: float, quarter: float, brand: Brand) -> None:
    wide = (strip.last - strip.first + 1) * quarter - 4
    if strip.certainty == "planned":
        svg.rect(x + 2, y, wide, BAR, brand.mark)
    elif strip.certainty == "likely":
        svg.rect(x + 2, y, wide, BAR, brand.tint)
    else:
        svg.rect(x + 2, y, wide, BAR, "#FFFFFF", stroke=brand.mark)
    fill = "#FFFFFF" if strip.certainty == "planned" else INK
    svg.text(x + 10, y + 19, clipped(strip.label, KEY, wide - 16), KEY, fill)
