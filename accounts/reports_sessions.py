"""The minutes of a planning session to take away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.access import get_session_by_key_for
from accounts.queries.sessions import Board, load_board
from common.formats import day, plural
from common.reports import Report, ReportColumn, ReportTable

if TYPE_CHECKING:
    from people.models import User


def minutes(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """client, session: by their keys. Ideas still covered are counted, not told."""
    session = get_session_by_key_for(user, query.get("client", ""), query.get("session", ""))
    board = load_board(user, session)
    return Report(
        name=f"minutes-{session.key}",
        title=f"{session.title}: {session.client.name}",
        finding=board.finding,
        as_of=now,
        period=f"Held on {day(session.held_on)}",
        filters=(("Client", session.client.name),),
        columns=(
            ReportColumn("item", "Item"),
            ReportColumn("idea", "Idea"),
            ReportColumn("author", "From"),
            ReportColumn("dots", "Dots", "count"),
            ReportColumn("became", "Became"),
        ),
        rows=_ideas(board),
        heading="What was said",
        more=(_agenda(board), _people(board)),
        notes=tuple(filter(None, (session.purpose, session.outcome))),
        source="The session as it stands",
    )


def _ideas(board: Board) -> list[list[object]]:
    return [
        [
            view.item.title, one.idea.text, one.author, one.dots,
            f"{one.became.word}: {one.became.title}" if one.became else None,
        ]
        for view in board.items
        for one in view.ideas
    ]  # fmt: skip


def _agenda(board: Board) -> ReportTable:
    covered = sum(view.covered for view in board.items)
    return ReportTable(
        "Agenda",
        (ReportColumn("item", "Item"), ReportColumn("kind", "Asks for"), ReportColumn("minutes", "Minutes", "count")),
        [[view.item.title, view.item.get_kind_display(), view.item.minutes] for view in board.items],
        ["Together", None, board.minutes],
        note=f"{plural(covered, 'idea')} still hidden." if covered else "",
    )


def _people(board: Board) -> ReportTable:
    return ReportTable(
        "Who took part",
        (ReportColumn("who", "Who"), ReportColumn("ideas", "Ideas", "count"), ReportColumn("dots", "Dots", "count")),
        [[one.name, one.ideas, one.placed] for one in board.people],
    )
