"""Notes of intelligence: written, tied to clients, said to hold still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Client, IntelligenceNote
from common import audit
from people.models import User

FIELDS: Final = (
    "kind", "title", "so_what", "for_client", "detail", "source", "industry", "owner", "noted_on", "expires_on",
    "happens_on",
)  # fmt: skip
RENEWED_FOR: Final = timedelta(days=90)


def _subject(title: str, clients: Iterable[Client]) -> Subject:
    """A note of one client is told to that client's readers; one of several, or of an industry, to those of all."""
    listed = list(clients)
    return Subject("intelligence", title[:200], listed[0].pk if len(listed) == 1 else None)


@transaction.atomic
def add_note(*, values: Mapping[str, Any], actor: User) -> IntelligenceNote:
    """values: its fields, and clients."""
    given = {name: values[name] for name in FIELDS if name in values}
    clients = list(values.get("clients") or ())
    note = IntelligenceNote(**given)
    told = {**given, "clients": ", ".join(sorted(client.key for client in clients))}
    made = add(note, actor=actor.email, subject=_subject(note.title, clients), values=told)
    made.clients.set(clients)
    return made


@transaction.atomic
def change_note(
    *, note: IntelligenceNote, values: Mapping[str, Any], expected: int | None, actor: User, sight: Iterable[int]
) -> IntelligenceNote:
    """sight: ids of clients the editor sees; a tie to any other stays. Raises StaleRecord."""
    given = {name: values[name] for name in FIELDS if name in values}
    before = list(note.clients.order_by("key"))
    saved = save_changes(
        note, given, expected=expected, actor=actor.email, subject=_subject(note.title, before)
    )  # fmt: skip
    if "clients" in values:
        seen = set(sight)
        kept = [client for client in before if client.pk not in seen]
        _tie(saved, before, [*kept, *values["clients"]], actor)
    return saved


def _tie(note: IntelligenceNote, before: list[Client], after: list[Client], actor: User) -> None:
    was, now = sorted(client.key for client in before), sorted(client.key for client in after)
    if was == now:
        return
    note.clients.set(after)
    subject = _subject(note.title, after)
    audit.record(
        actor=actor.email, verb="changed", kind=subject.kind, object_id=note.pk, label=subject.label,
        client_id=subject.client_id, changes={"clients": (was, now)},
    )  # fmt: skip


def renew_note(*, note: IntelligenceNote, expected: int, actor: User, today: date) -> IntelligenceNote:
    """Somebody looked and it still holds: for another ninety days."""
    values = {"noted_on": today, "expires_on": today + RENEWED_FOR}
    return save_changes(
        note, values, expected=expected, actor=actor.email, subject=_subject(note.title, note.clients.all()),
        verb="renewed",
    )  # fmt: skip


def remove_note(*, note: IntelligenceNote, actor: User) -> None:
    told = {name: getattr(note, name) for name in FIELDS}
    remove(note, actor=actor.email, subject=_subject(note.title, note.clients.all()), values=told)
