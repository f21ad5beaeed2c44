"""SWOT, competitors, risks and the charter: views over the same facts, and over what other pages know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db.models import F
from django.urls import reverse

from accounts.access import opportunities_for
from accounts.models import Client, FactKind, Outcome, Plan, PlanFact
from common.formats import money, plural

if TYPE_CHECKING:
    from people.models import User

DEALS_SHOWN: Final = 5
_QUADRANTS: Final = {
    "Strengths": (FactKind.STRENGTH,),
    "Weaknesses": (FactKind.WEAKNESS,),
    "Openings": (FactKind.OPPORTUNITY,),
    "Threats": (FactKind.THREAT, FactKind.COMPETITOR, FactKind.RISK),
}
_SEVERE, _SERIOUS = 15, 8


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact. score: likelihood × impact of a risk, None where either is unknown; shape goes with it."""

    pk: int
    kind: str
    kind_word: str
    title: str
    detail: str
    response: str
    source: str
    bears_on: str
    owner: str
    likelihood: int | None
    impact: int | None
    score: int | None
    shape: str
    edit_url: str

    @property
    def anchor(self) -> str:
        return f"fact-{self.pk}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another page knows and this view shows too."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Quadrant:
    name: str
    add_url: str
    facts: tuple[FactLine, ...]
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class CharterLine:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ContextPage:
    finding: str
    quadrants: tuple[Quadrant, ...]
    competitors: tuple[FactLine, ...]
    risks: tuple[FactLine, ...]
    charter: tuple[CharterLine, ...]
    add_risk: str
    add_competitor: str


def fact_line(fact: PlanFact, key: str) -> FactLine:
    score = None if fact.likelihood is None or fact.impact is None else fact.likelihood * fact.impact
    return FactLine(
        pk=fact.pk,
        kind=fact.kind,
        kind_word=fact.get_kind_display(),
        title=fact.title,
        detail=fact.detail,
        response=fact.response,
        source=fact.source,
        bears_on=fact.imperative.title if fact.imperative else "",
        owner=fact.owner.name if fact.owner else "",
        likelihood=fact.likelihood,
        impact=fact.impact,
        score=score,
        shape=_gravity(score) if fact.kind == FactKind.RISK else "",
        edit_url=reverse("plan_part", args=[key, "fact", fact.pk]),
    )


def _gravity(score: int | None) -> str:
    if score is None:
        return "unknown"
    return "at_risk" if score >= _SEVERE else "watch" if score >= _SERIOUS else "on_track"


def load_context(user: User, client: Client, today: date) -> ContextPage:
    """Three queries."""
    plan = Plan.objects.filter(client=client).first()
    rows = PlanFact.objects.filter(plan__client=client).select_related("imperative", "owner").order_by("position", "pk")
    facts = [fact_line(fact, client.key) for fact in rows]
    deals = opportunities_for(user).filter(client=client, outcome=Outcome.OPEN)
    open_deals = [
        Elsewhere(
            deal.name + (f", {money(deal.amount, deal.currency)}" if deal.amount is not None else ""),
            reverse("opportunity", args=[deal.key]),
        )
        for deal in deals.order_by(F("amount").desc(nulls_last=True), "pk")[:DEALS_SHOWN]
    ]
    risks = sorted((fact for fact in facts if fact.kind == FactKind.RISK), key=lambda fact: -(fact.score or 0))
    add = reverse("plan_part_add", args=[client.key, "fact"])
    return ContextPage(
        finding=_finding(risks, facts),
        quadrants=tuple(
            Quadrant(
                name,
                f"{add}?kind={kinds[0]}",
                tuple(fact for fact in facts if fact.kind in kinds),
                tuple(open_deals) if name == "Openings" else (),
            )
            for name, kinds in _QUADRANTS.items()
        ),
        competitors=tuple(fact for fact in facts if fact.kind == FactKind.COMPETITOR),
        risks=tuple(risks),
        charter=charter_of(plan),
        add_risk=f"{add}?kind=risk",
        add_competitor=f"{add}?kind=competitor",
    )


def charter_of(plan: Plan | None) -> tuple[CharterLine, ...]:
    """The four questions; an unknown answer is blank and counts against freshness."""
    questions = {
        "Where do we play?": "field_of_play",
        "What value do we bring?": "our_value",
        "How do they gain from it?": "their_gain",
        "What do we gain?": "our_gain",
    }
    return tuple(CharterLine(text, getattr(plan, name, "") if plan else "") for text, name in questions.items())


def _finding(risks: Sequence[FactLine], facts: Sequence[FactLine]) -> str:
    bare = [risk for risk in risks if not risk.response]
    if bare:
        return (
            f"{plural(len(bare), 'risk')} {'has' if len(bare) == 1 else 'have'} no answer yet, “{bare[0].title}” first"
        )
    if risks and risks[0].score is not None:
        return f"The gravest risk is “{risks[0].title}”, and it has an answer"
    if facts:
        return f"{plural(len(facts), 'fact')} about this client, each written down once"
    return "What is true around this client"
