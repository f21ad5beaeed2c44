"""Creating and changing a client, and who works on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, add, save_changes
from accounts.models import Client, ClientMember, Duty
from common import audit
from common.jobs import mark_dirty
from people.models import User

_MONEY_FIELDS = frozenset({"currency", "fiscal_year_start", "parent", "owner", "tier", "status", "timezone"})
"""What a client's figures are grouped or converted by, and what its forecast reads."""


def create_client(*, client: Client, actor: User) -> Client:
    names = ("key", "name", "tier", "status", "industry", "parent", "currency", "country", "owner")
    values = {name: getattr(client, name) for name in names}
    with transaction.atomic():
        add(client, actor=actor.email, subject=Subject("client", client.name, None), values=values)
        if not Client.objects.visible_to(actor).filter(pk=client.pk).exists():  # given to a colleague elsewhere
            add_member(client=client, person=actor, duty=Duty.MEMBER, actor=actor)
    return client


def change_client(*, client: Client, changes: Mapping[str, Any], expected: int | None, actor: User) -> Client:
    """Raises StaleRecord when somebody changed the client since `expected`."""
    with transaction.atomic():
        subject = Subject("client", client.name, client.pk)
        fresh = save_changes(client, changes, expected=expected, actor=actor.email, subject=subject)
        if fresh.version != client.version and _MONEY_FIELDS & changes.keys():
            mark_dirty("recompute", [f"client:{client.pk}"], asked_by=actor.email)
    return fresh


def add_member(*, client: Client, person: User, duty: str, actor: User) -> ClientMember:
    """Puts a person on the client's team, which lets account managers and delivery see it. Again: changes the duty."""
    with transaction.atomic():
        before = ClientMember.objects.select_for_update().filter(client=client, person=person).first()
        if before is not None and before.duty == duty:
            return before
        member, _ = ClientMember.objects.update_or_create(client=client, person=person, defaults={"duty": duty})
        was = Duty(before.duty).label if before else None
        audit.record(
            actor=actor.email,
            verb="gave access to",
            kind="client member",
            object_id=member.pk,
            label=person.name,
            client_id=client.pk,
            changes={"duty": (was, Duty(duty).label)},
        )
    return member


def remove_member(*, member: ClientMember, actor: User) -> None:
    with transaction.atomic():
        audit.record(
            actor=actor.email,
            verb="took access from",
            kind="client member",
            object_id=member.pk,
            label=member.person.name,
            client_id=member.client_id,
            changes={"duty": (Duty(member.duty).label, None)},
        )
        member.delete()
