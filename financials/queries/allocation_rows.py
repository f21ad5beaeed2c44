"""The allocations behind a figure of capacity, as a list and as a file that loads again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, Sum

from common.formats import day_short, number
from common.money import ZERO
from financials.access import allocations_for
from financials.calc.allocated import STATED, Odds, chance_of
from financials.models import Allocation
from financials.queries.capacity import CapacityAsked, load_capacity
from financials.queries.own_rates import load_deal_odds
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

A_PAGE: Final = 100
HEAD: Final = ("week", "person_email", "role", "client", "contract", "opportunity", "hours", "firm")
"""The columns of the import kind: the file loads again as it is."""


@dataclass(frozen=True, slots=True)
class RowsFilter:
    """first, last: Mondays. role: of the person, or of the placeholder."""

    first: date
    last: date
    client: str = ""
    role: str = ""
    person: str = ""


class Listed(NamedTuple):
    """chance: what soft hours count at; None while that is unknown."""

    row: Allocation
    chance: Decimal | None

    @property
    def moved(self) -> bool:
        """Own history counts it at something else than what is stated."""
        deal = self.row.opportunity
        return deal is not None and not self.row.firm and self.chance not in (None, deal.probability)


@dataclass(frozen=True, slots=True)
class RowsPage:
    """elsewhere: hours of the same people for clients out of the reader's sight."""

    rows: Page[Allocation]
    listed: list[Listed]
    hours: Decimal
    elsewhere: Decimal
    can_edit: bool
    wanted: RowsFilter

    @property
    def finding(self) -> str:
        if not self.rows.paginator.count:
            return "Nothing is planned here"
        return f"{number(self.hours, 0)} hours planned from {day_short(self.wanted.first)}"


def filtered(user: User, wanted: RowsFilter, today: date) -> tuple[QuerySet[Allocation], QuerySet[Allocation]]:
    """Rows in sight, and those of the same people out of it. At most two queries of their own."""
    weeks = {"week__gte": wanted.first, "week__lte": wanted.last, "hours__gt": 0}
    who = Q()
    people: list[int] | None = None
    if wanted.role or wanted.person:
        asked = CapacityAsked(wanted.first, wanted.last, client=wanted.client, role=wanted.role, person=wanted.person)
        people = [person.pk for person in load_capacity(user, asked, today=today).people]
        who = Q(person__in=people)
        if wanted.role and not wanted.person:
            who |= Q(person=None, role=wanted.role)
    seen = allocations_for(user).filter(who, **weeks)
    if wanted.client:
        return seen.filter(client__key=wanted.client), Allocation.objects.none()
    if people is None:
        people = [
            person.pk for person in load_capacity(user, CapacityAsked(wanted.first, wanted.last), today=today).people
        ]
    hidden = Allocation.objects.filter(person__in=people, **weeks).exclude(pk__in=allocations_for(user).values("pk"))
    return seen, hidden


def load_rows_page(user: User, wanted: RowsFilter, *, today: date, page: str | None) -> RowsPage:
    seen, hidden = filtered(user, wanted, today)
    listed = seen.select_related("person", "client", "contract", "opportunity")
    ordered = listed.order_by("week", "client__name", "person__name", "role", "pk")
    rows = Paginator(ordered, A_PAGE).get_page(page)
    return RowsPage(
        rows=rows,
        listed=counted(rows.object_list, today),
        hours=_sum(seen),
        elsewhere=_sum(hidden),
        can_edit=abilities_of(user).edit_allocations,
        wanted=wanted,
    )


def _sum(rows: QuerySet[Allocation]) -> Decimal:
    found: Decimal | None = rows.order_by().aggregate(hours=Sum("hours"))["hours"]
    return found or ZERO


def counted(rows: Iterable[Allocation], today: date) -> list[Listed]:
    """With what the deals of soft hours count at. One query if there are any."""
    several = list(rows)
    odds = load_deal_odds((row.opportunity_id for row in several if row.opportunity_id and not row.firm), today)
    return [Listed(row, _chance(row, odds)) for row in several]


def _chance(row: Allocation, odds: Mapping[int, Odds]) -> Decimal | None:
    deal = row.opportunity
    return chance_of(
        firm=row.firm,
        outcome=deal.outcome if deal else "",
        category=deal.category if deal else "",
        probability=deal.probability if deal else None,
        odds=odds.get(deal.pk, STATED) if deal else STATED,
    )


def file_rows(rows: QuerySet[Allocation]) -> Iterator[tuple[Any, ...]]:
    values = rows.order_by("week", "client__key", "person__email", "role", "pk").values_list(
        "week", "person__email", "role", "client__key", "contract__number", "opportunity__key", "hours", "firm"
    )
    for week, email, role, client, contract, deal, hours, firm in values.iterator(chunk_size=5000):
        yield week, email or "", role, client, contract or "", deal or "", hours, "yes" if firm else "no"
