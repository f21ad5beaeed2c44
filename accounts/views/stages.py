"""The company's stages: order, usual category, stated probability, exit criteria."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import stages as actions
from accounts.forms.stages import StageForm
from accounts.models import Stage
from accounts.queries.stages import stage_rows
from accounts.views.editing import FormPage, expected_version, form_page
from common.policies import ADMINISTRATOR, DIRECTOR, allow
from common.short_text import short_text
from people.requests import signed_in

KEEPERS = frozenset({DIRECTOR, ADMINISTRATOR})
"""Stages are the company's, not a client's: those who run accounts and those who set the product up."""


@allow(roles=KEEPERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    rows = stage_rows(signed_in(request))
    context = {"rows": [row for row in rows if row.pk], "words": [row for row in rows if not row.pk]}
    return render(request, "accounts/stages.html", context)


@allow(roles=KEEPERS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = StageForm(request.POST or None, initial={"name": short_text(request.GET, "name", 60)})

    def save(data: dict[str, Any]) -> Stage:
        return actions.add_stage(stage=form.instance, criteria=data["criteria"], actor=user)

    page = FormPage(form=form, title="New stage", back=reverse("stages"), save=save, said="Stage added.", submit="Add")
    return form_page(request, page)


@allow(roles=KEEPERS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, stage = signed_in(request), get_object_or_404(Stage, pk=pk)
    name, seen = stage.name, expected_version(request)
    form = StageForm(request.POST or None, instance=stage)

    def save(data: dict[str, Any]) -> Stage:
        changes = {field: value for field, value in data.items() if field != "criteria"}
        return actions.change_stage(
            stage=stage, changes=changes, criteria=data["criteria"], expected=seen, actor=user, now=timezone.now()
        )

    page = FormPage(
        form=form,
        title=name,
        back=reverse("stages"),
        save=save,
        said="Stage saved.",
        version=str(stage.version),
        audited_as=("stage", stage.pk),
    )
    return form_page(request, page)


@allow(roles=KEEPERS)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    stage = get_object_or_404(Stage, pk=pk)
    actions.move_stage(stage=stage, up=request.POST.get("to") == "up", actor=signed_in(request))
    return redirect(f"{reverse('stages')}#stage-{pk}")


@allow(roles=KEEPERS)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    stage = get_object_or_404(Stage, pk=pk)
    actions.remove_stage(stage=stage, actor=signed_in(request))
    messages.success(request, f"{stage.name} is taken out. Deals that carry the word keep it.")
    return redirect("stages")
