"""What happened at a client, as its readers may know it; and who touched one record last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from common import audit_words
from common.audit import STANCE_FIELDS, STANCE_KINDS
from common.models import AuditEntry
from people.access import abilities_of
from people.models import User

if TYPE_CHECKING:
    from accounts.models import Client

_WORDS = {
    "close_on": "close date",
    "audience": "seen by",
    "next_step": "next step",
    "level_wanted": "level wanted",
    "cadence_days": "cadence",
    "judged_on": "judged on",
    "judged_by": "judged by",
    "reports_to": "reports to",
    "buying_role": "buying role",
    "fiscal_year_start": "fiscal year start",
    "horizon_years": "horizon",
    "first_name": "first name",
    "last_name": "last name",
    "delivery_start": "delivery start",
    "delivery_months": "delivery months",
}


_UNSAID = frozenset({"sha256", "size"})
"""Proof of a paper's bytes: the audit page keeps them, a client's story has no use for them."""


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Event:
    """One act. sentence: "Jon Park changed opportunity Rate card"; changes: the fields that moved."""

    at: datetime
    who: str
    verb: str
    kind: str
    label: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class LastEdit:
    who: str
    at: datetime | None


def word_of(field: str) -> str:
    return _WORDS.get(field, field.replace("_", " "))


def _event(entry: AuditEntry, names: dict[str, str], hidden: frozenset[str]) -> Event | None:
    """None where nothing is left to tell once the fields of a class out of sight are taken out."""
    shown = {field: pair for field, pair in entry.changes.items() if field not in hidden | _UNSAID}
    if entry.changes and not shown:
        return None
    changes = tuple(
        Change(word, before or "—", after or "—")
        for field, pair in shown.items()
        for word, before, after in audit_words.told({word_of(field): pair})
    )
    who = names.get(entry.actor, entry.actor)
    return Event(entry.at, who, entry.verb, entry.object_kind, entry.object_label, changes)


def client_events(user: User, client: Client, *, limit: int = 100) -> list[Event]:
    """Newest first. Two queries. Of the STANCE class a reader without it learns neither value nor that it moved."""
    can = abilities_of(user)
    if not can.see_relationships:
        return []
    hidden = frozenset() if can.see_stance else STANCE_FIELDS
    rows = AuditEntry.objects.filter(client_id=client.pk)
    if not can.see_stance:
        rows = rows.exclude(object_kind__in=STANCE_KINDS)
    untold = [name for name, may in (("COST", can.see_money), ("SALARY", can.see_salary)) if not may]
    rows = rows.exclude(field_class__in=untold)
    entries = list(rows.order_by("-id")[:limit])
    names = _names(entry.actor for entry in entries)
    events = (_event(entry, names, hidden) for entry in entries)
    return [event for event in events if event is not None]


def last_edit(kind: str, object_id: object) -> LastEdit:
    """Who changed a record last, for telling a second editor. Two queries."""
    entry = AuditEntry.objects.filter(object_kind=kind, object_id=str(object_id)).order_by("-id").first()
    if entry is None:
        return LastEdit("Somebody else", None)
    return LastEdit(_names([entry.actor]).get(entry.actor, entry.actor), entry.at)


def _names(emails: Iterable[str]) -> dict[str, str]:
    return dict(User.objects.filter(email__in=set(emails)).values_list("email", "name"))
