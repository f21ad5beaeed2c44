"""Keeping price indexes: a new or corrected reading recomputes the clients whose contracts name the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, add, save_changes
from financials.actions.contracts import mark_clients_dirty
from financials.models import Contract, IndexReading
from financials.queries.index_readings import contracts_naming

_SUBJECT = "price index"


class ReadingThere(ValueError):
    """The index has a reading of this month already."""


@transaction.atomic
def add_reading(*, index: str, month: date, value: Decimal, source: str, actor: str) -> IndexReading:
    """Raises ReadingThere."""
    if IndexReading.objects.filter(index=index, month=month).exists():
        raise ReadingThere(f"{index.upper()} has a reading of {month:%Y-%m}.")
    reading = IndexReading(index=index, month=month, value=value, source=source)
    values = {"index": index, "month": month, "value": value, "source": source}
    made = add(reading, actor=actor, subject=_subject(reading), values=values)
    recompute_naming([index], asked_by=actor)
    return made


@transaction.atomic
def change_reading(*, reading: IndexReading, changes: Mapping[str, Any], expected: int, actor: str) -> IndexReading:
    """Statistics offices revise: value and source may change, index and month do not. Raises StaleRecord."""
    fresh = save_changes(reading, changes, expected=expected, actor=actor, subject=_subject(reading))
    recompute_naming([reading.index], asked_by=actor)
    return fresh


def recompute_naming(indexes: Iterable[str], *, asked_by: str = "") -> None:
    """In the transaction of the change."""
    found = contracts_naming(indexes, Contract.objects.all())
    mark_clients_dirty({one.client_id for one in found}, asked_by=asked_by)


def _subject(reading: IndexReading) -> Subject:
    return Subject(_SUBJECT, str(reading), None)
