"""Beside one deal: what own history says of it, the way it came, what its stage asks, and why it closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from accounts.calc.win_rates import Rate, chance_of
from accounts.models import CriterionMet, DealClosing, Opportunity, Outcome, StageMove
from accounts.queries.hygiene import Mark, days_at, marks_of, with_since
from accounts.queries.odds import load_odds
from accounts.queries.pursuits import ProposalRow, load_proposals
from accounts.queries.stages import stage_rows
from common.figures import Figure, figure_id
from people.models import User

if TYPE_CHECKING:
    from accounts.queries.stages import StageRow


@dataclass(frozen=True, slots=True)
class Step:
    before: str
    after: str
    at: datetime
    by: str
    days: int | None
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    evidence: str
    by: str
    at: datetime | None

    @property
    def met(self) -> bool:
        return self.at is not None


@dataclass(frozen=True, slots=True)
class DealMore:
    """own: what own history says, None where nothing is known or the deal is closed. chance: what the forecast counts
    the deal at."""

    own: Figure | None
    rate: Rate | None
    days: int | None
    marks: tuple[Mark, ...]
    steps: tuple[Step, ...]
    asked: tuple[Asked, ...]
    stage: StageRow | None
    closing: DealClosing | None
    needs_reason: bool
    proposals: tuple[ProposalRow, ...] = ()
    chance: Figure | None = None


def deal_more(user: User, deal: Opportunity, today: date) -> DealMore:
    """Eight queries: the deal, stages (2), odds, steps, people, criteria, proposals."""
    aged = with_since(Opportunity.objects.filter(pk=deal.pk)).select_related("closing").get()
    stages = stage_rows()
    odds = load_odds(today, stages)
    open_now = deal.outcome == Outcome.OPEN
    rate = odds.rate_of(aged, today) if open_now else None
    key = deal.stage.strip().casefold()
    stage = next((row for row in stages if row.key == key), None)
    closing: DealClosing | None = getattr(aged, "closing", None)
    return DealMore(
        own=own_figure(key, rate) if rate else None,
        rate=rate,
        days=days_at(aged, today) if open_now else None,
        marks=marks_of(aged, today, odds.stale),
        steps=_steps(deal),
        asked=_asked(deal, stage) if stage else (),
        stage=stage,
        closing=closing,
        needs_reason=not open_now and closing is None,
        proposals=load_proposals(user, today, deal=deal.pk).rows,
        chance=chance_figure(aged, rate) if open_now else None,
    )


def own_figure(stage: str, rate: Rate) -> Figure:
    identity = figure_id("pipeline.win_rate", stage=stage, age=rate.age or "")
    return Figure(identity, "Won from here, own history", rate.value, "ratio")


def chance_figure(deal: Opportunity, rate: Rate | None) -> Figure:
    """What the forecast counts the deal at: own history where enough deals closed, else what is stated."""
    identity = figure_id("pipeline.chance", deal=deal.key)
    return Figure(identity, "Counts in the forecast at", chance_of(deal.probability, rate), "ratio")


def _steps(deal: Opportunity) -> tuple[Step, ...]:
    """Oldest first; days: how long it had been at `before`. Two queries."""
    moves = list(StageMove.objects.filter(opportunity=deal).order_by("at", "pk"))
    names = dict(User.objects.filter(email__in={move.by for move in moves}).values_list("email", "name"))
    steps = []
    for earlier, move in zip([None, *moves], moves, strict=False):
        days = (move.at - earlier.at).days if earlier is not None else None
        word = "" if move.source == StageMove.Source.EDIT else str(StageMove.Source(move.source).label)
        steps.append(Step(move.before, move.after, move.at, names.get(move.by, move.by), days, move.reason, word))
    return tuple(steps)


def _asked(deal: Opportunity, stage: StageRow) -> tuple[Asked, ...]:
    rows = CriterionMet.objects.filter(opportunity=deal, criterion__in=[one.pk for one in stage.criteria])
    met = {row.criterion_id: row for row in rows}
    return tuple(
        Asked(one.text, row.evidence, row.by, row.at) if (row := met.get(one.pk)) else Asked(one.text, "", "", None)
        for one in stage.criteria
    )
