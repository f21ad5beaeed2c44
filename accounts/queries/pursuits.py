"""Proposals and pitches as lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Count, F, Prefetch, Q

from accounts.access import pitches_for, proposals_for
from accounts.calc.pitches import QUESTIONS, Score, pitch_score
from accounts.models import ClientStatus, Pitch, PitchStatus, Proposal, ProposalDocument, ProposalStatus
from accounts.queries.rates import DealRates
from common.figures import Figure, figure_id
from common.formats import number, plural, symbol
from common.money import ZERO, ratio

if TYPE_CHECKING:
    from people.models import User

LISTED: Final = 500
PROSPECTS: Final = "prospects"


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """gap: the deal's amount less this one's, where both are in one currency and differ. late: sent, and run out."""

    key: str
    title: str
    edition: int
    deal: str
    deal_key: str
    client: str
    client_key: str
    amount: Decimal | None
    currency: str
    status: str
    status_word: str
    sent_on: date | None
    valid_until: date | None
    documents: int
    gap: Decimal | None
    late: bool

    @property
    def amount_text(self) -> str:
        return "—" if self.amount is None else number(self.amount, 0, prefix=symbol(self.currency))


@dataclass(frozen=True, slots=True)
class ProposalList:
    rows: tuple[ProposalRow, ...]
    finding: str


def load_proposals(user: User, today: date, *, status: str = "", q: str = "", deal: int | None = None) -> ProposalList:
    """The newest first; at most LISTED. One query."""
    rows = proposals_for(user).select_related("opportunity__client").annotate(papers=Count("documents"))
    if deal is not None:
        rows = rows.filter(opportunity=deal)
    if status:
        rows = rows.filter(status=status)
    if q:
        rows = rows.filter(
            Q(title__icontains=q) | Q(key__icontains=q) | Q(opportunity__name__icontains=q)
            | Q(opportunity__client__name__icontains=q)
        )  # fmt: skip
    found = [_proposal(row, today) for row in rows.order_by(F("sent_on").desc(nulls_first=True), "-pk")[:LISTED]]
    waiting, late = sum(row.status == ProposalStatus.SENT for row in found), sum(row.late for row in found)
    if late:
        finding = f"{plural(late, 'proposal')} ran out without an answer"
    elif waiting:
        finding = f"{plural(waiting, 'proposal')} with clients"
    else:
        finding = plural(len(found), "proposal") if found else "No proposals"
    return ProposalList(tuple(found), finding)


def _proposal(row: Proposal, today: date) -> ProposalRow:
    deal = row.opportunity
    same = row.amount is not None and deal.amount is not None and row.currency == deal.currency
    differs = same and row.amount != deal.amount and row.status in (ProposalStatus.SENT, ProposalStatus.ACCEPTED)
    return ProposalRow(
        key=row.key,
        title=row.title,
        edition=row.edition,
        deal=deal.name,
        deal_key=deal.key,
        client=deal.client.name,
        client_key=deal.client.key,
        amount=row.amount,
        currency=row.currency,
        status=row.status,
        status_word=row.get_status_display(),
        sent_on=row.sent_on,
        valid_until=row.valid_until,
        documents=getattr(row, "papers", 0),
        gap=deal.amount - row.amount if differs and deal.amount is not None and row.amount is not None else None,
        late=row.status == ProposalStatus.SENT and row.valid_until is not None and row.valid_until < today,
    )


def documents_of(proposal: Proposal) -> list[ProposalDocument]:
    """Without their bytes. One query."""
    return list(proposal.documents.defer("body"))


@dataclass(frozen=True, slots=True)
class PitchRow:
    """worth: the deal's amount × its probability, reporting currency. cost_share: cost ÷ that; None where unknown."""

    key: str
    name: str
    client: str
    client_key: str
    prospect: bool
    status: str
    status_word: str
    due_on: date | None
    decision: str
    decision_word: str
    score: Score
    cost: Decimal | None
    currency: str
    worth: Decimal | None
    cost_share: Decimal | None
    team: tuple[str, ...]
    late: bool

    @property
    def cost_text(self) -> str:
        return "—" if self.cost is None else number(self.cost, 0, prefix=symbol(self.currency))


@dataclass(frozen=True, slots=True)
class PitchList:
    rows: tuple[PitchRow, ...]
    finding: str
    cost: Figure
    open_worth: Decimal | None


def load_pitches(user: User, rates: DealRates, today: date, *, status: str = "", who: str = "") -> PitchList:
    """By the day they are due; who "prospects": only at clients that are none yet. Two queries."""
    rows = pitches_for(user).select_related("client", "opportunity").prefetch_related(Prefetch("team"))
    if status:
        rows = rows.filter(status=status)
    if who == PROSPECTS:
        rows = rows.filter(client__status=ClientStatus.PROSPECT)
    found = [_pitch(row, rates, today) for row in rows.order_by(F("due_on").asc(nulls_last=True), "pk")[:LISTED]]
    undecided = sum(row.status == PitchStatus.CONSIDERING for row in found)
    open_rows = [row for row in found if row.status in (PitchStatus.CONSIDERING, PitchStatus.PITCHING)]
    costs = [rates.convert(row.cost, row.currency) for row in open_rows if row.cost is not None]
    known = [cost for cost in costs if cost is not None]
    total = sum(known, ZERO) if len(known) == len(costs) else None
    if undecided:
        finding = f"{undecided} pitches to decide: go or no-go" if undecided > 1 else "1 pitch to decide: go or no-go"
    else:
        finding = f"{len(open_rows)} running" if open_rows else "No pitches running"
    figure = Figure(figure_id("pitches.cost", status=status, who=who), "Cost of open pitches", total, rates.currency)
    worth = [row.worth for row in open_rows if row.worth is not None]
    return PitchList(tuple(found), finding, figure, sum(worth, ZERO) if worth else None)


def _pitch(row: Pitch, rates: DealRates, today: date) -> PitchRow:
    deal = row.opportunity
    full = rates.convert(deal.amount, deal.currency) if deal else None
    chance = deal.probability if deal else None
    worth = None if full is None or chance is None else rates.convert(full * chance, rates.currency)
    cost = rates.convert(row.cost, row.currency)
    return PitchRow(
        key=row.key,
        name=row.name,
        client=row.client.name,
        client_key=row.client.key,
        prospect=row.client.status == ClientStatus.PROSPECT,
        status=row.status,
        status_word=row.get_status_display(),
        due_on=row.due_on,
        decision=row.decision,
        decision_word=row.get_decision_display() if row.decision else "",
        score=score_of(row),
        cost=row.cost,
        currency=row.currency,
        worth=worth,
        cost_share=None if cost is None else ratio(cost, worth),
        team=tuple(sorted(person.name for person in row.team.all())),
        late=row.status == PitchStatus.CONSIDERING and row.due_on is not None and row.due_on < today,
    )


def score_of(pitch: Pitch) -> Score:
    return pitch_score({name: getattr(pitch, name) for name in QUESTIONS})
