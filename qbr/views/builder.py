"""The builder: the outline, the words of each slide, and the very page they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from csp.decorators import csp
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from common.policies import allow
from common.records import StaleRecord
from people.access import abilities_of
from people.models import User
from people.requests import signed_in
from qbr.access import get_editable_deck_for
from qbr.actions import decks as actions
from qbr.calc.outline import OWN, base_of, is_added, is_key, keys_of, moved, with_added
from qbr.calc.slides import Slide
from qbr.calc.words import worded
from qbr.forms import NO_EDIT, WordsForm, cards_of, finding_of, form_of
from qbr.models import Deck
from qbr.queries.decks import compose_deck, edit_rows
from qbr.views.pages import AUTHORS, PREVIEW_CSP, pages


def editor(request: HttpRequest, deck: Deck, typed: WordsForm | None = None, *, status: int = 200) -> HttpResponse:
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
        return editor(request, deck, form, status=422)
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
        return editor(request, deck, form, status=409)
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
    printed = composed.deck.slides
    if not any(one.key == slide for one in printed):  # left out, or not written before
        printed = (*printed, shown)
    made = replace(composed.deck, slides=tuple(shown if one.key == slide else one for one in printed))
    return pages(request, made, only=slide)


@allow(roles=AUTHORS)
@require_POST
def hide(request: HttpRequest, pk: int, slide: str) -> HttpResponse:
    hidden = request.POST.get("hidden") == "yes"

    def write(deck: Deck, user: User) -> str:
        if _plain(deck, user, slide).kind == "title":
            raise ValueError("The title slide stays.")
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
