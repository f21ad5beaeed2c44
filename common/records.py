"""Editing one record safely: a stale version changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import Http404
from django.utils import timezone

from common.models import Record

R = TypeVar("R", bound=Record)


class StaleRecord(Exception):
    """Somebody else changed the record meanwhile. `current` is the record as it stands."""

    def __init__(self, current: Record) -> None:
        super().__init__(f"{type(current).__name__} {current.pk} is at version {current.version}")
        self.current = current


def locked(record: R) -> R:
    """The record as it stands, held so until the transaction ends. Raises Http404 when it was deleted meanwhile."""
    manager = record.__class__._default_manager
    found = manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if found is None:
        raise Http404("It was deleted meanwhile.")
    return found


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


def put_versioned(
    model: type[R], where: Mapping[str, Any], changes: Mapping[str, Any], *, expected: int | None
) -> tuple[R | None, R]:
    """The one record that `where` names, changed or made; returns how it stood (None: not there) and how it stands.

    expected: the version that was seen, 0 where there was none, None: whatever it is. Raises StaleRecord, changing
    nothing, when it stands otherwise, and for the later of two who make it at the same moment.
    """
    manager = model._default_manager
    with transaction.atomic():
        held = manager.select_for_update(of=("self",)).filter(**where).first()
        if expected is not None and (held.version if held else 0) != expected:
            raise StaleRecord(held or model(**where, version=0))
        if held is not None:
            return held, update_versioned(held, dict(changes), expected=held.version)
        try:
            with transaction.atomic():
                return None, manager.create(**where, **changes)
        except IntegrityError as error:
            found = manager.filter(**where).first()
            if found is None:
                raise
            raise StaleRecord(found) from error
