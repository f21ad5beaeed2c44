"""Leave written and taken out by people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from common import audit
from people.models import Leave, User


class BeginsTwice(ValueError):
    """There is leave of this person from that day already."""


def add_leave(*, person: User, starts: date, ends: date, hours: Decimal | None, actor: str) -> Leave:
    """Raises BeginsTwice."""
    try:
        with transaction.atomic():
            leave = Leave.objects.create(person=person, starts=starts, ends=ends, hours=hours)
            changes: audit.Changes = {"from": (None, starts), "to": (None, ends), "hours": (None, hours)}
            _tell(leave, "created", actor, changes)
    except IntegrityError as error:
        raise BeginsTwice(f"{person.name} has leave from {starts} already: take that out first.") from error
    return leave


@transaction.atomic
def remove_leave(*, leave: Leave, actor: str) -> None:
    _tell(leave, "removed", actor, {"to": (leave.ends, None), "hours": (leave.hours, None)})
    leave.delete()


def _tell(leave: Leave, verb: str, actor: str, changes: audit.Changes) -> None:
    label = f"{leave.person.email} {leave.starts}"
    audit.record(actor=actor, verb=verb, kind="leave", object_id=leave.pk, label=label, changes=changes)
