"""Versions of plans through REST: kept, sent for approval, decided, brought back. A version never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import (
    get_decidable_plan_version_for,
    get_editable_plan_for,
    get_editable_plan_version_for,
    plans_for,
)
from accounts.actions import plan_versions as actions
from accounts.models import PlanVersion, VersionState
from common.records import StaleRecord
from people.models import User
from portfolio.api.problems import Problem, field_problem
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Acts, Field, Resource
from portfolio.api.steps import StepView, describe


def _rows(user: User) -> QuerySet[Any]:
    return PlanVersion.objects.filter(plan__in=plans_for(user).order_by().values("pk"))


def _keep(user: User, body: Mapping[str, Any]) -> int:
    if "client" not in body:
        raise Problem(422, "Some required fields are missing.", errors=[("/client", "required")])
    note = str(body.get("note", ""))
    if len(note) > 300:
        raise field_problem("note", "at most 300 characters")
    plan = get_editable_plan_for(user, str(body["client"]))
    try:
        return actions.keep_version(plan=plan, note=note, actor=user, now=timezone.now()).pk
    except actions.NothingNew as reason:
        raise Problem(409, "The newest version reads the same: nothing was kept.") from reason


def _never(user: User, record: Any, body: Mapping[str, Any]) -> int:
    raise Problem(409, "A version never changes: change the plan and keep another.")


PLAN_VERSIONS = Resource(
    name="plan-versions",
    label="versions of plans",
    kind="",
    natural_key="number",
    within=("client",),
    told_as="plan_version",
    client="plan__client_id",
    fields=(
        ID_FIELD,
        Field("client", path="plan__client__key", required=True, help="Key; of whom the plan is."),
        Field("number", "integer", writable=False),
        Field("note", help="What this version is for."),
        Field("state", writable=False, choices=tuple(VersionState.values)),
        Field("digest", writable=False, filter=False, help="SHA-256 of how the plan read."),
        Field("body", "object", writable=False, filter=False, help="How every part read."),
        Field("made_by", path="made_by__email", writable=False),
        Field("made_at", "datetime", writable=False, filter=False),
        Field("submitted_by", path="submitted_by__email", writable=False),
        Field("submitted_at", "datetime", writable=False, filter=False),
        Field("decided_by", path="decided_by__email", writable=False),
        Field("decided_at", "datetime", writable=False, filter=False),
        Field("decision_note", writable=False, filter=False),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("number", "created_at", "updated_at"),
    search=("note", "plan__client__name"),
    acts=Acts(create=_keep, change=_never),
)


class VerdictBody(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=("approve", "return"))
    note = serializers.CharField(required=False, max_length=300)


class _Version(StepView):
    resource = PLAN_VERSIONS

    def step(self, request: Request, pk: str, run: Callable[[User, Any, dict[str, str]], object]) -> HttpResponse:
        def stepped(user: User, row: Any, said: dict[str, str]) -> None:
            try:
                run(user, row, said)
            except StaleRecord as stale:
                raise Problem(412, "Somebody changed this version meanwhile.") from stale
            except actions.NotNow as reason:
                raise Problem(409, str(reason)) from reason

        return self.act(request, pk, stepped)


class SubmitView(_Version):
    @describe(PLAN_VERSIONS, "submit", "Ask another director to approve this version.")
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.step(request, pk, _submit)


def _submit(user: User, row: Any, said: dict[str, str]) -> None:
    version = get_editable_plan_version_for(user, row.plan.client.key, row.number)
    actions.submit_version(version=version, expected=version.version, actor=user, now=timezone.now())


class DecideView(_Version):
    asked = {"verdict": True, "note": False}

    @describe(PLAN_VERSIONS, "decide", "Approve it or send it back; not by who asked for it.", VerdictBody)
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.step(request, pk, _decide)


def _decide(user: User, row: Any, said: dict[str, str]) -> None:
    version = get_decidable_plan_version_for(user, row.plan.client.key, row.number)
    if said["verdict"] not in ("approve", "return"):
        raise field_problem("verdict", "approve or return")
    approve = said["verdict"] == "approve"
    actions.decide_version(
        version=version, approve=approve, note=said["note"], expected=version.version, actor=user, now=timezone.now()
    )


class RestoreView(_Version):
    @describe(PLAN_VERSIONS, "restore", "Make the plan read as it did; how it read until then is kept as a version.")
    def post(self, request: Request, pk: str) -> HttpResponse:
        return self.step(request, pk, _restore)


def _restore(user: User, row: Any, said: dict[str, str]) -> None:
    version = get_editable_plan_version_for(user, row.plan.client.key, row.number)
    actions.restore_version(version=version, actor=user, now=timezone.now())
