"""Health by client to take away, and its column of the client list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from accounts.queries.health import WORDS, load_book, load_figures
from common.columns import Column, ColumnSource, column_sources
from common.figures import Figure
from common.formats import day
from common.policies import CLIENT_READERS, LEGAL
from common.reports import Report, ReportColumn, ReportKind, report_kinds

if TYPE_CHECKING:
    from people.models import User

READERS = CLIENT_READERS - {LEGAL}


def report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    status = query.get("status", "")
    book = load_book(user, now.date(), status=status if status in WORDS else "")
    return Report(
        name="health",
        title="Health of the clients",
        finding=book.finding,
        as_of=now,
        period=f"As of {day(now.date())}",
        filters=(("Status", status if status in WORDS else ""),),
        columns=(
            ReportColumn("client", "Client"), ReportColumn("score", "Score", "days", strong=True),
            ReportColumn("status", "Status"), ReportColumn("known", "Known", "ratio"),
            ReportColumn("moved_28d", "Moved, 28 days", "days"),
            *(ReportColumn(name, label, "days") for name, label in book.heads),
            ReportColumn("read_on", "Read on", "day"), ReportColumn("rule_version", "Rules", "count"),
        ),
        rows=[
            [row.name, row.seen.health.score, row.seen.words, row.seen.health.known, row.moved, *row.cells,
             row.seen.reading.day, row.seen.reading.rules_id]
            for row in book.rows
        ],
        source="Last reading of each client; a component of a class that is not the reader's is in no score",
    )  # fmt: skip


def columns(user: User, today: date) -> Sequence[Column]:
    return (Column("health", "Health", "0–100", style="health"),)


def cells(user: User, clients: Mapping[int, str], today: date) -> Mapping[int, Mapping[str, Figure]]:
    """One query for any number of clients."""
    found = load_figures(user, {pk: (key, key) for pk, key in clients.items()})
    return {pk: {"health": figure} for pk, figure in found.items()}


def register() -> None:
    report_kinds.register("health", ReportKind("Health of the clients", READERS, report))
    column_sources.register("health", ColumnSource(READERS, columns, cells))
