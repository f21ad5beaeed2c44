"""Opening, changing and closing deals. Each asks for the client's forecast to be computed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, add, save_changes
from accounts.calc.deals import outcome_of
from accounts.models import Opportunity
from common.jobs import mark_dirty
from people.models import User


def create_opportunity(*, opportunity: Opportunity, actor: User) -> Opportunity:
    opportunity.outcome = outcome_of(opportunity.stage)
    names = ("key", "name", "stage", "amount", "currency", "close_on", "probability", "category", "next_step", "owner")
    with transaction.atomic():
        subject = Subject("opportunity", opportunity.name, opportunity.client_id)
        values = {name: getattr(opportunity, name) for name in names}
        add(opportunity, actor=actor.email, subject=subject, values=values)
        mark_dirty("recompute", [f"client:{opportunity.client_id}"], asked_by=actor.email)
    return opportunity


def change_opportunity(
    *, opportunity: Opportunity, changes: Mapping[str, Any], expected: int | None, actor: User
) -> Opportunity:
    """A stage of won or lost closes the deal. Raises StaleRecord when somebody changed it since `expected`."""
    wanted = dict(changes)
    if "stage" in wanted:
        wanted["outcome"] = outcome_of(wanted["stage"])
    with transaction.atomic():
        subject = Subject("opportunity", opportunity.name, opportunity.client_id)
        fresh = save_changes(opportunity, wanted, expected=expected, actor=actor.email, subject=subject)
        if fresh.version != opportunity.version:
            mark_dirty("recompute", [f"client:{opportunity.client_id}"], asked_by=actor.email)
    return fresh
