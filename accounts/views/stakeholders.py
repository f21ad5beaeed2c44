"""The people of a client, and touchpoints with them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    get_client_for,
    get_editable_client_for,
    get_editable_stakeholding_for,
    get_editable_touchpoint_for,
)
from accounts.actions import stakeholders as actions
from accounts.forms.stakeholders import StakeholderForm, TouchEditForm, TouchpointForm
from accounts.models import Client
from accounts.queries.header import client_header
from accounts.queries.people_map import load_map
from accounts.queries.stakeholders import stakeholder_book
from accounts.queries.touchpoints import crowded, touchpoints_of, whom_to_log
from accounts.views.editing import FormPage, Removal, expected_version, form_page, removal_page
from common.formats import day
from common.policies import CLIENT_READERS, LEGAL, allow
from common.short_text import short_text
from people.access import abilities_of
from people.models import User
from people.requests import signed_in

READERS = CLIENT_READERS - {LEGAL}


@allow(roles=READERS, client="key")
@require_GET
def index(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    today = client.local_date(timezone.now())
    book = stakeholder_book(user, client, today)
    chosen = request.GET.get("person", "")
    person = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else None
    context = {
        "header": client_header(user, client, active="stakeholders"),
        "book": book,
        "map": load_map(user, client, book, view=request.GET.get("view", ""), person=person, today=today),
        "touches": touchpoints_of(client, limit=10),
    }
    if person is not None and abilities_of(user).see_money:  # the forecast is a higher app's, as is this part
        context["risk_url"] = reverse("stakeholder_at_risk", args=[key, person])
    return render(request, "accounts/stakeholders.html", context)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    page = FormPage(
        form=StakeholderForm(request.POST or None, client=client),
        title=f"Add a stakeholder at {client.name}",
        back=reverse("client_stakeholders", args=[key]),
        save=lambda data: actions.add_stakeholder(client=client, values=data, actor=user, now=timezone.now()),
        said="Stakeholder added.",
        submit="Add stakeholder",
        header=client_header(user, client, active="stakeholders"),
        fields="accounts/stakeholder_fields.html",
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    stake = get_editable_stakeholding_for(user, key, pk)

    def save(data: dict[str, Any]) -> object:
        seen = _two_versions(request)
        return actions.change_stakeholder(stake=stake, values=data, expected=seen, actor=user, now=timezone.now())

    form = StakeholderForm(request.POST or None, client=stake.client, stake=stake)
    page = FormPage(
        form=form,
        title=stake.contact.name,
        back=reverse("client_stakeholders", args=[key]),
        save=save,
        said=f"{stake.contact.name} saved.",
        version=f"{stake.version}-{stake.contact.version}",
        header=client_header(user, stake.client, active="stakeholders"),
        audited_as=("stakeholding", stake.pk),
        delete_url=reverse("stakeholder_remove", args=[key, pk]),
        fields="accounts/stakeholder_fields.html",
    )
    try:
        return form_page(request, page)
    except actions.ReportingRing as reason:  # somebody moved others while this was saved
        form.add_error("reports_to", str(reason))
        return form_page(request, page)


def _two_versions(request: HttpRequest) -> tuple[int, int]:
    """Of the stakeholding and the contact, as the form saw them; nonsense is stale."""
    first, _, second = request.POST.get("version", "").partition("-")
    if not (first.isdecimal() and second.isdecimal()):
        return 0, 0
    return int(first[:9]), int(second[:9])


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """GET asks, POST does."""
    user = signed_in(request)
    stake = get_editable_stakeholding_for(user, key, pk)
    back = reverse("client_stakeholders", args=[key])
    page = Removal(
        asked="Take this person off the map?",
        what=", ".join(filter(None, (stake.contact.name, stake.contact.title))),
        goes="Power, level, stance and evidence go. Touchpoints stay, and the history keeps what was known.",
        act=lambda: actions.remove_stakeholder(stake=stake, actor=user),
        said=f"{stake.contact.name} is off the map. The history keeps what was known.",
        done=back,
        keep=back,
        header=client_header(user, stake.client, active="stakeholders"),
        word="Take off the map",
    )
    return removal_page(request, page)


@allow(roles=READERS)
@require_GET
def log_any(request: HttpRequest) -> HttpResponse:
    """Whom did you meet: people and clients by name, those met lately first. In the panel, or a page of its own."""
    user = signed_in(request)
    found = whom_to_log(user, short_text(request.GET, "q"))
    target = request.headers.get("HX-Target", "")
    name = {"panel": "log_panel", "log-found": "log_found"}.get(target, "log")
    return render(request, f"accounts/{name}.html", {"found": found, "may": abilities_of(user).edit_relationships})


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    return form_page(request, _log_page(request, user, client))


def _log_page(request: HttpRequest, user: User, client: Client) -> FormPage:
    chosen = [pk for pk in request.GET.getlist("with") if pk.isdecimal() and len(pk) < 18]
    form = TouchpointForm(request.POST or None, client=client, user=user, initial={"theirs": chosen})
    return FormPage(
        form=form,
        title=f"Log a touchpoint with {client.name}",
        back=reverse("client_activity", args=[client.key]),
        save=lambda data: actions.log_touchpoint(client=client, touch=form.touch(), actor=user, ask=form.ask()),
        said="Touchpoint logged.",
        submit="Log touchpoint",
        header=client_header(user, client, active="activity"),
        fields="accounts/touchpoint_fields.html",
        extra={"crowded": crowded(client, chosen, form.today)},
    )


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def touch_edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    client, point = get_editable_client_for(user, key), get_editable_touchpoint_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=TouchEditForm(request.POST or None, point=point, client=client),
        title=f"{point.get_kind_display()} of {day(point.date)}",
        back=reverse("client_activity", args=[key]),
        save=lambda data: actions.change_touchpoint(point=point, values=data, expected=seen, actor=user),
        said="Touchpoint saved. The history keeps what it said before.",
        version=str(point.version),
        header=client_header(user, client, active="activity"),
        fields="accounts/touchpoint_fields.html",
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_POST
def touch_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    point = get_editable_touchpoint_for(user, key, pk)
    actions.remove_touchpoint(point=point, actor=user)
    messages.success(request, "Touchpoint deleted. The history keeps what it said.")
    return HttpResponseRedirect(reverse("client_activity", args=[key]))
