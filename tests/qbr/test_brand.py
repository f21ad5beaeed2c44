"""How reviews look: colours that can be read, a logo made anew, and the slides that a new one begins with."""

from __future__ import annotations

import io
import zipfile
import zlib
from struct import pack
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from accounts.models import Client
from common.models import AuditEntry
from people.models import User
from qbr.access import get_deck_for
from qbr.actions import decks
from qbr.actions.brand import set_brand, set_template
from qbr.calc.colour import brand, contrast
from qbr.logo import NotALogo, logo_of
from qbr.models import Deck, DeckBrand
from qbr.pdf import deck_html, render_pdf
from qbr.pptx import render_pptx
from qbr.queries.decks import compose_deck
from tests.financials.books import NOW

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#AA3311").save(out, kind, comment=b"Zqwho made it") if kind == "JPEG" else Image.new(
        "RGB", size, "#AA3311"
    ).save(out, kind)
    return out.getvalue()


def bomb() -> bytes:
    """A few hundred bytes that say they are 60,000 pixels square."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))

    head = pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_made_small_and_anew(kind: str) -> None:
    made = logo_of(picture(kind))
    assert Image.open(io.BytesIO(made)).size == (432, 144)
    assert b"Zqwho" not in made
    assert made == logo_of(picture(kind))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG"),
        (picture("GIF"), "PNG"),
        (picture()[:200], "PNG"),
        (bomb(), "60,000"),
        (b"\x89PNG" + b"0" * 1_100_000, "the most"),
    ],
)
def test_what_is_no_logo_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(NotALogo, match=why):
        logo_of(body)


def test_a_second_colour_is_that_of_marks_and_is_darkened() -> None:
    made = brand("#0B4F6C", "#30A5E8")
    assert (made.pure, made.mark != "#30A5E8") == ("#0B4F6C", True)
    assert contrast(made.mark, "#FFFFFF") >= 4.5
    assert brand("#0B4F6C").mark == "#0B4F6C"


def test_the_clients_look_stands_before_the_firms(deck: Deck, client: Client, owner: User, sign_in: Any) -> None:
    set_brand(
        client=None, colours={"colour": "#224466", "accent": ""}, logo=logo_of(picture()), expected=0, actor=owner
    )
    made = compose_deck(owner, deck, now=NOW).deck
    assert (made.brand, made.logo[:10]) == ("#224466", "iVBORw0KGg")
    browser, url = sign_in(owner), reverse("client_brand", args=[client.key])
    assert browser.post(url, {"version": "0", "colour": "red"}).status_code == 422
    good = {"version": "0", "colour": "4B2E83", "accent": "#FFC400", "logo": SimpleUploadedFile("l.png", picture())}
    told = browser.post(url, good, follow=True)
    assert "darken" in told.content.decode() or "charts use" in told.content.decode()
    assert browser.post(url, {"version": "0", "colour": "#000000"}, follow=True).content.count(b"Not saved") == 1
    held = DeckBrand.objects.get(client=client)
    assert (held.colour, held.accent) == ("#4B2E83", "#FFC400")
    assert AuditEntry.objects.filter(object_kind="deck brand").count() == 2
    made = compose_deck(owner, deck, now=NOW).deck
    assert made.brand == "#4B2E83"
    page = deck_html(made, preview=True)
    assert "data:image/png;base64," in page
    file = render_pdf(made)
    assert file.findings == ()
    assert render_pdf(made).pdf == file.pdf
    assert len(PdfReader(io.BytesIO(file.pdf)).pages[0].images) == 1
    with zipfile.ZipFile(io.BytesIO(render_pptx(made).body)) as parts:
        assert [name for name in parts.namelist() if name.endswith(".png")]


def test_a_new_review_begins_with_the_slides_of_its_template(client: Client, owner: User) -> None:
    set_template(kind="qbr", slides=["pnl", "summary"], actor=owner)
    made = decks.create_deck(
        client=client, period="2026-10", kind="qbr", audience="client", held_on=None, actor=owner
    )  # fmt: skip
    deck = get_deck_for(owner, made.pk)
    shown = compose_deck(owner, deck, now=NOW).deck.slides
    assert [slide.kind for slide in shown] == ["title", "pnl", "summary"]
    decks.hide_slide(deck=deck, slide="contracts", hidden=False, actor=owner)
    again = compose_deck(owner, get_deck_for(owner, made.pk), now=NOW).deck.slides
    assert "contracts" in [slide.kind for slide in again]
