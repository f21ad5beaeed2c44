"""Setting up the company's stages. Each change is in the audit trail; renaming takes the deals along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import ExitCriterion, Opportunity, Stage, StageMove
from common import audit
from people.models import User

_SUBJECT = "stage"


@transaction.atomic
def add_stage(*, stage: Stage, criteria: Sequence[str], actor: User) -> Stage:
    stage.position = (Stage.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    values = {name: getattr(stage, name) for name in ("name", "category", "probability", "stale_days")}
    add(stage, actor=actor.email, subject=Subject(_SUBJECT, stage.name, None), values=values)
    _set_criteria(stage, criteria, actor)
    return stage


@transaction.atomic
def change_stage(
    *, stage: Stage, changes: Mapping[str, Any], criteria: Sequence[str], expected: int, actor: User, now: datetime
) -> Stage:
    """Raises StaleRecord. A new name is written into the deals that carry the old one, and into their steps."""
    was = Stage.objects.select_for_update().get(pk=stage.pk).name
    fresh = save_changes(stage, changes, expected=expected, actor=actor.email, subject=Subject(_SUBJECT, was, None))
    if fresh.name != was:
        Opportunity.objects.filter(stage__iexact=was).update(stage=fresh.name, version=F("version") + 1, updated_at=now)
        if fresh.name.casefold() != was.casefold():
            StageMove.objects.filter(before__iexact=was).exclude(after__iexact=fresh.name).update(before=fresh.name)
            StageMove.objects.filter(after__iexact=was).exclude(before__iexact=fresh.name).update(after=fresh.name)
    _set_criteria(fresh, criteria, actor)
    return fresh


def _set_criteria(stage: Stage, wanted: Sequence[str], actor: User) -> None:
    """Those with the same words stay, with what was said to meet them; the others come and go."""
    standing = {one.text: one for one in stage.criteria.all()}
    if list(standing) == list(wanted):
        return
    audit.record(
        actor=actor.email,
        verb="changed",
        kind=_SUBJECT,
        object_id=stage.pk,
        label=stage.name,
        changes={"exit_criteria": (list(standing), list(wanted))},
    )
    for text, one in standing.items():
        if text not in wanted:
            one.delete()
    for position, text in enumerate(wanted):
        if text in standing:
            ExitCriterion.objects.filter(pk=standing[text].pk).update(position=position)
        else:
            ExitCriterion.objects.create(stage=stage, text=text, position=position)


@transaction.atomic
def remove_stage(*, stage: Stage, actor: User) -> None:
    """Its deals keep their word: it is then one nobody set up."""
    values = {"name": stage.name, "probability": stage.probability}
    remove(stage, actor=actor.email, subject=Subject(_SUBJECT, stage.name, None), values=values)


@transaction.atomic
def move_stage(*, stage: Stage, up: bool, actor: User) -> None:
    """One place up or down; nothing at the end of the list."""
    order = list(Stage.objects.select_for_update())
    at = next(index for index, one in enumerate(order) if one.pk == stage.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    before = [one.name for one in order]
    order[at], order[to] = order[to], order[at]
    for position, one in enumerate(order, start=1):
        if one.position != position:
            Stage.objects.filter(pk=one.pk).update(position=position)
    audit.record(
        actor=actor.email,
        verb="moved",
        kind=_SUBJECT,
        object_id=stage.pk,
        label=stage.name,
        changes={"order": (before, [one.name for one in order])},
    )
