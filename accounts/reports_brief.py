"""A client on one page before a meeting: who one meets, what was promised, how it stands. The page and its print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.http import Http404

from accounts.access import NOT_FOUND, get_client_for
from accounts.models import Client, Objective
from accounts.queries.commitments import load_promises
from accounts.queries.health import load_health
from accounts.queries.intelligence import living
from accounts.queries.kpis import aim_words, client_kpis, load_states
from accounts.queries.overview import facts_of
from accounts.queries.plans import CLOSED, open_actions
from accounts.queries.stakeholders import stakeholder_book
from accounts.queries.touchpoints import touchpoints_of
from common.formats import DASH, compact, day, day_short, number, ratio
from common.policies import CLIENT_READERS, LEGAL
from common.reports import Report, ReportColumn, ReportKind, ReportTable, report_kinds
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

PEOPLE: Final = 5
LINES: Final = 3
"""Lines of a table: it is to fit on one page."""
LONG: Final = 84
"""Letters of a cell."""


def _table(heading: str, labels: Sequence[str], rows: list[list[str]], none: str) -> ReportTable:
    columns = tuple(ReportColumn(label.lower().replace(" ", "_"), label) for label in labels)
    return ReportTable(
        heading, columns, [[_short(cell) or DASH for cell in row] for row in rows], note="" if rows else none
    )


def _short(words: str) -> str:
    return words if len(words) <= LONG else f"{words[: LONG - 1].rstrip()}…"


def brief(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """Raises Http404 where the client is out of sight or the role reads no relationships."""
    if not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    return brief_report(user, get_client_for(user, query.get("client", "")), now)


def brief_report(user: User, client: Client, now: datetime, *, money: bool = True) -> Report:
    """Every cell is words. money: with what other apps know of it; a page leaves that to a request of its own.

    At most eleven queries without money.
    """
    today = client.local_date(now)
    people, touches, health = _people(user, client, today), _touches(client), load_health(user, client, today)
    return Report(
        name=f"brief-{client.key}",
        title=f"Brief on {client.name}",
        finding=health.finding,
        as_of=now,
        columns=people.columns,
        rows=people.rows,
        heading=people.heading,
        period=" · ".join(filter(None, [client.industry, client.owner.name if client.owner else "", day(today)])),
        filters=(("Client", client.name),),
        source="As everything stands now, in the sight of whoever asks",
        more=(
            touches,
            _promises(client, today),
            *([_money(user, client, today)] if money else []),
            _health(health),
            _kpis(client, today),
            _plan(client, today),
            _notes(user, client, today),
        ),
        dense=True,
    )


def _people(user: User, client: Client, today: date) -> ReportTable:
    book, stance = stakeholder_book(user, client, today), abilities_of(user).see_stance
    labels = ["Who", "Title", "Part", "Power", "Level", *(["Stance"] if stance else []), "Last touch", "Ours"]
    rows = []
    for row in book.rows[:PEOPLE]:
        power = "" if row.power is None else f"{row.power} of 5"
        told = [row.stance] if stance else []
        touched = day(row.last_touch) if row.last_touch else "never"
        rows.append([row.name, row.title, row.buying_role, power, row.level_word, *told, touched, row.owner])
    return _table("Who you meet", labels, rows, "Nobody is on the map.")


def _touches(client: Client) -> ReportTable:
    rows = [[day(row.date), row.kind, row.theirs, row.ours, row.notes] for row in touchpoints_of(client, limit=2)]
    return _table("Last touches", ("When", "What", "Theirs", "Ours", "Notes"), rows, "Nothing is logged.")


def _promises(client: Client, today: date) -> ReportTable:
    rows = [
        ["We" if row.side == "ours" else "They", row.text, day(row.due), row.words, row.owner]
        for row in load_promises(client, today).open[:LINES]
    ]
    return _table("Promises open", ("Who", "What", "Due", "State", "With"), rows, "None is open.")


def _money(user: User, client: Client, today: date) -> ReportTable:
    rows = [
        [fact.label, compact(fact.figure.value, fact.figure.unit) if fact.figure else fact.text, fact.note]
        for fact in facts_of(user, client, today)
    ]
    return _table("Money", ("Figure", "Value", "Note"), rows, "No figure is in your sight.")


def _health(page: object) -> ReportTable:
    rows = []
    for row in getattr(page, "rows", ()):
        moved = "" if row.points is None else number(row.points, 1, signed=True)
        score = "unknown" if row.score is None else number(row.score)
        rows.append([row.label, score, moved, "; ".join(_input(line) for line in row.inputs[:1])])
    return _table("Health, and what moved it", ("Part", "Score", "Moved", "Read from"), rows, "Not read yet.")


def _input(line: object) -> str:
    value, unit = getattr(line, "value", None), str(getattr(line, "unit", ""))
    return f"{getattr(line, 'label', '')} {compact(value, unit)}"


def _kpis(client: Client, today: date) -> ReportTable:
    rank = {"at_risk": 0, "watch": 1, "unknown": 2, "on_track": 3}
    states = sorted(load_states(client_kpis(client), today), key=lambda state: rank[state.standing])
    rows = [
        [state.kpi.name, state.said(state.actual), aim_words(state.kpi, client.currency),
         ratio(state.held.to_date, 0) if state.held.to_date is not None else "", state.standing_word]
        for state in states[:LINES]
    ]  # fmt: skip
    return _table("KPIs", ("KPI", "Now", "Target", "Attained", "Standing"), rows, "None is agreed.")


def _plan(client: Client, today: date) -> ReportTable:
    """What we are after, and the next steps to it."""
    goals = Objective.objects.filter(plan__client=client).exclude(status__in=CLOSED).select_related("owner")
    rows = [
        ["Objective", goal.title, goal.owner.name if goal.owner else "", day(goal.due), goal.get_status_display()]
        for goal in goals.order_by("position", "pk")[:LINES]
    ]
    rows += [
        ["Next step", row.title, row.owner, day(row.due), row.due_words if row.late else row.status_word]
        for row in open_actions(client, today, limit=LINES)
    ]
    return _table("The plan", ("Part", "What", "Owner", "Due", "State"), rows, "The plan has no objective yet.")


def _notes(user: User, client: Client, today: date) -> ReportTable:
    rows = [
        [row.kind_word, row.title, row.so_what, day_short(row.happens_on) if row.happens_on else ""]
        for row in living(user, client, today, LINES)
    ]
    return _table("What to know", ("Of", "What", "So what", "On"), rows, "Nothing is noted that still holds.")


def register() -> None:
    report_kinds.register("brief", ReportKind("Brief on a client", CLIENT_READERS - {LEGAL}, brief))
