"""Shapes of a slide, in px of the page, and our own drawings as groups of them: what `qbr.pptx` is drawn with."""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree import ElementTree

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from qbr.calc.blocks import Picture, Region
from qbr.calc.fit import clean

PX: Final = 9525
"""EMU in a CSS pixel: 1280 × 720 px are 13.33 × 7.5 inches."""
SANS: Final = "Inter"
SERIF: Final = "Source Serif 4"
LIKE: Final = {SANS: ("020B0604020202020204", "34"), SERIF: ("02040602050305030304", "18")}
"""What a face is like: its PANOSE number, and its family (sans or roman) and pitch."""
UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
_POINT = re.compile(r"[ML]\s*(-?[\d.]+)[ ,](-?[\d.]+)")


def emu(px: float) -> Emu:
    return Emu(round(px * PX))


def rgb(text: str) -> Any:
    made: Any = RGBColor  # its constructor carries no types
    red, green, blue = (int(text[place : place + 2], 16) for place in (1, 3, 5))
    return made(red, green, blue)


def box(shapes: Any, region: Region, fill: str) -> None:
    """Under everything, the title too, which was there first."""
    shape = rect(shapes, (region.x, region.y, region.width, region.height), fill)
    shapes._spTree.remove(shape._element)
    shapes._spTree.insert(2, shape._element)


def rect(shapes: Any, place: tuple[float, float, float, float], fill: str, stroke: str = "", dash: str = "") -> Any:
    x, y, width, height = place
    shape = shapes.add_shape(MSO_SHAPE.RECTANGLE, emu(x), emu(y), emu(width), emu(height))
    plain(shape, fill, stroke, 1.25, dash)
    return shape


def plain(shape: Any, fill: str, stroke: str, width: float, dash: str = "") -> None:
    """Filled and stroked as asked, without the theme's shadow."""
    if fill in ("", "none"):
        shape.fill.background()
    else:
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb(fill)
    if stroke in ("", "none"):
        shape.line.fill.background()
    else:
        shape.line.color.rgb = rgb(stroke)
        shape.line.width = Pt(width * 0.75)
        if dash:
            shape.line.dash_style = MSO_LINE.DASH
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def straight(shapes: Any, ends: tuple[float, float, float, float], colour: str, width: float, dash: str = "") -> None:
    x1, y1, x2, y2 = ends
    line = shapes.add_connector(MSO_CONNECTOR.STRAIGHT, emu(x1), emu(y1), emu(x2), emu(y2))
    line.line.color.rgb = rgb(colour)
    line.line.width = Pt(width * 0.75)
    if dash:
        line.line.dash_style = MSO_LINE.DASH
    style = line._element.find(qn("p:style"))
    if style is not None:
        line._element.remove(style)


def text_box(shapes: Any, x: float, y: float, width: float, height: float) -> Any:
    return shapes.add_textbox(emu(x), emu(y), emu(width), emu(height))


def face(font: Any, name: str) -> None:
    """With what the face is like, so that where it is missing a reader's program takes one of its kind."""
    font.name = name
    latin = font._element.find(qn("a:latin"))
    panose, family = LIKE[name]
    latin.set("panose", panose)
    latin.set("pitchFamily", family)


# --- drawings ----------------------------------------------------------------------------------------------------


def drawing(shapes: Any, picture: Picture, x: float, y: float) -> None:
    """Our own SVG (`calc.charts`) as one group of shapes that carries the chart's words for those who do not see it."""
    group = shapes.add_group_shape()
    about = group._element.nvGrpSpPr.cNvPr
    about.set("name", "Chart")
    about.set("descr", clean(picture.alt))
    root = ElementTree.fromstring(UNPRINTABLE.sub("", picture.svg))  # noqa: S314 - drawn by us a moment ago, nothing of it was uploaded
    for element in root:
        _element(group.shapes, element, x, y)
    if not len(group.shapes):
        shapes._spTree.remove(group._element)


def _element(shapes: Any, element: Any, x: float, y: float) -> None:
    kind, get = element.tag.rpartition("}")[2], element.get
    fill, stroke = get("fill", ""), get("stroke", "")
    width, dash = float(get("stroke-width", "1")), get("stroke-dasharray", "")
    if kind == "rect":
        w, h = float(get("width")), float(get("height"))
        if w > 0 and h > 0:
            rect(shapes, (x + float(get("x")), y + float(get("y")), w, h), fill, stroke, dash)
    elif kind == "line":
        ends = (x + float(get("x1")), y + float(get("y1")), x + float(get("x2")), y + float(get("y2")))
        straight(shapes, ends, stroke, width, dash)
    elif kind == "circle":
        r = float(get("r"))
        left, top = x + float(get("cx")) - r, y + float(get("cy")) - r
        shape = shapes.add_shape(MSO_SHAPE.OVAL, emu(left), emu(top), emu(2 * r), emu(2 * r))
        plain(shape, fill, stroke, width)
    elif kind == "polyline":
        points = [tuple(map(float, pair.split(","))) for pair in get("points").split()]
        _freeform(shapes, [(x + px, y + py) for px, py in points], "", stroke, width, close=False)
    elif kind == "path":
        points = [(float(px), float(py)) for px, py in _POINT.findall(get("d"))]
        _freeform(shapes, [(x + px, y + py) for px, py in points], fill, stroke, width, close=True)
    elif kind == "text":
        _label(shapes, element, x, y)


def _freeform(
    shapes: Any, points: list[tuple[float, float]], fill: str, stroke: str, width: float, *, close: bool
) -> None:
    if len(points) < 2:
        return
    (x0, y0), *others = points
    builder = shapes.build_freeform(emu(x0), emu(y0), scale=1.0)
    builder.add_line_segments([(emu(px), emu(py)) for px, py in others], close=close)
    plain(builder.convert_to_shape(), fill, stroke, width)


def _label(shapes: Any, element: Any, x: float, y: float) -> None:
    """A word of a drawing, placed by the start of its baseline."""
    size = float(element.get("font-size"))
    text = element.text or ""
    left, top = x + float(element.get("x")), y + float(element.get("y")) - size * 1.05
    # As wide as the widest of usual faces needs: without wrapping some programs set the words around the middle.
    box = text_box(shapes, left, top, (len(text) * 0.76 + 1.2) * size, size * 1.3)
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = True
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    run = frame.paragraphs[0].add_run()
    run.text = text
    run.font.size = Pt(size * 0.75)
    face(run.font, SANS)
    run.font.bold = element.get("font-weight") == "600"
    run.font.color.rgb = rgb(element.get("fill"))
