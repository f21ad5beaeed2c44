"""Opening, changing and closing deals. Each asks for the client's forecast to be computed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actions.edits import Subject, add, plain, save_changes, values_of
from accounts.actions.stage_moves import before_of, record_moves
from accounts.calc.deals import outcome_of
from accounts.models import Opportunity
from common import audit
from common.jobs import mark_dirty
from people.models import User


def create_opportunity(*, opportunity: Opportunity, actor: User) -> Opportunity:
    opportunity.outcome = outcome_of(opportunity.stage)
    names = ("key", "name", "stage", "amount", "currency", "close_on", "probability", "category", "next_step", "owner")
    with transaction.atomic():
        subject = Subject("opportunity", opportunity.name, opportunity.client_id)
        values = {name: getattr(opportunity, name) for name in names}
        add(opportunity, actor=actor.email, subject=subject, values=values)
        record_moves([opportunity], {}, by=actor.email, now=timezone.now())
        mark_dirty("recompute", [f"client:{opportunity.client_id}"], asked_by=actor.email)
    return opportunity


def change_opportunity(
    *, opportunity: Opportunity, changes: Mapping[str, Any], expected: int | None, actor: User, reason: str = ""
) -> Opportunity:
    """A stage of won or lost closes the deal. Raises StaleRecord when somebody changed it since `expected`.

    reason: why it moves although its stage's criteria are not met.
    """
    wanted = dict(changes)
    if "stage" in wanted:
        wanted["outcome"] = outcome_of(wanted["stage"])
    with transaction.atomic():
        subject = Subject("opportunity", opportunity.name, opportunity.client_id)
        # As the row stands: a form has written into the object it was given.
        before = before_of(Opportunity.objects.select_for_update(of=("self",)).filter(pk=opportunity.pk))
        fresh = save_changes(opportunity, wanted, expected=expected, actor=actor.email, subject=subject)
        record_moves([fresh], before, by=actor.email, now=timezone.now(), reason=reason)
        if fresh.version != opportunity.version:
            mark_dirty("recompute", [f"client:{opportunity.client_id}"], asked_by=actor.email)
    return fresh


class StaleDeals(Exception):
    """Somebody changed some of the deals meanwhile. Carries them as they stand."""

    def __init__(self, current: Sequence[Opportunity]) -> None:
        super().__init__(f"{len(current)} deals were changed meanwhile")
        self.current = list(current)


def change_opportunities(*, expected: Mapping[int, int], changes: Mapping[str, Any], actor: User) -> int:
    """The same changes to many deals, all or none; returns how many differed. expected: version by id.

    Eight statements however many. Raises StaleDeals when one is no longer as it was seen.
    """
    wanted = dict(changes)
    if "stage" in wanted:
        wanted["outcome"] = outcome_of(wanted["stage"])
    now = {name: plain(value) for name, value in wanted.items()}
    with transaction.atomic():
        locked = Opportunity.objects.select_for_update(of=("self",)).select_related("owner")
        deals = list(locked.filter(pk__in=expected).order_by("pk"))
        stale = [deal for deal in deals if deal.version != expected[deal.pk]]
        if stale or len(deals) != len(expected):
            raise StaleDeals(stale)
        differing = {deal: audit.changes_between(values_of(deal, wanted), now) for deal in deals}
        touched = {deal: moved for deal, moved in differing.items() if moved}
        before = before_of(touched)
        Opportunity.objects.filter(pk__in=[deal.pk for deal in touched]).update(
            **wanted, version=F("version") + 1, updated_at=timezone.now()
        )
        if "stage" in wanted:
            for deal in touched:
                deal.stage, deal.outcome = wanted["stage"], wanted["outcome"]
            record_moves(touched, before, by=actor.email, now=timezone.now())
        audit.record_all(
            audit.entry(
                actor=actor.email,
                verb="changed",
                kind="opportunity",
                object_id=deal.pk,
                label=deal.name,
                client_id=deal.client_id,
                changes=moved,
            )
            for deal, moved in touched.items()
        )
        mark_dirty("recompute", sorted({f"client:{deal.client_id}" for deal in touched}), asked_by=actor.email)
    return len(touched)
