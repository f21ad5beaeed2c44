"""Open pipeline against what is still to be won. Source: docs/definitions.md#pipeline-coverage"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, Sum

from accounts.access import clients_for, opportunities_for
from accounts.models import Category, Outcome, Target, TargetMeasure
from accounts.queries.rates import DealRates, half_even
from common.figures import Figure, figure_id
from common.money import ZERO, ratio
from common.periods import month_add, month_end

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class Coverage:
    """first to last: this calendar quarter and the next. Amounts in the reporting currency; target: None without one.

    pipeline: open, priced deals, the omitted left out, that close from today on within it. ratio: pipeline ÷ to_win;
    None without a target, once it is reached, or where a rate is missing.
    """

    first: date
    last: date
    target: Decimal | None
    targets: int
    won: Decimal
    won_count: int
    pipeline: Decimal
    weighted: Decimal
    deals: int
    currency: str
    unconverted: int

    @property
    def to_win(self) -> Decimal | None:
        return None if self.target is None else self.target - self.won

    @property
    def reached(self) -> bool:
        return self.to_win is not None and self.to_win <= 0

    @property
    def value(self) -> Decimal | None:
        if self.to_win is None or self.reached or self.unconverted:
            return None
        return ratio(self.pipeline, self.to_win)

    @property
    def figure(self) -> Figure:
        return Figure(figure_id("pipeline.coverage"), "Pipeline coverage", self.value, "ratio")

    @property
    def text(self) -> str:
        return "—" if self.value is None else f"{self.value:.1f}×"


def load_coverage(user: User, rates: DealRates, today: date) -> Coverage:
    """Of this person's own bookings targets, else of those of the clients in sight. Two queries."""
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = month_end(month_add(first, 5))
    target, count, missing = _target(user, rates, first, last)
    open_deal = Q(outcome=Outcome.OPEN, close_on__gte=today, close_on__lte=last, probability__isnull=False)
    open_deal &= Q(amount__isnull=False) & ~Q(category=Category.OMITTED)
    won = Q(outcome=Outcome.WON, close_on__gte=first, close_on__lte=last)
    sums = (
        opportunities_for(user)
        .filter(open_deal | won)
        .annotate(converted=rates.in_sql())
        .aggregate(
            won=Sum("converted", filter=won),
            won_count=Count("pk", filter=won),
            pipeline=Sum("converted", filter=open_deal),
            weighted=Sum(half_even(F("converted") * F("probability"), rates.currency), filter=open_deal),
            deals=Count("pk", filter=open_deal),
            unconverted=Count("pk", filter=Q(converted=None, amount__isnull=False)),
        )
    )
    return Coverage(
        first=first,
        last=last,
        target=target,
        targets=count,
        won=sums["won"] or ZERO,
        won_count=sums["won_count"],
        pipeline=sums["pipeline"] or ZERO,
        weighted=sums["weighted"] or ZERO,
        deals=sums["deals"],
        currency=rates.currency,
        unconverted=sums["unconverted"] + missing,
    )


def _target(user: User, rates: DealRates, first: date, last: date) -> tuple[Decimal | None, int, int]:
    """The sum, how many rows it has, and how many lack a rate."""
    clients = clients_for(user).order_by().values("pk")
    found = list(
        Target.objects.filter(
            Q(owner=user) | Q(owner=None, client__in=clients),
            measure=TargetMeasure.BOOKINGS,
            month__range=(first, last),
        ).values_list("owner_id", "amount", "currency")
    )
    own = [row for row in found if row[0] == user.pk]
    rows = own or found
    converted = [rates.convert(amount, currency) for _, amount, currency in rows]
    known = [amount for amount in converted if amount is not None]
    return (sum(known, ZERO) if rows else None), len(rows), len(rows) - len(known)
