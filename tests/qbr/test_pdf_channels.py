"""The ways a document can make its renderer fetch or embed something: every one refused, and deck text stays text."""

from __future__ import annotations

import io
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from qbr.pdf import deck_html, render_html, render_pdf
from tests.qbr import samples, samples_money, samples_work


class Listener:
    """A socket on this machine that counts who connects."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


def channels(port: int, secret: Path) -> list[str]:
    """The eleven of S5, as markup."""
    site = f"http://127.0.0.1:{port}"
    drawing = b64encode(f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{site}/svg.png"/></svg>'.encode())
    return [
        f'<img src="{site}/img.png">',
        f'<style>@import url("{site}/import.css");</style>',
        f'<div style="background:url({site}/background.png)">b</div>',
        f"<style>@font-face{{font-family:Own;src:url({site}/font.ttf)}} p{{font-family:Own}}</style><p>f</p>",
        f'<link rel="attachment" href="{site}/attached.txt">',
        f'<img src="{site}/redirect?to=http://127.0.0.1:1/">',
        f'<img src="data:image/svg+xml;base64,{drawing.decode()}">',
        f'<object data="{site}/object.png"></object><embed src="{site}/embed.png">',
        f'<link rel="attachment" href="file://{secret}">',
        f'<a rel="attachment" href="file://{secret}">a</a>',
        f'<img src="file://{secret}.svg">',
    ]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("the-secret-of-this-machine")
    path.with_suffix(".svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><text y="9">the-secret-of-this-machine</text></svg>'
    )
    return path


def embedded_files(pdf: bytes) -> list[str]:
    """Their names; one hung on a page counts as a name of its own."""
    reader = PdfReader(io.BytesIO(pdf))
    annotations = [
        str(note.get_object())
        for page in reader.pages
        for note in page.get("/Annots", [])
        if "FileAttachment" in str(note.get_object())
    ]
    return [*reader.attachments, *annotations]


def test_raw_markup_of_all_channels_fetches_and_embeds_nothing(listener: Listener, secret: Path) -> None:
    found = channels(listener.port, secret)
    assert len(found) == 11
    pdf = render_html("".join(found)).pdf
    assert listener.connections == 0
    assert embedded_files(pdf) == []
    assert "the-secret" not in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def poisoned(value: Any, payloads: Iterator[str]) -> Any:
    """The same deck with a payload in every free text, one after the other."""
    if isinstance(value, tuple):
        return tuple(poisoned(item, payloads) for item in value)
    if isinstance(value, str) or value is None or isinstance(value, (Decimal, bool, int)):
        return value
    changes: dict[str, Any] = {}
    for part in fields(value):
        item: Any = getattr(value, part.name)
        if isinstance(item, tuple) and item and isinstance(item[0], str):
            changes[part.name] = tuple(next(payloads) for _ in item)
        elif isinstance(item, tuple) or is_dataclass(item):
            changes[part.name] = poisoned(item, payloads)
        elif isinstance(item, str) and part.name not in CODED:
            changes[part.name] = next(payloads)
    return replace(value, **changes)


CODED = {
    "kind", "key", "audience", "status", "style", "field", "as_of", "due", "weeks_from", "today", "lang", "figure",
    "brand",
}  # fmt: skip


def test_payloads_in_every_text_of_a_deck_print_as_text(listener: Listener, secret: Path) -> None:
    found = channels(listener.port, secret)
    used = (
        samples.TITLE,
        samples.DECISIONS,
        samples.SUMMARY,
        samples_money.PNL,
        samples_work.CONTRACTS,
        samples_work.PLAN_SLIDE,
    )
    rendered = render_pdf(poisoned(replace(samples.CLIENT_DECK, slides=used), cycle(found)))
    assert listener.connections == 0
    assert embedded_files(rendered.pdf) == ["figures.xlsx"]  # our own
    assert rendered.findings == ()
    words = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(rendered.pdf)).pages)
    for payload in found:
        assert "".join(payload[:16].split()) in words


def test_payloads_in_the_preview_are_text_too(secret: Path) -> None:
    payload = '"><script>alert(1)</script><img src=x onerror=alert(1)></style></svg>'
    html = deck_html(
        poisoned(samples.CLIENT_DECK, cycle([payload])), preview=True, nonce="n0nce", font_base="/static/fonts/deck/"
    )
    assert "<script" not in html
    assert "onerror=alert(1)>" not in html
    assert html.count("</style>") == 1
    assert " style=" not in html


def test_a_brand_that_is_no_colour_never_reaches_the_stylesheet() -> None:
    deck = replace(
        samples.CLIENT_DECK, brand="red;}@import url(http://127.0.0.1/x);{", slides=samples.CLIENT_DECK.slides[:1]
    )
    assert "@import" not in deck_html(deck)
