"""The voice of all clients in sight: the scores plain, by role and by revenue; themes, insights and surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.access import clients_for, feedback_for, insights_for, surveys_for
from accounts.calc.voice import Loop, loop_of, weighted_mean
from accounts.models import Invitation, Scale
from accounts.queries.answers import Scored, Scores, load_scored, open_answers, scores_of, sees_answers, window
from accounts.queries.voice import (
    InsightRow,
    SurveyRow,
    ThemeRow,
    asked_of,
    insight_row,
    survey_rows,
    theme_rows,
)
from common.columns import column_sources
from common.figures import Figure, figure_id
from common.formats import number, plural

if TYPE_CHECKING:
    from people.models import User

REVENUE = "revenue"
"""The column another app fills with a client's net revenue of the year so far."""
LISTED = 200


@dataclass(frozen=True, slots=True)
class ClientVoice:
    """revenue: None where unknown, or the reader sees no money. unreplied: None for readers of scores alone."""

    key: str
    name: str
    scores: Scores
    before: Scores
    last: date | None
    revenue: Figure | None
    unreplied: int | None

    @property
    def moved(self) -> Decimal | None:
        now, was = self.scores.nps.score, self.before.nps.score
        return None if now is None or was is None else now - was

    @property
    def waiting_words(self) -> str:
        return plural(self.unreplied or 0, "detractor")


@dataclass(frozen=True, slots=True)
class ThemeWeight:
    """revenue: of the clients that spoke of it, None where none is known. clients: how many did."""

    row: ThemeRow
    clients: int
    revenue: Decimal | None
    insights: int


@dataclass(frozen=True, slots=True)
class VoiceBook:
    """silent: clients in sight that nobody answered for in the window."""

    finding: str
    scores: Scores
    nps: Figure
    role_weighted: Figure
    revenue_weighted: Figure
    csat: Figure
    rate: Figure
    loop_days: Figure
    loop: Loop
    heard: int
    clients: int
    currency: str
    rows: tuple[ClientVoice, ...]
    themes: tuple[ThemeWeight, ...]
    insights: tuple[InsightRow, ...]
    surveys: tuple[SurveyRow, ...]
    asked: int
    answered: int


def revenue_of(user: User, clients: Mapping[int, str], today: date) -> dict[int, Figure]:
    """Net revenue of the year so far by client id, as the client list shows it. Four queries."""
    found: dict[int, Figure] = {}
    for _, source in column_sources:
        if user.role in source.roles and any(column.key == REVENUE for column in source.columns(user, today)):
            cells = source.cells(user, clients, today)
            found.update({pk: figures[REVENUE] for pk, figures in cells.items() if REVENUE in figures})
    return found


def load_book(user: User, today: date) -> VoiceBook:
    """Twelve queries at any number of clients."""
    may = sees_answers(user)
    first, last = window(today)
    answers = load_scored(feedback_for(user), first=window(today, 1)[0], last=last)
    named = {pk: (key, name) for pk, key, name in clients_for(user).order_by().values_list("pk", "key", "name")}
    heard = {one.client_id: named[one.client_id][0] for one in answers}
    revenue = revenue_of(user, heard, today) if heard else {}
    unreplied = _unreplied(user) if may else {}
    of_client: dict[int, list[Scored]] = {pk: [] for pk in heard}
    for one in answers:
        of_client[one.client_id].append(one)
    rows = tuple(
        _client(pk, named[pk], of_client[pk], first, revenue.get(pk),
                unreplied.get(pk, 0) if may else None, may)
        for pk in heard
    )  # fmt: skip
    recent = [one for one in answers if one.on >= first]
    scores = scores_of(recent if may else open_answers(recent), open_to_all=may)
    weighted = weighted_mean(
        (row.scores.nps.score, Decimal(row.revenue.value) if row.revenue and row.revenue.value is not None else None)
        for row in rows
    )
    insights = list(insights_for(user).select_related("owner", "theme", "client"))
    loop = loop_of((one.raised_on, one.done_on, one.told_on) for one in insights)
    asked, answered = asked_of(Invitation.objects.filter(client__in=clients_for(user)), today)
    spoke = {one.client_id for one in recent}
    return VoiceBook(
        finding=_finding(scores, rows),
        scores=scores,
        nps=_figure("nps", "NPS", scores.nps.score, "score"),
        role_weighted=_figure("nps_by_role", "Role-weighted NPS", scores.role_weighted, "score"),
        revenue_weighted=_figure("nps_by_revenue", "Revenue-weighted NPS", weighted, "score"),
        csat=_figure("csat", "CSAT", scores.csat.share, "ratio"),
        rate=_figure("response", "Response rate", Decimal(answered) / asked if asked else None, "ratio"),
        loop_days=_figure("loop_days", "Days to close the loop", loop.days, "days"),
        loop=loop,
        heard=len(spoke),
        clients=len(named),
        currency=next((figure.unit for figure in revenue.values()), ""),
        rows=tuple(sorted(rows, key=_worst_first)),
        themes=_themes(user, first, last, revenue, [one.theme_id for one in insights]) if may else (),
        insights=tuple(insight_row(one, today) for one in insights[:LISTED]),
        surveys=survey_rows(surveys_for(user), Q(invitations__client__in=clients_for(user)), today),
        asked=asked,
        answered=answered,
    )


def _figure(name: str, label: str, value: Decimal | int | None, unit: str) -> Figure:
    return Figure(figure_id(f"voice.{name}"), f"{label}, all clients in sight", value, unit)


def _client(
    pk: int, named: tuple[str, str], answers: Sequence[Scored], first: date, revenue: Figure | None,
    unreplied: int | None, may: bool,
) -> ClientVoice:  # fmt: skip
    now, was = [one for one in answers if one.on >= first], [one for one in answers if one.on < first]
    return ClientVoice(
        key=named[0],
        name=named[1],
        scores=scores_of(now, open_to_all=may),
        before=scores_of(was, open_to_all=may),
        last=max((one.on for one in answers), default=None),
        revenue=revenue,
        unreplied=unreplied,
    )


def _worst_first(row: ClientVoice) -> tuple[int, Decimal, str]:
    score = row.scores.nps.score
    return -(row.unreplied or 0), Decimal(999) if score is None else score, row.name


def _unreplied(user: User) -> dict[int, int]:
    found: dict[int, int] = {}
    rows = feedback_for(user).filter(scale=Scale.NPS, score__lte=6, replied_on=None)
    for pk in rows.order_by().values_list("client_id", flat=True):
        found[pk] = found.get(pk, 0) + 1
    return found


def _themes(
    user: User, first: date, last: date, revenue: Mapping[int, Figure], of_insights: Sequence[int | None]
) -> tuple[ThemeWeight, ...]:
    tagged = list(
        feedback_for(user)
        .filter(date__gte=first, date__lte=last, themes__isnull=False)
        .values_list("themes__pk", "themes__name", "scale", "score", "client_id")
    )
    spoke: dict[int, set[int]] = {}
    for pk, _, _, _, client in tagged:
        spoke.setdefault(pk, set()).add(client)
    found = []
    for row in theme_rows((pk, name, scale, score) for pk, name, scale, score, _ in tagged):
        known = [
            Decimal(revenue[pk].value or 0) for pk in spoke[row.pk] if pk in revenue and revenue[pk].value is not None
        ]
        whole = sum(known, Decimal(0)) if known else None
        found.append(ThemeWeight(row, len(spoke[row.pk]), whole, of_insights.count(row.pk)))
    return tuple(sorted(found, key=lambda one: (-(one.revenue or 0), -one.row.answers, one.row.name)))


def _finding(scores: Scores, rows: Sequence[ClientVoice]) -> str:
    waiting = sum(row.unreplied or 0 for row in rows)
    score = scores.nps.score
    if score is None:
        return "Voice of the clients"
    said = f"Clients score us {number(score, 0, signed=True)} over {plural(scores.nps.answers, 'answer')}"
    if waiting:
        return f"{said}; {plural(waiting, 'detractor')} {'waits' if waiting == 1 else 'wait'} for our reply"
    return said
