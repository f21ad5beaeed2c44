"""Writing what hangs on a contract: terms, milestones, estimates, billing by hand, documents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from accounts.actions.edits import Subject, add, plain, remove, save_changes
from common import audit
from common.documents import accept
from common.money import ZERO
from common.periods import Month
from common.records import StaleRecord
from financials.actions.contracts import mark_clients_dirty, rebuild_schedules
from financials.models import BillingPlanLine, Contract, ContractDocument, Estimate, Milestone, Term, TermTopic


class InForceAlready(ValueError):
    """A term in force is never edited: a change is a new row from a later day."""


class BeyondTheFee(ValueError):
    """The milestones would come to more than the fee."""


def subject_of(kind: str, contract: Contract, what: str) -> Subject:
    return Subject(kind, f"{contract.number} {what}"[:200], contract.client_id)


@transaction.atomic
def add_term(*, contract: Contract, topic: str, value: str, starts: date, note: str, actor: str, today: date) -> Term:
    """A position from a day on. The same topic and day again corrects one that is still ahead.

    value: as `calc.terms.read_value` gives it. Raises InForceAlready.
    """
    Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)  # one writer of a contract's terms at a time
    label = f"{TermTopic(topic).label}: {value}"
    subject = subject_of("term", contract, label)
    standing = Term.objects.filter(contract=contract, topic=topic, starts=starts).first()
    if standing is None:
        values = {"topic": topic, "value": value, "starts": starts, "note": note}
        return add(Term(contract=contract, **values), actor=actor, subject=subject, values=values)
    if starts <= today and (standing.value, standing.note) != (value, note):
        raise InForceAlready(
            f"{TermTopic(topic).label} from {starts.isoformat()} is in force and stands as written. "
            "Add what changed from a later day."
        )
    return save_changes(standing, {"value": value, "note": note}, expected=None, actor=actor, subject=subject)


# Milestones


def check_fee(contract: Contract, amount: Decimal, besides: int | None) -> None:
    """Milestones together never exceed the fee: what they leave of it falls at the end."""
    if contract.amount is None:
        return
    others = Milestone.objects.filter(contract=contract).exclude(pk=besides or 0)
    total = (others.aggregate(total=Sum("amount"))["total"] or ZERO) + amount
    if total > contract.amount:
        raise BeyondTheFee(
            f"The milestones would come to {total:,.2f} {contract.currency}, more than the fee of "
            f"{contract.amount:,.2f}."
        )


def _refresh(contract: Contract, *, actor: str, now: datetime) -> None:
    rebuild_schedules([contract.pk], now=now)
    mark_clients_dirty([contract.client_id], asked_by=actor, priority=3)


@transaction.atomic
def add_milestone(*, contract: Contract, values: Mapping[str, Any], actor: str, now: datetime) -> Milestone:
    """Raises BeyondTheFee."""
    Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    check_fee(contract, values["amount"], None)
    row = Milestone(contract=contract, **values)
    made = add(row, actor=actor, subject=subject_of("milestone", contract, row.title), values=values)
    _refresh(contract, actor=actor, now=now)
    return made


@transaction.atomic
def change_milestone(
    *, milestone: Milestone, changes: Mapping[str, Any], expected: int | None, actor: str, now: datetime
) -> Milestone:
    """Raises BeyondTheFee and StaleRecord."""
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=milestone.contract_id)
    if "amount" in changes:
        check_fee(contract, changes["amount"], milestone.pk)
    subject = subject_of("milestone", contract, milestone.title)
    fresh = save_changes(milestone, changes, expected=expected, actor=actor, subject=subject)
    _refresh(contract, actor=actor, now=now)
    return fresh


# Estimates: field class COST


@transaction.atomic
def judge_cost_to_go(
    *, contract: Contract, month: Month, cost_to_go: Decimal, actor: str, expected: int | None = None
) -> Estimate:
    """What the work will still cost, as judged at a month's end; the same month again replaces it. expected: the
    version of the month's estimate the editor saw, if any. Raises StaleRecord.
    """
    Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    standing = Estimate.objects.filter(contract=contract, month=month).first()
    if standing is not None and expected is not None and standing.version != expected:
        raise StaleRecord(standing)
    before = None if standing is None else standing.cost_to_go
    if standing is None:
        standing = Estimate.objects.create(contract=contract, month=month, cost_to_go=cost_to_go, judged_by=actor)
    elif before != cost_to_go:
        standing.cost_to_go, standing.judged_by = cost_to_go, actor
        standing.version += 1
        standing.save()
    if before != cost_to_go:
        audit.record(
            actor=actor,
            verb="added" if before is None else "changed",
            kind="estimate",
            object_id=standing.pk,
            label=f"{contract.number} cost to go {month:%Y-%m}",
            client_id=contract.client_id,
            changes={"cost_to_go": (plain(before), plain(cost_to_go))},
            field_class="COST",
        )
        mark_clients_dirty([contract.client_id], asked_by=actor, priority=3)
    return standing


# Billing by hand


def add_plan_line(*, contract: Contract, values: Mapping[str, Any], actor: str) -> BillingPlanLine:
    """An invoice agreed otherwise than the timing says; the rest of the plan shares what it leaves."""
    row = BillingPlanLine(contract=contract, by_hand=True, **values)
    subject = subject_of("billing plan", contract, f"invoice {row.due.isoformat()}")
    return add(row, actor=actor, subject=subject, values=values)


def remove_plan_line(*, line: BillingPlanLine, actor: str) -> None:
    subject = subject_of("billing plan", line.contract, f"invoice {line.due.isoformat()}")
    values = {"due": line.due, "amount": line.amount, "label": line.label}
    remove(line, actor=actor, subject=subject, values=values)


# Documents


@transaction.atomic
def attach_document(*, contract: Contract, name: str, data: bytes, actor: str, now: datetime) -> ContractDocument:
    """Keep a PDF or DOCX beside its contract; the same file again is the one there. Raises documents.Refused."""
    accepted = accept(name, data, most=settings.DOCUMENT_MAX_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    fields: dict[str, Any] = {
        "name": accepted.name,
        "media_type": accepted.media_type,
        "size": len(data),
        "body": data,
        "added_by": actor,
        "added_at": now,
    }
    made, created = ContractDocument.objects.get_or_create(contract=contract, sha256=digest, defaults=fields)
    if created:
        audit.record(
            actor=actor,
            verb="added",
            kind="document",
            object_id=made.pk,
            label=f"{contract.number} {made.name}",
            client_id=contract.client_id,
            changes={"name": (None, made.name), "size": (None, made.size), "sha256": (None, digest)},
        )
    return made
