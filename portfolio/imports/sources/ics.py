"""Calendar files (.ics), into the kind `touchpoints`: the meetings held with people of one client.

A meeting is the client's where somebody known there was asked to it, or writes from the address of one who is. What was
logged before, by hand or from a file, is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.calc.ics import Meeting, NotACalendar, ref_of
from accounts.calendar_files import read_apart
from accounts.models import Client, Contact, Touchpoint
from common.imports import Note, Table, Unusable
from people.models import User
from portfolio.imports.files import Sheet, SourceFile, read_text
from portfolio.imports.sources import Part, Source, sources

KIND: Final = "touchpoints"
COLUMNS: Final = ("source_ref", "client", "date", "kind", "ours", "theirs", "notes")


def read_whole(file: SourceFile) -> Sheet:
    text, digest, notes = read_text(file)
    return Sheet(file.name, digest, ["text"], [[text]], [1], {}, notes)


def convert(_kind: str, sheets: Sequence[Sheet], options: Mapping[str, str]) -> list[Part]:
    client = Client.objects.filter(key=options.get("client", "")).first()
    if client is None:
        raise Unusable("Whose meetings? Say the client with --client KEY (Client on the page): a calendar does not.")
    return [_part(sheet, client) for sheet in sheets]


def _part(sheet: Sheet, client: Client) -> Part:
    try:
        meetings, unread = read_apart(sheet.rows[0][0].encode())
    except NotACalendar as reason:
        raise Unusable(f"{sheet.name}: {reason}") from reason
    emails = {guest.email for meeting in meetings for guest in meeting.guests}
    theirs = _people_of(client)
    ours = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    domains = {email.rpartition("@")[2] for email in theirs if email}
    refs = {meeting.uid: f"app:{client.pk}:{ref_of(meeting)}" for meeting in meetings}
    there = set(Touchpoint.objects.filter(source_ref__in=refs.values()).values_list("source_ref", flat=True))
    today, zone = client.local_date(timezone.now()), client.zone()
    rows: list[list[str]] = []
    strangers = ahead = logged = 0
    for meeting in meetings:
        guests = [guest.email for guest in meeting.guests]
        day = meeting.day(zone)
        if not any(email in theirs or email.rpartition("@")[2] in domains for email in guests):
            strangers += 1
        elif day > today:
            ahead += 1
        elif refs[meeting.uid] in there:
            logged += 1
        else:
            known = ";".join(theirs[email] for email in guests if email in theirs)
            own = ";".join(email for email in guests if email in ours)
            rows.append([refs[meeting.uid], client.key, day.isoformat(), "meeting", own, known, _notes(meeting)])
    columns: dict[str, Sequence[str]] = {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}
    lines = list(range(1, len(rows) + 1))
    table = Table(list(COLUMNS), rows, lines, columns)
    left_out = (
        ("Meetings with nobody of this client: left out.", strangers), ("Meetings still to come: left out.", ahead),
        ("Meetings logged before: left as they are.", logged),
        ("Entries without a start, called off or beyond the first 200: left out.", unread),
    )  # fmt: skip
    table.notes.extend([*sheet.notes, *(Note(words, count) for words, count in left_out if count)])
    return Part(KIND, Sheet(sheet.name, sheet.digest, list(COLUMNS), [list(row) for row in rows], lines, {}, []), table)


def _people_of(client: Client) -> dict[str, str]:
    """Key by address, in small letters."""
    rows = Contact.objects.filter(Q(client=client) | Q(stakeholdings__client=client)).exclude(email="").order_by("pk")
    pairs: Iterable[tuple[str, str]] = rows.filter(erasure=None).values_list("email", "key")
    return {email.lower(): key for email, key in pairs}


def _notes(meeting: Meeting) -> str:
    return "\n".join(filter(None, (meeting.title, meeting.notes)))


sources.register(
    "ics",
    Source("ics", "A calendar file (.ics)", convert, kinds=(KIND,), read=read_whole),
)
