"""Rates as cards: what holds now, what held before, what is to come. Cost rates only for readers with SALARY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from financials.access import rates_for
from financials.models import Rate
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

HEAD: Final = ("kind", "person_email", "role", "client", "contract", "rate", "currency", "from")
"""The columns of the import kind: the file loads again as it is."""
WAYS: Final = ("", "", "", "", "", "amount")
A_PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class RateFilter:
    kind: str = ""
    client: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class RateCard:
    """One person or role at one client or contract. current: None before the first begins. later: not begun yet."""

    kind: str
    kind_word: str
    who: str
    where: str
    where_note: str
    current: Rate | None
    later: tuple[Rate, ...]
    before: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class RatesPage:
    cards: Page[RateCard]
    sees_cost: bool
    can_edit: bool

    @property
    def finding(self) -> str:
        count = self.cards.paginator.count
        what = "bill and cost rates" if self.sees_cost else "bill rates"
        return f"{count:,} {what} in force or to come" if count else "No rates here yet"


def filtered(user: User, wanted: RateFilter) -> QuerySet[Rate]:
    rows = rates_for(user).select_related("person", "client", "contract")
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.client == "-":
        rows = rows.filter(client=None)
    elif wanted.client:
        rows = rows.filter(client__key=wanted.client)
    if wanted.q:
        rows = rows.filter(
            Q(role__icontains=wanted.q) | Q(person__name__icontains=wanted.q) | Q(client__name__icontains=wanted.q)
        )
    return rows.order_by("kind", "person__name", "role", "client__name", "contract__number", "-starts")


def load_rates_page(user: User, wanted: RateFilter, *, today: date, page: str | None) -> RatesPage:
    """One query."""
    cards: dict[tuple[Any, ...], list[Rate]] = {}
    for rate in filtered(user, wanted):
        cards.setdefault((rate.kind, rate.person_id, rate.role, rate.client_id, rate.contract_id), []).append(rate)
    can = abilities_of(user)
    made = [_card(rates, today) for rates in cards.values()]
    return RatesPage(Paginator(made, A_PAGE).get_page(page), can.see_salary, can.edit_rates)


def _card(rates: list[Rate], today: date) -> RateCard:
    """rates: of one card, newest first."""
    first = rates[0]
    begun = [rate for rate in rates if rate.starts <= today]
    return RateCard(
        kind=first.kind,
        kind_word=first.get_kind_display(),
        who=first.person.name if first.person else first.role,
        where=first.client.name if first.client else "All clients",
        where_note=first.contract.number if first.contract else "",
        current=begun[0] if begun else None,
        later=tuple(rate for rate in rates if rate.starts > today),
        before=tuple(begun[1:]),
    )


def file_rows(rows: QuerySet[Rate]) -> Iterator[tuple[Any, ...]]:
    values = rows.values_list(
        "kind", "person__email", "role", "client__key", "contract__number", "rate", "currency", "starts"
    )
    yield from values.iterator(chunk_size=5000)
