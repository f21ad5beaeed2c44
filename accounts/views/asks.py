"""What a client asked of us: noted, changed, answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import get_editable_client_for
from accounts.access_people import get_editable_ask_for
from accounts.actions import asks as actions
from accounts.forms.asks import AskForm
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, expected_version, form_page, one_click
from accounts.views.network import WRITERS
from common.policies import allow
from common.short_text import short_text
from people.requests import signed_in


def _back(key: str) -> str:
    return f"{reverse('client_activity', args=[key])}#asks"


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    first = {"owner": user.pk, "asked_on": client.local_date(timezone.now())}
    page = FormPage(
        form=AskForm(request.POST or None, client=client, initial=first),
        title=f"What somebody at {client.name} asked",
        back=_back(key),
        save=lambda data: actions.add_ask(client=client, values=data, actor=user),
        said="Noted. It waits on the to-do list until it is answered.",
        submit="Note the ask",
        header=client_header(user, client, active="activity"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    ask = get_editable_ask_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=AskForm(request.POST or None, client=ask.client, ask=ask),
        title=ask.text,
        back=_back(key),
        save=lambda data: actions.change_ask(ask=ask, values=data, expected=seen, actor=user),
        said="Saved.",
        version=str(ask.version),
        header=client_header(user, ask.client, active="activity"),
        audited_as=("ask", ask.pk),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def answer(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """What we said, today."""
    user = signed_in(request)
    ask = get_editable_ask_for(user, key, pk)
    words, seen = short_text(request.POST, "answer", 500), expected_version(request)
    return one_click(
        request,
        lambda: actions.answer_ask(ask=ask, answer=words, expected=seen, actor=user, now=timezone.now()),
        said="Answered.",
        back=_back(key),
    )
