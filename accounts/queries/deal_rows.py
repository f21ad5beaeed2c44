"""The list of deals: one row each, in the order asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db.models import F, QuerySet
from django.utils.text import capfirst

from accounts.access import opportunities_for
from accounts.calc.win_rates import Rate
from accounts.models import Opportunity, OpportunityKind, Outcome
from accounts.queries.hygiene import Mark, days_at, marks_of, with_since
from accounts.queries.odds import Odds
from accounts.queries.rates import DealRates
from common.formats import DASH, number, ratio, symbol

if TYPE_CHECKING:
    from people.models import User

_SAFE = "!$&'()*+,;=~:@"  # as reverse() quotes, which is too slow to call three times for each of 100 rows


@dataclass(frozen=True, slots=True)
class DealRow:
    """amount is in the deal's own currency, converted and weighted in the reporting one. marks: what is untidy.

    days: at its stage so far; None where it was not asked. rate: what own history says of it; None likewise, or where
    nothing is known.
    """

    pk: int
    key: str
    name: str
    url: str
    cell_url: str
    client: str
    client_url: str
    stage: str
    outcome: str
    amount: Decimal | None
    currency: str
    converted: Decimal | None
    probability: Decimal | None
    weighted: Decimal | None
    category: str
    category_word: str
    kind: str
    close_on: date | None
    next_step: str
    owner: str
    version: int
    marks: tuple[Mark, ...]
    opened: date | None = None
    days: int | None = None
    rate: Rate | None = None

    @property
    def move_url(self) -> str:
        return f"{self.url}move/"

    @property
    def mend_url(self) -> str:
        return f"{self.url}mend/"

    @property
    def amount_text(self) -> str:
        """To the whole unit, in the deal's own currency."""
        return number(self.amount, 0, prefix=symbol(self.currency)) if self.amount is not None else DASH

    @property
    def probability_text(self) -> str:
        return ratio(self.probability, 0)

    @property
    def own_text(self) -> str:
        return ratio(self.rate.value, 0) if self.rate else DASH

    @property
    def days_text(self) -> str:
        return DASH if self.days is None else number(self.days)

    @property
    def weighted_text(self) -> str:
        return number(self.weighted, 0)


SORTS: dict[str, str] = {
    "name": "name",
    "client": "client__name",
    "stage": "stage",
    "amount": "converted",
    "probability": "probability",
    "weighted": "weighted_amount",
    "category": "category",
    "close": "close_on",
    "owner": "owner__name",
    "next_step": "next_step",
    "age": "since",
}


def sorted_deals(deals: QuerySet[Opportunity], sort: str, rates: DealRates) -> QuerySet[Opportunity]:
    """In the order asked for, unknowns last; ties by key, so that pages never repeat a row."""
    name = SORTS.get(sort.removeprefix("-"), "close_on")
    if name in ("converted", "weighted_amount"):
        deals = deals.annotate(converted=rates.in_sql())
        deals = deals.annotate(weighted_amount=F("converted") * F("probability"))
    if name == "since":
        deals = with_since(deals)
        sort = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"  # the longest there began first
    column = F(name)
    order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return deals.select_related("client", "owner").order_by(order, "key")


def deal_row(deal: Opportunity, rates: DealRates, today: date, odds: Odds | None = None) -> DealRow:
    """odds: where the deals come `with_since`, so that their time at the stage is known."""
    from_amount = rates.convert(deal.amount, deal.currency)
    weighted: Decimal | None = None
    if from_amount is not None and deal.probability is not None and deal.outcome == Outcome.OPEN:
        weighted = rates.convert(from_amount * deal.probability, rates.currency)
    return DealRow(
        pk=deal.pk,
        key=deal.key,
        name=deal.name,
        url=f"/opportunities/{quote(deal.key, safe=_SAFE)}/",
        cell_url=f"/opportunities/{quote(deal.key, safe=_SAFE)}/cell/",
        client=deal.client.name,
        client_url=f"/clients/{quote(deal.client.key, safe=_SAFE)}/",
        stage=deal.stage,
        outcome=deal.outcome,
        amount=deal.amount,
        currency=deal.currency,
        converted=from_amount,
        probability=deal.probability,
        weighted=weighted,
        category=deal.category,
        category_word=deal.get_category_display() if deal.category else "",
        kind=str(OpportunityKind(deal.kind).label) if deal.kind else "",
        close_on=deal.close_on,
        next_step=deal.next_step,
        owner=deal.owner.name if deal.owner else "",
        version=deal.version,
        marks=marks_of(deal, today, odds.stale if odds else {}),
        opened=deal.opened_on,
        days=days_at(deal, today),
        rate=odds.rate_of(deal, today) if odds and deal.outcome == Outcome.OPEN else None,
    )


def stages_in(user: User) -> list[str]:
    """The company's own words for stages, each once whatever its case, for filters and suggestions. One query."""
    found: Any = opportunities_for(user).order_by("stage").values_list("stage", flat=True).distinct()
    return sorted({stage.casefold(): capfirst(stage) for stage in found}.values())
