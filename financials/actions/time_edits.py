"""Hours written, mended and decided on by people. Closed months stay; each act moves TimeMonth and leaves its trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from common.audit import record
from common.periods import format_month, month_of
from financials.actions.ledger import closed_months, first_open, lock_ledger
from financials.actions.time import RESUBMITTED, rebuild_time_months
from financials.calc.timesheet import Slot
from financials.models import Contract, TimeEntry, TimeStatus

_LISTED: Final = 50
"""Entries an audit entry names; the rest is counted."""


@dataclass(slots=True)
class Done:
    """What an act did; what it left alone, by reason."""

    changed: int = 0
    locked: int = 0
    own: int = 0
    elsewhere: int = 0
    places: set[tuple[int, date]] = field(default_factory=set)


@transaction.atomic
def save_week(*, person_id: int, hours: Mapping[Slot, Decimal | None], actor: str, now: datetime) -> Done:
    """Write a person's cells: hours above zero are kept, None or zero empties the cell. Cells of closed months stay
    as they are and are counted as locked.
    """
    lock_ledger()
    closed, done = closed_months(), Done()
    refs = {slot.ref(person_id): slot for slot in hours}
    existing = {entry.source_ref: entry for entry in TimeEntry.objects.select_for_update().filter(source_ref__in=refs)}
    fresh: list[TimeEntry] = []
    told: dict[int, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for ref, slot in refs.items():
        wanted, entry = hours[slot] or Decimal(0), existing.get(ref)
        was = entry.hours if entry else Decimal(0)
        if wanted == was:
            continue
        if entry is not None and entry.month in closed:
            done.locked += 1
            continue
        month = entry.month if entry else first_open(month_of(slot.day), closed)
        told[slot.client_id][f"{slot.day}"] = (was or None, wanted or None)
        done.places.add((slot.client_id, month))
        done.changed += 1
        if entry is None:
            fresh.append(_new(person_id, slot, month, wanted))
        elif wanted:
            _write([entry], now, hours=wanted, **RESUBMITTED)
        else:
            entry.delete()
    TimeEntry.objects.bulk_create(fresh)
    for client_id, changes in told.items():
        record(actor=actor, verb="wrote", kind="time", object_id=person_id, label="hours of a week",
               client_id=client_id, changes=changes)  # fmt: skip
    _rebuild(done)
    return done


def _new(person_id: int, slot: Slot, month: date, hours: Decimal) -> TimeEntry:
    return TimeEntry(
        source_ref=slot.ref(person_id),
        date=slot.day,
        month=month,
        person_id=person_id,
        client_id=slot.client_id,
        contract_id=slot.contract_id,
        role=slot.role,
        billable=slot.billable,
        hours=hours,
    )


@transaction.atomic
def mend_entries(*, entries: QuerySet[TimeEntry], changes: Mapping[str, Any], actor: str, now: datetime) -> Done:
    """Give several entries another contract, role or billable. changes: contract (a Contract or None), role, billable.

    Entries of closed months, and those of another client than the contract's, are left alone and counted. What was
    approved is to be approved again.
    """
    lock_ledger()
    closed, done = closed_months(), Done()
    contract = changes.get("contract")
    values = {name: value for name, value in changes.items() if name != "contract"}
    if "contract" in changes:
        values["contract_id"] = contract.pk if isinstance(contract, Contract) else None
    chosen = []
    for entry in entries.select_for_update(of=("self",)).order_by("pk"):
        if all(getattr(entry, name) == value for name, value in values.items()):
            continue
        if entry.month in closed:
            done.locked += 1
        elif isinstance(contract, Contract) and contract.client_id != entry.client_id:
            done.elsewhere += 1
        else:
            chosen.append(entry)
    _trail("mended", chosen, actor, {name: (None, str(value)) for name, value in changes.items()})
    _write(chosen, now, **values, **RESUBMITTED)
    _count(done, chosen)
    _rebuild(done)
    return done


@transaction.atomic
def decide_entries(
    *, entries: QuerySet[TimeEntry], status: TimeStatus, user_id: int, actor: str, now: datetime
) -> Done:
    """Approve or send back. Nobody decides on their own hours; hours of a closed month may be approved still."""
    lock_ledger()
    closed, done = closed_months(), Done()
    chosen = []
    for entry in entries.select_for_update(of=("self",)).order_by("pk"):
        if entry.status == status:
            continue
        moves = TimeStatus.REJECTED in (status, entry.status)
        if entry.person_id == user_id:
            done.own += 1
        elif moves and entry.month in closed:
            done.locked += 1
        else:
            chosen.append(entry)
    _trail("approved" if status == TimeStatus.APPROVED else "sent back", chosen, actor, {})
    _write(chosen, now, status=status, decided_by=actor, decided_at=now)
    _count(done, chosen)
    _rebuild(done)
    return done


def _write(entries: Sequence[TimeEntry], now: datetime, **values: Any) -> None:
    for entry in entries:
        for name, value in values.items():
            setattr(entry, name, value)
        entry.version += 1
        entry.updated_at = now
    if entries:
        TimeEntry.objects.bulk_update(entries, [*values, "version", "updated_at"], batch_size=500)


def _count(done: Done, chosen: Iterable[TimeEntry]) -> None:
    several = list(chosen)
    done.changed = len(several)
    done.places |= {(entry.client_id, entry.month) for entry in several}


def _trail(verb: str, entries: Sequence[TimeEntry], actor: str, changes: dict[str, tuple[Any, Any]]) -> None:
    """One entry a client: how many, how many hours, and which."""
    of_client: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        of_client[entry.client_id].append(entry)
    for client_id, several in of_client.items():
        hours = sum((entry.hours for entry in several), Decimal(0))
        record(
            actor=actor,
            verb=verb,
            kind="time",
            object_id=several[0].pk if len(several) == 1 else f"{len(several)} entries",
            label=f"{hours} h in {len(several)} time entr{'y' if len(several) == 1 else 'ies'}",
            client_id=client_id,
            changes={**changes, "entries": (None, [entry.source_ref for entry in several[:_LISTED]])},
        )


def _rebuild(done: Done) -> None:
    if done.places:
        rebuild_time_months({client for client, _ in done.places}, min(month for _, month in done.places))


class HoursLocked(ValueError):
    """The entry counts in a closed month."""


@transaction.atomic
def remove_entry(*, entry: TimeEntry, actor: str) -> None:
    """Raises HoursLocked."""
    lock_ledger()
    if entry.month in closed_months():
        raise HoursLocked(f"{format_month(entry.month)} is closed: its hours stay as they are.")
    _trail("removed", [entry], actor, {"hours": (entry.hours, None)})
    place = (entry.client_id, entry.month)
    entry.delete()
    rebuild_time_months([place[0]], place[1])
