"""Closing deals with the reason, and telling the reason of one closed without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actions.edits import plain
from accounts.actions.opportunities import change_opportunity
from accounts.models import DealClosing, Opportunity
from common import audit
from people.models import User


@transaction.atomic
def close_deal(
    *, opportunity: Opportunity, changes: Mapping[str, Any], why: Mapping[str, Any], expected: int, actor: User
) -> Opportunity:
    """changes: stage (won or lost) and what else moves with it. why: reason, competitor, lesson. Raises StaleRecord."""
    fresh = change_opportunity(opportunity=opportunity, changes=changes, expected=expected, actor=actor)
    tell_reason(opportunity=fresh, why=why, actor=actor)
    return fresh


@transaction.atomic
def tell_reason(*, opportunity: Opportunity, why: Mapping[str, Any], actor: User) -> DealClosing:
    was = DealClosing.objects.select_for_update().filter(opportunity=opportunity).first()
    before = {name: plain(getattr(was, name)) if was else None for name in why}
    changes = audit.changes_between(before, {name: plain(value) for name, value in why.items()})
    if was is not None and not changes:
        return was
    closing = was or DealClosing(opportunity=opportunity)
    for name, value in why.items():
        setattr(closing, name, value)
    closing.by = actor.email
    closing.version += 1 if was else 0
    closing.save()
    audit.record(
        actor=actor.email,
        verb="told why",
        kind="opportunity",
        object_id=opportunity.pk,
        label=opportunity.name,
        client_id=opportunity.client_id,
        changes=changes,
    )
    return closing
