"""Lines between people of a client, and how one of ours stands with one of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.models import Bond, Client, Influence, Stakeholding
from people.models import User

LINE_FIELDS = ("source", "target", "kind", "strength")
BOND_FIELDS = ("person", "level", "level_wanted")


def _line_subject(line: Influence) -> Subject:
    return Subject("influence", str(line), line.client_id)


def add_line(*, client: Client, values: Mapping[str, Any], actor: User) -> Influence:
    line = Influence(client=client, **{name: values[name] for name in LINE_FIELDS})
    return add(line, actor=actor.email, subject=_line_subject(line), values={"strength": line.strength})


def change_line(*, line: Influence, values: Mapping[str, Any], expected: int | None, actor: User) -> Influence:
    """Raises StaleRecord when somebody saved the line meanwhile."""
    given = {name: values[name] for name in LINE_FIELDS if name in values}
    return save_changes(line, given, expected=expected, actor=actor.email, subject=_line_subject(line))


def remove_line(*, line: Influence, actor: User) -> None:
    remove(line, actor=actor.email, subject=_line_subject(line), values={"strength": line.strength})


def set_bond(*, stake: Stakeholding, values: Mapping[str, Any], actor: User) -> Bond | None:
    """One tie for each of ours: a second judgement of the same two replaces the first; no level takes it away."""
    with transaction.atomic():
        label = f"{values['person'].name} with {stake.contact.name}"
        subject = Subject("bond", label, stake.client_id)
        stake = Stakeholding.objects.select_for_update(of=("self",)).select_related("contact").get(pk=stake.pk)
        bond = stake.bonds.filter(person=values["person"]).first()
        told = {"level": values["level"], "level_wanted": values.get("level_wanted")}
        if bond is None:
            if values["level"] is None:
                return None
            return add(Bond(stake=stake, **{n: values.get(n) for n in BOND_FIELDS}), actor=actor.email, subject=subject,
                       values=told)  # fmt: skip
        if values["level"] is None:
            remove(bond, actor=actor.email, subject=subject, values={n: getattr(bond, n) for n in told})
            return None
        return save_changes(bond, told, expected=None, actor=actor.email, subject=subject)
