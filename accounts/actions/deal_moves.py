"""Moving a deal on the board: its stage's exit criteria answered, and what the next stage usually says filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actions.opportunities import change_opportunity
from accounts.models import CriterionMet, ExitCriterion, Opportunity, Stage
from common import audit
from people.models import User


@transaction.atomic
def move_deal(
    *,
    opportunity: Opportunity,
    stage: str,
    met: Mapping[int, str],
    reason: str,
    expected: int,
    actor: User,
    now: datetime,
) -> Opportunity:
    """met: evidence by the number of each criterion that now holds. Raises StaleRecord, changing nothing."""
    changes: dict[str, Any] = {"stage": stage}
    usual = Stage.objects.filter(name__iexact=stage).first()
    if usual is not None:
        changes["stage"] = usual.name
        if not opportunity.category and usual.category:
            changes["category"] = usual.category
        if opportunity.probability is None and usual.probability is not None:
            changes["probability"] = usual.probability
    fresh = change_opportunity(opportunity=opportunity, changes=changes, expected=expected, actor=actor, reason=reason)
    meet_criteria(opportunity=opportunity, met=met, actor=actor, now=now)
    return fresh


@transaction.atomic
def meet_criteria(*, opportunity: Opportunity, met: Mapping[int, str], actor: User, now: datetime) -> None:
    """Say which criteria hold, with what shows it; one said already keeps its first word unless there is a new one."""
    wanted = ExitCriterion.objects.filter(pk__in=met).in_bulk()
    standing = {
        one.criterion_id: one for one in CriterionMet.objects.filter(opportunity=opportunity, criterion__in=met)
    }
    told = {}
    for pk, criterion in wanted.items():
        evidence, was = met[pk], standing.get(pk)
        if was is not None and (not evidence or evidence == was.evidence):
            continue
        CriterionMet.objects.update_or_create(
            opportunity=opportunity,
            criterion=criterion,
            defaults={"evidence": evidence, "by": actor.email, "at": now},
        )
        told[criterion.text[:80]] = (was.evidence or "met" if was else None, evidence or "met")
    if told:
        audit.record(
            actor=actor.email,
            verb="met criteria of",
            kind="opportunity",
            object_id=opportunity.pk,
            label=opportunity.name,
            client_id=opportunity.client_id,
            changes=told,
        )
