"""Meetings of a calendar file logged as touchpoints, with the people who were not known yet."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.actions.edits import Subject, add
from accounts.actions.stakeholders import Touch, log_touchpoint
from accounts.calc.ics import Guest, Meeting, ref_of
from accounts.models import Client, Contact, Touchpoint
from people.models import User


@dataclass(frozen=True, slots=True)
class Chosen:
    """A meeting as somebody said it is to be logged. new: guests who become contacts of the client."""

    meeting: Meeting
    client: Client
    theirs: Sequence[Contact]
    new: Sequence[Guest]
    ours: Sequence[User]


def log_meetings(*, chosen: Sequence[Chosen], actor: User) -> tuple[int, int]:
    """How many were logged, and how many were there already. All or none."""
    made = there = 0
    with transaction.atomic():
        added: dict[tuple[int, str], Contact] = {}
        for one in chosen:
            source_ref = f"app:{one.client.pk}:{ref_of(one.meeting)}"
            if Touchpoint.objects.filter(source_ref=source_ref).exists():
                there += 1
                continue
            for guest in one.new:
                if (one.client.pk, guest.email) not in added:
                    added[one.client.pk, guest.email] = _contact(one.client, guest, actor)
            fresh = [added[one.client.pk, guest.email] for guest in one.new]
            zone = one.client.zone()
            notes = "\n".join(filter(None, (one.meeting.title, one.meeting.notes)))
            log_touchpoint(
                client=one.client,
                touch=Touch(
                    ref_of(one.meeting), one.meeting.day(zone), "meeting", notes, [*one.theirs, *fresh], one.ours
                ),
                actor=actor,
            )
            made += 1
    return made, there


def _contact(client: Client, guest: Guest, actor: User) -> Contact:
    """Named as the invitation has it; without a name, by the address."""
    words = (guest.name if guest.name and "@" not in guest.name else guest.email.partition("@")[0]).replace(".", " ")
    first, _, last = " ".join(words.split())[:160].rpartition(" ")
    key = f"C-{uuid.uuid4().hex[:12]}"
    contact = Contact(client=client, key=key, first_name=first[:80], last_name=last[:80] or "?", email=guest.email)
    told = {name: getattr(contact, name) for name in ("first_name", "last_name", "email")}
    return add(contact, actor=actor.email, subject=Subject("contact", contact.name, client.pk), values=told)
