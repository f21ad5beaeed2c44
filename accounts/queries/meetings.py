"""Meetings of a calendar file held against what is known: whose people were there, and what was logged already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from accounts.access import clients_for, contacts_for
from accounts.access_people import touchpoints_for
from accounts.calc.ics import Guest, Meeting, ref_of
from accounts.models import Client, Contact
from people.models import User as Person

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class Matched:
    """client: the one most of the known guests are of, else the one whose people write from the same domain.

    theirs: known contacts, at any client in sight. strangers: guests nobody knows. logged: it was logged before.
    """

    meeting: Meeting
    day: date
    client: Client | None
    theirs: tuple[Contact, ...]
    ours: tuple[Person, ...]
    strangers: tuple[Guest, ...]
    logged: bool
    ahead: bool


def match(user: User, meetings: Sequence[Meeting], now: datetime) -> list[Matched]:
    """Four queries, however many meetings."""
    emails = {guest.email for meeting in meetings for guest in meeting.guests}
    contacts: dict[str, list[Contact]] = {}
    for contact in contacts_for(user).filter(email__in=emails, erasure=None).select_related("client").order_by("pk"):
        contacts.setdefault(contact.email.lower(), []).append(contact)
    ours = {person.email: person for person in Person.objects.filter(email__in=emails, is_active=True)}
    domains = _domains(user, {email.rpartition("@")[2] for email in emails - contacts.keys() - ours.keys()})
    endings = {ref_of(meeting): meeting.uid for meeting in meetings}
    logged = {
        ref.rpartition(":")[2]
        for ref in touchpoints_for(user).filter(source_ref__contains=":ics-").values_list("source_ref", flat=True)
    } & endings.keys()
    return [_matched(user, meeting, contacts, ours, domains, logged, now) for meeting in meetings]


def _domains(user: User, wanted: set[str]) -> dict[str, Client]:
    """The client whose people write from each domain; of two, neither."""
    found: dict[str, Client | None] = {}
    rows = contacts_for(user).exclude(client=None).exclude(email="").select_related("client")
    for contact in rows if wanted else ():
        domain = contact.email.lower().rpartition("@")[2]
        if domain in wanted and contact.client is not None:
            known = found.setdefault(domain, contact.client)
            if known is not None and known.pk != contact.client_id:
                found[domain] = None
    return {domain: client for domain, client in found.items() if client is not None}


def _matched(
    user: User,
    meeting: Meeting,
    contacts: dict[str, list[Contact]],
    ours: dict[str, Person],
    domains: dict[str, Client],
    logged: set[str],
    now: datetime,
) -> Matched:
    known = [contact for guest in meeting.guests for contact in contacts.get(guest.email, ())[:1]]
    strangers = [guest for guest in meeting.guests if guest.email not in contacts and guest.email not in ours]
    votes = Counter(contact.client for contact in known if contact.client is not None)
    votes.update(
        domains[guest.email.rpartition("@")[2]] for guest in strangers if guest.email.rpartition("@")[2] in domains
    )
    client = votes.most_common(1)[0][0] if votes else None
    day = meeting.day(client.zone() if client else ZoneInfo("UTC"))
    colleagues = [ours[guest.email] for guest in meeting.guests if guest.email in ours and guest.email != user.email]
    return Matched(
        meeting=meeting,
        day=day,
        client=client,
        theirs=tuple(known),
        ours=tuple(colleagues),
        strangers=tuple(strangers),
        logged=ref_of(meeting) in logged,
        ahead=day > (client.local_date(now) if client else now.date()),
    )


def choosable(user: User) -> list[Client]:
    return list(clients_for(user).exclude(status="lost").order_by("name"))
