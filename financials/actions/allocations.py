"""Planned hours written and taken out by people. Each act leaves its trail and marks its clients' forecasts."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import transaction

from common.audit import record
from financials.actions.contracts import mark_clients_dirty
from financials.models import Allocation


class Slot(NamedTuple):
    """What tells allocations apart: a week, somebody or a role, a client, one of its contracts or none."""

    week: date
    person: int | None
    role: str
    client: int
    contract: int | None


@transaction.atomic
def remove_allocation(*, allocation: Allocation, actor: str) -> None:
    record(
        actor=actor,
        verb="removed",
        kind="allocation",
        object_id=allocation.pk,
        label=str(allocation),
        client_id=allocation.client_id,
        changes={"hours": (allocation.hours, None), "week": (allocation.week, None)},
    )
    client_id = allocation.client_id
    allocation.delete()
    mark_clients_dirty([client_id], asked_by=actor)
