"""Contracts whose term or notice falls due soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import holidays
from django.db.models import Q

from common.formats import day_short
from common.money import quantise
from common.periods import month_of
from financials.access import contracts_for
from financials.calc.notice import notice_deadline
from financials.models import Contract, ContractStatus, NoticeRule
from financials.queries.basis import Basis

if TYPE_CHECKING:
    from people.models import User

LONGEST_NOTICE: Final = 400
"""Days before a term's end within which its notice may fall."""
LATE_SHOWN: Final = 60
"""Days a missed notice deadline stays on the list."""
SOON: Final = 30


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """notice_on: None without a notice period. due_on: the notice deadline, else the term's end.

    amount_reporting: the fee at the newest rate known; None when there is no rate or no amount.
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


def notice_of(contract: Contract, country: str = "") -> date | None:
    """The notice deadline by the contract's own rule; None when it has no end or no notice period."""
    if contract.end is None or contract.notice_days is None:
        return None
    if contract.notice_rule != NoticeRule.BUSINESS:
        return notice_deadline(contract.end, contract.notice_days, "calendar")
    days = holidays_of(contract.country or country, contract.end.year - 2, contract.end.year)
    return notice_deadline(contract.end, contract.notice_days, "business", days)


def renewals_ahead(
    user: User, *, today: date, days: int = 120, basis: Basis | None = None, client_id: int | None = None
) -> list[RenewalRow]:
    """Contracts in force whose notice (or, without notice, whose term) ends within so many days. One query."""
    rows = (
        contracts_for(user)
        .select_related("client")
        .filter(status__in=[ContractStatus.SIGNED, ContractStatus.ACTIVE], end__isnull=False)
        .filter(Q(end__gte=today) & Q(end__lte=today + timedelta(days=days + LONGEST_NOTICE)))
        .exclude(kind="change_order")
    )
    if client_id is not None:
        rows = rows.filter(client_id=client_id)
    found = [_row(contract, today, basis) for contract in rows]
    due = [row for row in found if -LATE_SHOWN <= row.days_left <= days]
    return sorted(due, key=lambda row: (row.due_on, row.number))


def _row(contract: Contract, today: date, basis: Basis | None) -> RenewalRow:
    notice = notice_of(contract, contract.client.country)
    due = notice or contract.end or today
    return RenewalRow(
        number=contract.number,
        title=contract.title,
        client_key=contract.client.key,
        client_name=contract.client.name,
        renewal=contract.get_renewal_display() if contract.renewal else "Fixed term",
        ends_on=contract.end or today,
        notice_on=notice,
        days_left=(due - today).days,
        amount=contract.amount,
        currency=contract.currency,
        amount_reporting=_in_reporting(contract, basis, today),
        status=contract.status,
    )


def _in_reporting(contract: Contract, basis: Basis | None, today: date) -> Decimal | None:
    if contract.amount is None or basis is None:
        return None
    rate = basis.rate(contract.currency, month_of(today))
    return None if rate is None else quantise(contract.amount * rate.value, basis.currency)
