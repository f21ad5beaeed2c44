"""The rendered file, looked at with other tools: pages, words, fonts, tags, outline, bytes, limits."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pdfplumber
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from qbr.calc.account import KpiSeen, WorkSeen
from qbr.calc.compose import compose, with_agenda, worth_printing
from qbr.calc.safety import NotClientSafe
from qbr.calc.slides import Point
from qbr.calc.words import with_words
from qbr.pdf import Failed, Limits, Rendered, TimedOut, TooLarge, deck_html, render_html, render_pdf
from tests.qbr import hostile, samples, samples_work
from tests.qbr.test_compose import data
from tests.qbr.test_slides import D, account


@pytest.fixture(scope="module")
def client_deck() -> Rendered:
    return render_pdf(samples.CLIENT_DECK)


@pytest.fixture(scope="module")
def reader(client_deck: Rendered) -> PdfReader:
    return PdfReader(io.BytesIO(client_deck.pdf))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def elements(node: Any, kind: str) -> list[DictionaryObject]:
    """All structure elements of a kind under a node of the tag tree."""
    node = node.get_object()
    found = []
    if isinstance(node, list):
        for child in node:
            found += elements(child, kind)
    elif isinstance(node, DictionaryObject):
        if node.get("/S") == kind:
            found.append(node)
        if "/K" in node:
            found += elements(node["/K"], kind)
    return found


def test_one_page_a_slide_in_sixteen_by_nine_and_nothing_over_its_region(
    client_deck: Rendered, reader: PdfReader
) -> None:
    assert client_deck.findings == ()
    assert len(reader.pages) == client_deck.pages == 10
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == (960, 540)


@pytest.mark.parametrize("deck", [samples.INTERNAL_DECK, hostile.HOSTILE_DECK], ids=["internal", "hostile"])
def test_the_lint_finds_nothing_in_the_other_decks(deck: Any) -> None:
    assert render_pdf(deck).findings == ()


def test_words_can_be_read_back_with_their_page_numbers(client_deck: Rendered) -> None:
    with pdfplumber.open(io.BytesIO(client_deck.pdf)) as document:
        pages = [flat(page.extract_text()) for page in document.pages]
    assert "Northvale Grocers" in pages[0]
    assert "Three decisions today release $2.5M" in pages[1]
    assert "Net fees 3,842 3,727 +115 3,690 3,310" in pages[4]
    assert "SOW-12 Creative retainer 2,640 1 Mar 2026 28 Feb 2027" in pages[7]
    for number, page in enumerate(pages, 1):
        assert page.endswith(str(number))
        assert "Confidential: Northvale Grocers and Alder Finch" in page


def embedded_fonts(reader: PdfReader) -> set[str]:
    """Names of all fonts, each of which has its file within."""
    names = set()
    pages: list[Any] = [*reader.pages]
    for page in pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            names.add(str(font["/BaseFont"]).split("+")[-1])
    return names


def test_every_font_is_embedded_and_ours(reader: PdfReader) -> None:
    assert embedded_fonts(reader) == {"Inter-Deck", "Inter-Deck-Medium", "Inter-Deck-Semi-Bold", "Serif-Deck-Semi-Bold"}


def test_it_is_tagged_titled_and_in_a_language(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "en"  # type: ignore[index]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    tree = root["/StructTreeRoot"]  # type: ignore[index]
    assert len(elements(tree, "/H1")) == 10
    assert len(elements(tree, "/Table")) >= 8
    assert len(elements(tree, "/TH")) > 40
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "Northvale Grocers: Quarterly business review, Q3 2026"
    assert reader.metadata.author == "Alder Finch"


def test_every_drawing_has_words(reader: PdfReader) -> None:
    figures = elements(reader.trailer["/Root"]["/StructTreeRoot"], "/Figure")  # type: ignore[index]
    words = [str(figure["/Alt"]) for figure in figures]
    assert len(words) == 8 + 1 + 1 + 1 + 9  # sparklines, two bar charts, the months and the rows of the weeks
    assert all(words)
    assert any(text.startswith("Net fees by month, October 2025 to September 2026") for text in words)


def test_the_outline_names_every_section(reader: PdfReader) -> None:
    assert [str(item["/Title"]) for item in reader.outline] == [slide.section for slide in samples.CLIENT_DECK.slides]  # type: ignore[call-overload]


def test_the_same_deck_is_the_same_bytes(client_deck: Rendered) -> None:
    assert render_pdf(samples.CLIENT_DECK).sha256 == client_deck.sha256


def test_nothing_of_a_closed_class_is_rendered_for_a_client() -> None:
    point = Point("Labour cost fell", field="cost")
    slide = replace(samples.SUMMARY, columns=(replace(samples.SUMMARY.columns[0], points=(point,)),))
    deck = replace(samples.CLIENT_DECK, slides=(slide,))
    with pytest.raises(NotClientSafe):
        render_pdf(deck)
    with pytest.raises(NotClientSafe):
        deck_html(deck, preview=True)


# --- the lint itself ---------------------------------------------------------------------------------------------


def test_the_lint_sees_words_over_their_region_tall_headlines_and_lost_pages() -> None:
    html = """<style>@page{size:1280px 720px;margin:0}.slide{position:relative;height:700px}
    .r{position:absolute;left:0;top:0;width:100px;height:20px;white-space:nowrap}</style>
    <section class="slide pnl"><div class="r"><p>far too many words for a hundred pixels of room</p></div>
    <h1>a<br>b<br>c</h1></section>"""
    found = render_html(html, pages=2).findings
    assert found[0] == "1 pages, 2 expected"
    assert any("px over its region" in finding for finding in found)
    assert any("headline of 3 lines" in finding for finding in found)


# --- limits ------------------------------------------------------------------------------------------------------


def test_too_many_slides_items_or_words_are_refused_before_any_work() -> None:
    with pytest.raises(TooLarge, match="61 slides; 60 are allowed"):
        render_pdf(replace(samples.CLIENT_DECK, slides=(samples_work.SOURCES,) * 61))
    with pytest.raises(TooLarge, match="5,000 characters"):
        render_pdf(replace(samples.CLIENT_DECK, client="x" * 5000))
    table = hostile.FORTY.table
    assert table is not None
    with pytest.raises(TooLarge, match="more than 20,000 items"):
        render_pdf(
            replace(samples.CLIENT_DECK, slides=(replace(hostile.FORTY, table=replace(table, rows=table.rows * 100)),))
        )
    with pytest.raises(TooLarge, match="characters of pages"):
        render_html("x" * 12_000_001)


def test_a_bomb_is_stopped_by_the_processor_limit() -> None:
    with pytest.raises(TimedOut, match="3 seconds of processor time"):
        render_html("<table>" + "<tr><td colspan=100000>x</td></tr>" * 50 + "</table>", limits=Limits(cpu_seconds=3))


def test_a_render_that_waits_is_stopped_by_the_wall_limit() -> None:
    with pytest.raises(TimedOut, match="was stopped"):
        render_html("<p>x</p>", limits=Limits(wall_seconds=0.05))


def test_a_render_that_needs_too_much_memory_is_stopped() -> None:
    with pytest.raises(TooLarge, match="more than 60 MB of memory"):
        render_html("<p>x</p>" * 50_000, limits=Limits(memory_bytes=60 * 2**20))


def test_nesting_that_the_renderer_cannot_follow_is_a_failure_with_a_reason() -> None:
    with pytest.raises((Failed, TimedOut)):
        render_html("<div>" * 5000, limits=Limits(cpu_seconds=10))


def test_header_cells_say_what_they_head_and_the_figures_lie_in_a_workbook(reader: PdfReader) -> None:
    """The workbook holds exact numbers where the pages round, and no cell of it is a formula."""
    heads: list[Any] = [*elements(reader.root_object["/StructTreeRoot"], "/TH")]
    assert {str(head["/A"]["/Scope"]) for head in heads} == {"/Column", "/Row"}
    assert list(reader.attachments) == ["figures.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(reader.attachments["figures.xlsx"][0]))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert len([cell for cell in cells if cell.data_type == "n" and cell.value is not None]) > 20


def test_composed_decks_carry_their_fonts_tags_and_words_for_every_drawing() -> None:
    """A business review and our own annual meeting, as they are composed from data: with KPIs drawn and a roadmap."""
    leads = KpiSeen(
        "Qualified leads", "count", "leads", "up", D(1049), D(1121), D(690), None, D(1500), D(1403), "watch",
        (D(350), D(690), D(1049)), (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)),
    )  # fmt: skip
    works = tuple(
        WorkSeen(f"Work {place}", "Take cost out", "A. Reyes", date(2027, place, 1), date(2027, place + 3, 1),
                 "not_started", "First store live", date(2027, place + 1, 15))
        for place in range(1, 5)
    )  # fmt: skip
    held = account(kpis=(leads,), works=works)
    for made in (
        compose(data(account=held)),
        compose(data(account=held, kind="annual", period="2026", audience="internal")),
    ):
        shown = worth_printing(with_agenda(with_words(made, {}, ())), ())
        rendered = render_pdf(shown)
        assert rendered.findings == ()
        found = PdfReader(io.BytesIO(rendered.pdf))
        assert embedded_fonts(found)
        root: Any = found.root_object
        tree = root["/StructTreeRoot"]
        figures = [str(figure["/Alt"]) for figure in elements(tree, "/Figure")]
        assert figures
        assert all(text.strip() for text in figures)
        assert any(text.startswith("Qualified leads, Jul 2026 to Sep 2026: from 350 to 1,049") for text in figures)
        assert len(elements(tree, "/H1")) == rendered.pages
        assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert any(text.startswith("Roadmap 2027 to 2029") for text in figures)
