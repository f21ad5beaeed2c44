"""The audit trail: one entry per act, written inside the act's transaction and sealed into a hash chain soon after.

Sealing apart keeps writers from queueing behind one another: only the sealer takes the chain's lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
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
REDACTED = "Erased person"
"""What stands where a person's name stood."""
STANCE_KINDS = frozenset({"influence", "feedback", "introduction"})
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


SEALED_AT_ONCE = 10_000


def seal(limit: int = SEALED_AT_ONCE) -> int:
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


def _content(entry: AuditEntry) -> str:
    """What a redaction vouches for: the entry's own words as they stand after it."""
    body = json.dumps([entry.object_label, entry.changes], cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def redact(
    entries: Iterable[AuditEntry],
    clean: Callable[[str], str],
    *,
    wipe: Callable[[AuditEntry], bool],
    actor: str,
    kind: str,
    object_id: object,
    client_id: int | None,
    reason: str,
) -> int:
    """Take a person's name out of entries; returns out of how many. In the transaction of the erasure.

    clean: a text without the name. wipe: entries that tell of nobody else, whose values all go. A sealed entry keeps
    its seal, which the next one builds on; that its words were changed, and into which, is said by an entry written
    here, which is sealed like any other. So a redaction that nobody recorded, or a second one, still shows.
    """
    touched: list[AuditEntry] = []
    for entry in entries:
        label, changes = clean(entry.object_label), _cleaned(entry.changes, clean)
        if wipe(entry):
            label, changes = REDACTED, {name: [REDACTED if v else v for v in pair] for name, pair in changes.items()}
        if (label, changes) != (entry.object_label, entry.changes):
            entry.object_label, entry.changes = label[:200], changes
            touched.append(entry)
    if not touched:
        return 0
    told = record(
        actor=actor, verb="redacted", kind=kind, object_id=object_id, label=REDACTED, client_id=client_id,
        changes={"entries": (None, {str(one.pk): _content(one) for one in touched}), "reason": (None, reason)},
        field_class="STANCE",
    )  # fmt: skip
    for one in touched:
        one.redacted_by = told.pk
    AuditEntry.objects.bulk_update(touched, ["object_label", "changes", "redacted_by"], batch_size=500)
    return len(touched)


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(one, clean) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one, clean) for one in value]
    return value


@dataclass(frozen=True, slots=True)
class ChainFault:
    seal_no: int
    reason: str


def faults(entries: Iterable[AuditEntry] | None = None) -> list[ChainFault]:
    """Where the sealed chain does not hold: edited, removed, inserted or re-ordered entries."""
    found: list[ChainFault] = []
    known: dict[int, dict[str, str]] = {}

    def _vouched(pk: int) -> dict[str, str]:
        if pk not in known:
            told = AuditEntry.objects.filter(pk=pk, verb="redacted", redacted_by=None).first()
            known[pk] = (told.changes.get("entries") or [None, {}])[1] if told else {}
        return known[pk]

    previous, expected = "", 1
    for entry in entries if entries is not None else AuditEntry.objects.exclude(seal_no=None).order_by("seal_no"):
        number = entry.seal_no or 0
        if number != expected:
            found.append(ChainFault(expected, "an entry is missing"))
        if entry.redacted_by is not None:
            if _vouched(entry.redacted_by).get(str(entry.pk)) != _content(entry):
                found.append(ChainFault(number, "its words are not those that its redaction left"))
        elif _digest(previous, entry) != entry.seal:
            found.append(ChainFault(number, "the entry, or the one before it, was altered"))
        previous, expected = entry.seal, number + 1
    return found
