"""Editing one record safely: a stale version changes nothing."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import F
from django.utils import timezone

from common.models import Record

R = TypeVar("R", bound=Record)


class StaleRecord(Exception):
    """Somebody else changed the record meanwhile. `current` is the record as it stands."""

    def __init__(self, current: Record) -> None:
        super().__init__(f"{type(current).__name__} {current.pk} is at version {current.version}")
        self.current = current


def update_versioned(record: R, changes: dict[str, Any], *, expected: int | None) -> R:
    """Write `changes` and count the version up, if it still stands at `expected` (None: whatever it is).

    Raises StaleRecord and changes nothing otherwise. One conditional UPDATE, so two editors cannot both win.
    """
    manager = record.__class__._default_manager  # not type(record): request.user is a lazy stand-in
    rows = manager.filter(pk=record.pk)
    if expected is not None:
        rows = rows.filter(version=expected)
    touched = rows.update(**changes, version=F("version") + 1, updated_at=timezone.now())
    fresh = manager.get(pk=record.pk)
    if not touched:
        raise StaleRecord(fresh)
    return fresh
