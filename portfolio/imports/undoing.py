"""Taking a load back: the data as if it had never been; the trail keeps both acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet

from accounts.access import clients_for
from accounts.models import Client
from common.audit import record
from common.imports import CannotUndo, LoadContext, kinds, undo_records
from common.models import ImportBatch, ImportChange
from financials.models import LedgerEntry
from people.models import User
from portfolio.imports.requests import allowed_kinds, batches_for
from portfolio.imports.runner import take_turn

State = ImportBatch.State


def batches_of(reference: str, user: User | None = None) -> list[ImportBatch]:
    """By batch number or bundle; a batch of a bundle brings the whole bundle. Oldest first; empty when unknown."""
    rows: QuerySet[ImportBatch] = ImportBatch.objects.defer("upload", "rejects") if user is None else batches_for(user)
    if reference.isdecimal() and reference.isascii():
        found = rows.filter(pk=int(reference[:18])).first()
        if found is None or not found.bundle:
            return [found] if found else []
        reference = found.bundle
    return list(rows.filter(bundle=reference).exclude(bundle="").order_by("pk"))


def may_undo(batches: Sequence[ImportBatch], user: User) -> bool:
    allowed = set(allowed_kinds(user))
    return all(batch.kind in allowed or batch.kind not in kinds for batch in batches)


def undo(*, batches: Sequence[ImportBatch], actor: str, now: datetime, user: User | None = None) -> int:
    """All of them or none; returns how many rows were taken back. Raises CannotUndo with what stands in the way."""
    with transaction.atomic():
        take_turn()
        fresh = ImportBatch.objects.select_for_update().defer("upload", "rejects")
        current = list(fresh.filter(pk__in=[batch.pk for batch in batches]).order_by("-pk"))
        if not any(batch.state == State.LOADED for batch in current):
            raise CannotUndo(["nothing of it stands: it was not loaded, or was undone already"])
        if user is not None and _clients_of(current) - set(clients_for(user).values_list("pk", flat=True)):
            raise CannotUndo(["it wrote to a client that is not yours any more: ask its director"])
        return sum(_undo_one(batch, actor, now, user) for batch in current if batch.state == State.LOADED)


def _clients_of(batches: Sequence[ImportBatch]) -> set[int]:
    """The clients whose records the batches wrote; of clients themselves those they changed, not those they made."""
    numbers = [batch.pk for batch in batches]
    found = set(LedgerEntry.objects.filter(batch_id__in=numbers, client__isnull=False).values_list("client", flat=True))
    changes = ImportChange.objects.filter(batch_id__in=numbers)
    for table in changes.order_by().values_list("table", flat=True).distinct():
        model = apps.get_model(table)
        if model is Client:
            found |= set(changes.filter(table=table, before__isnull=False).values_list("object_id", flat=True))
        elif any(field.name == "client" for field in model._meta.concrete_fields):
            ids = changes.filter(table=table).values("object_id")
            rows = model._default_manager.filter(pk__in=ids, client__isnull=False)
            found |= set(rows.values_list("client", flat=True))
    return found


def _undo_one(batch: ImportBatch, actor: str, now: datetime, user: User | None) -> int:
    kind = kinds.get(batch.kind)
    count = 0
    if kind is not None and kind.undo is not None:
        count = kind.undo(batch.pk, LoadContext(batch.pk, actor, now, user))
    elif kind is not None:
        count = sum(len(ids) for ids in undo_records(batch.pk).values())
    batch.state = State.UNDONE
    batch.save(update_fields=["state"])
    record(
        actor=actor,
        verb="undid",
        kind="import",
        object_id=batch.pk,
        label=str(batch),
        changes={"rows taken back": (None, count)},
    )
    return count
