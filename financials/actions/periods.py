"""Closing a month, so that its figures no longer move, and opening it again with a reason."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import Client
from common.audit import record
from common.models import ClosedPeriod
from common.periods import format_month, month_add, month_of
from financials.actions.contracts import mark_clients_dirty
from financials.actions.ledger import lock_ledger


class CannotClose(ValueError):
    """The month cannot be closed or reopened; the text says why."""


@transaction.atomic
def close_month(*, month: date, actor: str, now: datetime) -> bool:
    """Close a month that has ended; False when it was closed already. Later postings go to the next open month."""
    month = month_of(month)
    if month_add(month, 1) > now.date():
        raise CannotClose(f"{format_month(month)} has not ended yet: it can be closed from {month_add(month, 1)}.")
    lock_ledger()
    _, made = ClosedPeriod.objects.get_or_create(month=month, defaults={"closed_at": now, "closed_by": actor})
    if made:
        record(actor=actor, verb="closed", kind="month", object_id=format_month(month), label=format_month(month))
        _recompute(actor)
    return made


@transaction.atomic
def reopen_month(*, month: date, reason: str, actor: str, now: datetime) -> None:
    """The reason stays in the audit trail. Rows that were posted to a later month meanwhile stay there."""
    month = month_of(month)
    if not reason.strip():
        raise CannotClose("Say why the month is opened again.")
    lock_ledger()
    closed = ClosedPeriod.objects.filter(month=month).first()
    if closed is None:
        raise CannotClose(f"{format_month(month)} is not closed.")
    record(
        actor=actor,
        verb="reopened",
        kind="month",
        object_id=format_month(month),
        label=format_month(month),
        changes={
            "closed": (f"{closed.closed_at:%Y-%m-%d %H:%M} by {closed.closed_by}", None),
            "reason": (None, reason.strip()),
            "reopened_at": (None, f"{now:%Y-%m-%d %H:%M}"),
        },
    )
    closed.delete()
    _recompute(actor)


def _recompute(actor: str) -> None:
    """Which months are recognised and which are forecast has moved for everyone."""
    mark_clients_dirty(Client.objects.values_list("pk", flat=True), asked_by=actor)
