"""A person's calendar: notice dates, ends of terms and reviews of the clients in sight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef
from django.urls import reverse
from icalendar import Calendar, Event

from common.formats import exact
from financials.queries.renewals import RenewalRow, renewals_ahead
from people.access import abilities_of
from qbr.access import decks_for, reviews_for
from qbr.models import Review

if TYPE_CHECKING:
    from people.models import User

AHEAD: Final = 400
BACK: Final = 60
"""Days of reviews that were held."""


@dataclass(frozen=True, slots=True)
class Entry:
    """uid: stays the same for the same date of the same record, so that a calendar moves it rather than doubling it.

    begins: the moment it starts, of `minutes` length; None: the whole day.
    """

    uid: str
    on: date
    title: str
    text: str
    path: str
    begins: datetime | None = None
    minutes: int = 0
    place: str = ""


def calendar_entries(user: User, now: datetime) -> list[Entry]:
    """By day. Three queries, and one for the newest rates of none."""
    can = abilities_of(user)
    found: list[Entry] = []
    if can.see_contracts:
        for row in renewals_ahead(user, today=now.date(), days=AHEAD, now=now):
            found += _of_renewal(row)
    if can.see_reviews:
        found += _reviews(user, now)
    return sorted(found, key=lambda entry: (entry.on, entry.uid))


def _of_renewal(row: RenewalRow) -> Iterable[Entry]:
    path = reverse("contract", args=[row.number])
    fee = "" if row.amount is None else f", {exact(row.amount, row.currency)}"
    about = f"{row.title}{fee}. {row.renewal}."
    if row.notice_on is not None:
        title = f"Last day for notice: {row.client_name}, {row.number}"
        yield Entry(f"notice-{row.pk}-{row.ends_on:%Y%m%d}", row.notice_on, title, about, path)
    word = "Term renews after" if row.kind == "auto" else "Term ends"
    yield Entry(
        f"end-{row.pk}-{row.ends_on:%Y%m%d}", row.ends_on, f"{word}: {row.client_name}, {row.number}", about, path
    )


def _reviews(user: User, now: datetime) -> list[Entry]:
    """Meetings that are planned or were held; and the day of a deck that belongs to none."""
    since, until = now.date() - timedelta(days=BACK), now.date() + timedelta(days=AHEAD)
    meetings = reviews_for(user).exclude(state="cancelled").filter(day__gte=since, day__lte=until)
    same = {name: OuterRef(name) for name in ("client", "kind", "period")}
    rows = decks_for(user).filter(held_on__gte=since, held_on__lte=until)
    rows = rows.exclude(Exists(Review.objects.filter(**same).exclude(state="cancelled")))
    found = [_meeting(review) for review in meetings.select_related("client").order_by("day", "pk")]
    return found + [
        Entry(
            f"review-{pk}", held_on, f"Review: {client}, {period}", title, reverse("review", args=[pk])
        )
        for pk, held_on, client, period, title in rows.order_by("held_on", "pk").values_list(
            "pk", "held_on", "client__name", "period", "title"
        )
        if held_on is not None
    ]  # fmt: skip


def _meeting(review: Review) -> Entry:
    return Entry(
        f"meeting-{review.pk}", review.day, f"{review.get_kind_display()}: {review.client.name}, {review.period}",
        "\n".join(filter(None, (f"{review.get_state_display()}.", review.agenda))),
        reverse("client_review", args=[review.client.key, review.pk]), review.begins(), review.length, review.place,
    )  # fmt: skip


def as_ics(entries: Iterable[Entry], *, now: datetime, host: str, base: str, name: str) -> bytes:
    """Events by RFC 5545, all-day ones where no hour is said. base: scheme and host of the pages' addresses."""
    calendar = Calendar()
    calendar.add("prodid", "-//Principal//Account portfolio//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", "PT6H")
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", entry.begins or entry.on)
        ends = entry.begins + timedelta(minutes=entry.minutes) if entry.begins else entry.on + timedelta(days=1)
        event.add("dtend", ends)
        if entry.place:
            event.add("location", entry.place)
        event.add("summary", entry.title)
        event.add("description", entry.text)
        event.add("url", f"{base}{entry.path}")
        event.add("transp", "OPAQUE" if entry.begins else "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
