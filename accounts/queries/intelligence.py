"""Notes of intelligence as lists and as a calendar; expired ones behind, and marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q, QuerySet
from django.urls import reverse

from accounts.access import clients_for, intelligence_for
from accounts.calc.sources import link_of
from accounts.models import Client, IntelligenceNote, NoteKind
from common.formats import day_short, month_short, plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 200
BACK: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """clients: only those in the reader's sight. link: '' where the source is words."""

    pk: int
    version: int
    kind: str
    kind_word: str
    title: str
    so_what: str
    detail: str
    about: tuple[tuple[str, str], ...]
    industry: str
    owner: str
    noted_on: date
    expires_on: date
    happens_on: date | None
    expired: bool
    words: str
    source: str
    link: str
    url: str
    renew_url: str
    may_edit: bool


@dataclass(frozen=True, slots=True)
class NotePage:
    finding: str
    rows: tuple[NoteRow, ...]
    expired: int
    total: int


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    label: str
    rows: tuple[NoteRow, ...]


def notes_of(client: Client) -> Q:
    """Of the client itself or of its industry."""
    own = Q(clients=client)
    return own | Q(industry=client.industry) if client.industry else own


def note_rows(user: User, notes: QuerySet[IntelligenceNote], today: date, limit: int = SHOWN) -> tuple[NoteRow, ...]:
    """Two queries: the notes with owners, and their clients in sight."""
    seen = clients_for(user).order_by("name")
    may = abilities_of(user).edit_relationships
    listed = notes.select_related("owner").prefetch_related(Prefetch("clients", queryset=seen, to_attr="in_sight"))
    return tuple(_row(note, today, may) for note in listed[:limit])


def _row(note: IntelligenceNote, today: date, may: bool) -> NoteRow:
    expired = note.expires_on < today
    about: Iterable[Client] = getattr(note, "in_sight", ())
    return NoteRow(
        pk=note.pk,
        version=note.version,
        kind=note.kind,
        kind_word=str(NoteKind(note.kind).label),
        title=note.title,
        so_what=note.so_what,
        detail=note.detail,
        about=tuple((client.name, reverse("client_intelligence", args=[client.key])) for client in about),
        industry=note.industry,
        owner=note.owner.name if note.owner else "",
        noted_on=note.noted_on,
        expires_on=note.expires_on,
        happens_on=note.happens_on,
        expired=expired,
        words=f"Expired {day_short(note.expires_on)}" if expired else f"Holds until {day_short(note.expires_on)}",
        source=note.source,
        link=link_of(note.source),
        url=reverse("note", args=[note.pk]),
        renew_url=reverse("note_renew", args=[note.pk]),
        may_edit=may,
    )


def ordered(notes: QuerySet[IntelligenceNote], today: date) -> QuerySet[IntelligenceNote]:
    """Living ones first, the newest of each on top."""
    expired = ExpressionWrapper(Q(expires_on__lt=today), output_field=BooleanField())
    return notes.order_by(expired.asc(), "-noted_on", "-pk")


def load_notes(user: User, today: date, *, kind: str = "", state: str = "", client: Client | None = None) -> NotePage:
    """Four queries. state: live or expired."""
    notes = intelligence_for(user)
    if client is not None:
        notes = notes.filter(pk__in=IntelligenceNote.objects.filter(notes_of(client)).order_by().values("pk"))
    if kind:
        notes = notes.filter(kind=kind)
    expired = notes.filter(expires_on__lt=today).count()
    total = notes.count()
    if state:
        notes = notes.filter(expires_on__lt=today) if state == "expired" else notes.filter(expires_on__gte=today)
    rows = note_rows(user, ordered(notes, today), today)
    return NotePage(_finding(total, expired, client.name if client else ""), rows, expired, total)


def living(user: User, client: Client, today: date, limit: int) -> tuple[NoteRow, ...]:
    """Notes of a client that still hold, the newest first. Two queries."""
    tied = IntelligenceNote.objects.filter(notes_of(client)).order_by().values("pk")
    held = intelligence_for(user).filter(pk__in=tied, expires_on__gte=today)
    return note_rows(user, held.order_by("-noted_on", "-pk"), today, limit)


def _finding(total: int, expired: int, name: str) -> str:
    where = f" of {name}" if name else ""
    if not total:
        return f"Nothing is noted{where} yet"
    if expired:
        return f"{expired} of {plural(total, 'note')}{where} {'has' if expired == 1 else 'have'} expired: still true?"
    return f"{plural(total, 'note')}{where}, none expired"


def load_calendar(user: User, today: date, client: Client | None = None) -> tuple[CalendarMonth, ...]:
    """Dated notes of the last month and the year ahead, by month. Two queries."""
    notes = intelligence_for(user).filter(happens_on__gte=today - BACK, happens_on__lte=today + AHEAD)
    if client is not None:
        notes = notes.filter(pk__in=IntelligenceNote.objects.filter(notes_of(client)).order_by().values("pk"))
    rows = note_rows(user, notes.order_by("happens_on", "pk"), today)
    dated = [(row.happens_on, row) for row in rows if row.happens_on is not None]
    return tuple(
        CalendarMonth(label, tuple(row for _, row in found))
        for label, found in groupby(dated, key=lambda pair: f"{month_short(pair[0])} {pair[0].year}")
    )
