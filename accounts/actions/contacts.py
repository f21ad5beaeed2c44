"""People of the wider industry, and who can introduce whom."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Contact, Introduction
from people.models import User

CONTACT_FIELDS = ("first_name", "last_name", "title", "email", "kind", "employer")
INTRODUCTION_FIELDS = ("source", "target", "strength", "evidence", "state", "on")


def _subject(contact: Contact) -> Subject:
    return Subject("contact", contact.name, contact.client_id)


def add_contact(*, values: Mapping[str, Any], actor: User) -> Contact:
    """Somebody of the wider industry: of no client."""
    given = {name: values[name] for name in CONTACT_FIELDS if name in values}
    contact = Contact(key=f"C-{uuid.uuid4().hex[:12]}", **given)
    return add(contact, actor=actor.email, subject=_subject(contact), values=given)


def change_contact(*, contact: Contact, values: Mapping[str, Any], expected: int | None, actor: User) -> Contact:
    """Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in CONTACT_FIELDS if name in values}
    return save_changes(contact, given, expected=expected, actor=actor.email, subject=_subject(contact))


def _way(one: Introduction) -> Subject:
    """Told to the readers of the client it leads to; of two outside, to whoever reads the trail of no client."""
    return Subject("introduction", str(one), one.target.client_id or one.source.client_id)


def add_introduction(*, values: Mapping[str, Any], actor: User, now: datetime) -> Introduction:
    given = {name: values[name] for name in INTRODUCTION_FIELDS if name in values}
    given["on"] = given.get("on") or now.date()
    one = Introduction(**given)
    return add(one, actor=actor.email, subject=_way(one), values=given)


def change_introduction(
    *, introduction: Introduction, values: Mapping[str, Any], expected: int | None, actor: User, now: datetime
) -> Introduction:
    """A new state is of today unless the day is said. Raises StaleRecord when somebody saved it meanwhile."""
    given = {name: values[name] for name in INTRODUCTION_FIELDS if name in values}
    if "state" in given and given["state"] != introduction.state and given.get("on") in (None, introduction.on):
        given["on"] = now.date()
    return save_changes(introduction, given, expected=expected, actor=actor.email, subject=_way(introduction))


def remove_introduction(*, introduction: Introduction, actor: User) -> None:
    told = {name: getattr(introduction, name) for name in INTRODUCTION_FIELDS}
    remove(introduction, actor=actor.email, subject=_way(introduction), values=told)
