"""The six questions of a small client's plan: half of the answers stand elsewhere already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import F
from django.urls import reverse

from accounts.access import opportunities_for
from accounts.models import Client, FactKind, Outcome, Plan, PlanFact, Stakeholding
from common.formats import money

if TYPE_CHECKING:
    from people.models import User

POWERFUL = 4
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """lines: what is known, from the plan's own words or from records. empty: what to say where nothing is."""

    question: str
    lines: tuple[str, ...]
    empty: str
    url: str
    link: str


def load_six(user: User, client: Client, plan: Plan | None, today: date) -> tuple[Answer, ...]:
    """Three queries; two where there is no plan."""
    words = reverse("plan_ambition", args=[client.key])
    deals = opportunities_for(user).filter(client=client, outcome=Outcome.OPEN)
    named = [
        f"{deal.name}, {money(deal.amount, deal.currency) if deal.amount is not None else 'not priced'}, {deal.stage}"
        for deal in deals.order_by(F("amount").desc(nulls_last=True), "pk")[:SHOWN]
    ]
    people = Stakeholding.objects.filter(client=client, power__gte=POWERFUL).select_related("contact")
    deciders = [
        ", ".join(filter(None, (stake.contact.name, stake.contact.title)))
        for stake in people.order_by("-power", "pk")[:SHOWN]
    ]
    risks: list[str] = []
    if plan is not None:
        found = PlanFact.objects.filter(plan=plan, kind=FactKind.RISK).order_by("position", "pk")
        risks = [f"{risk.title}. {risk.response}".strip() for risk in found[:SHOWN]]
    known = (plan.get_known_to_client_display(),) if plan is not None and plan.known_to_client else ()
    add_risk = f"{reverse('plan_part_add', args=[client.key, 'fact'])}?kind=risk"
    growth, everybody = reverse("client_growth", args=[client.key]), reverse("client_stakeholders", args=[client.key])
    unsaid = "Not said yet."
    return (
        Answer("What do we go for this quarter?", _words(plan.quarter_focus if plan else ""), unsaid, words, "Answer"),
        Answer("What outcome do we want?", _words(plan.ambition if plan else ""), unsaid, words, "Answer"),
        Answer("Does the client know this plan?", known, "Nobody has said.", words, "Answer"),
        Answer("What blocks us, what could go wrong?", tuple(risks), "No risk is noted.", add_risk, "Add"),
        Answer("Which deals carry it?", tuple(named), "No open deal.", growth, "Growth"),
        Answer("Who decides?", tuple(deciders), "Nobody of power 4 or 5 is known.", everybody, "People"),
    )


def _words(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
