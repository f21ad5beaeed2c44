"""A client's plan: its ambition, objectives, and the actions under them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet

from accounts.actions.edits import Subject, add, save_changes
from accounts.models import Action, Client, Objective, Plan
from common import audit
from people.models import User

Direction = Literal["up", "down"]
Item = TypeVar("Item", Objective, Action)


def plan_of(client: Client, now: datetime) -> Plan:
    """The client's plan; an empty one starting this year when there is none yet. Call inside a transaction."""
    plan, _ = Plan.objects.get_or_create(
        client=client, defaults={"starts_on": client.local_date(now).replace(month=1, day=1)}
    )
    return plan


def set_ambition(
    *, client: Client, ambition: str, horizon_years: int, expected: int | None, actor: User, now: datetime
) -> Plan:
    with transaction.atomic():
        plan = plan_of(client, now)
        changes = {"ambition": ambition, "horizon_years": horizon_years}
        subject = Subject("plan", client.name, client.pk)
        return save_changes(plan, changes, expected=expected, actor=actor.email, subject=subject)


def add_objective(*, client: Client, values: Mapping[str, Any], actor: User, now: datetime) -> Objective:
    with transaction.atomic():
        plan = plan_of(client, now)
        objective = Objective(plan=plan, position=_next_position(plan.objectives.all()), **values)
        subject = Subject("objective", objective.title, client.pk)
        return add(objective, actor=actor.email, subject=subject, values=values)


def add_action(*, objective: Objective, values: Mapping[str, Any], actor: User) -> Action:
    with transaction.atomic():
        action = Action(objective=objective, position=_next_position(objective.actions.all()), **values)
        subject = Subject("action", action.title, objective.plan.client_id)
        return add(action, actor=actor.email, subject=subject, values=values)


def change_objective(
    *, objective: Objective, changes: Mapping[str, Any], expected: int | None, actor: User
) -> Objective:
    subject = Subject("objective", objective.title, objective.plan.client_id)
    return save_changes(objective, changes, expected=expected, actor=actor.email, subject=subject)


def change_action(*, action: Action, changes: Mapping[str, Any], expected: int | None, actor: User) -> Action:
    subject = Subject("action", action.title, action.objective.plan.client_id)
    return save_changes(action, changes, expected=expected, actor=actor.email, subject=subject)


def move_objective(*, objective: Objective, direction: Direction, actor: User) -> bool:
    rows = Objective.objects.filter(plan=objective.plan_id)
    return _move(objective, rows, direction, actor, "objective", objective.plan.client_id)


def move_action(*, action: Action, direction: Direction, actor: User) -> bool:
    rows = Action.objects.filter(objective=action.objective_id)
    return _move(action, rows, direction, actor, "action", action.objective.plan.client_id)


def _move(item: Item, rows: QuerySet[Item], direction: Direction, actor: User, kind: str, client_id: int) -> bool:
    """One place up or down among its siblings; False when it stands at that end already.

    Positions are written anew from 1, so that rows imported with equal positions still move. An order is not an edit:
    versions stay, and two people ordering at once do not conflict.
    """
    with transaction.atomic():
        order = list(rows.select_for_update().order_by("position", "id"))
        at = next(i for i, row in enumerate(order) if row.pk == item.pk)
        to = at - 1 if direction == "up" else at + 1
        if not 0 <= to < len(order):
            return False
        order[at], order[to] = order[to], order[at]
        for position, row in enumerate(order, start=1):
            row.position = position
        type(item)._default_manager.bulk_update(order, ["position"])
        audit.record(
            actor=actor.email,
            verb=f"moved {direction}",
            kind=kind,
            object_id=item.pk,
            label=item.title,
            client_id=client_id,
            changes={"position": (at + 1, to + 1)},
        )
    return True


def _next_position(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(top=Max("position"))["top"] or 0) + 1
