"""Keeping the plan of a renewal, and the final word on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, plain, save_changes
from common import audit
from common.records import StaleRecord
from financials.actions.contracts import change_contract
from financials.models import Contract, RenewalPlan
from people.models import User

UNSAID = object()
"""The final word was not asked for."""


@transaction.atomic
def keep_plan(
    *,
    contract: Contract,
    term_end: date,
    changes: Mapping[str, Any],
    final: Decimal | object | None = UNSAID,
    expected: int,
    actor: User,
    now: datetime,
) -> RenewalPlan:
    """expected: the version the editor saw, 0 where there was no plan yet. Raises StaleRecord, changing nothing.

    final: becomes the contract's probability, and with it the forecast's; None takes it back to history or the default.
    """
    locked = Contract.objects.select_for_update(of=("self",)).select_related("client").get(pk=contract.pk)
    plan = RenewalPlan.objects.select_for_update().filter(contract=locked, term_end=term_end).first()
    if (plan.version if plan else 0) != expected:
        raise StaleRecord(plan or RenewalPlan(contract=locked, term_end=term_end))
    wanted = dict(changes)
    if "owner_says" in wanted and wanted["owner_says"] != (plan.owner_says if plan else None):
        wanted |= {"owner_said_by": actor.email, "owner_said_at": now}
    if final is not UNSAID and final != locked.probability:
        wanted |= {"final_by": actor.email, "final_at": now}
        change_contract(contract=locked, changes={"probability": final}, expected=None, actor=actor.email, now=now)
    subject = Subject("renewal", f"{locked.number} {locked.title}", locked.client_id)
    if plan is not None:
        return save_changes(plan, wanted, expected=expected, actor=actor.email, subject=subject)
    plan = RenewalPlan.objects.create(contract=locked, term_end=term_end, **wanted)
    audit.record(
        actor=actor.email,
        verb="planned",
        kind=subject.kind,
        object_id=plan.pk,
        label=subject.label,
        client_id=subject.client_id,
        changes={name: (None, plain(value)) for name, value in wanted.items() if plain(value) is not None},
    )
    return plan
