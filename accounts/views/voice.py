"""The voice of one client, and of all in sight: answers, themes, insights and the loop back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    get_client_for,
    get_editable_client_for,
    get_editable_feedback_for,
    get_editable_insight_for,
    get_editable_theme_for,
)
from accounts.actions import voice as actions
from accounts.forms.voice import FeedbackForm, InsightForm, ThemeForm
from accounts.queries.answers import sees_answers
from accounts.queries.header import client_header
from accounts.queries.voice import all_themes, load_voice
from accounts.queries.voice_book import load_book
from accounts.views.editing import FormPage, expected_version, form_page, list_page, one_click
from accounts.views.stakeholders import READERS
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from common.reports import report_file
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
USUAL_DAYS = 30
"""Days until an insight's action is due, unless the person says otherwise."""


def _back(key: str, part: str = "") -> str:
    return f"{reverse('client_voice', args=[key])}{part}"


@allow(roles=READERS)
@require_GET
def book(request: HttpRequest) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return report_file("voice", user, request.GET, now, kind)
    return render(request, "accounts/voice/book.html", {"page": load_book(user, now.date()), "query": ""})


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponseBase:
    user, now = signed_in(request), timezone.now()
    client = get_client_for(user, key)
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        if not sees_answers(user):
            raise PermissionDenied("Single answers are not for your role.")
        return report_file("answers", user, {"client": key}, now, kind)
    page = load_voice(user, client, client.local_date(now))
    context = {"header": client_header(user, client, active="voice"), "page": page, "query": f"client={key}"}
    return render(request, "accounts/voice/client.html", context)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def feedback_add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    today = client.local_date(timezone.now())
    page = FormPage(
        form=FeedbackForm(request.POST or None, client=client, initial={"date": today}),
        title=f"What somebody at {client.name} said",
        back=_back(key, "#answers"),
        save=lambda data: actions.add_feedback(client=client, values=data, actor=user),
        said="Answer noted.",
        submit="Note the answer",
        header=client_header(user, client, active="voice"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    answer = get_editable_feedback_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=FeedbackForm(request.POST or None, client=answer.client, answer=answer),
        title=f"Answer of {answer.contact.name if answer.contact else 'somebody unnamed'}",
        back=_back(key, "#answers"),
        save=lambda data: actions.change_feedback(answer=answer, values=data, expected=seen, actor=user),
        said="Answer saved.",
        version=str(answer.version),
        header=client_header(user, answer.client, active="voice"),
        audited_as=("feedback", answer.pk),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def feedback_tag(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One click: what an answer is about, or is not."""
    user = signed_in(request)
    answer = get_editable_feedback_for(user, key, pk)
    number = request.POST.get("theme", "")
    theme = get_editable_theme_for(user, int(number) if number.isdecimal() and len(number) < 18 else 0)
    actions.tag(answer=answer, theme=theme, on=request.POST.get("on") == "yes", actor=user)
    return HttpResponseRedirect(_back(key, f"#answer-{pk}"))


@allow(roles=WRITERS, client="key")
@require_POST
def feedback_reply(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    answer = get_editable_feedback_for(user, key, pk)
    seen = expected_version(request)
    return one_click(
        request,
        lambda: actions.reply(answer=answer, expected=seen, actor=user, now=timezone.now()),
        said="Noted: we came back to them today.",
        back=_back(key, f"#answer-{pk}"),
    )


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def insight_add(request: HttpRequest, key: str) -> HttpResponse:
    """from: the answer it was learnt from, if it was one of this client's."""
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    origin = request.GET.get("from", "")
    answer = get_editable_feedback_for(user, key, int(origin)) if origin.isdecimal() and len(origin) < 18 else None
    today = client.local_date(timezone.now())
    initial: dict[str, Any] = {
        "owner": user.pk,
        "due": today + timedelta(days=USUAL_DAYS),
        "raised_on": answer.date if answer else today,
        "theme": answer.themes.first() if answer else None,
    }
    page = FormPage(
        form=InsightForm(request.POST or None, initial=initial),
        title=f"What we learnt at {client.name}",
        back=_back(key, "#insights"),
        save=lambda data: actions.add_insight(client=client, values=data, answer=answer, actor=user),
        said="Insight noted, with its action.",
        submit="Note the insight",
        header=client_header(user, client, active="voice"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def insight(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_insight_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=InsightForm(request.POST or None, insight=found),
        title=found.said,
        back=_back(key, "#insights"),
        save=lambda data: actions.change_insight(insight=found, values=data, expected=seen, actor=user),
        said="Insight saved.",
        version=str(found.version),
        header=client_header(user, found.client, active="voice"),
        audited_as=("insight", found.pk),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def insight_done(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One click: its action is done; the client is to be told."""
    user = signed_in(request)
    found = get_editable_insight_for(user, key, pk)
    today = found.client.local_date(timezone.now())
    seen = expected_version(request)
    return one_click(
        request,
        lambda: actions.finish_insight(insight=found, expected=seen, actor=user, today=today),
        said="Done. Tell the client, and note it: that closes the loop.",
        back=_back(key, "#insights"),
    )


@allow(roles=READERS)
@require_http_methods(["GET", "POST"])
def themes(request: HttpRequest) -> HttpResponse:
    """The words by which themes are suggested, and a new theme."""
    user = signed_in(request)
    return list_page(
        request,
        form=ThemeForm(request.POST or None),
        may=user.role in WRITERS,
        save=lambda data: actions.save_theme(theme=None, values=data, expected=None, actor=user),
        said="Theme added.",
        url=reverse("voice_themes"),
        template="accounts/voice/themes.html",
        context={"themes": all_themes()},
    )


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_theme_for(user, pk)
    seen = expected_version(request)
    page = FormPage(
        form=ThemeForm(request.POST or None, instance=get_editable_theme_for(user, pk)),
        title=f"Theme: {found.name}",
        back=reverse("voice_themes"),
        save=lambda data: actions.save_theme(theme=found, values=data, expected=seen, actor=user),
        said="Theme saved.",
        version=str(found.version),
        audited_as=("theme", found.pk),
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_POST
def theme_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers keep their words; they are no longer about it."""
    user = signed_in(request)
    actions.remove_theme(theme=get_editable_theme_for(user, pk), actor=user)
    messages.success(request, "Theme deleted.")
    return HttpResponseRedirect(reverse("voice_themes"))
