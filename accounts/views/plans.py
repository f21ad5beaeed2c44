"""A client's plan: read, written, ordered, and changed in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import get_client_for, get_editable_client_for, get_editable_part_for
from accounts.actions import plans as actions
from accounts.forms.plans import ActionForm, AmbitionForm, ObjectiveForm, SixForm
from accounts.models import Action, Client, Objective
from accounts.queries.header import client_header
from accounts.queries.plans import is_full, plan_of, plan_page, work_row
from accounts.queries.sessions import origin_of
from accounts.queries.six import load_six
from accounts.views.editing import CellEdit, FormPage, cell_view, expected_version, form_page
from accounts.views.stakeholders import READERS
from common.policies import allow
from common.tabs import client_tabs, plan_tabs
from people.access import abilities_of
from people.models import User
from people.requests import signed_in


def plan_context(user: User, client: Client, tab: str) -> dict[str, Any]:
    """What every page of a plan shows around itself. tab: the name it was registered under in `plan_tabs`."""
    return {
        "header": client_header(user, client, active="plan"),
        "plan_tabs": client_tabs(user.role, client.key, tab, among=plan_tabs),
    }


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    today = client.local_date(timezone.now())
    page = plan_page(client, today)
    context = {
        **plan_context(user, client, "outline"),
        "plan": page,
        "six": None if page.full else load_six(user, client, page.plan, today),
    }
    return render(request, "accounts/plan/outline.html", context)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def ambition(request: HttpRequest, key: str) -> HttpResponse:
    """The plan's own words, as many as its depth asks for."""
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    plan = plan_of(client)
    seen = expected_version(request) if plan else None
    full = is_full(client, plan) or request.GET.get("all") == "1"
    form_class: Callable[..., Any] = AmbitionForm if full else SixForm
    page = FormPage(
        form=form_class(request.POST or None, instance=plan),
        title=f"What the plan for {client.name} says",
        back=reverse("client_plan", args=[key]),
        save=lambda data: actions.change_plan(
            client=client, values=data, expected=seen, actor=user, now=timezone.now()
        ),
        said="Plan saved.",
        version=str(plan.version) if plan else "",
        header=client_header(user, client, active="plan"),
    )
    return form_page(request, page)


def _part(user: User, key: str, kind: str, pk: int) -> Any:
    return get_editable_part_for(user, key, kind, pk)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def objective_add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)

    def save(data: dict[str, Any]) -> object:
        plan = actions.plan_of(client, timezone.now())
        return actions.add_part(kind="objective", above=plan, values=data, actor=user)

    page = FormPage(
        form=ObjectiveForm(request.POST or None, client=client, initial={"owner": user.pk}),
        title="New objective",
        back=reverse("client_plan", args=[key]),
        save=save,
        said="Objective added.",
        submit="Add objective",
        header=client_header(user, client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def action_add(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    objective = _part(user, key, "objective", pk)
    page = FormPage(
        form=ActionForm(request.POST or None, above=objective, initial={"owner": user.pk}),
        title=f"New action under {objective.title}",
        back=f"{reverse('client_plan', args=[key])}#objective-{pk}",
        save=lambda data: actions.add_part(kind="action", above=objective, values=data, actor=user),
        said="Action added.",
        submit="Add action",
        header=client_header(user, objective.plan.client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def objective(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = _part(user, key, "objective", pk)
    form = ObjectiveForm(request.POST or None, client=found.plan.client, instance=found)
    return form_page(request, _form_of(request, user, key, found, "objective", form, found.plan.client))


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = _part(user, key, "action", pk)
    form = ActionForm(request.POST or None, instance=found)
    return form_page(request, _form_of(request, user, key, found, "action", form, found.objective.plan.client))


def _form_of(request: HttpRequest, user: User, key: str, found: Any, kind: str, form: Any, client: Client) -> FormPage:
    seen = expected_version(request)
    return FormPage(
        form=form,
        title=found.title,
        back=f"{reverse('client_plan', args=[key])}#{kind}-{found.pk}",
        save=lambda data: actions.change_part(part=found, changes=data, expected=seen, actor=user),
        said=f"{kind.capitalize()} saved.",
        version=str(found.version),
        header=client_header(user, client, active="plan"),
        delete_url=reverse("plan_part_remove", args=[key, kind, found.pk]),
        delete_word="Take out",
        fields="accounts/plan/origin_fields.html",
        extra={"origin": origin_of(found.key, key)},
    )


def _row_of(user: User, key: str, item: Objective | Action) -> dict[str, Any]:
    client = item.objective.plan.client if isinstance(item, Action) else item.plan.client
    depth = 0 if isinstance(item, Objective) else 2 if item.initiative_id else 1
    row = work_row(item, key, client.local_date(timezone.now()), depth=depth)
    return {"row": row, "can": abilities_of(user)}


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def objective_cell(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    return _cell(request, key, pk, "objective", ObjectiveForm)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def action_cell(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    return _cell(request, key, pk, "action", ActionForm)


def _cell(request: HttpRequest, key: str, pk: int, kind: str, form_class: Any) -> HttpResponse:
    user = signed_in(request)
    found = _part(user, key, kind, pk)
    edit = CellEdit(
        record=found,
        form_class=form_class,
        save=lambda data, seen: actions.change_part(part=found, changes=data, expected=seen, actor=user),
        show=lambda item: _row_of(user, key, item),
        template=f"accounts/{kind}_row.html",
        url=reverse(f"{kind}_cell", args=[key, pk]),
        page=reverse(kind, args=[key, pk]),
        trigger="plan-changed",
        audited_as=kind,
    )
    return cell_view(request, edit)
