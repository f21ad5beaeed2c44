"""One review of a client: its page, its steps, its people, minutes, ratings, pre-read and follow-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import get_client_for
from accounts.forms.commitments import CommitmentForm
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, expected_version, form_page
from common.formats import plural
from common.policies import MONEY_READERS, allow
from common.records import StaleRecord
from people.access import abilities_of
from people.models import User
from people.requests import signed_in
from qbr.access import get_editable_review_for, get_review_for
from qbr.actions import reviews as actions
from qbr.actions.links import LinkRefused
from qbr.actions.prereads import readers_of, send_preread
from qbr.calc.life import WORDS
from qbr.forms_reviews import AskRatingForm, MinutesForm, PreReadForm, RateForm, ReviewForm
from qbr.models import Review
from qbr.queries.calendar import Asked, load_reviews, proposals
from qbr.queries.decks import deck_rows
from qbr.queries.life import load_page
from qbr.views.pages import AUTHORS

STALE = "Not done: somebody changed this review meanwhile. This is how it stands now."


@allow(roles=MONEY_READERS, client="key")
@require_GET
def of_client(request: HttpRequest, key: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    can = abilities_of(user)
    rows = load_reviews(user, Asked(state="all", client=key), now, stance=can.see_stance)
    context = {
        "header": client_header(user, client, active="reviews"),
        "ahead": [row for row in reversed(rows) if row.state not in ("closed", "cancelled")],
        "over": [row for row in rows if row.state in ("closed", "cancelled")],
        "proposals": proposals(user, now, clients=[client.pk]) if can.edit_reviews else [],
        "decks": deck_rows(user, client=client),
        "may_write": can.edit_reviews,
        "see_stance": can.see_stance,
        "client": client,
    }
    return render(request, "qbr/client_reviews.html", context)


@allow(roles=MONEY_READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    review = get_review_for(user, key, pk)
    context = {
        "header": client_header(user, review.client, active="reviews"),
        "page": load_page(user, review, now),
        "review": review,
        "may_write": abilities_of(user).edit_reviews,
    }
    return render(request, "qbr/life.html", context)


def _url(review: Review) -> str:
    return reverse("client_review", args=[review.client.key, review.pk])


@allow(roles=AUTHORS, client="key")
@require_POST
def step(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    review = get_editable_review_for(user, key, pk)
    to, reason = request.POST.get("to", ""), request.POST.get("reason", "").replace("\x00", "")
    try:
        actions.step(review=review, to=to, actor=user, now=now, expected=expected_version(request), reason=reason)
        messages.success(request, f"The review stands at “{WORDS[to]}” now.")
    except actions.StepRefused as refused:
        messages.error(request, "Not done. " + " ".join(refused.reasons))
    except StaleRecord:
        messages.error(request, STALE)
    return HttpResponseRedirect(_url(review))


def _form(request: HttpRequest, user: User, review: Review, page: FormPage) -> HttpResponse:
    """What cannot be done now is said on the review's page."""
    try:
        return form_page(request, page)
    except (actions.NotNow, actions.StepRefused, LinkRefused) as reason:
        messages.error(request, str(reason))
    except actions.PlannedAlready as there:
        messages.error(request, f"Not saved: “{there.review}” is planned already.")
    return HttpResponseRedirect(_url(review))


def _page(
    user: User, review: Review, form: Any, title: str, save: Callable[[dict[str, Any]], object], **more: Any
) -> FormPage:
    header = client_header(user, review.client, active="reviews")
    return FormPage(form=form, title=title, back=_url(review), save=save, header=header, **more)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    review, seen = get_editable_review_for(user, key, pk), expected_version(request)
    page = _page(
        user, review, ReviewForm(request.POST or None, user=user, client=review.client, review=review), str(review),
        lambda data: actions.change_review(review=review, values=data, expected=seen, actor=user),
        said="Review saved.", version=str(review.version), audited_as=("review", review.pk),
    )  # fmt: skip
    return _form(request, user, review, page)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def minutes(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    review, seen = get_editable_review_for(user, key, pk), expected_version(request)
    initial = {"minutes": review.minutes, "decisions": review.decisions}
    page = _page(
        user, review, MinutesForm(request.POST or None, initial=initial), f"Minutes: {review}",
        lambda data: actions.change_review(review=review, values=data, expected=seen, actor=user),
        said="Minutes saved.", version=str(review.version), audited_as=("review", review.pk),
    )  # fmt: skip
    return _form(request, user, review, page)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    review = get_editable_review_for(user, key, pk)
    page = _page(
        user, review, RateForm(request.POST or None), f"What was it worth: {review}",
        lambda data: actions.rate(review=review, score=data["score"], note=data["note"], actor=user),
        said="Rated.", submit="Rate it",
    )  # fmt: skip
    return _form(request, user, review, page)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    review = get_editable_review_for(user, key, pk)
    page = _page(
        user, review, AskRatingForm(request.POST or None, review=review), f"Ask their side: {review}",
        lambda data: actions.ask_to_rate(
            review=review, contacts=data["contacts"], mail=data["mail"], actor=user, now=now
        ),
        said="Asked. Links that were not mailed can be copied here.", submit="Ask them",
    )  # fmt: skip
    return _form(request, user, review, page)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    review = get_editable_review_for(user, key, pk)
    page = _page(
        user, review, CommitmentForm(request.POST or None, client=review.client, initial={"owner": user.pk}),
        f"What follows from: {review}",
        lambda data: actions.follow_up(review=review, values=data, actor=user),
        said="Noted. It opens the next review.", submit="Note it",
    )  # fmt: skip
    return _form(request, user, review, page)


@allow(roles=AUTHORS, client="key")
@require_http_methods(["GET", "POST"])
def preread(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    review = get_editable_review_for(user, key, pk)

    def save(data: dict[str, Any]) -> None:
        readers = readers_of(data["contacts"], data["colleagues"])
        sent = send_preread(review=review, readers=readers, until=data["until"], mail=data["mail"], actor=user, now=now)
        messages.info(request, f"{plural(sent, 'person has', 'people have')} a link of their own now.")

    page = _page(
        user, review, PreReadForm(request.POST or None, review=review, now=now), f"Pre-read: {review}", save,
        said="The pre-read is on its way.", submit="Send the pre-read",
    )  # fmt: skip
    return _form(request, user, review, page)
