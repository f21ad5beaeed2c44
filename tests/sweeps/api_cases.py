"""How each REST address is called, with a token of every scope: what is left is what the role may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import KpiDefinition
from common.models import FxRate
from financials.models import IndexReading
from qbr.models import DeckBrand, DeckTemplate
from tests.sweeps.cases.base import (
    AUDITORS,
    BOOKERS,
    BOOKKEEPERS,
    CLIENT_READERS,
    CLOSE_READERS,
    DIRECTOR,
    EVERYONE,
    FINANCE,
    MONEY,
    PLANNERS,
    RELATIONS,
    STANCE,
    WRITERS,
    Case,
    Kwargs,
    Roles,
    call_of,
    figure_case,
    fixed,
    pack_of,
    plan_of,
    scenario_of,
    view_of,
)
from tests.sweeps.world import World

DEAL: Kwargs = {"key": "D-9", "client": "HAL", "name": "Film", "stage": "Proposal", "amount": "9", "currency": "USD"}
OFFER: Kwargs = {"key": "P-9", "opportunity": "HAL-OPP", "title": "Offer", "edition": 9}
PITCH: Kwargs = {"key": "X-9", "client": "HAL", "name": "Film", "cost": "9", "currency": "USD", "fit": 3}
CONTRACT: Kwargs = {
    "number": "C-9", "kind": "sow", "client": "HAL", "title": "Work", "start": "2026-01-01", "end": "2026-12-31",
    "amount": "1200", "currency": "USD", "status": "draft",
}  # fmt: skip
ENTRY: Kwargs = {
    "source_ref": "R-9", "client": "HAL", "month": "2026-11", "line": "gross_revenue", "amount": "10",
    "currency": "USD",
}  # fmt: skip
INVOICE: Kwargs = {
    "number": "I-9", "client": "HAL", "issued": "2026-11-01", "due": "2026-12-01", "amount": "10", "currency": "USD",
}  # fmt: skip
ORDER: Kwargs = {"number": "O-9", "client": "HAL", "amount": "10", "currency": "USD", "issued": "2026-11-01"}
HOURS: Kwargs = {
    "source_ref": "H-9", "date": "2026-11-05", "person_email": "delivery@example.com", "client": "HAL", "hours": "2"
}  # fmt: skip
CARD: Kwargs = {
    "kind": "bill", "role": "Writer", "client": "HAL", "rate": "90", "currency": "USD", "from": "2026-11-01"
}  # fmt: skip
PLANNED: Kwargs = {"week": "2026-12-14", "role": "Writer", "client": "HAL", "hours": "12"}
OVERRIDE: Kwargs = {
    "key": "O-NEW", "client": "HAL", "level": "manager", "from": "2026-12", "to": "2026-12", "amount": "10",
    "currency": "USD", "reason": "Said so", "expires_on": "2199-12-31",
}  # fmt: skip
AWAY: Kwargs = {"person_email": "delivery@example.com", "from": "2027-02-01", "to": "2027-02-05"}
MILESTONE: Kwargs = {"contract": "HAL-SOW", "key": "M9", "title": "Launch", "due": "2026-11-30", "amount": "10"}
ESTIMATE: Kwargs = {"contract": "HAL-SOW", "month": "2026-11", "cost_to_go": "10"}
TERM: Kwargs = {"contract": "HAL-SOW", "topic": "payment_days", "value": "45", "from": "2199-01-01"}
PLAN: Kwargs = {
    "version": "v9", "client": "HAL", "month": "2026-11", "line": "delivery_labour", "amount": "10", "currency": "USD",
    "hours": "2",
}  # fmt: skip
AIM: Kwargs = {"measure": "net_revenue", "client": "HAL", "month": "2027-01", "amount": "10", "currency": "USD"}
READING: Kwargs = {"index": "cpi", "month": "2026-11", "value": "134.9", "source": "Statistics office"}
PAIR: Kwargs = {"month": "2026-11", "base": "GBP", "quote": "USD", "average": "1.31"}
HIRE: Kwargs = {"email": "new@example.com", "name": "New One", "manager_email": "owner@example.com"}
CONTACT: Kwargs = {"key": "P-9", "client": "HAL", "first_name": "Ana", "last_name": "New"}


def _resource(
    name: str, reads: Roles, writes: Roles, one: Callable[[World], Any], body: Kwargs, *, delete: bool, change: Kwargs
) -> tuple[Case, ...]:
    def body_of(world: World) -> Kwargs:
        return dict(body)

    record = Case(
        f"api_{name}",
        lambda world: {"pk": str(one(world).pk)},
        get=reads,
        patch=writes,
        delete=writes if delete else None,
        body=lambda world: dict(change),
        record=True,
        strange=404,
    )
    return (
        Case(f"api_{name}_list", get=reads, post=writes, body=body_of, strange=422),
        Case(f"api_{name}_bulk", post=writes, body=body_of, strange=422),
        record,
    )


def _alliance(world: World) -> Kwargs:
    """Between the two of the director's own client, whoever asks."""
    ends = {"from": world.own.boss.key, "to": world.own.contact.key}
    return {"client": "HAL", **ends, "kind": "alliance", "strength": 3}


def _introduction(world: World) -> Kwargs:
    return {"from": world.own.contact.key, "to": world.own.boss.key, "strength": 3}


def version_pk(world: World) -> Kwargs:
    return {"pk": str(world.own.version.pk)}


def survey_pk(world: World) -> Kwargs:
    return {"pk": str(world.own.survey.pk)}


API: tuple[Case, ...] = (
    *_resource(
        "clients", CLIENT_READERS, DIRECTOR, lambda world: world.own.client,
        {"key": "NEW", "name": "New", "parent": "HAL"}, delete=False, change={"industry": "Media"},
    ),
    *_resource(
        "contacts", RELATIONS, WRITERS, lambda world: world.own.contact, CONTACT, delete=True, change={"title": "CEO"}
    ),
    Case(
        "api_contacts_merge", lambda world: {"pk": str(world.own.contact.pk)}, post=WRITERS, record=True, strange=404,
        body=lambda world: {"take_in": world.own.boss.key},
    ),
    Case(
        "api_contacts_held", lambda world: {"pk": str(world.own.contact.pk)},
        post=frozenset({"director", "leadership"}), record=True, strange=404,
    ),
    Case(
        "api_contacts_erase", lambda world: {"pk": str(world.own.contact.pk)}, post=DIRECTOR, record=True, strange=404,
        body=lambda world: {"reason": "Asked"},
    ),
    *_resource(
        "touchpoints", RELATIONS, WRITERS, lambda world: world.own.touch,
        {"source_ref": "T-9", "client": "HAL", "date": "2026-11-04", "theirs": ["HAL-C1"]}, delete=True,
        change={"notes": "Said yes"},
    ),
    *_resource(
        "asks", RELATIONS, WRITERS, lambda world: world.own.ask,
        {"key": "A-9", "client": "HAL", "text": "Again", "asked_on": "2026-11-04"}, delete=True,
        change={"answered_on": "2026-11-20"},
    ),
    Case(
        "api_plan-versions_list", get=RELATIONS, post=WRITERS, strange=404,
        body=lambda world: {"client": "HAL", "note": "Board"},
    ),
    Case(
        "api_plan-versions", version_pk, get=RELATIONS, patch=WRITERS, record=True, strange=404,
        body=lambda world: {"note": "x"},
    ),
    Case("api_plan-versions_submit", version_pk, post=WRITERS, record=True, strange=404),
    Case(
        "api_plan-versions_decide", version_pk, post=DIRECTOR, record=True, strange=404,
        body=lambda world: {"verdict": "approve"},
    ),
    Case("api_plan-versions_restore", version_pk, post=WRITERS, record=True, strange=404),
    Case(
        "api_surveys_list", get=RELATIONS, post=WRITERS, strange=404,
        body=lambda world: {"client": "HAL", "title": "S", "closes_on": "2199-01-01"},
    ),
    Case(
        "api_surveys", survey_pk, get=RELATIONS, patch=WRITERS, record=True, strange=404,
        body=lambda world: {"title": "Autumn"},
    ),
    Case(
        "api_surveys_invite", survey_pk, post=WRITERS, record=True, strange=404,
        body=lambda world: {"contacts": "HAL-C1"},
    ),
    Case("api_survey-invitations_list", get=STANCE),
    Case(
        "api_survey-invitations", lambda world: {"pk": str(world.own.asked.pk)}, get=STANCE, record=True,
    ),
    Case("api_introductions_list", get=STANCE, post=WRITERS, body=_introduction, strange=422),
    Case("api_introductions_bulk", post=WRITERS, body=_introduction, strange=422),
    Case(
        "api_introductions", lambda world: {"pk": str(world.own.introduction.pk)}, get=STANCE, patch=WRITERS,
        delete=WRITERS, body=lambda world: {"strength": 2}, record=True, strange=404,
    ),
    Case("api_influences_list", get=STANCE, post=WRITERS, body=_alliance, strange=422),
    Case("api_influences_bulk", post=WRITERS, body=_alliance, strange=422),
    Case(
        "api_influences", lambda world: {"pk": str(world.own.line.pk)}, get=STANCE, patch=WRITERS, delete=WRITERS,
        body=lambda world: {"strength": 2}, record=True, strange=404,
    ),
    *_resource(
        "commitments", RELATIONS, WRITERS, lambda world: world.own.promise,
        {"key": "PR-9", "client": "HAL", "side": "theirs", "text": "Send the brief", "due": "2026-12-01"}, delete=True,
        change={"kept_on": "2026-11-20"},
    ),
    *_resource(
        "feedback", RELATIONS, WRITERS, lambda world: world.own.answer,
        {"source_ref": "F-9", "client": "HAL", "date": "2026-11-04", "score": 9, "scale": "nps"}, delete=True,
        change={"replied_on": "2026-11-20"},
    ),
    *_resource(
        "insights", RELATIONS, WRITERS, lambda world: world.own.insight,
        {
            "key": "N-9", "client": "HAL", "said": "Too slow", "kind": "service", "action": "Answer in a day",
            "raised_on": "2026-11-04",
        }, delete=True, change={"done_on": "2026-11-20"},
    ),
    Case(
        "api_kpi-definitions_list", get=RELATIONS, post=DIRECTOR,
        body=lambda world: {"key": "D-9", "name": "Reach", "unit": "ratio"},
    ),
    Case("api_kpi-definitions_bulk", post=DIRECTOR, body=lambda world: {"key": "D-9", "name": "Reach"}),
    Case(
        "api_kpi-definitions", lambda world: {"pk": str(KpiDefinition.objects.get().pk)}, get=RELATIONS,
        patch=DIRECTOR, delete=DIRECTOR, body=lambda world: {"how": "Asked"},
    ),
    *_resource(
        "campaigns", RELATIONS, WRITERS, lambda world: world.own.campaign,
        {
            "key": "CA-9", "client": "HAL", "name": "Sun", "starts_on": "2026-11-01", "ends_on": "2026-12-31",
            "currency": "USD",
        }, delete=True, change={"state": "ended"},
    ),
    Case(
        "api_campaign-channels_list", get=RELATIONS, post=WRITERS, strange=422,
        body=fixed(campaign="HAL-CA", channel="Print", budget="90"),
    ),
    Case(
        "api_campaign-channels", lambda world: {"pk": str(world.own.channel.pk)}, get=RELATIONS, patch=WRITERS,
        delete=WRITERS, body=fixed(budget="91"), record=True, strange=404,
    ),
    *_resource(
        "campaign-spend", RELATIONS, WRITERS, lambda world: world.own.spend,
        {"campaign": "HAL-CA", "channel": "Print", "budget": "90", "month": "2026-11", "spent": "9"}, delete=False,
        change={"spent": "10"},
    ),
    *_resource(
        "benefits", MONEY, WRITERS, lambda world: world.own.benefit,
        {"key": "B-9", "client": "HAL", "title": "Saved", "driver": "cost", "currency": "USD"}, delete=True,
        change={"title": "Saved more"},
    ),
    *_resource(
        "benefit-amounts", MONEY, WRITERS, lambda world: world.own.benefit_amount,
        {"benefit": "HAL-B0", "month": "2026-11", "amount": "9"}, delete=False, change={"amount": "10"},
    ),
    *_resource(
        "value-costs", MONEY, WRITERS, lambda world: world.own.value_cost,
        {"key": "VC-9", "client": "HAL", "title": "Tool", "month": "2026-11", "amount": "9", "currency": "USD"},
        delete=True, change={"amount": "10"},
    ),
    *_resource(
        "intelligence", RELATIONS, WRITERS, lambda world: world.own.note,
        {
            "key": "N-9", "kind": "client", "title": "News", "so_what": "Call", "clients": "HAL",
            "noted_on": "2026-11-01", "expires_on": "2027-01-01",
        }, delete=True, change={"so_what": "Wait"},
    ),
    *_resource(
        "web-analytics", RELATIONS, WRITERS, lambda world: world.own.web,
        {
            "client": "HAL", "report": "Traffic", "from": "2026-10-01", "to": "2026-10-31", "metric": "users",
            "amount": "4",
        },
        delete=False, change={"amount": "5"},
    ),
    *_resource(
        "kpis", RELATIONS, WRITERS, lambda world: world.own.kpi,
        {"key": "K-9", "client": "HAL", "name": "Reach", "target": "9"}, delete=True, change={"target": "10"},
    ),
    *_resource(
        "kpi-targets", RELATIONS, WRITERS, lambda world: world.own.phase,
        {"kpi": "HAL-K", "period": "2026-Q3", "target": "9"}, delete=True, change={"target": "10"},
    ),
    *_resource(
        "readings", RELATIONS, WRITERS, lambda world: world.own.kpi_reading,
        {"kpi": "HAL-K", "period": "2026-09", "actual": "9"}, delete=True, change={"actual": "10"},
    ),
    *_resource(
        "plans", RELATIONS, WRITERS, lambda world: world.own.objective.plan,
        {"client": "HAL", "ambition": "More"}, delete=False, change={"ambition": "Most"},
    ),
    *_resource(
        "imperatives", RELATIONS, WRITERS, lambda world: world.own.parts["imperative"],
        {"key": "I-9", "client": "HAL", "title": "Grow"}, delete=True, change={"why": "They must"},
    ),
    *_resource(
        "objectives", RELATIONS, WRITERS, lambda world: world.own.objective,
        {"key": "O-9", "client": "HAL", "title": "Grow", "imperative": "HAL-I"}, delete=True,
        change={"status": "watch"},
    ),
    *_resource(
        "plan-measures", RELATIONS, WRITERS, lambda world: world.own.parts["measure"],
        {"key": "M-9", "objective": "HAL-O", "title": "Leads", "target": "9"}, delete=True, change={"target": "10"},
    ),
    *_resource(
        "plan-readings", RELATIONS, WRITERS, lambda world: world.own.reading,
        {"measure": "HAL-M", "read_on": "2026-11-20", "value": "9"}, delete=False, change={"value": "10"},
    ),
    *_resource(
        "initiatives", RELATIONS, WRITERS, lambda world: world.own.parts["initiative"],
        {"key": "N-9", "objective": "HAL-O", "title": "Build"}, delete=True, change={"status": "watch"},
    ),
    *_resource(
        "plan-milestones", RELATIONS, WRITERS, lambda world: world.own.parts["milestone"],
        {"key": "S-9", "initiative": "HAL-N", "title": "Half way", "due": "2026-12-24"}, delete=True,
        change={"reached_on": "2026-11-20"},
    ),
    *_resource(
        "actions", RELATIONS, WRITERS, lambda world: world.own.action,
        {"key": "A-9", "objective": "HAL-O", "title": "Call"}, delete=True, change={"next_step": "Ring"},
    ),
    *_resource(
        "plan-facts", RELATIONS, WRITERS, lambda world: world.own.parts["fact"],
        {"key": "F-9", "client": "HAL", "kind": "risk", "title": "It rains"}, delete=True, change={"impact": 4},
    ),
    *_resource(
        "plan-targets", RELATIONS, WRITERS, lambda world: world.own.parts["target"],
        {"client": "HAL", "year": 2027, "amount": "9", "currency": "USD"}, delete=True, change={"amount": "10"},
    ),
    *_resource(
        "alignment-ties", RELATIONS, WRITERS, lambda world: world.own.tie,
        {"contract": "HAL-SOW", "imperative": "HAL-I2", "share": "0.5"}, delete=True, change={"share": "0.25"},
    ),
    Case("api_offerings_list", get=RELATIONS, post=DIRECTOR, body=fixed(key="O-8", name="Events")),
    Case("api_offerings_bulk", post=DIRECTOR, body=fixed(key="O-8", name="Events")),
    Case(
        "api_offerings", lambda world: {"pk": str(world.own.offering.pk)}, get=RELATIONS, patch=DIRECTOR,
        delete=DIRECTOR, body=fixed(roles="Writer: 30"),
    ),
    Case(
        "api_deck-brands_list", get=WRITERS, post=WRITERS, strange=422,
        body=lambda world: {"client": "HAL", "colour": "#0B4F6C"},
    ),
    Case(
        "api_deck-brands", lambda world: {"pk": str(DeckBrand.objects.get(client=world.own.client).pk)},
        get=WRITERS, patch=WRITERS, body=fixed(colour="#336699"), record=True, strange=404,
    ),
    Case("api_deck-templates_list", get=DIRECTOR, post=DIRECTOR, body=fixed(kind="annual", slides=["summary"])),
    Case(
        "api_deck-templates",
        lambda world: {"pk": str(DeckTemplate.objects.get(kind="qbr").pk)},
        get=DIRECTOR, patch=DIRECTOR, body=fixed(slides=["kpis", "value"]),
    ),
    Case(
        "api_value-asks_list", get=MONEY, post=WRITERS, strange=422,
        body=lambda world: {
            "client": "HAL", "contact": world.own.contact.key, "benefits": ["HAL-B0"], "expires_on": "2026-12-31",
        },
    ),
    Case(
        "api_value-asks", lambda world: {"pk": str(world.own.value_ask.pk)}, get=MONEY, patch=WRITERS,
        body=fixed(contact="other"), record=True, strange=404,
    ),
    Case(
        "api_value-asks_end", lambda world: {"pk": str(world.own.value_ask.pk)}, post=WRITERS, body=fixed(),
        record=True, strange=404,
    ),
    Case("api_value-asks_link", lambda world: {"pk": str(world.own.value_ask.pk)}, get=WRITERS, record=True),
    Case(
        "api_reviews_list", get=MONEY, post=WRITERS, strange=422,
        body=fixed(client="HAL", kind="annual", period="2026", day="2027-02-10"),
    ),
    Case(
        "api_reviews", lambda world: {"pk": str(world.own.meeting.pk)}, get=MONEY, patch=WRITERS,
        body=fixed(minutes="Qvwe agreed"), record=True, strange=404,
    ),
    Case(
        "api_reviews_step", lambda world: {"pk": str(world.own.meeting.pk)}, post=WRITERS,
        body=fixed(to="cancelled", reason="Qvmoved"), record=True, strange=404,
    ),
    Case(
        "api_planning-sessions_list", get=RELATIONS, post=WRITERS, strange=422,
        body=fixed(client="HAL", title="Qvsession", held_on="2026-12-01"),
    ),
    Case(
        "api_planning-sessions", lambda world: {"pk": str(world.own.session.pk)}, get=RELATIONS, patch=WRITERS,
        delete=WRITERS, body=fixed(purpose="Qvto agree"), record=True, strange=404,
    ),
    Case(
        "api_session-ideas_list", get=RELATIONS, post=WRITERS, strange=422,
        body=lambda world: {"item": str(world.own.item.pk), "text": "Qvmore"},
    ),
    Case(
        "api_session-ideas", lambda world: {"pk": str(world.own.chosen.pk)}, get=RELATIONS, patch=WRITERS,
        body=fixed(became="risk"), record=True, strange=404,
    ),
    Case(
        "api_session-ideas", lambda world: {"pk": str(world.own.idea.pk)}, delete=WRITERS, record=True, strange=404,
    ),
    *_resource(
        "business-units", RELATIONS, WRITERS, lambda world: world.own.unit,
        {"key": "U-8", "client": "HAL", "name": "Travel"}, delete=True, change={"name": "Qvretailing"},
    ),
    *_resource(
        "whitespace", RELATIONS, WRITERS, lambda world: world.own.cell,
        {"unit": "HAL-BU2", "offering": "film", "state": "competitor", "why": "Qvrival"}, delete=True,
        change={"note": "Qvlater"},
    ),
    *_resource(
        "contracts", CLIENT_READERS, BOOKKEEPERS, lambda world: world.own.sow, CONTRACT, delete=False,
        change={"title": "Other"},
    ),
    *_resource(
        "milestones", CLIENT_READERS, BOOKKEEPERS, lambda world: world.own.milestone, MILESTONE, delete=False,
        change={"title": "Other"},
    ),
    *_resource(
        "estimates", MONEY, BOOKKEEPERS, lambda world: world.own.estimate, ESTIMATE, delete=False,
        change={"cost_to_go": "11"},
    ),
    *_resource(
        "terms", CLIENT_READERS, BOOKKEEPERS | {"legal"}, lambda world: world.own.term, TERM, delete=False,
        change={"value": "As before"},
    ),
    Case("api_schedule-lines_list", get=CLIENT_READERS),
    Case("api_schedule-lines_list", query="contract=HAL-SOW", get=CLIENT_READERS, record=True, soft=True),
    Case(
        "api_schedule-lines", lambda world: {"pk": str(world.own.sow.schedule.all()[0].pk)}, get=CLIENT_READERS,
        record=True,
    ),
    *_resource(
        "proposals", RELATIONS, WRITERS, lambda world: world.own.proposal, OFFER, delete=True, change={"title": "Other"}
    ),
    *_resource(
        "pitches", RELATIONS, WRITERS, lambda world: world.own.pitch, PITCH, delete=True, change={"name": "Other"}
    ),
    *_resource(
        "opportunities", RELATIONS, WRITERS, lambda world: world.own.deal, DEAL, delete=True, change={"name": "Other"}
    ),
    *_resource(
        "ledger-entries", MONEY, BOOKKEEPERS, lambda world: world.own.entry, ENTRY, delete=False,
        change={"description": "Other"},
    ),
    *_resource(
        "budgets", MONEY, BOOKKEEPERS, lambda world: world.own.client.budget_lines.all()[0], PLAN, delete=False,
        change={"amount": "20"},
    ),
    *_resource(
        "targets", MONEY, BOOKKEEPERS, lambda world: world.own.client.targets.all()[0], AIM, delete=False,
        change={"amount": "20"},
    ),
    Case("api_fx-rates_list", get=MONEY, post=FINANCE, body=lambda world: dict(PAIR), strange=422),
    Case("api_fx-rates_bulk", post=FINANCE, body=lambda world: dict(PAIR), strange=422),
    Case(
        "api_fx-rates", lambda world: {"pk": str(FxRate.objects.latest("month").pk)}, get=MONEY, patch=FINANCE,
        body=lambda world: {"average": "1.2"}, strange=404,
    ),
    Case("api_index-readings_list", get=MONEY, post=FINANCE, body=lambda world: dict(READING), strange=422),
    Case("api_index-readings_bulk", post=FINANCE, body=lambda world: dict(READING), strange=422),
    Case(
        "api_index-readings", lambda world: {"pk": str(IndexReading.objects.latest("month").pk)}, get=MONEY,
        patch=FINANCE, body=lambda world: {"value": "135.1"}, strange=404,
    ),
    Case("api_people_list", get=EVERYONE, post=DIRECTOR, body=lambda world: dict(HIRE), strange=422),
    Case("api_people_bulk", post=DIRECTOR, body=lambda world: dict(HIRE), strange=422),
    Case(
        "api_people", lambda world: {"pk": str(world.people["delivery"].pk)}, get=EVERYONE - {"legal"}, denied=404,
        record=True,
    ),
    Case(
        "api_people", lambda world: {"pk": str(world.people["delivery"].pk)}, patch=DIRECTOR, strange=404,
        body=lambda world: {"country": "GB"}, record=True,
    ),
    Case(
        "api_saved-views_list", get=EVERYONE, post=EVERYONE,
        body=lambda world: {"page": "clients", "name": "Own", "query": "tier=key"},
    ),
    Case(
        "api_saved-views", lambda world: {"pk": str(view_of(world))}, get=DIRECTOR, patch=DIRECTOR, delete=DIRECTOR,
        body=lambda world: {"name": "Other"}, record=True, denied=404, strange=404,
    ),
    *(
        Case(f"api_saved-views_{act}", lambda world: {"pk": str(view_of(world))}, post=DIRECTOR,
             body=lambda world: {}, record=True, denied=404, strange=404)
        for act in ("pin", "unpin", "move")
    ),
    Case(
        "api_time-entries_decisions", post=WRITERS | FINANCE, strange=404,
        body=lambda world: {"status": "approved", "ids": [str(world.own.hours.pk)]},
    ),
    Case(
        "api_contracts_draft_order", lambda world: {"pk": str(world.own.sow.pk)}, post=BOOKKEEPERS, record=True,
        body=lambda world: {}, strange=404,
    ),
    Case("api_report_over-servicing", get=MONEY),
    Case("api_report_over-servicing", query="client=HAL", get=MONEY, record=True, soft=True),
    Case("api_report_over-servicing", query="format=csv", get=MONEY),
    Case("api_report_over-servicing", query="format=xlsx", get=MONEY),
    Case("/api/v1/reports/over-servicing", get=MONEY),
    *_resource(
        "invoices", MONEY, BOOKKEEPERS, lambda world: world.own.invoice, INVOICE, delete=True,
        change={"due": "2027-02-01"},
    ),
    *_resource(
        "purchase-orders", MONEY, BOOKKEEPERS, lambda world: world.own.order, ORDER, delete=True,
        change={"amount": "20"},
    ),
    *_resource(
        "time-entries", MONEY, BOOKERS, lambda world: world.own.hours, HOURS, delete=True, change={"notes": "Other"}
    ),
    *_resource(
        "rate-cards", MONEY, FINANCE, lambda world: world.own.bill, CARD, delete=False, change={"rate": "151"}
    ),
    *_resource(
        "allocations", MONEY, PLANNERS, lambda world: world.own.planned, PLANNED, delete=True, change={"hours": "9"}
    ),
    *_resource(
        "overrides", MONEY, WRITERS, lambda world: world.own.override, OVERRIDE, delete=True,
        change={"reason": "Said again"},
    ),
    Case("api_leave_list", get=EVERYONE, post=BOOKERS, body=lambda world: dict(AWAY), strange=422),
    Case("api_leave_bulk", post=BOOKERS, body=lambda world: dict(AWAY), strange=422),
    Case(
        "api_leave", lambda world: {"pk": str(world.own.leave.pk)}, get=BOOKERS | {"leadership"}, denied=404,
        record=True,
    ),
    Case(
        "api_leave", lambda world: {"pk": str(world.own.leave.pk)}, patch=BOOKERS, delete=WRITERS | {"delivery"},
        body=lambda world: {"to": "2026-12-23"}, record=True,
    ),
    *(Case(f"api_{name}_list", query="client=HAL", get=reads, record=True, soft=True)
      for name, reads in (("contacts", RELATIONS), ("contracts", CLIENT_READERS), ("opportunities", RELATIONS),
                          ("ledger-entries", MONEY), ("invoices", MONEY), ("purchase-orders", MONEY))),
    Case("api_report_forecast-movement", get=MONEY),
    Case("api_report_forecast-movement", query="client=HAL&group_by=client", get=MONEY, record=True, soft=True),
    Case("api_report_forecast-movement", query="format=csv&group_by=owner&from=2026-01&to=2027-12", get=MONEY),
    Case("api_report_forecast-movement", query="format=xlsx", get=MONEY),
    Case("/api/v1/reports/forecast-movement", get=MONEY),
    Case("api_forecast-runs_list", get=MONEY),
    Case("api_forecast-runs_list", query="client=HAL", get=MONEY, record=True, soft=True),
    Case(
        "api_forecast-runs", lambda world: {"pk": str(world.own.client.forecast_runs.all()[0].pk)}, get=MONEY,
        record=True,
    ),
    Case(
        "api_decks_list", get=MONEY, post=WRITERS, strange=422,
        body=lambda world: {"client": "HAL", "period": "2026-Q1"},
    ),
    Case("api_decks", lambda world: {"pk": str(world.own.draft.pk)}, get=MONEY, record=True),
    Case(
        "api_decks", lambda world: {"pk": str(world.own.draft.pk)}, patch=WRITERS, record=True, strange=404,
        body=lambda world: {"held_on": "2026-12-18"},
    ),
    Case("api_decks_pdf", lambda world: {"pk": str(world.own.frozen.pk)}, get=MONEY, record=True),
    Case("api_decks_pptx", lambda world: {"pk": str(world.own.frozen.pk)}, get=MONEY, record=True),
    Case(
        "api_decks_freeze", lambda world: {"pk": str(world.own.draft.pk)}, post=WRITERS, record=True, strange=404,
        body=lambda world: {"confirmed": True},
    ),
    Case(
        "api_scenarios_list", get=EVERYONE, post=WRITERS, strange=422,
        body=lambda world: {"name": "Qvleaves", "steps": [{"kind": "lose", "client": "HAL", "from": "2027-01"}]},
    ),
    Case(
        "api_forecast-calls_list", get=EVERYONE, post=WRITERS,
        body=lambda world: {"amount": "1000000", "reason": "As agreed"},
    ),
    Case(
        "api_forecast-calls", lambda world: {"pk": str(call_of(world))}, record=True, denied=404,
        get=frozenset({"director", "finance", "leadership"}),
    ),
    Case(
        "api_forecast-calls", lambda world: {"pk": str(call_of(world))}, record=True, patch=DIRECTOR, delete=DIRECTOR,
        body=lambda world: {"amount": "8"}, strange=404, unseen=frozenset({"account_manager"}),
    ),
    Case("api_scenarios", lambda world: {"pk": str(scenario_of(world))}, get=DIRECTOR, record=True, denied=404),
    Case(
        "api_scenarios", lambda world: {"pk": str(scenario_of(world))}, record=True, patch=DIRECTOR, delete=DIRECTOR,
        body=lambda world: {"note": "Qvasked again"}, strange=404, unseen=frozenset({"account_manager"}),
    ),
    Case("api_report_scenarios", get=WRITERS),
    Case("api_report_scenarios", query="group_by=scenario,client", get=WRITERS),
    Case("api_report_scenarios", query="format=csv&group_by=step", get=WRITERS),
    Case("api_report_scenarios", query="format=xlsx&group_by=month", get=WRITERS),
    Case("/api/v1/reports/scenarios", get=WRITERS),
    Case("api_pack-sends_list", get=WRITERS, post=WRITERS, body=lambda world: {"recipients": ["x@example.com"]}),
    Case(
        "api_pack-sends", lambda world: {"pk": str(pack_of(world))}, get=DIRECTOR, record=True,
        unseen=frozenset({"account_manager"}),
    ),
    Case(
        "api_pack-sends", lambda world: {"pk": str(pack_of(world))}, patch=DIRECTOR, record=True, strange=404,
        body=lambda world: {"recipients": ["x@example.com"]}, unseen=frozenset({"account_manager"}),
    ),
    Case(
        "api_pack-schedules_list", get=WRITERS, post=WRITERS,
        body=lambda world: {"every": "week", "day": "1", "recipients": ["x@example.com"]},
    ),
    Case(
        "api_pack-schedules", lambda world: {"pk": str(plan_of(world))}, get=DIRECTOR, patch=DIRECTOR, delete=DIRECTOR,
        body=lambda world: {"day": "2"}, record=True, strange=404, unseen=frozenset({"account_manager"}),
    ),
    Case("api_report_forecast-accuracy", get=MONEY),
    Case("api_report_forecast-accuracy", query="client=HAL&group_by=client,lead", get=MONEY, record=True, soft=True),
    Case("api_report_forecast-accuracy", query="format=csv&group_by=layer", get=MONEY),
    Case("api_report_forecast-accuracy", query="format=xlsx&group_by=person", get=MONEY),
    Case("api_report_forecast-accuracy", query="about=calls&group_by=person", get=MONEY),
    Case("/api/v1/reports/forecast-accuracy", get=MONEY),
    Case("api_audit_list", get=AUDITORS),
    Case("api_audit_list", query="client=HAL", get=AUDITORS, record=True, soft=True),
    Case("api_audit_list", query="q=HAL&ordering=-at", get=AUDITORS, record=True, soft=True),
    Case("api_audit", lambda world: {"pk": str(world.trail.pk)}, get=AUDITORS, record=True),
    Case("api_clients_list", query="key=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("api_clients_list", query="parent=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("api_clients_list", query="q=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("api_report_pnl", get=MONEY),
    Case("api_report_pnl", query="client=HAL&group_by=client,month", get=MONEY, record=True, soft=True),
    Case("api_report_pnl", query="contract=HAL-SOW", get=MONEY, record=True, soft=True),
    Case("api_report_pnl", query="format=csv&group_by=client", get=MONEY),
    Case("api_report_pnl", query="format=xlsx&group_by=client", get=MONEY),
    Case("/api/v1/reports/pnl", get=MONEY),
    Case("api_report_receivables", get=MONEY),
    Case("api_report_receivables", query="client=HAL&group_by=client", get=MONEY, record=True, soft=True),
    Case("api_report_receivables", query="format=csv&group_by=client", get=MONEY),
    Case("api_report_receivables", query="format=xlsx&group_by=client&as_of=2026-10-31", get=MONEY),
    Case("/api/v1/reports/receivables", get=MONEY),
    Case("api_report_margin-bridge", get=MONEY),
    Case("api_report_margin-bridge", query="client=HAL&group_by=client", get=MONEY, record=True, soft=True),
    Case("api_report_margin-bridge", query="format=csv&group_by=client&from=2026-Q2&to=2026-Q3", get=MONEY),
    Case("api_report_margin-bridge", query="format=xlsx&scenario=budget", get=MONEY),
    Case("/api/v1/reports/margin-bridge", get=MONEY),
    Case("api_report_retention", get=MONEY),
    Case("api_report_retention", query="client=HAL&group_by=client,tier", get=MONEY, record=True, soft=True),
    Case("api_report_retention", query="format=xlsx&group_by=owner", get=MONEY),
    Case("/api/v1/reports/retention", get=MONEY),
    Case("api_report_renewals", get=CLIENT_READERS),
    Case("api_report_renewals", query="client=HAL", get=CLIENT_READERS, record=True, soft=True),
    Case("api_report_renewals", query="format=csv", get=CLIENT_READERS),
    Case("/api/v1/reports/renewals", get=CLIENT_READERS),
    Case("api_report_pipeline", get=RELATIONS),
    Case("api_report_pipeline", query="client=HAL&group_by=client,month", get=RELATIONS, record=True, soft=True),
    Case("api_report_pipeline", query="format=csv&group_by=stage", get=RELATIONS),
    Case("api_report_pipeline", query="format=xlsx&group_by=category,owner", get=RELATIONS),
    Case("/api/v1/reports/pipeline", get=RELATIONS),
    Case("api_report_health", get=RELATIONS),
    Case("api_report_health", query="client=HAL&group_by=client", get=RELATIONS, record=True, soft=True),
    Case("api_report_health", query="format=csv", get=RELATIONS),
    Case("api_report_map-changes", query="client=HAL", get=RELATIONS, record=True, soft=True),
    Case("api_report_map-changes", query="client=HAL&format=csv&from=2026-01-01", get=RELATIONS),
    Case("/api/v1/reports/map-changes", query="client=HAL", get=RELATIONS),
    Case("api_report_alignment", get=MONEY),
    Case("api_report_alignment", query="client=HAL&group_by=client", get=MONEY, record=True, soft=True),
    Case("api_report_alignment", query="format=csv", get=MONEY),
    Case("/api/v1/reports/alignment", get=MONEY),
    Case("api_report_white-space", get=MONEY),
    Case("api_report_white-space", query="client=HAL&group_by=client", get=MONEY, record=True, soft=True),
    Case("api_report_white-space", query="format=csv&group_by=offering", get=MONEY),
    Case("/api/v1/reports/white-space", get=MONEY),
    Case("api_report_coverage", get=MONEY),
    Case("api_report_coverage", query="client=HAL&group_by=client", get=MONEY, record=True, soft=True),
    Case("api_report_coverage", query="format=csv", get=MONEY),
    Case("api_report_coverage", query="format=xlsx&tier=strategic", get=MONEY),
    Case("/api/v1/reports/coverage", get=MONEY),
    Case("/api/v1/reports/health", get=RELATIONS),
    Case("api_report_forecast", get=MONEY),
    Case("api_report_forecast", query="client=HAL&group_by=client,year", get=MONEY, record=True, soft=True),
    Case("api_report_forecast", query="format=csv&group_by=owner,quarter", get=MONEY),
    Case("api_report_forecast", query="format=xlsx&group_by=contract,month", get=MONEY),
    Case("/api/v1/reports/forecast", get=MONEY),
    Case("api_report_capacity", get=MONEY),
    Case("api_report_capacity", query="client=HAL&group_by=role,week", get=MONEY, record=True, soft=True),
    Case("api_report_capacity", query="format=csv&group_by=person,month", get=MONEY),
    Case("api_report_capacity", query="format=xlsx&group_by=week", get=MONEY),
    Case("/api/v1/reports/capacity", get=MONEY),
    figure_case("receivables.total:client=HAL;as_of=2026-11-23", MONEY, api=True),
    Case("api_periods_list", get=CLOSE_READERS),
    Case("api_periods", fixed(pk="2026-10"), get=CLOSE_READERS),
    Case("api_periods_close", fixed(pk="2026-10"), post=FINANCE),
    Case("api_periods_reopen", fixed(pk="2026-10"), post=FINANCE, body=lambda world: {"reason": "late invoice"}),
    figure_case("pnl.net_revenue:client=HAL;from=2026-01;to=2026-10", MONEY, api=True),
    figure_case("contract.amount:contract=HAL-SOW", CLIENT_READERS, api=True),
    figure_case("pipeline.weighted:client=HAL", RELATIONS, api=True),
)  # fmt: skip
