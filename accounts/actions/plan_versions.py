"""Versions of a plan: kept, sent for approval, decided by somebody else, and brought back without losing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import DateField, DecimalField, ForeignKey, Max, ProtectedError

from accounts.actions.edits import Subject, add, save_changes
from accounts.models import ABOVE, PARTS, PLAN_PATHS, Contact, MeasureReading, Plan, PlanPart, PlanVersion, VersionState
from accounts.queries.plan_versions import LINKS, digest_of, fields_of, read_body
from common import audit
from common.records import update_versioned
from people.access import abilities_of
from people.models import User

Body = Mapping[str, Mapping[str, Mapping[str, Any]]]
_WAITING: Final = (VersionState.KEPT, VersionState.RETURNED)


class NothingNew(Exception):
    """The plan reads as its newest version does: there is nothing to keep."""


class NotNow(Exception):
    """The version is not at a state from which that step leads."""


def _subject(version: PlanVersion) -> Subject:
    return Subject("plan version", f"{version.plan.client.name}, version {version.number}", version.plan.client_id)


def keep_version(*, plan: Plan, note: str, actor: User, now: datetime) -> PlanVersion:
    """Keep how the plan reads now. Raises NothingNew where its newest version says the same."""
    with transaction.atomic():
        plan = _held(plan)
        newest = plan.versions.order_by("-number").first()
        body = read_body(plan)
        if newest is not None and newest.digest == digest_of(body):
            raise NothingNew
        return _keep(plan, body, note, actor, now)


def _held(plan: Plan) -> Plan:
    """As it stands. One at a time: numbers are given in turn, and none is kept in the middle of a restore."""
    return Plan.objects.select_for_update(of=("self",)).select_related("client").get(pk=plan.pk)


def _keep(plan: Plan, body: Body, note: str, actor: User, now: datetime) -> PlanVersion:
    number = int(plan.versions.aggregate(top=Max("number"))["top"] or 0) + 1
    version = PlanVersion(
        plan=plan, number=number, body=body, digest=digest_of(body), note=note, made_by=actor, made_at=now
    )
    return add(version, actor=actor.email, subject=_subject(version), values={"number": number, "note": note})


def submit_version(*, version: PlanVersion, expected: int, actor: User, now: datetime) -> PlanVersion:
    """Ask another for approval. Raises NotNow, StaleRecord."""
    if version.state not in _WAITING:
        raise NotNow(f"It is {version.get_state_display().lower()} already.")
    changes = {"state": VersionState.SUBMITTED, "submitted_by": actor, "submitted_at": now, "decided_by": None}
    return _step(version, {**changes, "decided_at": None, "decision_note": ""}, expected, actor, "sent for approval")


def decide_version(
    *, version: PlanVersion, approve: bool, note: str, expected: int, actor: User, now: datetime
) -> PlanVersion:
    """Approve it or send it back. Four eyes: raises PermissionDenied for whoever asked. Raises NotNow, StaleRecord."""
    if version.submitted_by_id == actor.pk or not abilities_of(actor).edit_client:
        raise PermissionDenied("Another director approves a plan.")
    if version.state != VersionState.SUBMITTED:
        raise NotNow(f"It is {version.get_state_display().lower()}, not waiting.")
    state = VersionState.APPROVED if approve else VersionState.RETURNED
    changes = {"state": state, "decided_by": actor, "decided_at": now, "decision_note": note}
    return _step(version, changes, expected, actor, "approved" if approve else "sent back")


def _step(version: PlanVersion, changes: Mapping[str, Any], expected: int, actor: User, verb: str) -> PlanVersion:
    return save_changes(version, changes, expected=expected, actor=actor.email, subject=_subject(version), verb=verb)


def restore_version(*, version: PlanVersion, actor: User, now: datetime) -> PlanVersion:
    """Make the plan read as it did then. How it reads now is kept first, and the outcome is a new version, so nothing
    is lost either way. Who has left since, and people no longer known, come back as nobody.
    """
    with transaction.atomic():
        plan = _held(version.plan)
        newest = plan.versions.order_by("-number").first()
        body = read_body(plan)
        if newest is None or newest.digest != digest_of(body):
            _keep(plan, body, f"Before version {version.number} was restored", actor, now)
        plan = _write(plan, version.body)
        restored = _keep(plan, read_body(plan), f"Version {version.number} restored", actor, now)
        audit.record(
            actor=actor.email,
            verb="restored",
            kind="plan",
            object_id=plan.pk,
            label=plan.client.name,
            client_id=plan.client_id,
            changes={"version": (None, version.number)},
        )
    return restored


def _write(plan: Plan, body: Body) -> Plan:
    """Parts by key: those there are changed, those gone come back, those that came later go."""
    find = _Finder(plan, body)
    plan = update_versioned(plan, find.values("plan", body["plan"]["plan"]), expected=None)
    standing = {
        kind: {part.key: part for part in model._default_manager.filter(**{PLAN_PATHS[kind]: plan})}
        for kind, model in PARTS.items()
    }
    for kind, model in PARTS.items():
        for key, fields in body[kind].items():
            values = find.values(kind, fields)
            if ABOVE[kind] == "plan":
                values["plan"] = plan
            part = standing[kind].get(key)
            if part is None:
                part = model._default_manager.create(key=key, **values)
                _read_again(part, fields)
            elif any(getattr(part, name) != value for name, value in values.items()):
                part = update_versioned(part, values, expected=None)
            find.know(kind, part)
    for kind in reversed(PARTS):
        _take_out([part for key, part in standing[kind].items() if key not in body[kind]])
    return plan


def _take_out(late: Iterable[PlanPart]) -> None:
    """What came after the version; a part that something outside the plan is tied to stays."""
    for part in late:
        with suppress(ProtectedError), transaction.atomic():
            part.delete()


def _read_again(part: Any, fields: Mapping[str, Any]) -> None:
    """A measure that comes back brings what was read of it; one that stayed keeps its own readings."""
    MeasureReading.objects.bulk_create(
        MeasureReading(measure=part, read_on=date.fromisoformat(day), value=Decimal(value), note=note)
        for day, value, note in fields.get("readings", ())
    )


class _Finder:
    """From the plain values of a version back to records."""

    def __init__(self, plan: Plan, body: Body) -> None:
        named = {name: {fields.get(name) for parts in body.values() for fields in parts.values()} for name in LINKS}
        self._known: dict[str, dict[Any, Any]] = {
            "owner": {person.email: person for person in User.objects.filter(email__in=named["owner"] - {None})},
            "sponsor": {one.key: one for one in Contact.objects.filter(key__in=named["sponsor"] - {None})},
        }

    def know(self, kind: str, part: Any) -> None:
        self._known.setdefault(kind, {})[part.key] = part

    def values(self, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {field.name: self._value(field, fields[field.name]) for field in fields_of(kind) if field.name in fields}

    def _value(self, field: Any, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(field, ForeignKey):
            return self._known.get(field.name, {}).get(value)
        if isinstance(field, DateField):
            return date.fromisoformat(value)
        if isinstance(field, DecimalField):
            return Decimal(value)
        return value
