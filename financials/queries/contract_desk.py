"""What waits at a lawyer's desk: contracts on their way to signature, those kept without paper, a client's in short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.db.models import Count, OuterRef, Q, Subquery

from common.figures import Figure
from common.formats import day, plural
from common.panels import Fact
from financials.access import contracts_for
from financials.calc import findings
from financials.models import Contract, ContractStatus, StatusChange
from financials.queries.contract_trees import TONES, amount_of
from financials.queries.renewals import renewals_ahead

if TYPE_CHECKING:
    from people.models import User

ON_THE_WAY: Final = (ContractStatus.REVIEW, ContractStatus.NEGOTIATION, ContractStatus.DRAFT)
"""Reviews first: they wait for whoever reads contracts."""
BINDING: Final = (ContractStatus.SIGNED, ContractStatus.ACTIVE)
NOTICE_DAYS: Final = 120


@dataclass(frozen=True, slots=True)
class WayRow:
    """since, by: the step that brought it where it is; None where nobody recorded one. days: it has stood there."""

    contract: Contract
    amount: Figure
    since: datetime | None
    by: str
    days: int | None

    @property
    def tone(self) -> str:
        return TONES.get(self.contract.status, "neutral")


@dataclass(frozen=True, slots=True)
class Desk:
    rows: Sequence[WayRow]
    without_paper: Sequence[Contract]

    @property
    def reviews(self) -> int:
        return sum(1 for row in self.rows if row.contract.status == ContractStatus.REVIEW)

    @property
    def finding(self) -> str:
        if not self.rows:
            return "No contract is on its way to signature"
        waits = f"{findings.count(self.reviews).capitalize()} {'waits' if self.reviews == 1 else 'wait'} for review"
        oldest = max((row.days for row in self.rows if row.days and row.contract.status == "review"), default=0)
        if not self.reviews:
            return f"{plural(len(self.rows), 'contract')} on the way to signature, none in review"
        return f"{waits}, {'the oldest ' if self.reviews > 1 else ''}for {plural(oldest, 'day')}" if oldest else waits


def desk(user: User, *, now: datetime) -> Desk:
    """Three queries."""
    latest = StatusChange.objects.filter(contract=OuterRef("pk"), after=OuterRef("status")).order_by("-at", "-pk")
    found = (
        contracts_for(user)
        .filter(status__in=ON_THE_WAY)
        .select_related("client")
        .annotate(since=Subquery(latest.values("at")[:1]), by=Subquery(latest.values("by")[:1]))
    )
    rows = [
        WayRow(one, amount_of(one), one.since, one.by or "", (now - one.since).days if one.since else None)
        for one in found
    ]
    rows.sort(key=lambda row: (ON_THE_WAY.index(ContractStatus(row.contract.status)), -(row.days or 0)))
    paperless = contracts_for(user).filter(status__in=BINDING, documents=None).select_related("client")
    return Desk(rows, list(paperless.order_by("-signed_on", "number")))


def facts(user: User, client_id: int, client_key: str, today: date) -> Sequence[Fact]:
    """A client's headline for a reader of contracts alone. Four queries."""
    counts = contracts_for(user).filter(client_id=client_id).aggregate(
        binding=Count("pk", filter=Q(status__in=BINDING)), coming=Count("pk", filter=Q(status__in=ON_THE_WAY))
    )  # fmt: skip
    found = [
        Fact("Contracts in force", text=str(counts["binding"]), note="signed or active"),
        Fact("On the way", text=str(counts["coming"]), note="draft, review or negotiation"),
    ]
    if due := renewals_ahead(user, today=today, days=NOTICE_DAYS, client_id=client_id):
        first = due[0]
        words = "Notice deadline" if first.notice_on else "Term ends"
        found.append(Fact(words, text=day(first.due_on), note=f"{plural(len(due), 'contract')} within 120 days"))
    else:
        found.append(Fact("Notice deadline", text="—", note="none within 120 days"))
    return found
