"""Promises of a client: made, changed, kept, dropped."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import get_editable_client_for, get_editable_commitment_for
from accounts.actions import commitments as actions
from accounts.forms.commitments import CommitmentForm
from accounts.queries.header import client_header
from accounts.views.editing import FormPage, expected_version, form_page, one_click
from common.policies import ACCOUNT_MANAGER, DIRECTOR, allow
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
_SAID = {"keep": "Promise kept.", "drop": "Promise dropped.", "reopen": "Promise open again."}


def _back(key: str) -> str:
    return f"{reverse('client_activity', args=[key])}#promises"


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    page = FormPage(
        form=CommitmentForm(request.POST or None, client=client, initial={"owner": user.pk}),
        title=f"A promise between us and {client.name}",
        back=_back(key),
        save=lambda data: actions.add_commitment(client=client, values=data, actor=user),
        said="Promise noted.",
        submit="Note the promise",
        header=client_header(user, client, active="activity"),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    promise = get_editable_commitment_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=CommitmentForm(request.POST or None, client=promise.client, promise=promise),
        title=promise.text,
        back=_back(key),
        save=lambda data: actions.change_commitment(promise=promise, values=data, expected=seen, actor=user),
        said="Promise saved.",
        version=str(promise.version),
        header=client_header(user, promise.client, active="activity"),
        audited_as=("commitment", promise.pk),
    )
    return form_page(request, page)


@allow(roles=WRITERS, client="key")
@require_POST
def end(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One click: kept or dropped today, or open again."""
    user = signed_in(request)
    promise = get_editable_commitment_for(user, key, pk)
    verb = request.POST.get("verb", "")
    if verb not in _SAID:
        return HttpResponse("Say keep, drop or reopen.", status=422, content_type="text/plain")
    seen = expected_version(request)
    return one_click(
        request,
        lambda: actions.end_commitment(promise=promise, verb=verb, expected=seen, actor=user, now=timezone.now()),
        said=_SAID[verb],
        back=_back(key),
    )
