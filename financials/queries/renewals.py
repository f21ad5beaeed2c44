"""Contracts whose term or notice falls due soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import holidays
from django.db.models import Q

from accounts.models import ClientStatus
from common.formats import day_short
from common.money import ZERO, quantise
from common.periods import month_of
from financials.access import contracts_for
from financials.calc.notice import notice_deadline, term_under_way
from financials.calc.renewals import USUAL
from financials.calc.schedule import IN_FORCE, Move, Terms, end_in_force
from financials.models import Contract, ContractKind, ContractStatus, NoticeRule, Renewal, RenewalPlan
from financials.queries.basis import Basis
from financials.queries.terms import TermBook, book_of, decided, with_terms

if TYPE_CHECKING:
    from people.models import User

LONGEST_NOTICE: Final = 400
"""Days before a term's end within which its notice may fall."""
_RENEWS_ITSELF: Final = Q(renewal=Renewal.AUTO, end__isnull=False, superseded_by=None)
LATE_SHOWN: Final = 60
"""Days a missed notice deadline stays on the list."""
SOON: Final = 30


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """notice_on: None without a notice period. due_on: the notice deadline, else the term's end.

    amount_reporting: the fee at the newest rate known; None when there is no rate or no amount.
    kind: fixed, auto or evergreen. probability: of renewal, the contract's own or the default of its kind.
    own: the contract's own, None where nobody said. lost: the client is, so that the forecast renews nothing of it.
    uplift: as the terms in force write it. today: the day it is at the client.
    """

    number: str
    title: str
    client_key: str
    client_name: str
    renewal: str
    ends_on: date
    notice_on: date | None
    days_left: int
    amount: Decimal | None
    currency: str
    amount_reporting: Decimal | None
    status: str
    kind: str = Renewal.FIXED
    probability: Decimal | None = None
    pk: int = 0
    own: Decimal | None = None
    uplift: str = ""
    owner: str = ""
    today: date | None = None
    lost: bool = False

    @property
    def at_risk(self) -> Decimal | None:
        """What the end of the term may cost: the fee × the chance that it does not renew."""
        if self.amount_reporting is None or self.probability is None:
            return None
        return self.amount_reporting * (1 - self.probability)

    @property
    def due_on(self) -> date:
        return self.notice_on or self.ends_on

    @property
    def shape(self) -> str:
        if self.days_left < 0:
            return "at_risk"
        return "watch" if self.days_left <= SOON else "on_track"

    @property
    def next_label(self) -> str:
        return f"{'Notice' if self.notice_on else 'Ends'} {day_short(self.due_on)}"


@lru_cache(maxsize=256)
def holidays_of(country: str, first_year: int, last_year: int) -> frozenset[date]:
    """Public holidays of a country or its part ("GB-ENG"); none where the calendar does not know it."""
    code, _, part = country.partition("-")
    if not code:
        return frozenset()
    years = range(first_year, last_year + 1)
    try:
        return frozenset(holidays.country_holidays(code, subdiv=part or None, years=years))
    except NotImplementedError:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Notice:
    """How a contract's term ends, by the terms in force. days: None without a notice period. on: the deadline."""

    end: date | None
    days: int | None
    rule: str
    on: date | None


def notice_of(contract: Contract, book: TermBook, today: date, country: str = "") -> Notice:
    """By the terms in force on the day and the end as change orders moved it."""
    terms = decided(book.on(contract, today, ("notice_days", "notice_rule")))
    end, rule = end_of(contract, book), terms.get("notice_rule", "")
    itself = contract.renewal == Renewal.AUTO and contract.superseded_by_id is None
    if end is not None and itself and contract.start <= end < today:
        end = term_under_way(contract.start, end, today)
    days = int(terms["notice_days"]) if terms.get("notice_days", "").isdecimal() else None
    if end is None or days is None:
        return Notice(end, days, rule, None)
    if rule != NoticeRule.BUSINESS:
        return Notice(end, days, rule, notice_deadline(end, days, "calendar"))
    free = holidays_of(contract.country or country, end.year - 2, end.year)
    return Notice(end, days, rule, notice_deadline(end, days, "business", free))


def end_of(contract: Contract, book: TermBook) -> date | None:
    """The last day in force; None runs on."""
    orders = (book.contracts[pk] for pk in book.orders.get(contract.pk, ()))
    moves = tuple(Move(one.start, one.new_end) for one in orders if one.new_end and one.status in IN_FORCE)
    return end_in_force(
        Terms(
            kind=contract.kind,
            status=contract.status,
            billing=contract.billing,
            currency=contract.currency,
            amount=contract.amount,
            start=contract.start,
            end=contract.end,
            moves=moves,
            ended_on=contract.ended_on,
        )
    )


def renewals_ahead(
    user: User,
    *,
    today: date,
    days: int = 120,
    basis: Basis | None = None,
    client_id: int | None = None,
    now: datetime | None = None,
) -> list[RenewalRow]:
    """Contracts in force whose notice (or, without notice, whose term) ends within so many days. One query.

    One that renews itself stands by the end of the term under way. now: judge by the day it is at each client.
    """
    latest = today + timedelta(days=days + LONGEST_NOTICE)
    extended = Contract.objects.filter(new_end__gte=today).values("parent")
    rows = (
        contracts_for(user)
        .filter(status__in=[ContractStatus.SIGNED, ContractStatus.ACTIVE])
        .filter(Q(end__gte=today - timedelta(days=1), end__lte=latest) | Q(pk__in=extended) | _RENEWS_ITSELF)
        .exclude(kind=ContractKind.CHANGE_ORDER)
    )
    if client_id is not None:
        rows = rows.filter(client_id=client_id)
    wanted = rows.order_by()
    own, above = wanted.values("pk"), wanted.values("parent")
    orders = Q(kind=ContractKind.CHANGE_ORDER) & (Q(parent__in=own) | Q(parent__in=above))
    around = contracts_for(user).filter(Q(pk__in=own) | Q(pk__in=above) | orders)
    book = book_of(with_terms(around.select_related("client__owner")))
    several = [one for one in book.contracts.values() if _is_listed(one)]
    found = [
        row
        for one in several
        if (row := _row(one, book, one.client.local_date(now) if now else today, basis)) is not None
    ]
    due = [row for row in found if -LATE_SHOWN <= row.days_left <= days]
    return sorted(due, key=lambda row: (row.due_on, row.number))


def passed_of(rows: Iterable[RenewalRow]) -> int:
    """How many of them had their notice date already."""
    return sum(1 for row in rows if row.days_left < 0)


def _is_listed(one: Contract) -> bool:
    return one.kind != ContractKind.CHANGE_ORDER and one.status in (ContractStatus.SIGNED, ContractStatus.ACTIVE)


def _row(contract: Contract, book: TermBook, today: date, basis: Basis | None) -> RenewalRow | None:
    """None for one that a change order keeps open, or that is over by now."""
    notice = notice_of(contract, book, today, contract.client.country)
    if notice.end is None or notice.end < today:
        return None
    return RenewalRow(
        number=contract.number,
        title=contract.title,
        client_key=contract.client.key,
        client_name=contract.client.name,
        renewal=contract.get_renewal_display() if contract.renewal else "Fixed term",
        ends_on=notice.end,
        notice_on=notice.on,
        days_left=((notice.on or notice.end) - today).days,
        amount=contract.amount,
        currency=contract.currency,
        amount_reporting=_in_reporting(contract, basis, today),
        status=contract.status,
        kind=contract.renewal or Renewal.FIXED,
        probability=_probability(contract),
        pk=contract.pk,
        own=contract.probability,
        uplift=decided(book.on(contract, today, ("uplift",))).get("uplift", ""),
        owner=contract.client.owner.name if contract.client.owner else "",
        today=today,
        lost=contract.client.status == ClientStatus.LOST,
    )


def _probability(contract: Contract) -> Decimal:
    if contract.client.status == ClientStatus.LOST:
        return ZERO
    return contract.probability if contract.probability is not None else USUAL[contract.renewal or "fixed"]


def _in_reporting(contract: Contract, basis: Basis | None, today: date) -> Decimal | None:
    if contract.amount is None or basis is None:
        return None
    rate = basis.rate(contract.currency, month_of(today))
    return None if rate is None else quantise(contract.amount * rate.value, basis.currency)


def plan_of(contract: Contract, term_end: date) -> RenewalPlan | None:
    """What was said of the renewal at the end of that term."""
    return RenewalPlan.objects.filter(contract=contract, term_end=term_end).first()
