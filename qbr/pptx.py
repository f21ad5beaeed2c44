"""Decks to PowerPoint: the same pages as the PDF, with real text, real tables, and charts as grouped vector shapes.

A client's file carries no speaker's notes and no names but the firm's; the same deck makes the same bytes.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import accumulate
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from qbr.calc.blocks import STYLES, Block, Line, Logo, Page, Picture, Region, Run, TableBlock, Td, Text
from qbr.calc.colour import INK, STATUS, Brand, brand
from qbr.calc.fit import NBSP, clean
from qbr.calc.layout import laid_out
from qbr.calc.safety import client_safe
from qbr.calc.slides import Deck
from qbr.calc.stylesheet import DECISION_PADS
from qbr.calc.tables import ROOMY, STEPS
from qbr.pdf import check_size
from qbr.pptx_shapes import PX, SANS, SERIF, UNPRINTABLE, box, drawing, emu, face, rect, rgb, straight, text_box

BOLD: Final = frozenset({"bold", "serif"})
TONES: Final[dict[str, str]] = {
    **{str(status): colour for status, colour in STATUS.items()}, "label": "#45525D", "quiet": "#626E78",
    "white": "#FFFFFF", "unknown": "#626E78", "dropped": "#45525D",
    "open": "#626E78",
}  # fmt: skip
HEAD: Final = "#626E78"
HAIRLINE: Final = "#D9DEE2"
GROUP_RULE: Final = "#87929B"
ALERT: Final = "#FBF1F0"
RULE_AIR: Final = 9
HEAD_AIR: Final = 12
HEAD_FOOT: Final = 7
"""px between a head and the rule under it."""
INDENTED: Final = frozenset({"status", "spark", "bar", "who"})
EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Made:
    body: bytes
    pages: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def render_pptx(deck: Deck) -> Made:
    """Raises NotClientSafe or TooLarge before any work."""
    check_size(deck)
    client_safe(deck)
    layout = laid_out(deck)
    file = Presentation()
    file.slide_width, file.slide_height = Emu(1280 * PX), Emu(720 * PX)
    notes = {slide.key: slide.notes for slide in deck.slides} if deck.audience == "internal" else {}
    shown: set[str] = set()
    for page in layout.pages:
        made = _page(file, page, brand(deck.brand, deck.accent))
        if notes.get(page.key) and page.key not in shown:
            made.notes_slide.notes_text_frame.text = UNPRINTABLE.sub("", notes[page.key])
        shown.add(page.key)
    _properties(file, deck)
    raw = BytesIO()
    file.save(raw)
    return Made(_steady(raw.getvalue()), len(layout.pages))


def _properties(file: Any, deck: Deck) -> None:
    about = file.core_properties
    about.title = clean(f"{deck.client}: {deck.title}, {deck.period}")[:255]
    about.author = about.last_modified_by = clean(deck.firm)[:255]
    about.subject, about.keywords, about.comments, about.category = clean(deck.period)[:255], "", "", ""
    about.language = deck.lang
    about.revision = 1
    when = datetime.fromisoformat(deck.as_of.replace("Z", "+00:00")).replace(tzinfo=None)
    about.created = about.modified = about.last_printed = when


def _steady(raw: bytes) -> bytes:
    """The same parts in the same order with no clock in them."""
    out = BytesIO()
    with ZipFile(BytesIO(raw)) as found, ZipFile(out, "w", ZIP_DEFLATED) as kept:
        for name in found.namelist():
            info = ZipInfo(name, EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            kept.writestr(info, found.read(name))
    return out.getvalue()


# --- pages and regions -------------------------------------------------------------------------------------------


def _page(file: Any, page: Page, colours: Brand) -> Any:
    """On the layout that has a title only, so that the outline of the file names every slide."""
    slide = file.slides.add_slide(file.slide_layouts[5])
    title = slide.shapes.title
    for region in page.regions:
        if region.css in ("tick", "panel", "band", "hairline"):
            box(slide.shapes, region, _fill(region.css, colours))
            continue
        y = float(region.y)
        if region.css == "rule":
            straight(slide.shapes, (region.x, y, region.x + region.width, y), INK, 1.25)
            y += RULE_AIR
        y = _blocks(slide, title, region, y, colours)
    if not title.text_frame.text:
        title.text_frame.text = clean(page.bookmark)
    return slide


def _fill(css: str, colours: Brand) -> str:
    return {"band": INK, "hairline": HAIRLINE}.get(css, colours.pure)


def _blocks(slide: Any, title: Any, region: Region, y: float, colours: Brand) -> float:
    waiting: list[Text] = []
    for block in (*region.blocks, None):
        if isinstance(block, Text) and block.tag != "h1":
            waiting.append(block)
            continue
        if waiting:
            height = sum(text.height for text in waiting)
            _words(text_box(slide.shapes, region.x, y, region.width, height), waiting, colours)
            y += height
            waiting = []
        if block is not None:
            y = _block(slide, title, region, y, block, colours)
    return y


def _block(slide: Any, title: Any, region: Region, y: float, block: Block, colours: Brand) -> float:
    if isinstance(block, Text):
        title.left, title.top = emu(region.x), emu(y)
        title.width, title.height = emu(region.width), emu(block.height)
        _words(title, [block], colours)
    elif isinstance(block, Logo):
        _logo(slide.shapes, block, region)
    elif isinstance(block, Picture):
        drawing(slide.shapes, block, region.x, y)
    else:
        _table(slide.shapes, block, region.x, y, colours)
    return y + block.height


def _logo(shapes: Any, block: Logo, region: Region) -> None:
    rect(shapes, (region.x, region.y, region.width, region.height), "#FFFFFF")
    picture = BytesIO(b64decode(block.png))
    made = shapes.add_picture(picture, emu(region.x + 12), emu(region.y + 8), emu(block.width), emu(block.height))
    made._element.nvPicPr.cNvPr.set("descr", block.alt)


# --- words -------------------------------------------------------------------------------------------------------


def _words(shape: Any, texts: list[Text], colours: Brand) -> None:
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    # Where our faces are not installed wider ones take their place: words shrink rather than run into what stands
    # under them, and a headline keeps its lines.
    fixed = any(STYLES[text.style].face == "serif" for text in texts)
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE
    frame.vertical_anchor = MSO_ANCHOR.TOP
    first = True
    for text in texts:
        for line in _paragraphs(text.lines) if text.flow and not fixed else text.lines:
            paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
            first = False
            _paragraph(paragraph, line, text.style, text.tone, colours)
            if text.align == "right":
                paragraph.alignment = PP_ALIGN.RIGHT
        paragraph.space_after = Pt(text.gap * 0.75)


def _paragraphs(lines: tuple[Line, ...]) -> list[Line]:
    """Lines that were broken to fit become one paragraph again, which whoever edits it can break anew."""
    looks = {(run.style, run.tone) for line in lines for run in line}
    if len(looks) == 1 and all(len(line) == 1 for line in lines) and len(lines) > 1:
        run = lines[0][0]
        return [(Run(" ".join(line[0].text for line in lines), run.style, run.tone),)]
    return list(lines)


def _paragraph(paragraph: Any, line: Line, style: str, tone: str, colours: Brand) -> None:
    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.space_before = paragraph.space_after = Pt(0)
    paragraph.line_spacing = Pt(
        max((STYLES[run.style or style].line for run in line), default=STYLES[style].line) * 0.75
    )
    for run in line:
        if run.text:
            _run(paragraph, run, style, run.tone or tone, colours)


def _run(paragraph: Any, run: Run, style: str, tone: str, colours: Brand, plain: str = INK) -> None:
    look = STYLES[run.style or style]
    made = paragraph.add_run()
    made.text = UNPRINTABLE.sub("", run.text.replace(NBSP, " "))
    font = made.font
    face(font, SERIF if look.face == "serif" else SANS)
    font.size = Pt(look.size * 0.75)
    font.bold = look.face in BOLD
    font.color.rgb = rgb(colours.panel_text if tone == "onpanel" else TONES.get(tone, plain))


# --- tables ------------------------------------------------------------------------------------------------------


def _table(shapes: Any, block: TableBlock, x: float, y: float, colours: Brand) -> None:
    pads = {**{step.name: step.pad for step in (*ROOMY, *STEPS)}, **dict(DECISION_PADS)}
    pad = float(pads[block.step])
    heights = [_row_height(block.head.cells, 0) + HEAD_AIR - 1, *(_row_height(row.cells, pad) for row in block.rows)]
    frame = shapes.add_table(
        len(block.rows) + 1, len(block.widths), emu(x), emu(y), emu(sum(block.widths)), emu(sum(heights))
    )
    frame.name = clean(block.label) or "Table"
    table = frame.table
    table.first_row, table.horz_banding = True, False
    _no_style(table)
    for number, width in enumerate(block.widths):
        table.columns[number].width = emu(width)
    tops = [y, *(y + done for done in accumulate(heights))]
    lefts = [float(x), *(x + done for done in accumulate(block.widths))]
    for at, row in enumerate((block.head, *block.rows)):
        table.rows[at].height = emu(heights[at])
        for place, cell in enumerate(row.cells):
            made = table.cell(at, place)
            indent = 24 if any(row.cells[place].css in INDENTED for row in block.rows) else 0
            _cell(made, cell, row.css, colours, indent=indent, head=at == 0)
            if cell.picture:
                left = lefts[place] + indent
                drawing(shapes, cell.picture, left, tops[at] + (heights[at] - cell.picture.height) / 2)


def _row_height(cells: tuple[Td, ...], pad: float) -> float:
    tallest = 14
    for cell in cells:
        lines = sum(max((STYLES[run.style or "th"].line for run in line), default=14) for line in cell.lines)
        tallest = max(tallest, lines, cell.picture.height if cell.picture else 0)
    return tallest + 2 * pad + 1


def _no_style(table: Any) -> None:
    """Without the theme's banding and grid: hairlines are drawn cell by cell."""
    found = table._tbl.tblPr.find(qn("a:tableStyleId"))
    if found is not None:
        found.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _cell(made: Any, cell: Td, css: str, colours: Brand, *, indent: int, head: bool) -> None:
    made.margin_top = made.margin_right = 0
    made.margin_bottom = emu(HEAD_FOOT) if head else 0
    made.margin_left = emu(indent)
    made.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.MIDDLE
    made.fill.background()
    if "alert" in css:
        made.fill.solid()
        made.fill.fore_color.rgb = rgb(ALERT)
    frame = made.text_frame
    frame.word_wrap = True
    first = True
    for line in _paragraphs(cell.lines):
        paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
        first = False
        for run in line:
            _run(paragraph, run, "th", run.tone, colours, HEAD if head else INK)
        if cell.css == "right":
            paragraph.alignment = PP_ALIGN.RIGHT
    if first:  # an empty cell would take the theme's large letters, and its row their height
        frame.paragraphs[0].font.size = Pt(6)
    _edges(made, css, cell, head=head)


def _edges(made: Any, css: str, cell: Td, *, head: bool) -> None:
    within = "within" in css and cell.css in ("aim", "bar")
    foot = "" if "open" in css or "total" in css or within else GROUP_RULE if "group" in css else HAIRLINE
    if "total" in css:
        _edge(made, "a:lnT", INK, 1.25)
    _edge(made, "a:lnB", INK if head else foot, 1.25 if head else 1)


def _edge(made: Any, side: str, colour: str, width: float) -> None:
    properties = made._tc.get_or_add_tcPr()
    line = properties.makeelement(qn(side), {"w": str(round(width * PX)), "cap": "flat", "cmpd": "sng", "algn": "ctr"})
    if colour:
        solid = line.makeelement(qn("a:solidFill"), {})
        solid.append(solid.makeelement(qn("a:srgbClr"), {"val": colour.lstrip("#")}))
        line.append(solid)
    else:
        line.append(line.makeelement(qn("a:noFill"), {}))
    # Edges come before the fill of a cell, in the order of the schema.
    fills = [child for child in properties if child.tag in (qn("a:noFill"), qn("a:solidFill"))]
    if fills:
        fills[0].addprevious(line)
    else:
        properties.append(line)
