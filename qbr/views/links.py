"""Sharing a frozen review by a signed link, and the pages behind it, which ask for no sign-in."""

from __future__ import annotations

import math
from typing import Any

from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from rest_framework.throttling import SimpleRateThrottle

from common.policies import allow, public
from people.access import client_address
from people.requests import signed_in
from qbr.access import get_editable_deck_for, get_link_of
from qbr.actions import links as actions
from qbr.actions.decks import NotFrozen
from qbr.forms import LinkForm
from qbr.models import DeckLink
from qbr.queries.decks import file_of, frozen_of, has_pdf
from qbr.queries.links import is_open, link_of
from qbr.views.pages import AUTHORS, PREVIEW_CSP, as_file, pages


@allow(roles=AUTHORS)
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    deck = get_editable_deck_for(user, pk)
    form = LinkForm(request.POST, deck=deck, now=now)
    if not form.is_valid():
        messages.error(
            request, "No link was made: " + " ".join(str(text) for texts in form.errors.values() for text in texts)
        )
        return HttpResponseRedirect(_back(pk))
    try:
        actions.make_link(deck=deck, actor=user, now=now, **form.cleaned_data)
        messages.success(request, "The link is made. Copy it below; whoever has it sees this review until its day.")
    except NotFrozen:
        messages.error(request, "No link was made: freeze the review first, so that what they see stays as it is.")
    except actions.LinkRefused as refused:
        messages.error(request, f"No link was made: {refused}")
    return HttpResponseRedirect(_back(pk))


@allow(roles=AUTHORS)
@require_POST
def revoke(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    actions.revoke_link(link=get_link_of(deck, link), actor=user, now=timezone.now())
    messages.success(request, "That link opens nothing any more.")
    return HttpResponseRedirect(_back(pk))


def _back(pk: int) -> str:
    return f"{reverse('review', args=[pk])}#links"


class SharedRate(SimpleRateThrottle):
    """So many calls a minute from one address: links cannot be guessed, and need not be tried."""

    scope = "shared"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


@public
@never_cache
@require_GET
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The review with its file. Opening this page is what is counted; the pages in its frame are not counted again."""
    link, refused = _opened(request, token)
    if link is None:
        return refused
    actions.note_opening(link=link, what="opened shared review", now=timezone.now())
    context = {"deck": link.deck, "link": link, "token": token, "firm": settings.FIRM_NAME}
    context["has_file"] = has_pdf(link.deck)
    return kept_apart(render(request, "qbr/shared.html", context))


@public
@never_cache
@require_GET
@csp(PREVIEW_CSP)  # type: ignore[arg-type]  # its type knows no view with arguments
def shared_pages(request: HttpRequest, token: str) -> HttpResponse:
    link, refused = _opened(request, token)
    if link is None:
        return refused
    return kept_apart(pages(request, frozen_of(link.deck)))


@public
@never_cache
@require_GET
def shared_pdf(request: HttpRequest, token: str) -> HttpResponse:
    link, refused = _opened(request, token)
    if link is None:
        return refused
    answer = as_file(link.deck, file_of(link.deck, "pdf"), "pdf")
    actions.note_opening(link=link, what="took shared file", now=timezone.now())
    return kept_apart(answer)


def _opened(request: HttpRequest, token: str) -> tuple[DeckLink | None, HttpResponse]:
    """The link while it is good; else None and what to say instead, which is the same for a wrong and an ended one."""
    rate = SharedRate()
    if not rate.allow_request(request, None):  # type: ignore[arg-type]  # it needs the address alone
        answer = render(request, "qbr/shared_said.html", {"what": "busy", "firm": settings.FIRM_NAME}, status=429)
        answer["Retry-After"] = str(math.ceil(rate.wait() or 60))
        return None, kept_apart(answer)
    link = link_of(token)
    if link is None or not is_open(link, timezone.now()):
        answer = render(request, "qbr/shared_said.html", {"what": "ended", "firm": settings.FIRM_NAME}, status=404)
        return None, kept_apart(answer)
    return link, HttpResponse()


def kept_apart(response: HttpResponse) -> HttpResponse:
    """The address is the secret: it goes to nobody else, and no search engine keeps it.

    Not "no-referrer": a browser then sends a form of the page without saying where it is from, and it is refused.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
