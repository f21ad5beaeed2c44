"""Surveys: made, asked, and answered through a link by somebody who has no sign-in."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from rest_framework.throttling import SimpleRateThrottle

from accounts.access import (
    get_editable_client_for,
    get_editable_invitation_for,
    get_editable_survey_for,
    get_survey_for,
)
from accounts.actions import surveys as actions
from accounts.forms.voice import AnswerForm, AskForm, SurveyForm
from accounts.models import Survey
from accounts.queries.header import client_header
from accounts.queries.invitations import invitation_of, standing_of
from accounts.queries.surveys import askable, load_survey
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.stakeholders import READERS
from accounts.views.voice import WRITERS
from common.policies import allow, public
from people.access import abilities_of, client_address
from people.requests import signed_in

USUAL_DAYS = 21
"""Days a survey stays open, unless the person says otherwise."""


def _new(request: HttpRequest, key: str | None) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key) if key is not None else None
    closes = timezone.now().date() + timedelta(days=USUAL_DAYS)
    page = FormPage(
        form=SurveyForm(request.POST or None, initial={"owner": user.pk, "closes_on": closes}),
        title=f"A survey at {client.name}" if client else "A survey at several clients",
        back=lambda saved: reverse("survey_ask", args=[saved.key]),
        cancel=reverse("client_voice", args=[client.key]) if client else reverse("voice"),
        save=lambda data: actions.add_survey(client=client, values=data, actor=user),
        said="Survey made. Say whom it asks.",
        submit="Make the survey",
        header=client_header(user, client, active="voice") if client else None,
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    return _new(request, key)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _new(request, None)


def _may_ask(request: HttpRequest, survey: Survey) -> bool:
    user = signed_in(request)
    return abilities_of(user).edit_relationships and (survey.client_id is not None or survey.owner_id == user.pk)


@allow(roles=READERS)
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    survey = get_survey_for(user, key)
    may = _may_ask(request, survey)
    context = {
        "survey": survey,
        "page": load_survey(user, survey, may_ask=may, today=timezone.now().date()),
        "may_ask": may,
        "mail_is_kept": settings.MAIL_IS_KEPT,
    }
    return render(request, "accounts/voice/survey.html", context)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    survey = get_editable_survey_for(user, key)
    seen = expected_version(request)
    page = FormPage(
        form=SurveyForm(request.POST or None, survey=survey),
        title=survey.title,
        back=reverse("survey", args=[key]),
        save=lambda data: actions.change_survey(survey=survey, values=data, expected=seen, actor=user),
        said="Survey saved.",
        version=str(survey.version),
        audited_as=("survey", survey.pk),
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, key: str) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    survey = get_editable_survey_for(user, key)
    contacts = askable(user, survey, survey.client, now)

    def save(data: dict[str, Any]) -> int:
        return actions.ask(survey=survey, contacts=data["contacts"], mail=data["mail"], actor=user, now=now)

    page = FormPage(
        form=AskForm(request.POST or None, contacts=contacts, now=now),
        title=f"Whom “{survey.title}” asks",
        back=reverse("survey", args=[key]),
        save=save,
        said="Asked. Links that were not mailed can be copied here.",
        submit="Ask them",
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_POST
def renew(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A new link for one person: the old one may have been passed on."""
    user = signed_in(request)
    actions.renew_link(invitation=get_editable_invitation_for(user, key, pk), actor=user)
    messages.success(request, "The old link is worth nothing now. Copy the new one.")
    return HttpResponseRedirect(reverse("survey", args=[key]))


class AnswerRate(SimpleRateThrottle):
    """So many calls a minute from one address: links cannot be guessed, and need not be tried."""

    scope = "survey"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


@public
@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Opening a link says nothing: mail scanners open links. Only the form that is sent is an answer, once."""
    rate = AnswerRate()
    if not rate.allow_request(request, None):  # type: ignore[arg-type]  # it needs the address alone
        wait = str(math.ceil(rate.wait() or 60))
        return _said(request, "busy", 429, {"Retry-After": wait})
    now, invitation = timezone.now(), invitation_of(token)
    if invitation is None:
        return _said(request, "unknown", 404)
    standing = standing_of(invitation, now)
    if standing != "open":
        return _said(request, standing, 410)
    form = AnswerForm(request.POST if request.method == "POST" else None, scale=invitation.survey.scale)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(invitation=invitation, given=actions.Given(**form.cleaned_data), now=now)
        except actions.NotOpen:  # sent twice at once
            return _said(request, "answered", 410)
        return _said(request, "thanks", 200)
    context = {"form": form, "survey": invitation.survey, "firm": settings.FIRM_NAME}
    return _kept_apart(render(request, "accounts/voice/answer.html", context, status=422 if form.is_bound else 200))


def _said(request: HttpRequest, what: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    context = {"what": what, "firm": settings.FIRM_NAME}
    response = render(request, "accounts/voice/answer_said.html", context, status=status)
    for name, value in (headers or {}).items():
        response[name] = value
    return _kept_apart(response)


def _kept_apart(response: HttpResponse) -> HttpResponse:
    """The address is the secret: it goes to nobody else, and no search engine keeps it.

    Not "no-referrer": a browser then sends a form of the page without saying where it is from, and it is refused.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
