"""Any part of a plan by its kind: added, changed, moved, said to hold still, taken out; and readings of measures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import NOT_FOUND, get_editable_client_for, get_editable_part_for
from accounts.actions import plans as actions
from accounts.forms.plans import FORMS, NAMES, ReadingForm
from accounts.models import ABOVE, Client, PlanMeasure, PlanPart
from accounts.queries.header import client_header
from accounts.queries.sessions import origin_of
from accounts.views.editing import FormPage, expected_version, form_page
from accounts.views.stakeholders import READERS
from common.policies import allow
from people.models import User
from people.requests import signed_in

TABS = {"measure": "plan_measures", "fact": "plan_context", "target": "plan_measures"}
"""The page a part is seen on, where that is not the outline."""


def _page_of(key: str, kind: str, pk: int) -> str:
    return f"{reverse(TABS.get(kind, 'client_plan'), args=[key])}#{kind}-{pk}"


def _above(user: User, client: Client, kind: str, request: HttpRequest) -> PlanPart | None:
    """The part named by `under`; None where the new one hangs on the plan itself."""
    if ABOVE[kind] == "plan":
        return None
    under = request.GET.get("under", "")
    if not (under.isdecimal() and len(under) < 10):
        raise Http404(NOT_FOUND)
    return get_editable_part_for(user, client.key, ABOVE[kind], int(under))


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """?under= names what it hangs on; ?imperative= and ?kind= are chosen beforehand."""
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    if kind not in FORMS:
        raise Http404(NOT_FOUND)
    above = _above(user, client, kind, request)

    def save(data: dict[str, Any]) -> PlanPart:
        with transaction.atomic():
            base = above or actions.plan_of(client, timezone.now())
            return actions.add_part(kind=kind, above=base, values=data, actor=user)

    chosen = {name: request.GET[name] for name in ("imperative", "kind", "year") if name in request.GET}
    plan = getattr(client, "plan", None) if kind == "target" else None
    initial = {"owner": user.pk, "currency": client.currency, **chosen}
    page = FormPage(
        form=FORMS[kind](request.POST or None, client=client, above=above or plan, initial=initial),
        title=f"New {NAMES[kind]}" + (f" under {above}" if above else ""),
        back=lambda part: _page_of(key, kind, part.pk),
        cancel=reverse(TABS.get(kind, "client_plan"), args=[key]),
        save=save,
        said=f"{NAMES[kind].capitalize()} added.",
        submit="Add",
        header=client_header(user, client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, kind: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    part = get_editable_part_for(user, key, kind, pk)
    client, seen = actions.plan_behind(part).client, expected_version(request)
    page = FormPage(
        form=FORMS[kind](request.POST or None, client=client, instance=part),
        title=str(part),
        back=_page_of(key, kind, pk),
        save=lambda data: actions.change_part(part=part, changes=data, expected=seen, actor=user),
        said=f"{NAMES[kind].capitalize()} saved.",
        version=str(part.version),
        header=client_header(user, client, active="plan"),
        audited_as=(kind, pk),
        fields="accounts/plan/origin_fields.html",
        extra={"origin": origin_of(part.key, key)},
        delete_url=reverse("plan_part_remove", args=[key, kind, pk]),
        delete_word="Take out",
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: str, kind: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    part = get_editable_part_for(user, key, kind, pk)
    context: dict[str, Any] = {
        "header": client_header(user, actions.plan_behind(part).client, active="plan"),
        "part": part,
        "name": NAMES[kind],
        "back": _page_of(key, kind, pk),
    }
    if request.method == "POST":
        try:
            actions.remove_part(part=part, actor=user)
        except actions.PartInUse as reason:
            return render(request, "accounts/plan/remove.html", {**context, "reason": str(reason)}, status=409)
        messages.success(request, f"{NAMES[kind].capitalize()} taken out. Kept versions still have it.")
        return HttpResponseRedirect(reverse(TABS.get(kind, "client_plan"), args=[key]))
    return render(request, "accounts/plan/remove.html", context)


@allow(roles=READERS, client="key")
@require_POST
def move(request: HttpRequest, key: str, kind: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    part = get_editable_part_for(user, key, kind, pk)
    match request.POST.get("to"):
        case "up":
            actions.move_part(part=part, direction="up", actor=user)
        case "down":
            actions.move_part(part=part, direction="down", actor=user)
        case _:
            raise Http404("Up or down.")
    return HttpResponseRedirect(_page_of(key, kind, pk))


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def reading(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """What a typed measure read on a day."""
    user = signed_in(request)
    part = get_editable_part_for(user, key, "measure", pk)
    if not isinstance(part, PlanMeasure):
        raise Http404(NOT_FOUND)
    client = part.objective.plan.client
    page = FormPage(
        form=ReadingForm(request.POST or None, initial={"read_on": client.local_date(timezone.now())}),
        title=f"Reading of {part.title}",
        back=_page_of(key, "measure", pk),
        save=lambda data: actions.record_reading(measure=part, values=data, actor=user),
        said="Reading noted.",
        submit="Note it",
        header=client_header(user, client, active="plan"),
    )
    return form_page(request, page)
