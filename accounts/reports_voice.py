"""What clients say, as reports to take away: scores by client, and the answers themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from accounts.access import feedback_for, get_client_for
from accounts.models import Feedback, QuoteState
from accounts.queries.answers import sees_answers
from accounts.queries.voice import load_voice
from accounts.queries.voice_book import load_book
from common.formats import day, plural
from common.policies import ACCOUNT_MANAGER, CLIENT_READERS, DIRECTOR, LEADERSHIP, LEGAL
from common.reports import PRINTED, Report, ReportColumn, ReportKind, Way, report_kinds

if TYPE_CHECKING:
    from people.models import User

_SCORES: Final[tuple[tuple[str, str, Way], ...]] = (
    ("client", "Client", "text"), ("nps", "NPS", "days"), ("nps_before", "Half a year before", "days"),
    ("answers", "Answers", "count"), ("promoters", "Promoters", "count"), ("detractors", "Detractors", "count"),
    ("nps_by_role", "By role", "days"), ("csat", "CSAT", "ratio"), ("revenue", "Revenue to date", "amount"),
    ("last_heard", "Last heard", "day"),
)  # fmt: skip
_ANSWERS: Final[tuple[tuple[str, str, Way], ...]] = (
    ("client", "Client", "text"), ("date", "Date", "day"), ("who", "Who", "text"), ("title", "Title", "text"),
    ("scale", "Scale", "text"), ("score", "Score", "count"), ("comment", "In their words", "text"),
    ("quote", "Permission to quote", "text"), ("themes", "Themes", "text"), ("replied_on", "Replied", "day"),
    ("led_to", "Led to", "text"),
)  # fmt: skip


def scores(user: User, query: Mapping[str, str], now: datetime) -> Report:
    book = load_book(user, now.date())
    money = bool(book.currency)
    columns = [ReportColumn(*column) for column in _SCORES if money or column[0] != "revenue"]
    rows = []
    for row in book.rows:
        found, worth = row.scores.nps, [row.revenue] if money else []
        rows.append([
            row.name, found.score, row.before.nps.score, found.answers, found.promoters, found.detractors,
            row.scores.role_weighted, row.scores.csat.share, *worth, row.last,
        ])  # fmt: skip
    notes = [f"{one.name}: {one.scores.few.lower()}" for one in book.rows if one.scores.few]
    return Report(
        name="voice",
        title="Voice of the clients",
        finding=book.finding,
        as_of=now,
        period=f"180 days to {day(now.date())}",
        currency=book.currency,
        columns=tuple(columns),
        rows=rows,
        source="Answers of clients; each person's last one counts",
        notes=tuple(notes[:20]),
    )


def answers(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """client: of one alone. Field class STANCE: only its readers are let in."""
    rows = feedback_for(user) if sees_answers(user) else Feedback.objects.none()
    finding = ""
    if query.get("client"):
        client = get_client_for(user, query["client"])
        rows = rows.filter(client=client)
        finding = load_voice(user, client, client.local_date(now)).finding
    listed = list(rows.select_related("client", "contact", "insight").prefetch_related("themes")[:PRINTED])
    there = rows.count() if len(listed) == PRINTED else len(listed)
    words = dict(QuoteState.choices)
    return Report(
        name="answers",
        title="Answers of clients",
        finding=finding or plural(there, "answer"),
        as_of=now,
        period=f"As of {day(now.date())}",
        filters=(("Client", query.get("client", "")),),
        columns=tuple(ReportColumn(*column) for column in _ANSWERS),
        rows=[
            [one.client.name, one.date, one.contact.name if one.contact else None,
             (one.contact.title if one.contact else "") or None, one.scale or None, one.score, one.comment or None,
             str(words.get(one.quote, "not asked")), ", ".join(theme.name for theme in one.themes.all()) or None,
             one.replied_on, one.insight.action if one.insight else None]
            for one in listed
        ],
        count=there,
        source="Answers of clients, newest first",
    )  # fmt: skip


def register() -> None:
    report_kinds.register("voice", ReportKind("Voice of the clients", CLIENT_READERS - {LEGAL}, scores))
    readers = frozenset({DIRECTOR, ACCOUNT_MANAGER, LEADERSHIP})
    report_kinds.register("answers", ReportKind("Answers of clients", readers, answers))
