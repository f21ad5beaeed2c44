"""A deck laid out: every slide becomes one page or, when a table is long, several of equal parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from financials.calc import findings
from qbr.calc import bodies, stacks
from qbr.calc.blocks import STYLES, Layout, Page, Region, Run, Text
from qbr.calc.bodies import Body, text_region
from qbr.calc.colour import Brand, brand
from qbr.calc.fit import clean, clipped, headline
from qbr.calc.slides import Cell, Column, Deck, Kind, Row, Slide, Table

BodyOf = Callable[[Slide, Deck, Brand], list[Body]]
BODIES: dict[Kind, BodyOf] = {
    "title": bodies.cover,
    "decisions": bodies.decisions,
    "promises": stacks.pair,
    "summary": bodies.summary,
    "relationship": stacks.stack,
    "strategy": stacks.under_table,
    "objectives": stacks.under_table,
    "kpis": stacks.kpis,
    "scorecard": bodies.noted_table,
    "dive": stacks.dive,
    "value": stacks.value,
    "lessons": bodies.own,
    "service": stacks.stack,
    "voice": stacks.stack,
    "market": bodies.table,
    "charter": stacks.stack,
    "roadmap": stacks.roadmap,
    "options": stacks.with_facts,
    "operating": stacks.stack,
    "bets": bodies.table,
    "moves": stacks.moves,
    "plan": stacks.with_facts,
    "obligations": stacks.pair,
    "commitments": stacks.stack,
    "pnl": bodies.chart_and_table,
    "forecast": bodies.chart_over_table,
    "pipeline": bodies.table,
    "contracts": bodies.table,
    "people": stacks.stack,
    "risks": stacks.pair,
    "own": bodies.own,
    "sources": bodies.table,
}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page before it is numbered."""

    slide: Slide
    body: Body
    part: int
    parts: int


def laid_out(deck: Deck) -> Layout:
    colours = brand(deck.brand, deck.accent)
    sheets: list[_Sheet] = []
    cut: list[tuple[str, str]] = []
    blocked: list[str] = []
    for number, slide in enumerate(deck.slides, 1):
        found = BODIES[slide.kind](slide, deck, colours)
        sheets.extend(_Sheet(slide, body, part, len(found)) for part, body in enumerate(found, 1))
        cut.extend((f"{slide.section}: {where}", text) for body in found for where, text in body.cut)
        if slide.kind != "title" and headline(slide.headline).cut:
            blocked.append(f"The headline of slide {number} ({slide.section}) does not fit two lines: shorten it.")
    if cut:
        appendix = _appendix(cut)
        found = bodies.table(appendix, deck, colours)
        sheets.extend(_Sheet(appendix, body, part, len(found)) for part, body in enumerate(found, 1))
    pages = tuple(_page(deck, sheet, number) for number, sheet in enumerate(sheets, 1))
    return Layout(pages, tuple(blocked), tuple(cut))


def _appendix(cut: list[tuple[str, str]]) -> Slide:
    rows = tuple(Row((Cell(where), Cell(text))) for where, text in cut)
    words = "One text was shortened to fit its slide; here it is whole"
    if len(rows) > 1:
        words = (
            f"{findings.count(len(rows)).capitalize()} texts were shortened to fit their slides; here they are whole"
        )
    return Slide(
        key="full-texts",
        kind="sources",
        section="Appendix: full texts",
        headline=words,
        table=Table((Column("Where", 268, "name"), Column("Text", 900, "text", 18)), rows, "Full texts"),
    )


def _page(deck: Deck, sheet: _Sheet, number: int) -> Page:
    internal = deck.audience == "internal"
    slide = sheet.slide
    if slide.kind == "title":
        regions = (*_edge(internal), *sheet.body.regions, *_foot(deck, slide, number, left=496))
    else:
        top, rise = _top(deck, sheet)
        body = tuple(replace(region, y=region.y - rise) for region in sheet.body.regions)
        regions = (*_edge(internal), *top, *body, *_foot(deck, slide, number, left=56))
    return Page(number, slide.key, slide.kind, clean(slide.section), regions, internal)


def _edge(internal: bool) -> tuple[Region, ...]:
    if not internal:
        return (Region(56, 0, 59, 8, css="tick"),)
    words = Text(((Run("■ Internal: never for the client", "running"),),), "running", tone="white")
    return (Region(0, 0, 1280, 17, css="band"), Region(56, 1, 600, 16, (words,)))


def _top(deck: Deck, sheet: _Sheet) -> tuple[tuple[Region, ...], int]:
    """Running head, headline and dek, and by how much the body rises when they take less than their full height."""
    slide = sheet.slide
    running = STYLES["running"]
    section = slide.section if sheet.parts == 1 else f"{slide.section}, {sheet.part} of {sheet.parts}"
    after = " " + clipped(f"· {deck.period}", running, 260)
    right = clipped(deck.client, running, 420 - running.width(after)) + after
    found = headline(slide.headline)
    style = f"h{found.size}"
    title = Text(tuple((Run(line, style),) for line in found.lines), style, tag="h1")
    dek_y = 46 + found.height + 4
    dek_text = " ".join(filter(None, (slide.dek, sheet.body.dek)))
    dek = clipped(dek_text, STYLES["dek"], 1168)
    rise = 70 - found.height + (0 if dek else 24)
    regions = (
        text_region(56, 24, 640, clipped(section, running, 640), "running", tone="label"),
        text_region(804, 24, 420, right, "running", tone="label", align="right"),
        Region(56, 46, 1120, found.height, (title,)),
        *((text_region(56, dek_y, 1168, dek, "dek", tone="label"),) if dek else ()),
    )
    return regions, rise


def _foot(deck: Deck, slide: Slide, number: int, *, left: int) -> tuple[Region, ...]:
    source = STYLES["source"]
    width = 1224 - left
    basis = slide.cover.basis if slide.cover else ()
    about = basis or (_source_line(deck, slide),)
    lines = tuple((Run(clipped(line, source, width - 340), "source"),) for line in about[:2] if line)
    closing = _closing(deck)
    return (
        Region(left, 668, width, 1, css="hairline"),
        *((Region(left, 676, width - 340, 28, (Text(lines, "source", tone="quiet"),)),) if lines else ()),
        text_region(left + width - 320, 676, 320, clipped(closing, source, 320), "source", tone="quiet", align="right"),
        text_region(1124, 690, 100, str(number), "page", align="right"),
    )


def _closing(deck: Deck) -> str:
    return f"Internal: {deck.firm} only" if deck.audience == "internal" else deck.confidentiality


def _source_line(deck: Deck, slide: Slide) -> str:
    parts: list[str] = []
    for part in (slide.source, deck.as_of_text, deck.frozen_text, deck.run_text):
        if part and part not in parts:
            parts.append(part.rstrip(".; "))
    line = "; ".join(parts)
    return f"Source: {line}." if slide.source else f"{line[:1].upper()}{line[1:]}." if line else ""
