"""Answers read for scoring: who counts, how much, and what may be said of it to a reader.

Source: docs/definitions.md#nps
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.calc.voice import (
    FEW,
    ROLE_WEIGHTS,
    Answer,
    Csat,
    Nps,
    csat,
    newest_each,
    nps,
    weighted_nps,
)
from accounts.models import Feedback, Scale, Stakeholding
from common.formats import plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

WINDOW: Final = 180
"""Days back that a score looks."""
OPEN_FROM: Final = 3
"""Whoever may not see one person's answer sees a score of as many answers or more."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One answer with a score. role: the buying role of who gave it, blank where unknown."""

    client_id: int
    who: int | None
    on: date
    pk: int
    scale: str
    score: int
    role: str

    @property
    def answer(self) -> Answer:
        return Answer(self.who, self.on, self.pk, self.score)


@dataclass(frozen=True, slots=True)
class Scores:
    """withheld: there are answers, but too few for this reader to see what they come to."""

    nps: Nps
    role_weighted: Decimal | None
    csat: Csat
    withheld: bool = False

    @property
    def few(self) -> str:
        """What to say beside a score of few answers; blank where there are enough."""
        answers = self.nps.answers
        if self.withheld:
            return f"Fewer than {OPEN_FROM} answers: withheld from your role"
        return f"Only {plural(answers, 'answer')}" if 0 < answers < FEW else ""


def load_scored(feedback: QuerySet[Feedback], *, first: date, last: date) -> list[Scored]:
    """Answers with a score between two days, both included; oldest first. One query."""
    role = Stakeholding.objects.filter(contact=OuterRef("contact"), client=OuterRef("client")).values("buying_role")[:1]
    rows = (
        feedback.filter(score__isnull=False, date__gte=first, date__lte=last)
        .annotate(role=Coalesce(Subquery(role), Value("")))
        .order_by("date", "pk")
        .values_list("client_id", "contact_id", "date", "pk", "scale", "score", "role")
    )
    return [
        Scored(client, who, on, pk, scale, score, role)
        for client, who, on, pk, scale, score, role in rows
        if score is not None
    ]


def window(today: date, back: int = 0) -> tuple[date, date]:
    """First and last day of the window that ends today, or `back` windows earlier; 180 days each."""
    last = today - timedelta(days=WINDOW * back)
    return last - timedelta(days=WINDOW - 1), last


def counted(answers: Iterable[Scored], scale: str) -> list[Scored]:
    """Of one scale the last answer of each person, and those of nobody known."""
    by_pk = {one.pk: one for one in answers if one.scale == scale}
    return [by_pk[answer.at] for answer in newest_each(one.answer for one in by_pk.values())]


def scores_of(answers: Sequence[Scored], *, open_to_all: bool) -> Scores:
    """open_to_all: whether the reader may see a single answer; if not, scores of few are withheld."""
    recommend, satisfied = counted(answers, Scale.NPS), counted(answers, Scale.CSAT)
    hidden_nps = not open_to_all and 0 < len(recommend) < OPEN_FROM
    hidden_csat = not open_to_all and 0 < len(satisfied) < OPEN_FROM
    shown = [] if hidden_nps else recommend
    return Scores(
        nps=nps(one.score for one in shown),
        role_weighted=weighted_nps((one.score, ROLE_WEIGHTS.get(one.role, 1)) for one in shown),
        csat=csat([] if hidden_csat else [one.score for one in satisfied]),
        withheld=hidden_nps or hidden_csat,
    )


def open_answers(answers: Sequence[Scored]) -> list[Scored]:
    """What a reader without the class may have in a sum over clients: of each client and scale three or more, so that
    nothing is left to find by taking the others away.
    """
    groups: dict[tuple[int, str], list[Scored]] = {}
    for one in answers:
        groups.setdefault((one.client_id, one.scale), []).append(one)
    shown = {place for place, listed in groups.items() if len(counted(listed, place[1])) >= OPEN_FROM}
    return [one for one in answers if (one.client_id, one.scale) in shown]


def sees_answers(user: User) -> bool:
    """Field class STANCE: what one person thinks of us, and who it was."""
    return abilities_of(user).see_stance
