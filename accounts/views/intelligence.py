"""Intelligence: notes, their calendar, and the brief before a meeting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import clients_for, get_client_for, get_editable_client_for, get_editable_note_for
from accounts.actions import intelligence as actions
from accounts.forms.intelligence import NoteForm
from accounts.models import NoteKind
from accounts.queries.header import client_header
from accounts.queries.intelligence import load_calendar, load_notes
from accounts.reports_brief import brief_report
from accounts.views.editing import FormPage, expected_version, form_page, one_click
from accounts.views.stakeholders import READERS
from common.policies import ACCOUNT_MANAGER, DIRECTOR, MONEY_READERS, allow
from common.short_text import short_text
from people.access import abilities_of
from people.requests import signed_in

WRITERS = frozenset({DIRECTOR, ACCOUNT_MANAGER})
STATES = (("live", "Still holding"), ("expired", "Expired"))
USUAL = timedelta(days=90)


@allow(roles=READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    user, today = signed_in(request), timezone.now().date()
    kind, state = short_text(request.GET, "kind"), short_text(request.GET, "state")
    kind = kind if kind in NoteKind.values else ""
    state = state if state in dict(STATES) else ""
    context = {
        "page": load_notes(user, today, kind=kind, state=state),
        "kind": kind, "kinds": NoteKind.choices, "state": state, "states": STATES,
        "can": abilities_of(user),
    }  # fmt: skip
    return render(request, "accounts/intelligence/index.html", context)


@allow(roles=READERS)
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    user, today = signed_in(request), timezone.now().date()
    context = {"months": load_calendar(user, today), "can": abilities_of(user)}
    return render(request, "accounts/intelligence/calendar.html", context)


@allow(roles=READERS, client="key")
@require_GET
def client(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    found = get_client_for(user, key)
    today = found.local_date(timezone.now())
    context = {
        "header": client_header(user, found, active="intelligence"),
        "page": load_notes(user, today, client=found),
        "months": load_calendar(user, today, found),
        "can": abilities_of(user),
    }
    return render(request, "accounts/intelligence/client.html", context)


@allow(roles=READERS, client="key")
@require_GET
def brief(request: HttpRequest, key: str) -> HttpResponse:
    """One page before a meeting; money comes by a request of its own, and stands in the PDF."""
    user = signed_in(request)
    found = get_client_for(user, key)
    report = brief_report(user, found, timezone.now(), money=False)
    context = {
        "header": client_header(user, found, active="intelligence"),
        "report": report,
        "with_money": user.role in MONEY_READERS,
        "query": f"client={key}",
    }
    return render(request, "accounts/intelligence/brief.html", context)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """client: key of the client it is about, chosen beforehand."""
    user, today = signed_in(request), timezone.now().date()
    initial: dict[str, Any] = {"owner": user.pk, "noted_on": today, "expires_on": today + USUAL, "kind": "client"}
    back = reverse("intelligence")
    if asked := short_text(request.GET, "client"):
        about = get_editable_client_for(user, asked)
        initial["clients"] = [about.pk]
        back = reverse("client_intelligence", args=[about.key])
    page = FormPage(
        form=NoteForm(request.POST or None, clients=clients_for(user), initial=initial),
        title="A note of intelligence",
        back=back,
        save=lambda data: actions.add_note(values=data, actor=user),
        said="Noted.",
        submit="Note it",
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found, seen = get_editable_note_for(user, pk), expected_version(request)
    sight = clients_for(user)
    page = FormPage(
        form=NoteForm(request.POST or None, instance=get_editable_note_for(user, pk), clients=sight),
        title=found.title,
        back=reverse("intelligence"),
        save=lambda data: actions.change_note(
            note=found, values=data, expected=seen, actor=user, sight=sight.values_list("pk", flat=True)
        ),
        said="Note saved.",
        version=str(found.version),
        audited_as=("intelligence", found.pk),
        delete_url=reverse("note_remove", args=[pk]),
    )
    return form_page(request, page)


@allow(roles=WRITERS)
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """One click: somebody looked, and it still holds."""
    user = signed_in(request)
    found = get_editable_note_for(user, pk)
    seen, today = expected_version(request), timezone.now().date()
    return one_click(
        request,
        lambda: actions.renew_note(note=found, expected=seen, actor=user, today=today),
        said="Said to hold still, for another ninety days.",
        back=f"{reverse('intelligence')}#note-{pk}",
    )


@allow(roles=WRITERS)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_note_for(user, pk)
    if request.method == "POST":
        actions.remove_note(note=found, actor=user)
        messages.success(request, "Note deleted. The history keeps what it said.")
        return HttpResponseRedirect(reverse("intelligence"))
    return render(request, "accounts/intelligence/remove.html", {"note": found})
