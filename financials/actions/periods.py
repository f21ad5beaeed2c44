"""Closing a month, so that its figures no longer move, and opening it again with a reason.

Each leaves a CloseEvent; a close keeps the ledger's sums of the month as they stood, so that two closes of a month can
be compared line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max

from accounts.models import Client
from common.audit import record
from common.models import ClosedPeriod
from common.periods import format_month, month_add, month_of
from financials.actions.contracts import mark_clients_dirty
from financials.actions.ledger import lock_ledger
from financials.models import CloseEvent, LedgerEntry
from financials.queries.close_faults import earliest_waiting, load_differences, load_rate_gaps

MOST_WORDS = 300
"""Of a reason, in characters."""
_KEEP = """
INSERT INTO financials_closeline (event_id, client_id, contract_id, service_line, line, currency, amount, entries)
SELECT %s, client_id, contract_id, service_line, line, currency, amount, entries
FROM financials_ledgermonth WHERE month = %s AND entries > 0
ORDER BY client_id, contract_id, service_line, line, currency
"""


class CannotClose(ValueError):
    """The month cannot be closed or opened again; each of `reasons` says why."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@transaction.atomic
def close_month(*, month: date, actor: str, now: datetime) -> bool:
    """Close a month that has ended; False when it was closed already. Later postings go to the next open month.

    Raises CannotClose with every reason at once: an earlier month is open, a rate is missing, the sums do not tie.
    """
    month = month_of(month)
    if month_add(month, 1) > now.date():
        raise CannotClose(f"{format_month(month)} has not ended yet: it can be closed from {month_add(month, 1)}.")
    lock_ledger()
    if ClosedPeriod.objects.filter(month=month).exists():
        return False
    if reasons := close_faults(month):
        raise CannotClose(*reasons)
    ClosedPeriod.objects.create(month=month, closed_at=now, closed_by=actor)
    event = _leave_event(month, CloseEvent.Kind.CLOSED, actor=actor, now=now)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [event.pk, month])
    record(actor=actor, verb="closed", kind="month", object_id=format_month(month), label=format_month(month))
    _recompute(actor)
    return True


def close_faults(month: date) -> Sequence[str]:
    """Why the month cannot be closed, in sentences; empty when it can. At most four queries."""
    reasons = []
    waiting = earliest_waiting(month)
    if waiting is not None:
        reasons.append(f"{format_month(waiting)} is still open: months close in order.")
    if gaps := load_rate_gaps(month):
        reasons.append(f"Exchange rates are missing: {'; '.join(gap.words for gap in gaps)}.")
    reasons += [
        f"The ledger does not tie out in {fault.currency}: entries {fault.posted:f}, kept sum {fault.kept:f}."
        for fault in load_differences(month)
    ]
    return reasons


@transaction.atomic
def reopen_month(*, month: date, reason: str, actor: str, now: datetime) -> None:
    """The reason stays in the audit trail and in the month's history. Rows posted to a later month stay there."""
    month, reason = month_of(month), reason.strip()
    if not reason:
        raise CannotClose("Say why the month is opened again.")
    if len(reason) > MOST_WORDS:
        raise CannotClose(f"Say it in {MOST_WORDS} characters.")
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
            "reason": (None, reason),
            "reopened_at": (None, f"{now:%Y-%m-%d %H:%M}"),
        },
    )
    closed.delete()
    _leave_event(month, CloseEvent.Kind.REOPENED, actor=actor, now=now, reason=reason)
    _recompute(actor)


def _leave_event(month: date, kind: str, *, actor: str, now: datetime, reason: str = "") -> CloseEvent:
    newest = LedgerEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return CloseEvent.objects.create(month=month, kind=kind, at=now, by=actor, reason=reason, ledger_no=newest)


def _recompute(actor: str) -> None:
    """Which months are recognised and which are forecast has moved for everyone."""
    mark_clients_dirty(Client.objects.values_list("pk", flat=True), asked_by=actor)
