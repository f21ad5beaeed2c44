"""Decks of reviews: a new one, one of them, freezing, its files."""

from __future__ import annotations

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.periods import month_add, quarter_of
from common.policies import MONEY_READERS, allow
from common.records import StaleRecord
from people.access import abilities_of
from people.requests import signed_in
from qbr.access import get_deck_for, get_editable_deck_for
from qbr.actions import decks as actions
from qbr.forms import LinkForm, NewReviewForm
from qbr.models import Deck
from qbr.queries.decks import facts_of, file_of, files_of, shown_of
from qbr.queries.links import link_rows
from qbr.views.builder import editor
from qbr.views.pages import AUTHORS, PREVIEW_CSP, as_file, pages


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
        context = {"deck": deck, "may_write": abilities_of(user).edit_reviews, "files": files_of(deck)}
        context["snapshot"] = facts_of(deck)
        context["links"] = link_rows(deck, timezone.now())
        context["form"] = LinkForm(deck=deck, now=timezone.now())
        context["may_share"] = deck.audience == Deck.Audience.CLIENT
        return render(request, "qbr/frozen_review.html", context)
    return editor(request, deck)


@allow(roles=MONEY_READERS)
@require_GET
@csp(PREVIEW_CSP)  # type: ignore[arg-type]  # its type knows no view with arguments
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The very pages of the PDF, for a frame: no script runs here and nothing is fetched but our fonts."""
    user = signed_in(request)
    return pages(request, shown_of(user, get_deck_for(user, pk), timezone.now()))


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
    user = signed_in(request)
    deck = get_deck_for(user, pk)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("review", args=[pk]))
    return render(
        request,
        "qbr/printing.html",
        {"deck": deck, "may_write": abilities_of(user).edit_reviews, "files": files_of(deck)},
    )


@allow(roles=MONEY_READERS)
@require_GET
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    deck = get_deck_for(signed_in(request), pk)
    return as_file(deck, file_of(deck, "pdf"), "pdf")


@allow(roles=MONEY_READERS)
@require_GET
def pptx(request: HttpRequest, pk: int) -> HttpResponse:
    deck = get_deck_for(signed_in(request), pk)
    return as_file(deck, file_of(deck, "pptx"), "pptx")


@allow(roles=AUTHORS)
@require_POST
def make_pptx(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    try:
        actions.ask_for_slides(deck=get_editable_deck_for(user, pk), actor=user)
        messages.success(request, "The slides are being made; you may leave this page.")
    except actions.NotFrozen:
        messages.error(request, "Freeze the review first: its files are made from what was frozen.")
    return HttpResponseRedirect(reverse("review", args=[pk]))
