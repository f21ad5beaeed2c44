"""Reviews: the list, a new one, the editor with its preview, freezing, the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from csp.constants import NONCE, NONE, SELF
from csp.decorators import csp
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import get_client_for
from accounts.queries.header import client_header
from common.periods import month_add, quarter_of
from common.policies import ACCOUNT_MANAGER, DIRECTOR, MONEY_READERS, allow
from common.records import StaleRecord
from people.access import abilities_of
from people.requests import signed_in
from qbr import actions
from qbr.access import get_deck_for, get_editable_deck_for
from qbr.forms import NewReviewForm, WordsForm, cards_of, form_of
from qbr.models import Deck, Snapshot
from qbr.pdf import deck_html
from qbr.queries.decks import compose_deck, deck_rows, frozen_deck, printing_of

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


@allow(roles=MONEY_READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    return render(request, "qbr/reviews.html", {"decks": deck_rows(user), "may_write": abilities_of(user).edit_reviews})


@allow(roles=MONEY_READERS, client="key")
@require_GET
def of_client(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {
        "header": client_header(user, client, active="reviews"),
        "decks": deck_rows(user, client=client),
        "may_write": abilities_of(user).edit_reviews,
        "client": client,
    }
    return render(request, "qbr/client_reviews.html", context)


@allow(roles=AUTHORS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    last_quarter = quarter_of(month_add(timezone.now().date(), -3))
    initial = {"client": request.GET.get("client", ""), "period": request.GET.get("period", last_quarter)}
    form = NewReviewForm(request.POST or None, user=user, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return render(request, "qbr/new_review.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        deck = actions.create_deck(**form.cleaned_data, actor=user)
    except actions.AlreadyThere as there:
        messages.info(request, "This review was begun before; here it is.")
        deck = there.deck
    return HttpResponseRedirect(reverse("review", args=[deck.pk]))


@allow(roles=MONEY_READERS)
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    deck = get_deck_for(user, pk)
    if deck.status == Deck.Status.FROZEN:
        context = {"deck": deck, "may_write": abilities_of(user).edit_reviews, "printing": printing_of(deck)}
        context["snapshot"] = Snapshot.objects.defer("pdf", "content").get(deck=deck)
        return render(request, "qbr/frozen_review.html", context)
    return _editor(request, deck)


def _editor(request: HttpRequest, deck: Deck, typed: WordsForm | None = None, *, status: int = 200) -> HttpResponse:
    """The page of a draft. typed: a form that could not be saved, shown again so that no word of it is lost."""
    user = signed_in(request)
    composed = compose_deck(user, deck, now=timezone.now())
    cards = [
        replace(card, form=typed, open=True) if typed is not None and card.kind == typed.slide.kind else card
        for card in cards_of(deck, composed)
    ]
    context = {"deck": deck, "may_write": abilities_of(user).edit_reviews, "composed": composed, "cards": cards}
    return render(request, "qbr/review.html", context, status=status)


@allow(roles=AUTHORS)
@require_POST
def words(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    back = f"{reverse('review', args=[pk])}#slide-{slide}"
    form = form_of(deck, compose_deck(user, deck, now=timezone.now()), slide, request.POST)
    if form is None:
        raise Http404("No such slide.")
    if not form.is_valid():
        messages.error(request, "Not saved: the slide's form says what to mend.")
        return _editor(request, deck, form, status=422)
    seen = request.POST.get("version", "")
    try:
        actions.write_words(
            deck=deck,
            slide=slide,
            words=form.words(),
            hidden=form.cleaned_data.get("hidden", False),
            expected=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
            actor=user,
        )
        messages.success(request, "Words saved.")
    except StaleRecord:
        messages.error(
            request,
            "Not saved yet: somebody else changed this slide meanwhile. The preview shows their words, the form yours. "
            "Save again to keep yours.",
        )
        return _editor(request, deck, form, status=409)
    except actions.Frozen:
        messages.error(request, "Not saved: this review was frozen meanwhile. Begin a new edition to correct it.")
    return HttpResponseRedirect(back)


@allow(roles=AUTHORS)
@require_POST
def reset(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    try:
        actions.reset_words(deck=deck, slide=slide, actor=user)
        messages.success(request, "The slide says again what its figures say.")
    except actions.Frozen:
        messages.error(request, "Not changed: this review is frozen.")
    return HttpResponseRedirect(f"{reverse('review', args=[pk])}#slide-{slide}")


@allow(roles=MONEY_READERS)
@require_GET
@csp(PREVIEW_CSP)  # type: ignore[arg-type]  # its type knows no view with arguments
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The very pages of the PDF, for a frame: no script runs here and nothing is fetched but our fonts."""
    user = signed_in(request)
    deck = get_deck_for(user, pk)
    if deck.status == Deck.Status.FROZEN:
        made = frozen_deck(Snapshot.objects.defer("pdf").get(deck=deck))
    else:
        made = compose_deck(user, deck, now=timezone.now()).deck
    base = static("fonts/deck/Inter-400.ttf").rsplit("/", 1)[0] + "/"
    return HttpResponse(deck_html(made, preview=True, nonce=str(request.csp_nonce), font_base=base))  # type: ignore[attr-defined]  # set by its middleware


@allow(roles=AUTHORS)
@require_POST
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    try:
        actions.freeze_deck(deck=deck, actor=user, now=timezone.now(), confirmed=request.POST.get("confirmed") == "yes")
        messages.success(request, "Frozen. The file is being made; you may leave this page.")
    except actions.FreezeRefused as refused:
        messages.error(
            request, "Not frozen. " + (" ".join(refused.reasons) or "Confirm the numbers named below first.")
        )
    except StaleRecord:
        messages.error(request, "Not frozen: the review changed meanwhile. Look at it again, then freeze.")
    except actions.Frozen:
        messages.info(request, "This review is frozen already.")
    return HttpResponseRedirect(reverse("review", args=[pk]))


@allow(roles=AUTHORS)
@require_POST
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    made = actions.new_edition(deck=get_editable_deck_for(user, pk), actor=user)
    return HttpResponseRedirect(reverse("review", args=[made.pk]))


@allow(roles=MONEY_READERS)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    deck = get_deck_for(signed_in(request), pk)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("review", args=[pk]))
    return render(request, "qbr/printing.html", {"deck": deck, "printing": printing_of(deck)})


@allow(roles=MONEY_READERS)
@require_GET
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    deck = get_deck_for(signed_in(request), pk)
    body = Snapshot.objects.filter(deck=deck).values_list("pdf", flat=True).first()
    if body is None:
        raise Http404("The file is not there yet.")
    name = slugify(f"{deck.client.key} {deck.period} {deck.kind} {deck.audience} {deck.edition}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(bytes(body), content_type="application/pdf", headers=headers)
