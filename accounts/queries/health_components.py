"""The components of health that are read from what this app keeps. Source: docs/definitions.md#health"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import OuterRef, Subquery

from accounts.calc.coverage import coverage
from accounts.calc.health import clamped, relationship, sentiment
from accounts.calc.kpis import mean_attainment
from accounts.calc.network import StrongTie, threads
from accounts.calc.voice import nps
from accounts.models import Bond, Feedback, Kpi, Stakeholding, Touchpoint
from accounts.queries.answers import OPEN_FROM, counted, load_scored, window
from accounts.queries.kpis import KpiState, load_states
from accounts.queries.stakeholders import tie_of
from common.health import ComponentScore, HealthAsk, HealthComponent, HealthInput, components

STANCE: Final = "STANCE"


def read_relationship(ask: HealthAsk) -> Mapping[int, ComponentScore]:
    """Two queries. Judgements as they stand now; touches up to the day."""
    links = Touchpoint.theirs.through._default_manager.filter(
        contact_id=OuterRef("contact_id"),
        touchpoint__client_id=OuterRef("client_id"),
        touchpoint__date__lte=ask.day,
    )
    newest = links.order_by("-touchpoint__date").values("touchpoint__date")[:1]
    stakes: dict[int, list[Stakeholding]] = {}
    for stake in Stakeholding.objects.filter(client__in=ask.client_ids).annotate(last_touch=Subquery(newest)):
        stakes.setdefault(stake.client_id, []).append(stake)
    bonds: dict[int, list[StrongTie]] = {}
    rows = Bond.objects.filter(stake__client__in=ask.client_ids)
    for client, stake_id, person, level in rows.values_list("stake__client_id", "stake_id", "person_id", "level"):
        bonds.setdefault(client, []).append(StrongTie(stake_id, person, level))
    found = {}
    for client, of_client in stakes.items():
        covered = coverage((tie_of(stake) for stake in of_client), ask.day)
        ties = [StrongTie(one.pk, one.owner_id, one.level) for one in of_client if one.owner_id is not None]
        single = threads([*ties, *bonds.get(client, ())]).single
        found[client] = ComponentScore(
            relationship(covered.share, single_threaded=single),
            (
                HealthInput("Power covered, of all power", covered.share, "ratio"),
                HealthInput("People on the map", covered.people),
                HealthInput("Less, single-threaded", 25 if single and covered.share is not None else 0, "score"),
            ),
        )
    return found


def read_sentiment(ask: HealthAsk) -> Mapping[int, ComponentScore]:
    """One query."""
    first, last = window(ask.day)
    answers = load_scored(Feedback.objects.filter(client__in=ask.client_ids), first=first, last=last)
    by_client: dict[int, list[int]] = {}
    for one in counted(answers, "nps"):
        by_client.setdefault(one.client_id, []).append(one.score)
    found = {}
    for client, scores in by_client.items():
        told = nps(scores)
        inputs = (HealthInput("NPS", told.score, "score"), HealthInput("Answers", told.answers))
        # Of few answers a score would tell what one person said.
        found[client] = ComponentScore(sentiment(told.score), inputs, STANCE if told.answers < OPEN_FROM else "")
    return found


def read_value(ask: HealthAsk) -> Mapping[int, ComponentScore]:
    """Two queries. KPIs as they are defined now; readings up to the day."""
    by_client: dict[int, list[KpiState]] = {}
    for state in load_states(Kpi.objects.filter(client__in=ask.client_ids).order_by("name", "pk"), ask.day):
        by_client.setdefault(state.kpi.client_id, []).append(state)
    found = {}
    for client, states in by_client.items():
        mean = mean_attainment(state.held.to_date for state in states)
        known = sum(state.held.to_date is not None for state in states)
        inputs = (
            HealthInput("Mean attainment of what was asked by then", mean, "ratio"),
            HealthInput("KPIs with a reading and a target", known),
            HealthInput("KPIs agreed", len(states)),
        )
        found[client] = ComponentScore(clamped(mean), inputs)
    return found


def register() -> None:
    components.register(
        "relationship",
        HealthComponent(
            "Relationship", 25, "100 × power covered ÷ all power, less 25 if on one thread", "client_stakeholders", 10,
            read_relationship,
        ),
    )  # fmt: skip
    components.register(
        "value",
        HealthComponent(
            "Value and KPIs", 20, "100 × mean attainment of KPIs, from 0 to 1. Unknown without a reading",
            "client_kpis", 40, read_value,
        ),
    )  # fmt: skip
    components.register(
        "sentiment",
        HealthComponent("Sentiment", 15, "(NPS of the last 180 days + 100) ÷ 2", "client_voice", 50, read_sentiment),
    )
