"""Why deals were won and lost, and against whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from accounts.access import opportunities_for
from accounts.models import DealClosing, Opportunity, Outcome
from accounts.queries.rates import DealRates
from common.money import ZERO, ratio

if TYPE_CHECKING:
    from people.models import User

SHOWN: Final = 40


def competitors_known(user: User) -> list[str]:
    """Named before on deals in sight, each once. One query."""
    rows: Any = DealClosing.objects.filter(opportunity__in=opportunities_for(user)).exclude(competitor="")
    return sorted({str(name) for name in rows.order_by().values_list("competitor", flat=True).distinct()})


@dataclass(frozen=True, slots=True)
class Tally:
    """Deals won and lost under one head. Amounts in the reporting currency, of those with a rate."""

    label: str
    won: int = 0
    lost: int = 0
    won_amount: Decimal = ZERO
    lost_amount: Decimal = ZERO

    @property
    def share(self) -> Decimal | None:
        return ratio(Decimal(self.won), Decimal(self.won + self.lost))


@dataclass(frozen=True, slots=True)
class Unexplained:
    key: str
    name: str
    client: str
    outcome: str
    close_on: date | None


@dataclass(frozen=True, slots=True)
class Lesson:
    key: str
    name: str
    client: str
    outcome: str
    reason: str
    competitor: str
    lesson: str
    close_on: date | None


@dataclass(frozen=True, slots=True)
class WinLoss:
    """unconverted: closed deals in a currency without a rate, counted and in no amount."""

    total: Tally
    by_reason: tuple[Tally, ...]
    by_competitor: tuple[Tally, ...]
    by_kind: tuple[Tally, ...]
    unexplained: tuple[Unexplained, ...]
    lessons: tuple[Lesson, ...]
    unconverted: int
    since: date


def load_win_loss(user: User, rates: DealRates, today: date, *, kind: str = "") -> WinLoss:
    """Deals closed within twelve months. One query."""
    since = date(today.year - 1, today.month, 1)
    rows = opportunities_for(user).exclude(outcome=Outcome.OPEN).filter(close_on__gte=since)
    if kind:
        rows = rows.filter(kind=kind)
    deals = list(rows.select_related("client", "closing").order_by("-close_on", "pk"))
    told = [(deal, closing_of(deal)) for deal in deals]
    reasons = [(deal, str(one.get_reason_display()) if one else "Not said") for deal, one in told]
    rivals = [(deal, one.competitor) for deal, one in told if one and one.competitor]
    return WinLoss(
        total=_tally("All", deals, rates),
        by_reason=_tallies(reasons, rates),
        by_competitor=_tallies(rivals, rates),
        by_kind=_tallies([(deal, deal.get_kind_display() or "Not said") for deal in deals], rates),
        unexplained=tuple(
            Unexplained(deal.key, deal.name, deal.client.name, deal.outcome, deal.close_on)
            for deal, one in told
            if one is None
        )[:SHOWN],
        lessons=tuple(
            Lesson(
                deal.key, deal.name, deal.client.name, deal.outcome, str(one.get_reason_display()), one.competitor,
                one.lesson, deal.close_on,
            )
            for deal, one in told
            if one and one.lesson
        )[:SHOWN],
        unconverted=sum(rates.convert(deal.amount, deal.currency) is None for deal in deals if deal.amount is not None),
        since=since,
    )  # fmt: skip


def closing_of(deal: Opportunity) -> DealClosing | None:
    """Joined already; a deal without one raises in Django's way."""
    found: DealClosing | None = getattr(deal, "closing", None)
    return found


def _tallies(pairs: list[tuple[Opportunity, str]], rates: DealRates) -> tuple[Tally, ...]:
    groups: dict[str, list[Opportunity]] = defaultdict(list)
    for deal, label in pairs:
        groups[label].append(deal)
    found = [_tally(label, deals, rates) for label, deals in groups.items()]
    return tuple(sorted(found, key=lambda one: (-(one.won + one.lost), one.label)))


def _tally(label: str, deals: list[Opportunity], rates: DealRates) -> Tally:
    def amount(outcome: str) -> Decimal:
        several = (rates.convert(deal.amount, deal.currency) for deal in deals if deal.outcome == outcome)
        return sum((one for one in several if one is not None), ZERO)

    won = sum(deal.outcome == Outcome.WON for deal in deals)
    return Tally(label, won, len(deals) - won, amount(Outcome.WON), amount(Outcome.LOST))


def win_loss_finding(found: WinLoss) -> str:
    """The share won, and what was lost on most often; the plain name with nothing closed."""
    total = found.total
    count = total.won + total.lost
    if not count:
        return "Nothing closed within twelve months"
    said = f"{total.won} of {count} deals won"
    lost = [one for one in found.by_reason if one.lost and one.label != "Not said"]
    if not lost:
        return said
    worst = max(lost, key=lambda one: (one.lost, one.lost_amount))
    return f"{said}; most often lost on {worst.label.lower()}"
