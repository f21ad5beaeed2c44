"""The editable slides: real text and tables, charts as shapes, nothing of ours in the client's, the same bytes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import cycle
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse
from pptx import Presentation
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.oxml.ns import qn

from common import jobs
from common.models import AuditEntry, Job
from people.models import User
from qbr.actions import decks as actions
from qbr.calc.safety import NotClientSafe
from qbr.calc.slides import Cell, Point, Slide, TextColumn
from qbr.models import Deck, Snapshot
from qbr.pdf import TooLarge
from qbr.pptx import render_pptx
from qbr.queries.decks import PRESENT, frozen_deck
from tests.financials.books import NOW, post
from tests.qbr import samples, samples_money
from tests.qbr.test_pdf_channels import poisoned


def opened(body: bytes) -> Any:
    return Presentation(io.BytesIO(body))


def words_of(body: bytes) -> str:
    """Every word of every part: slides, notes, properties, alternative texts."""
    with ZipFile(io.BytesIO(body)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_text_tables_and_titles_are_real() -> None:
    made = render_pptx(samples.CLIENT_DECK)
    file = opened(made.body)
    assert (file.slide_width, file.slide_height) == (12192000, 6858000)
    assert len(file.slides) == made.pages
    headlines = [slide.shapes.title.text_frame.text.replace("\n", " ") for slide in file.slides]
    for slide in samples.CLIENT_DECK.slides[1:]:
        assert any(slide.headline[:30] in text.replace("\xa0", " ") for text in headlines), slide.headline
    tables = [shape.table for slide in file.slides for shape in slide.shapes if shape.has_table]
    assert tables
    assert any("Net fees" in cell.text for table in tables for row in table.rows for cell in row.cells)
    assert not any(shape.shape_type == 13 for slide in file.slides for shape in slide.shapes)  # no pictures: shapes


def test_charts_are_groups_with_words_for_those_who_do_not_see_them() -> None:
    xml = words_of(render_pptx(samples.CLIENT_DECK).body)
    chart = samples_money.PNL.chart or samples_money.PNL.bridge
    assert chart is not None
    assert chart.alt[:40] in xml.replace("&amp;", "&")
    assert "<p:grpSp>" in xml


def test_the_same_deck_is_the_same_bytes() -> None:
    assert render_pptx(samples.CLIENT_DECK).sha256 == render_pptx(samples.CLIENT_DECK).sha256


def test_a_clients_file_holds_nothing_closed_and_no_notes() -> None:
    secret = replace(samples.SUMMARY, notes="Zqnotes: give way on the rate")
    client = replace(samples.CLIENT_DECK, slides=(samples.TITLE, secret))
    assert "Zqnotes" not in words_of(render_pptx(client).body)
    ours = replace(client, audience="internal")
    assert "Zqnotes" in words_of(render_pptx(ours).body)
    closed = replace(samples.SUMMARY, columns=(TextColumn("Wins", (Point("Zqcost", field="cost"),)),))
    for field in ("cost", "salary", "stance"):
        item = replace(closed, columns=(TextColumn("Wins", (Point("Zqcost", field=field),)),))
        with pytest.raises(NotClientSafe):
            render_pptx(replace(client, slides=(samples.TITLE, item)))


def test_a_hundred_planted_words_stay_out_of_the_clients_file() -> None:
    """Speaker's notes and figures a headline was drawn from are the fields that hold words no page prints."""
    planted = [f"Zq{n:03d}secret" for n in range(100)]
    slides = tuple(
        replace(slide, notes=" ".join(planted[n * 10 : n * 10 + 10]))
        for n, slide in enumerate(samples.CLIENT_DECK.slides[:10])
    )
    body = render_pptx(replace(samples.CLIENT_DECK, slides=slides)).body
    assert not re.search(r"Zq\d{3}secret", words_of(body))


def test_properties_name_the_firm_and_the_instant_of_the_figures_alone() -> None:
    about = opened(render_pptx(samples.CLIENT_DECK).body).core_properties
    assert (about.author, about.last_modified_by) == (samples.CLIENT_DECK.firm, samples.CLIENT_DECK.firm)
    assert about.created == about.modified
    assert about.created.isoformat() + "Z" == samples.CLIENT_DECK.as_of


def test_hostile_text_stays_text() -> None:
    payload = '"><script>alert(1)</script>&xxe; file:///etc/passwd \x07\x0b ]]> =cmd|calc'
    made = render_pptx(poisoned(samples.CLIENT_DECK, cycle([payload])))
    file = opened(made.body)
    assert len(file.slides) == made.pages
    assert "<script>" not in words_of(made.body)
    assert "hlinkClick" not in words_of(made.body)
    assert 'TargetMode="External"' not in words_of(made.body)


def test_more_than_a_deck_may_hold_is_refused_before_any_work() -> None:
    many = tuple(Slide(f"own~{n}", "own", "More", "A headline of 3") for n in range(61))
    with pytest.raises(TooLarge):
        render_pptx(replace(samples.CLIENT_DECK, slides=many))
    with pytest.raises(TooLarge):
        render_pptx(replace(samples.CLIENT_DECK, slides=(replace(samples.SUMMARY, headline="x" * 1_000_000),)))


def test_unknown_prints_a_dash() -> None:
    assert samples_money.PNL.table is not None
    rows = samples_money.PNL.table.rows
    first = replace(rows[0], cells=(rows[0].cells[0], *(Cell(None) for _ in rows[0].cells[1:])))
    deck = replace(
        samples.CLIENT_DECK,
        slides=(
            samples.TITLE,
            replace(samples_money.PNL, table=replace(samples_money.PNL.table, rows=(first, *rows[1:]))),
        ),
    )
    tables = [s.table for slide in opened(render_pptx(deck).body).slides for s in slide.shapes if s.has_table]
    assert "—" in [cell.text for table in tables for cell in table.rows[1].cells]


# --- by job ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_freezing_makes_both_files_and_the_slides_survive_what_is_posted_later(
    deck: Deck, owner: User, outsider: User, sign_in: Any
) -> None:
    actions.freeze_deck(deck=deck, actor=owner, now=NOW, confirmed=True)
    browser = sign_in(owner)
    assert browser.get(reverse("review_pptx", args=[deck.pk])).status_code == 404
    post(deck.client, "gross_revenue", "1000000", service_line="Media")
    assert Job.objects.filter(kind=PRESENT, object_ref=f"deck:{deck.pk}").count() == 1
    jobs.work(PRESENT)
    snapshot = Snapshot.objects.get(deck=deck)
    assert bytes(snapshot.pptx or b"").startswith(b"PK")
    answer = browser.get(reverse("review_pptx", args=[deck.pk]))
    assert answer["Content-Type"].endswith("presentationml.presentation")
    assert answer.content == bytes(snapshot.pptx or b"")
    assert sign_in(outsider).get(reverse("review_pptx", args=[deck.pk])).status_code == 404
    assert render_pptx(frozen_deck(snapshot)).sha256 == snapshot.pptx_hash


@pytest.mark.django_db
def test_slides_of_an_older_freeze_are_made_when_asked_for(deck: Deck, owner: User, sign_in: Any) -> None:
    browser, make = sign_in(owner), reverse("review_make_pptx", args=[deck.pk])
    browser.post(make)
    assert not Job.objects.filter(kind=PRESENT).exists()
    actions.freeze_deck(deck=deck, actor=owner, now=NOW, confirmed=True)
    Job.objects.filter(kind=PRESENT).delete()
    browser.post(make)
    browser.post(make)
    assert Job.objects.filter(kind=PRESENT, object_ref=f"deck:{deck.pk}").count() == 1
    assert AuditEntry.objects.filter(verb="asked for slides").count() == 2


def test_words_shrink_into_their_boxes_where_our_faces_are_missing() -> None:
    """No reader has Inter: words of pages shrink to their place, and every face says what it is like."""
    made = opened(render_pptx(samples.CLIENT_DECK).body)
    titles = [slide.shapes.title for slide in made.slides]
    assert {title.text_frame.auto_size for title in titles} == {MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE}
    latin = [one for slide in made.slides for one in slide._element.iter(qn("a:latin"))]
    assert latin
    kinds = {(one.get("typeface"), one.get("pitchFamily")) for one in latin}
    assert kinds == {("Inter", "34"), ("Source Serif 4", "18")}
