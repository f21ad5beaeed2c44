"""Meetings of an iCalendar file: what was on, when, with whom. Nothing is expanded: a series is its first day.

Run as a program it reads a file on standard input, under limits, and says what it found as JSON: see
`accounts.calendar_files`.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar

MOST: Final = 200
"""Meetings read of one file."""
MOST_PEOPLE: Final = 60
MEMORY: Final = 1024**3


class NotACalendar(Exception):
    """Says what is wrong with the file."""


@dataclass(frozen=True, slots=True)
class Guest:
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """start: a day, or an instant with or without a zone. uid: with the occurrence, where it is one of a series."""

    uid: str
    start: date | datetime
    title: str
    notes: str
    guests: tuple[Guest, ...]
    repeats: bool

    def day(self, zone: ZoneInfo) -> date:
        """Where the client is; a time without a zone is taken as written."""
        if not isinstance(self.start, datetime):
            return self.start
        return (self.start.astimezone(zone) if self.start.tzinfo else self.start).date()


def ref_of(meeting: Meeting) -> str:
    """The same for the same entry of a calendar, however long its number is."""
    return f"ics-{hashlib.sha256(meeting.uid.encode()).hexdigest()[:40]}"


def read_meetings(body: bytes) -> tuple[list[Meeting], int]:
    """The meetings, and how many entries were left out for lacking a start or being called off."""
    try:
        calendars = Calendar.from_ical(body, multiple=True)
    except Exception as error:  # the library raises whatever its parsers of values do
        raise NotACalendar("This is not a calendar file: it cannot be read as iCalendar (.ics).") from error
    found: dict[str, Meeting] = {}
    left_out = 0
    for event in _events(calendars):
        meeting = _meeting(event)
        if meeting is None or meeting.uid in found:
            left_out += 1
        elif len(found) < MOST:
            found[meeting.uid] = meeting
        else:
            left_out += 1
    if not found and not left_out:
        raise NotACalendar("There is no meeting in this calendar file.")
    return list(found.values()), left_out


def _events(calendars: Any) -> Iterator[Any]:
    for calendar in calendars:
        if getattr(calendar, "name", "") == "VEVENT":
            yield calendar
        else:
            yield from calendar.walk("VEVENT")


def _meeting(event: Any) -> Meeting | None:
    try:
        start = event["DTSTART"].dt
        if (
            not isinstance(start, date)
            or not 1970 <= start.year <= 2200
            or str(event.get("STATUS", "")).upper() == "CANCELLED"
        ):
            return None
        occurrence = event.get("RECURRENCE-ID")
        uid = _text(event.get("UID", ""), 250)
        at = occurrence.dt.isoformat() if occurrence is not None else ""
        return Meeting(
            uid=f"{uid}|{at}" if uid else f"{start.isoformat()}|{_text(event.get('SUMMARY', ''), 80)}",
            start=start,
            title=_text(event.get("SUMMARY", ""), 200),
            notes=_text(event.get("DESCRIPTION", ""), 2000),
            guests=_guests(event),
            repeats="RRULE" in event,
        )
    except (KeyError, AttributeError, ValueError, TypeError):
        return None


def _guests(event: Any) -> tuple[Guest, ...]:
    found: dict[str, Guest] = {}
    for name in ("ORGANIZER", "ATTENDEE"):
        given = event.get(name) or []
        for one in given if isinstance(given, list) else [given]:
            address = _text(one, 320)
            email = address[7:].strip().lower() if address.lower().startswith("mailto:") else ""
            if "@" in email and len(email) <= 254 and len(found) < MOST_PEOPLE:
                params = getattr(one, "params", {})
                if str(params.get("CUTYPE", "INDIVIDUAL")).upper() in ("ROOM", "RESOURCE"):
                    continue
                found.setdefault(email, Guest(email, _text(params.get("CN", ""), 120).strip('"')))
    return tuple(found.values())


def _text(value: Any, most: int) -> str:
    kept = "".join(letter for letter in str(value) if letter.isprintable() or letter == "\n")
    return kept.strip()[:most]


def _as_text(start: date | datetime) -> str:
    """A moment in a zone as one of UTC: the zone may be the file's own."""
    if isinstance(start, datetime) and start.tzinfo is not None:
        return start.astimezone(UTC).isoformat()
    return start.isoformat()


def main(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        meetings, left_out = read_meetings(sys.stdin.buffer.read())
        rows = [asdict(meeting) | {"start": _as_text(meeting.start)} for meeting in meetings]
        said: dict[str, object] = {"meetings": rows, "left_out": left_out}
    except NotACalendar as reason:
        said = {"wrong": str(reason)}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(int(sys.argv[1]))
