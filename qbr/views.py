"""Reviews: the list, a new one, the editor with its preview, freezing, the file."""

from __future__ import annotations

from collections.abc import Callable
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
from people.models import User
from people.requests import signed_in
from qbr import actions
from qbr.access import get_deck_for, get_editable_deck_for
from qbr.calc import slides
from qbr.calc.outline import OWN, base_of, is_added, is_key, keys_of, moved, with_added
from qbr.calc.slides import Slide
from qbr.calc.words import worded
from qbr.forms import NO_EDIT, NewReviewForm, WordsForm, cards_of, finding_of, form_of
from qbr.models import Deck, Snapshot
from qbr.pdf import deck_html
from qbr.queries.decks import compose_deck, deck_rows, edit_rows, frozen_deck, printing_of

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
        replace(card, form=typed, open=True) if typed is not None and card.key == typed.slide.key else card
        for card in cards_of(deck, composed)
    ]
    context = {"deck": deck, "may_write": abilities_of(user).edit_reviews, "composed": composed, "cards": cards}
    return render(request, "qbr/review.html", context, status=status)


@allow(roles=AUTHORS)
@require_POST
def words(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    composed = compose_deck(user, deck, now=timezone.now())
    form = form_of(deck, composed, slide, request.POST)
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
            hidden=edit_rows(deck).get(slide, NO_EDIT)["hidden"],
            expected=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
            actor=user,
            basis={"headline": finding_of(form.plain)},
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
    return HttpResponseRedirect(_at_slide(pk, slide))


@allow(roles=AUTHORS)
@require_POST
@csp(PREVIEW_CSP)  # type: ignore[arg-type]  # its type knows no view with arguments
def try_words(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    """The very page of one slide with the words as typed so far, which are not saved."""
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    composed = compose_deck(user, deck, now=timezone.now())
    form = form_of(deck, composed, slide, request.POST)
    if form is None:
        raise Http404("No such slide.")
    typed = form.words() if form.is_valid() else edit_rows(deck).get(slide, NO_EDIT)["words"]
    shown = worded(form.plain, typed)
    others = (one for one in composed.deck.slides if one.key != slide)
    made = replace(composed.deck, slides=(shown, *others))
    return _pages(request, made, only=slide)


@allow(roles=AUTHORS)
@require_POST
def hide(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    hidden = request.POST.get("hidden") == "yes"

    def write(deck: Deck, user: User) -> str:
        actions.hide_slide(deck=deck, slide=slide, hidden=hidden, actor=user)
        return "The slide is left out; its words are kept." if hidden else "The slide is back."

    return _written(request, pk, slide, write)


@allow(roles=AUTHORS)
@require_POST
def take(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    """The figures moved on: take what they say now, or keep one's own headline."""
    keep = request.POST.get("keep") == "yes"

    def write(deck: Deck, user: User) -> str:
        plain = _plain(deck, user, slide)
        actions.take_finding(deck=deck, slide=slide, said=finding_of(plain), keep=keep, actor=user)
        return "Your headline stands." if keep else "The headline says again what the figures say."

    return _written(request, pk, slide, write)


@allow(roles=AUTHORS)
@require_POST
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """A whole new order (drag), one step (buttons and keys), one more slide, or one of one's own taken away."""
    asked = request.POST
    slide = asked.get("slide", "")

    def write(deck: Deck, user: User) -> str:
        keys = keys_of(compose_deck(user, deck, now=timezone.now()).plain)
        said = "The slides stand in their new order."
        if asked.get("order"):
            keys = asked["order"].split(",")
        elif asked.get("add"):
            base = base_of(asked["add"])
            if base not in (OWN, *(base_of(key) for key in keys)):
                raise Http404("No such slide.")
            keys, _ = with_added(keys, base, slide or (keys[-1] if keys else ""))
            said = "One slide more: write what it says." if base == OWN else "The slide is there twice now."
        elif slide not in keys:
            raise Http404("No such slide.")
        elif asked.get("remove"):
            if not is_added(slide):
                raise Http404("No such slide.")
            keys.remove(slide)
            said = "The slide is gone."
        else:
            keys = moved(keys, slide, -1 if asked.get("step") == "up" else 1)
        actions.arrange(deck=deck, outline=keys, expected=_number(asked.get("version", "")), actor=user)
        return said

    return _written(request, pk, slide, write)


def _plain(deck: Deck, user: User, key: str) -> Slide:
    for slide in compose_deck(user, deck, now=timezone.now()).plain.slides:
        if slide.key == key:
            return slide
    raise Http404("No such slide.")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _at_slide(pk: int, slide: str) -> str:
    return f"{reverse('review', args=[pk])}#slide-{slide}"


def _written(request: HttpRequest, pk: int, slide: str, write: Callable[[Deck, User], str]) -> HttpResponse:
    """Do it, say so, and show the slide again. write: does it and tells what was done."""
    user = signed_in(request)
    deck = get_editable_deck_for(user, pk)
    if not is_key(slide) and slide:
        raise Http404("No such slide.")
    try:
        messages.success(request, write(deck, user))
    except StaleRecord:
        messages.error(request, "Not changed: somebody else arranged this review meanwhile. Look, then do it again.")
    except ValueError as error:
        messages.error(request, str(error))
    except actions.Frozen:
        messages.error(request, "Not changed: this review is frozen. Begin a new edition to correct it.")
    return HttpResponseRedirect(_at_slide(pk, slide) if slide else reverse("review", args=[pk]))


@allow(roles=AUTHORS)
@require_POST
def reset(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    def write(deck: Deck, user: User) -> str:
        actions.reset_words(deck=deck, slide=slide, actor=user)
        return "The slide says again what its figures say; all other slides stand as they were."

    return _written(request, pk, slide, write)


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
    return _pages(request, made)


def _pages(request: HttpRequest, deck: slides.Deck, *, only: str = "") -> HttpResponse:
    base = static("fonts/deck/Inter-400.ttf").rsplit("/", 1)[0] + "/"
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]  # set by its middleware
    return HttpResponse(deck_html(deck, preview=True, nonce=nonce, font_base=base, only=only))


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
