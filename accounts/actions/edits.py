"""Editing, adding and removing one record of a client, each with its audit entry in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models, transaction

from common import audit
from common.models import Record
from common.records import StaleRecord, locked, update_versioned

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an audit entry names: the kind and label of a record, and the client whose readers may see it."""

    kind: str
    label: str
    client_id: int | None


def plain(value: Any) -> Any:
    """A field's value as the audit trail keeps it: readable, and the same whichever type it came in."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value


def values_of(record: models.Model, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(getattr(record, name)) for name in names}


def save_changes(
    record: R, changes: Mapping[str, Any], *, expected: int | None, actor: str, subject: Subject, verb: str = "changed"
) -> R:
    """Write what really differs. Raises StaleRecord, changing nothing, when the record is no longer at `expected`."""
    with transaction.atomic():
        before = locked(record)
        if expected is not None and before.version != expected:
            raise StaleRecord(before)
        was, now = values_of(before, changes), {name: plain(value) for name, value in changes.items()}
        differing = audit.changes_between(was, now)
        if not differing:
            return before
        fresh = update_versioned(before, {name: changes[name] for name in differing}, expected=before.version)
        audit.record(
            actor=actor,
            verb=verb,
            kind=subject.kind,
            object_id=record.pk,
            label=subject.label,
            client_id=subject.client_id,
            changes=differing,
        )
    return fresh


def add(record: R, *, actor: str, subject: Subject, values: Mapping[str, Any]) -> R:
    """Insert a new record; `values` are the fields worth telling in the trail. A new client is its own subject."""
    with transaction.atomic():
        record.save(force_insert=True)
        told = {name: (None, plain(value)) for name, value in values.items() if plain(value) is not None}
        audit.record(
            actor=actor,
            verb="added",
            kind=subject.kind,
            object_id=record.pk,
            label=subject.label,
            client_id=record.pk if subject.kind == "client" else subject.client_id,
            changes=told,
        )
    return record


def remove(record: Record, *, actor: str, subject: Subject, values: Mapping[str, Any]) -> None:
    """Delete a record, keeping what it said in the trail. Of two who delete it at once the later finds none (404)."""
    with transaction.atomic():
        locked(record)
        told = {name: (plain(value), None) for name, value in values.items() if plain(value) is not None}
        audit.record(
            actor=actor,
            verb="deleted",
            kind=subject.kind,
            object_id=record.pk,
            label=subject.label,
            client_id=subject.client_id,
            changes=told,
        )
        record.delete()
