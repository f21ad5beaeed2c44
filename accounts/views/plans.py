"""A client's plan: read, added to, ordered, and changed in place."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import (
    get_client_for,
    get_editable_action_for,
    get_editable_client_for,
    get_editable_objective_for,
)
from accounts.actions import plans as actions
from accounts.forms.plans import ActionForm, AmbitionForm, ObjectiveForm
from accounts.models import Action, Objective, Plan
from accounts.queries.header import client_header
from accounts.queries.plans import plan_page, work_row
from accounts.views.editing import CellEdit, FormPage, cell_view, expected_version, form_page
from accounts.views.stakeholders import READERS
from common.policies import allow
from people.access import abilities_of
from people.models import User
from people.requests import signed_in


@allow(roles=READERS, client="key")
@require_GET
def show(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_client_for(user, key)
    context = {
        "header": client_header(user, client, active="plan"),
        "plan": plan_page(client, client.local_date(timezone.now())),
    }
    return render(request, "accounts/plan.html", context)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def ambition(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    plan = Plan.objects.filter(client=client).first()
    seen = expected_version(request) if plan else None

    def save(data: dict[str, Any]) -> object:
        return actions.set_ambition(client=client, **data, expected=seen, actor=user, now=timezone.now())

    page = FormPage(
        form=AmbitionForm(request.POST or None, instance=plan),
        title=f"Ambition for {client.name}",
        back=reverse("client_plan", args=[key]),
        save=save,
        said="Ambition saved.",
        version=str(plan.version) if plan else "",
        header=client_header(user, client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def objective_add(request: HttpRequest, key: str) -> HttpResponse:
    user = signed_in(request)
    client = get_editable_client_for(user, key)
    page = FormPage(
        form=ObjectiveForm(request.POST or None, initial={"owner": user.pk}),
        title="New objective",
        back=reverse("client_plan", args=[key]),
        save=lambda data: actions.add_objective(client=client, values=data, actor=user, now=timezone.now()),
        said="Objective added.",
        submit="Add objective",
        header=client_header(user, client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def action_add(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    objective = get_editable_objective_for(user, key, pk)
    page = FormPage(
        form=ActionForm(request.POST or None, initial={"owner": user.pk}),
        title=f"New action under {objective.title}",
        back=f"{reverse('client_plan', args=[key])}#objective-{pk}",
        save=lambda data: actions.add_action(objective=objective, values=data, actor=user),
        said="Action added.",
        submit="Add action",
        header=client_header(user, objective.plan.client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def objective(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_objective_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=ObjectiveForm(request.POST or None, instance=found),
        title=found.title,
        back=f"{reverse('client_plan', args=[key])}#objective-{pk}",
        save=lambda data: actions.change_objective(objective=found, changes=data, expected=seen, actor=user),
        said="Objective saved.",
        version=str(found.version),
        header=client_header(user, found.plan.client, active="plan"),
    )
    return form_page(request, page)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_action_for(user, key, pk)
    seen = expected_version(request)
    page = FormPage(
        form=ActionForm(request.POST or None, instance=found),
        title=found.title,
        back=f"{reverse('client_plan', args=[key])}#action-{pk}",
        save=lambda data: actions.change_action(action=found, changes=data, expected=seen, actor=user),
        said="Action saved.",
        version=str(found.version),
        header=client_header(user, found.objective.plan.client, active="plan"),
    )
    return form_page(request, page)


def _row_of(user: User, key: str, item: Objective | Action) -> dict[str, Any]:
    client = item.objective.plan.client if isinstance(item, Action) else item.plan.client
    return {"row": work_row(item, key, client.local_date(timezone.now())), "can": abilities_of(user)}


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def objective_cell(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_objective_for(user, key, pk)
    edit = CellEdit(
        record=found,
        form_class=ObjectiveForm,
        save=lambda data, seen: actions.change_objective(objective=found, changes=data, expected=seen, actor=user),
        show=lambda item: _row_of(user, key, item),
        template="accounts/objective_row.html",
        url=reverse("objective_cell", args=[key, pk]),
        page=reverse("objective", args=[key, pk]),
        trigger="plan-changed",
        audited_as="objective",
    )
    return cell_view(request, edit)


@allow(roles=READERS, client="key")
@require_http_methods(["GET", "POST"])
def action_cell(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_action_for(user, key, pk)
    edit = CellEdit(
        record=found,
        form_class=ActionForm,
        save=lambda data, seen: actions.change_action(action=found, changes=data, expected=seen, actor=user),
        show=lambda item: _row_of(user, key, item),
        template="accounts/action_row.html",
        url=reverse("action_cell", args=[key, pk]),
        page=reverse("action", args=[key, pk]),
        trigger="plan-changed",
        audited_as="action",
    )
    return cell_view(request, edit)


def _direction(request: HttpRequest) -> actions.Direction:
    match request.POST.get("to"):
        case "up":
            return "up"
        case "down":
            return "down"
    raise Http404("Up or down.")


@allow(roles=READERS, client="key")
@require_POST
def objective_move(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_objective_for(user, key, pk)
    actions.move_objective(objective=found, direction=_direction(request), actor=user)
    return HttpResponseRedirect(f"{reverse('client_plan', args=[key])}#objective-{pk}")


@allow(roles=READERS, client="key")
@require_POST
def action_move(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_editable_action_for(user, key, pk)
    actions.move_action(action=found, direction=_direction(request), actor=user)
    return HttpResponseRedirect(f"{reverse('client_plan', args=[key])}#action-{pk}")
