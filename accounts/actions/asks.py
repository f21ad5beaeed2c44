"""What clients ask of us: noted, changed, answered, each with its audit entry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Ask, Client
from people.models import User

FIELDS = ("contact", "text", "asked_on", "due", "owner", "answered_on", "answer")


def _subject(ask: Ask) -> Subject:
    return Subject("ask", ask.text[:120], ask.client_id)


def add_ask(*, client: Client, values: Mapping[str, Any], actor: User) -> Ask:
    given = {name: values[name] for name in FIELDS if name in values}
    ask = Ask(client=client, key=f"A-{uuid.uuid4().hex[:12]}", **given)
    return add(ask, actor=actor.email, subject=_subject(ask), values=given)


def change_ask(*, ask: Ask, values: Mapping[str, Any], expected: int | None, actor: User) -> Ask:
    """Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in FIELDS if name in values}
    return save_changes(ask, given, expected=expected, actor=actor.email, subject=_subject(ask))


def answer_ask(*, ask: Ask, answer: str, expected: int, actor: User, now: datetime) -> Ask:
    """Answered today, where the client is."""
    today = max(ask.client.local_date(now), ask.asked_on)
    return change_ask(ask=ask, values={"answered_on": today, "answer": answer}, expected=expected, actor=actor)


def remove_ask(*, ask: Ask, actor: User) -> None:
    remove(ask, actor=actor.email, subject=_subject(ask), values={name: getattr(ask, name) for name in FIELDS})
