"""Promises made, changed, kept and dropped, each with its audit entry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Client, Commitment
from people.models import User

FIELDS = ("side", "text", "due", "kept_on", "dropped_on", "owner")


def _subject(promise: Commitment) -> Subject:
    return Subject("commitment", promise.text[:120], promise.client_id)


def add_commitment(*, client: Client, values: Mapping[str, Any], actor: User) -> Commitment:
    given = {name: values[name] for name in FIELDS if name in values}
    promise = Commitment(client=client, key=f"P-{uuid.uuid4().hex[:12]}", **given)
    return add(promise, actor=actor.email, subject=_subject(promise), values=given)


def change_commitment(
    *, promise: Commitment, values: Mapping[str, Any], expected: int | None, actor: User
) -> Commitment:
    """Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in FIELDS if name in values}
    return save_changes(promise, given, expected=expected, actor=actor.email, subject=_subject(promise))


def end_commitment(*, promise: Commitment, verb: str, expected: int, actor: User, now: datetime) -> Commitment:
    """verb: keep, drop or reopen, as of today where the client is."""
    today = promise.client.local_date(now)
    values = {"kept_on": today if verb == "keep" else None, "dropped_on": today if verb == "drop" else None}
    return change_commitment(promise=promise, values=values, expected=expected, actor=actor)


def remove_commitment(*, promise: Commitment, actor: User) -> None:
    told = {name: getattr(promise, name) for name in FIELDS}
    remove(promise, actor=actor.email, subject=_subject(promise), values=told)
