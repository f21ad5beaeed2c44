"""Reviews to take away: where each stands, what is due, how it was rated and what is open of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from common.policies import MONEY_READERS
from common.reports import PRINTED, Report, ReportColumn, ReportKind, Way, report_kinds
from people.access import abilities_of
from qbr.queries.calendar import KIND_WORDS, STATE_CHOICES, asked_of, finding_of, load_reviews

if TYPE_CHECKING:
    from people.models import User

_COLUMNS: Final[tuple[tuple[str, str, Way], ...]] = (
    ("day", "Day", "day"), ("client", "Client", "text"), ("kind", "Review", "text"), ("period", "Looks at", "text"),
    ("state", "State", "text"), ("due", "Due next", "text"), ("due_on", "By", "day"), ("owner", "Led by", "text"),
    ("place", "Where", "text"), ("promises", "Follow-up", "count"), ("open_promises", "Of it open", "count"),
    ("our_score", "Our rating", "days"),
)  # fmt: skip
_THEIRS: Final = ("their_score", "Their rating", "days")
"""Field class STANCE: what people of theirs said."""


def report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """With the filters of the page."""
    stance, asked = abilities_of(user).see_stance, asked_of(query)
    rows = load_reviews(user, asked, now, stance=stance, limit=PRINTED)
    columns = (*_COLUMNS, _THEIRS) if stance else _COLUMNS
    cells = []
    for row in rows:
        mean = None if row.our_score is None else round(row.our_score, 1)
        told: list[object] = [
            row.day, row.client, row.kind, row.period, row.state_word, row.due or None, row.due_on, row.owner or None,
            row.place or None, row.promises, row.open_promises, mean,
        ]  # fmt: skip
        if stance:
            told.append(None if row.their_score is None else round(row.their_score, 1))
        cells.append(told)
    return Report(
        name="reviews",
        title="Reviews of the clients",
        finding=finding_of(rows, now.date()),
        as_of=now,
        filters=(
            ("State", dict(STATE_CHOICES)[asked.state]), ("Review", KIND_WORDS.get(asked.kind, "")),
            ("Tier", asked.tier), ("Led by", asked.owner), ("Client", asked.client),
        ),
        columns=tuple(ReportColumn(*column) for column in columns),
        rows=cells,
        source="Reviews as they stand",
    )  # fmt: skip


def register() -> None:
    report_kinds.register("reviews", ReportKind("Reviews of the clients", MONEY_READERS, report))
