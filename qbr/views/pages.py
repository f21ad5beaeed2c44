"""The pages of a deck for a frame: no script runs there and nothing is fetched but our fonts."""

from __future__ import annotations

from typing import Final

from csp.constants import NONCE, NONE, SELF
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.text import slugify

from common.policies import ACCOUNT_MANAGER, DIRECTOR
from qbr.calc import slides
from qbr.models import Deck
from qbr.pdf import deck_html

AUTHORS: Final = frozenset({DIRECTOR, ACCOUNT_MANAGER})
PREVIEW_CSP: Final = {
    "default-src": [NONE],
    "script-src": [NONE],
    "style-src": [NONCE],
    "img-src": ["data:"],
    "font-src": [SELF],
    "form-action": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": [SELF],
}


def pages(request: HttpRequest, deck: slides.Deck, *, only: str = "") -> HttpResponse:
    base = static("fonts/deck/Inter-400.ttf").rsplit("/", 1)[0] + "/"
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]  # set by its middleware
    return HttpResponse(deck_html(deck, preview=True, nonce=nonce, font_base=base, only=only))


TYPES: Final = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def as_file(deck: Deck, body: bytes | memoryview | None, ending: str) -> HttpResponse:
    """A kept file to take away; one that is not made yet is a missing one."""
    if body is None:
        raise Http404("The file is not there yet.")
    name = slugify(f"{deck.client.key} {deck.period} {deck.kind} {deck.audience} {deck.edition}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return HttpResponse(bytes(body), content_type=TYPES[ending], headers=headers)
