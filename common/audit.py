"""The audit trail: one entry per act, written inside the act's transaction and sealed into a hash chain soon after.

Sealing apart keeps writers from queueing behind one another: only the sealer takes the chain's lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Max

from common.middleware import request_id
from common.models import AuditEntry

Changes = dict[str, tuple[Any, Any]]
_CHAIN_LOCK = 7_301_001
STANCE_FIELDS = frozenset({"stance", "evidence", "judged_on", "judged_by"})
"""Who judged a person, and when, tells that there is a judgement."""
STANCE_KINDS = frozenset({"influence", "feedback"})
"""Records that are a judgement from their name on: who is against whom, who answered what. Without the class nothing of
them is told."""


def record(
    *,
    actor: str,
    verb: str,
    kind: str,
    object_id: object,
    label: str = "",
    client_id: int | None = None,
    changes: Changes | None = None,
    field_class: str = "",
) -> AuditEntry:
    """Write one entry. Call it inside the transaction of what it tells of."""
    made = entry(
        actor=actor,
        verb=verb,
        kind=kind,
        object_id=object_id,
        label=label,
        client_id=client_id,
        changes=changes,
        field_class=field_class,
    )
    made.save(force_insert=True)
    return made


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write many, made by `entry`, in one statement. In the transaction of what they tell of."""
    AuditEntry.objects.bulk_create(entries)


def entry(
    *,
    actor: str,
    verb: str,
    kind: str,
    object_id: object,
    label: str = "",
    client_id: int | None = None,
    changes: Changes | None = None,
    field_class: str = "",
) -> AuditEntry:
    if not field_class and changes and STANCE_FIELDS & changes.keys():
        field_class = "STANCE"
    return AuditEntry(
        actor=actor,
        verb=verb,
        object_kind=kind,
        object_id=str(object_id),
        object_label=label[:200],
        client_id=client_id,
        changes={name: list(pair) for name, pair in (changes or {}).items()},
        field_class=field_class,
        request_id=request_id.get(),
    )


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """The fields of `after` that differ from `before`."""
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}


def _digest(previous: str, entry: AuditEntry) -> str:
    body = json.dumps(
        [
            previous,
            entry.seal_no,
            entry.pk,
            entry.at.isoformat(),
            entry.actor,
            entry.verb,
            entry.object_kind,
            entry.object_id,
            entry.object_label,
            entry.client_id,
            entry.changes,
            entry.field_class,
            entry.request_id,
        ],
        cls=DjangoJSONEncoder,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


def seal(limit: int = 10_000) -> int:
    """Chain the entries committed since the last call; returns how many. Safe to run twice or at once."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
        last = AuditEntry.objects.aggregate(top=Max("seal_no"))["top"] or 0
        previous = AuditEntry.objects.values_list("seal", flat=True).get(seal_no=last) if last else ""
        entries = list(AuditEntry.objects.filter(seal_no=None).order_by("id")[:limit])
        for entry in entries:
            last += 1
            entry.seal_no = last
            entry.seal = previous = _digest(previous, entry)
        AuditEntry.objects.bulk_update(entries, ["seal_no", "seal"], batch_size=1000)
    return len(entries)


@dataclass(frozen=True, slots=True)
class ChainFault:
    seal_no: int
    reason: str


def faults(entries: Iterable[AuditEntry] | None = None) -> list[ChainFault]:
    """Where the sealed chain does not hold: edited, removed, inserted or re-ordered entries."""
    found: list[ChainFault] = []
    previous, expected = "", 1
    for entry in entries if entries is not None else AuditEntry.objects.exclude(seal_no=None).order_by("seal_no"):
        number = entry.seal_no or 0
        if number != expected:
            found.append(ChainFault(expected, "an entry is missing"))
        if _digest(previous, entry) != entry.seal:
            found.append(ChainFault(number, "the entry, or the one before it, was altered"))
        previous, expected = entry.seal, number + 1
    return found
