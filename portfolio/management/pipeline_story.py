"""What the demo tells of the pipeline beyond its files: stages, the way deals came, why they closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from accounts.actions.pursuits import attach_to_proposal
from accounts.models import (
    Client,
    CriterionMet,
    DealClosing,
    ExitCriterion,
    Opportunity,
    Outcome,
    Pitch,
    Proposal,
    Stage,
    StageMove,
)
from common import audit
from financials.models import RenewalPlan
from financials.queries.renewals import renewals_ahead
from people.models import User
from portfolio.demo.calendar import month_of, stream
from portfolio.demo.opportunities import opportunity_rows
from portfolio.demo.pitches import PITCHES, SCORED
from portfolio.demo.stages import STAGES, closing_rows, step_rows
from portfolio.demo.terms import pdf_of

DIRECTOR = "director@demo.example"
PROSPECT = ("northquay-foods", "Northquay Foods", "Food")
"""No client yet: only a pitch is about it."""
RENEWAL_STEPS = (
    ("open", "Agree our position in the account review"),
    ("talking", "Walk through the year's results with the sponsor"),
    ("offered", "Terms are with their procurement; call on Friday"),
    ("agreed", "Legal to send the renewal letter"),
)


def tell_pipeline(as_of: date, seed: int, *, actor: str, now: datetime) -> int:
    """Once, on an empty pipeline set-up; returns the rows written."""
    anchor = month_of(as_of)
    rows = opportunity_rows(anchor, seed)
    deals = {deal.key: deal for deal in Opportunity.objects.all()}
    written = add_stages(actor)
    written += add_steps(step_rows(rows, anchor, seed), deals, actor, now)
    note_openings(deals)
    written += add_closings(closing_rows(rows, seed), deals)
    written += plan_renewals(as_of, seed, now)
    written += add_pursuits(deals, as_of, seed)
    audit.record(actor=actor, verb="set up", kind="stage", object_id=0, label="Stages of the demo")
    return written


def add_stages(actor: str) -> int:
    for position, spec in enumerate(STAGES, 1):
        stage = Stage.objects.create(
            name=spec.name,
            position=position,
            category=spec.category,
            probability=Decimal(spec.probability),
            stale_days=spec.stale_days,
        )
        ExitCriterion.objects.bulk_create(
            ExitCriterion(stage=stage, text=text, position=place) for place, text in enumerate(spec.criteria)
        )
    return len(STAGES)


def add_steps(rows: list[dict[str, str]], deals: dict[str, Opportunity], actor: str, now: datetime) -> int:
    """The steps the files left are only that the deals were loaded; the story's own stand in their place."""
    told = {row["opportunity"] for row in rows}
    StageMove.objects.filter(by=actor, opportunity__key__in=told).delete()
    moves = [
        StageMove(
            opportunity=deals[row["opportunity"]],
            before=row["before"],
            after=row["after"],
            outcome=row["outcome"],
            stated=Decimal(row["stated"]) if row["stated"] else None,
            at=min(datetime.fromisoformat(row["at"]), now),
            by=row["by"],
        )
        for row in rows
    ]
    StageMove.objects.bulk_create(moves)
    _meet_passed(moves)
    return len(moves)


def note_openings(deals: dict[str, Opportunity]) -> None:
    """Two to five months before each win: the files of older systems leave it out."""
    won = [deal for deal in deals.values() if deal.outcome == Outcome.WON and deal.close_on]
    for deal in won:
        days = 60 + int(deal.key.rsplit("W", 1)[-1]) * 37 % 90
        deal.opened_on = (deal.close_on or deal.created_at.date()) - timedelta(days=days)
    Opportunity.objects.bulk_update(won, ["opened_on"])


def _meet_passed(moves: list[StageMove]) -> None:
    """What a stage asked held for the open deals that have left it."""
    criteria: dict[str, list[ExitCriterion]] = {}
    for one in ExitCriterion.objects.select_related("stage"):
        criteria.setdefault(one.stage.name.casefold(), []).append(one)
    CriterionMet.objects.bulk_create(
        CriterionMet(opportunity=move.opportunity, criterion=one, at=move.at, by=move.by)
        for move in moves
        if move.opportunity.outcome == "open"
        for one in criteria.get(move.before, ())
    )


def add_closings(rows: list[dict[str, str]], deals: dict[str, Opportunity]) -> int:
    closings = [
        DealClosing(
            opportunity=deals[row["opportunity"]],
            reason=row["reason"],
            competitor=row["competitor"],
            lesson=row["lesson"],
            by=row["by"],
        )
        for row in rows
    ]
    DealClosing.objects.bulk_create(closings)
    return len(closings)


def plan_renewals(as_of: date, seed: int, now: datetime) -> int:
    """Those whose notice falls within the next months: who believes what, and what comes next."""
    director = User.objects.get(email=DIRECTOR)
    plans = []
    for row in renewals_ahead(director, today=as_of, days=200):
        rng = stream(seed, "renewal", row.number)
        status, next_step = rng.choice(RENEWAL_STEPS if row.days_left < 90 else RENEWAL_STEPS[:2])
        says = Decimal(rng.choice((35, 60, 70, 75, 80, 85, 90, 95))) / 100
        floor = Decimal(rng.choice((88, 92, 95, 103))) / 100
        plans.append(
            RenewalPlan(
                contract_id=row.pk,
                term_end=row.ends_on,
                owner=director,
                status=status,
                owner_says=says if status != "open" else None,
                owner_said_by=DIRECTOR if status != "open" else "",
                owner_said_at=now if status != "open" else None,
                walk_away=None if row.amount is None else (row.amount * floor).quantize(Decimal(1)),
                index_reading=Decimal("0.031") if ":" in row.uplift else None,
                next_step=next_step,
            )
        )
    RenewalPlan.objects.bulk_create(plans)
    return len(plans)


def add_pursuits(deals: dict[str, Opportunity], as_of: date, seed: int) -> int:
    """An offer for each open deal that has come so far, some in a second edition; and pitches, decided and not."""
    proposals = []
    for deal in deals.values():
        if deal.outcome != "open" or deal.stage.casefold() not in ("proposal", "negotiation") or deal.amount is None:
            continue
        rng = stream(seed, "proposal", deal.key)
        editions = 2 if deal.stage.casefold() == "negotiation" else 1
        for edition in range(1, editions + 1):
            last = edition == editions
            sent = as_of - timedelta(days=rng.randint(6, 30) + 40 * (editions - edition))
            share = Decimal(100 if last and rng.random() < 0.8 else rng.choice((104, 108, 112))) / 100
            proposals.append(
                Proposal(
                    key=f"{deal.key}-P{edition}",
                    opportunity=deal,
                    title=f"{deal.name}, offer" if edition == 1 else f"{deal.name}, revised offer",
                    edition=edition,
                    amount=(deal.amount * share).quantize(Decimal(1)),
                    currency=deal.currency,
                    status="sent" if last else "withdrawn",
                    sent_on=sent,
                    valid_until=sent + timedelta(days=rng.choice((30, 45, 60))),
                )
            )
    Proposal.objects.bulk_create(proposals)
    people = {person.email: person for person in User.objects.all()}
    _attach_offers(proposals, people[DIRECTOR])
    prospect, _ = Client.objects.get_or_create(
        key=PROSPECT[0],
        defaults={
            "name": PROSPECT[1],
            "industry": PROSPECT[2],
            "status": "prospect",
            "owner": people[DIRECTOR],
            "notes": "Demo data: an invented prospect.",
        },
    )
    clients = {client.key: client for client in (*Client.objects.all(), prospect)}
    pitches = 0
    for spec in PITCHES:
        due = as_of + timedelta(days=spec.due)
        decided = as_of - timedelta(days=12) if spec.decision else None
        pitch = Pitch.objects.create(
            key=spec.key,
            client=clients[spec.client],
            opportunity=deals.get(spec.deal),
            name=spec.name,
            status=spec.status,
            due_on=due,
            decision=spec.decision,
            decided_on=decided,
            decided_by=DIRECTOR if decided else "",
            cost=Decimal(spec.cost),
            currency="USD",
            note=spec.note,
            **dict(zip(SCORED, spec.scores, strict=True)),
        )
        pitch.team.set([people[f"{name}@demo.example"] for name in spec.team])
        pitches += 1
    return len(proposals) + pitches


def _attach_offers(proposals: list[Proposal], author: User) -> None:
    """The paper of each offer that is with its client."""
    for one in proposals:
        if one.status != "sent" or one.sent_on is None:
            continue
        lines = ("Offer", one.title, f"Fee {one.currency} {one.amount:,.0f}", f"Sent {one.sent_on:%d %B %Y}", "Demo.")
        sent = datetime.combine(one.sent_on, time(16), tzinfo=UTC)
        attach_to_proposal(proposal=one, name=f"{one.key} offer.pdf", data=pdf_of(lines), actor=author, now=sent)
