"""Contacts, their part in a client, and touchpoints with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.actions.asks import add_ask
from accounts.actions.edits import Subject, add, plain, remove, save_changes
from accounts.calc.network import leads_to
from accounts.models import Client, Contact, Stakeholding, Touchpoint
from common import audit
from common.records import StaleRecord, locked, update_versioned
from people.models import User

CONTACT_FIELDS = ("first_name", "last_name", "title", "email", "identified")
JUDGED_FIELDS = ("power", "interest", "stance", "level", "level_wanted", "evidence")
STAKE_FIELDS = ("reports_to", "buying_role", *JUDGED_FIELDS, "owner", "cadence_days")


def add_stakeholder(*, client: Client, values: Mapping[str, Any], actor: User, now: datetime) -> Stakeholding:
    """A new contact of the client and the contact's part in it, in one."""
    with transaction.atomic():
        contact = Contact(client=client, key=f"C-{uuid.uuid4().hex[:12]}")
        for name in CONTACT_FIELDS:
            if name in values:
                setattr(contact, name, values[name])
        told = {name: getattr(contact, name) for name in CONTACT_FIELDS}
        add(contact, actor=actor.email, subject=Subject("contact", contact.name, client.pk), values=told)
        stake = Stakeholding(client=client, contact=contact)
        given = {name: values[name] for name in STAKE_FIELDS if name in values}
        given |= _judgement(stake, given, client, actor, now)
        for name, value in given.items():
            setattr(stake, name, value)
        add(stake, actor=actor.email, subject=Subject("stakeholding", contact.name, client.pk), values=given)
    return stake


def change_stakeholder(
    *,
    stake: Stakeholding,
    values: Mapping[str, Any],
    expected: tuple[int, int] | None,
    actor: User,
    now: datetime,
) -> Stakeholding:
    """expected: the versions of the stakeholding and of its contact. Raises StaleRecord when either has moved on, and
    ReportingRing where they would report to themselves.
    """
    with transaction.atomic():
        if values.get("reports_to") is not None:
            hold_charts([stake.client_id])
        contact = Contact.objects.select_for_update().get(pk=stake.contact_id)
        if expected is not None and contact.version != expected[1]:
            raise StaleRecord(contact)
        label, client = contact.name, stake.client
        of_contact = {name: values[name] for name in CONTACT_FIELDS if name in values}
        save_changes(
            contact, of_contact, expected=None, actor=actor.email, subject=Subject("contact", label, client.pk)
        )
        given = {name: values[name] for name in STAKE_FIELDS if name in values}
        if given.get("reports_to") is not None:
            refuse_ring(client, stake.contact_id, given["reports_to"])
        given |= _judgement(stake, given, client, actor, now)
        subject = Subject("stakeholding", label, client.pk)
        return save_changes(
            stake, given, expected=expected[0] if expected else None, actor=actor.email, subject=subject
        )


class ReportingRing(Exception):
    """Somebody would report, through others, to themselves."""


def hold_charts(clients: Iterable[int]) -> None:
    """Until the transaction ends nobody else says who reports to whom there: two moves at once would close a ring.

    Taken before any lock on a contact, so that two writers do not wait for one another.
    """
    held = Client.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(clients)).order_by("pk")
    list(held.values_list("pk", flat=True))


def refuse_ring(client: Client, contact_id: int, boss: Contact) -> None:
    """One query. Under `hold_charts` its answer holds until the transaction ends."""
    lines = Stakeholding.objects.filter(client=client).exclude(contact_id=contact_id)
    if leads_to(boss.pk, contact_id, dict(lines.values_list("contact_id", "reports_to_id"))):
        raise ReportingRing(f"{boss.name} reports to them already, directly or through others.")


def _judgement(
    stake: Stakeholding, given: Mapping[str, Any], client: Client, actor: User, now: datetime
) -> dict[str, Any]:
    """Who judged and when, if a judgement is among what changes."""
    judged = (name for name in JUDGED_FIELDS if name in given)
    if all(plain(getattr(stake, name)) == plain(given[name]) for name in judged):
        return {}
    return {"judged_on": client.local_date(now), "judged_by": actor.email}


def remove_stakeholder(*, stake: Stakeholding, actor: User) -> None:
    """Takes the person off the client's map; the contact goes too unless a touchpoint or another client needs it."""
    contact, client_id = stake.contact, stake.client_id
    with transaction.atomic():
        subject = Subject("stakeholding", contact.name, client_id)
        remove(stake, actor=actor.email, subject=subject, values={n: getattr(stake, n) for n in STAKE_FIELDS})
        needed = contact.stakeholdings.exists() or contact.touchpoints.exists() or contact.client_id != client_id
        if not needed:
            told = {name: getattr(contact, name) for name in CONTACT_FIELDS}
            remove(contact, actor=actor.email, subject=Subject("contact", contact.name, client_id), values=told)


@dataclass(frozen=True, slots=True)
class Touch:
    """What is written down of a meeting, call or message. ref: made with the form, so that sending twice logs once."""

    ref: str
    date: date
    kind: str
    notes: str
    theirs: Sequence[Contact]
    ours: Sequence[User]


def log_touchpoint(*, client: Client, touch: Touch, actor: User, ask: Mapping[str, Any] | None = None) -> Touchpoint:
    """ask: what they asked of us there, if anything; noted in the same transaction."""
    with transaction.atomic():
        source_ref = f"app:{client.pk}:{touch.ref}"
        before = Touchpoint.objects.filter(source_ref=source_ref).first()
        if before is not None:
            return before
        point = Touchpoint(source_ref=source_ref, client=client, date=touch.date, kind=touch.kind, notes=touch.notes)
        told = {
            "date": touch.date,
            "kind": touch.kind,
            "theirs": ", ".join(contact.name for contact in touch.theirs),
            "ours": ", ".join(person.name for person in touch.ours),
            "notes": touch.notes,
        }
        add(point, actor=actor.email, subject=Subject("touchpoint", _label_of(point), client.pk), values=told)
        point.theirs.set(touch.theirs)
        point.ours.set(touch.ours)
        if ask is not None:
            add_ask(client=client, values=ask, actor=actor)
    return point


def change_touchpoint(*, point: Touchpoint, values: Mapping[str, Any], expected: int, actor: User) -> Touchpoint:
    """date, kind, notes, theirs, ours, as far as given. Raises StaleRecord. Coverage and cadence follow by themselves;
    what is judged of a person stays as it was judged.
    """
    given = {name: values[name] for name in ("date", "kind", "notes") if name in values}
    with transaction.atomic():
        held = locked(point)
        subject = Subject("touchpoint", _label_of(held), held.client_id)
        fresh = save_changes(held, given, expected=expected, actor=actor.email, subject=subject)
        told = {}
        for side in ("theirs", "ours"):
            rows: Any = getattr(fresh, side)
            names = [sorted(one.name for one in people) for people in (rows.all(), values.get(side, rows.all()))]
            if side in values and set(rows.all()) != set(values[side]):
                rows.set(values[side])
                told[side] = (", ".join(names[0]), ", ".join(names[1]))
        if told:
            fresh = update_versioned(fresh, {}, expected=fresh.version)
            audit.record(
                actor=actor.email, verb="changed", kind=subject.kind, object_id=fresh.pk, label=subject.label,
                client_id=subject.client_id, changes=told,
            )  # fmt: skip
    return fresh


def _label_of(point: Touchpoint) -> str:
    return f"{point.get_kind_display()} {point.date.isoformat()}"


def remove_touchpoint(*, point: Touchpoint, actor: User) -> None:
    told = {"date": point.date, "kind": point.kind, "notes": point.notes}
    remove(point, actor=actor.email, subject=Subject("touchpoint", _label_of(point), point.client_id), values=told)
