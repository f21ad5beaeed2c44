"""A client's plan and its parts: added, changed, ordered, said to hold still, taken out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, TypeVar

from django.db import transaction
from django.db.models import Max, ProtectedError, QuerySet

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import ABOVE, PARTS, PLAN_PATHS, Action, Client, MeasureReading, Plan, PlanMeasure, PlanPart
from common import audit
from people.models import User

Direction = Literal["up", "down"]
P = TypeVar("P", bound=PlanPart)
SIBLINGS: Final = {"objective": ("plan", "imperative"), "action": ("objective", "initiative"), "fact": ("plan", "kind")}
"""Among which rows a part has its place, where that is not all under the same one."""


_UNTOLD: Final = frozenset({"id", "version", "created_at", "updated_at"})


class PartInUse(Exception):
    """Something hangs on the part: what is below goes, or moves, first."""


def kind_of(part: PlanPart) -> str:
    return next(kind for kind, model in PARTS.items() if isinstance(part, model))


def plan_behind(part: PlanPart) -> Plan:
    """Without a query where the part was read with its path."""
    found: Any = part
    for name in PLAN_PATHS[kind_of(part)].split("__"):
        found = getattr(found, name)
    plan: Plan = found
    return plan


def _subject(part: PlanPart) -> Subject:
    return Subject(kind_of(part), str(part), plan_behind(part).client_id)


def plan_of(client: Client, now: datetime) -> Plan:
    """The client's plan; an empty one starting this year when there is none yet. Call inside a transaction."""
    plan, _ = Plan.objects.get_or_create(
        client=client, defaults={"starts_on": client.local_date(now).replace(month=1, day=1)}
    )
    return plan


def change_plan(*, client: Client, values: Mapping[str, Any], expected: int | None, actor: User, now: datetime) -> Plan:
    """expected: None where the writer saw no plan yet. Raises StaleRecord when somebody saved it meanwhile."""
    with transaction.atomic():
        plan = plan_of(client, now)
        return save_changes(
            plan, values, expected=expected, actor=actor.email, subject=Subject("plan", client.name, client.pk)
        )


def add_part(*, kind: str, above: Plan | PlanPart, values: Mapping[str, Any], actor: User) -> PlanPart:
    """above: what it hangs on: the plan itself, or a part of the kind that ABOVE names."""
    with transaction.atomic():
        given = {**values, ABOVE[kind]: above}
        rows = PARTS[kind]._default_manager.filter(**{ABOVE[kind]: above})
        part = PARTS[kind](position=_next_position(rows), **given)
        return add(part, actor=actor.email, subject=_subject(part), values=values)


def change_part(*, part: P, changes: Mapping[str, Any], expected: int | None, actor: User) -> P:
    """Raises StaleRecord when somebody saved it meanwhile."""
    if isinstance(part, Action) and changes.get("initiative"):
        changes = {**changes, "objective": changes["initiative"].objective}
    return save_changes(part, changes, expected=expected, actor=actor.email, subject=_subject(part))


def confirm(*, record: Plan | PlanPart, today: date, actor: User) -> None:
    """Somebody looked and says that it still holds: it counts as fresh from today."""
    subject = Subject("plan", record.client.name, record.client_id) if isinstance(record, Plan) else _subject(record)
    save_changes(record, {"reviewed_on": today}, expected=None, actor=actor.email, subject=subject, verb="confirmed")


def remove_part(*, part: PlanPart, actor: User) -> None:
    """Take out a part that nothing hangs on; the trail keeps what it said. Raises PartInUse."""
    with transaction.atomic():
        kind = kind_of(part)
        below = [
            model
            for child, model in PARTS.items()
            if ABOVE[child] == kind and model._default_manager.filter(**{kind: part}).exists()
        ]
        if below:
            raise PartInUse(f"{below[0]._meta.verbose_name_plural} stand under it")
        names = {field.name for field in part._meta.concrete_fields} - _UNTOLD
        told = {name: getattr(part, name) for name in sorted(names)}
        if isinstance(part, PlanMeasure):
            told["readings"] = "; ".join(f"{one.read_on}: {one.value.normalize():f}" for one in part.readings.all())
        try:
            remove(part, actor=actor.email, subject=_subject(part), values=told)
        except ProtectedError as error:
            raise PartInUse("other parts of the plan name it") from error


def record_reading(*, measure: PlanMeasure, values: Mapping[str, Any], actor: User) -> MeasureReading:
    """One a day: a second one of a day takes the first one's place."""
    client_id = measure.objective.plan.client_id
    subject = Subject("reading", f"{measure.title} {values['read_on']:%Y-%m-%d}", client_id)
    with transaction.atomic():
        found = MeasureReading.objects.filter(measure=measure, read_on=values["read_on"]).first()
        if found is not None:
            return save_changes(found, values, expected=None, actor=actor.email, subject=subject)
        return add(MeasureReading(measure=measure, **values), actor=actor.email, subject=subject, values=values)


def move_part(*, part: PlanPart, direction: Direction, actor: User) -> bool:
    """One place up or down among its siblings; False when it stands at that end already.

    Positions are written anew from 1, so that rows imported with equal positions still move. An order is not an edit:
    versions stay, and two people ordering at once do not conflict.
    """
    kind = kind_of(part)
    siblings = {name: getattr(part, name) for name in SIBLINGS.get(kind, (ABOVE[kind],))}
    with transaction.atomic():
        rows = type(part)._default_manager.select_for_update().filter(**siblings)
        order = list(rows.order_by("position", "id"))
        at = next(i for i, row in enumerate(order) if row.pk == part.pk)
        to = at - 1 if direction == "up" else at + 1
        if not 0 <= to < len(order):
            return False
        order[at], order[to] = order[to], order[at]
        for position, row in enumerate(order, start=1):
            row.position = position
        type(part)._default_manager.bulk_update(order, ["position"])
        audit.record(
            actor=actor.email,
            verb=f"moved {direction}",
            kind=kind,
            object_id=part.pk,
            label=str(part),
            client_id=plan_behind(part).client_id,
            changes={"position": (at + 1, to + 1)},
        )
    return True


def _next_position(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(top=Max("position"))["top"] or 0) + 1
