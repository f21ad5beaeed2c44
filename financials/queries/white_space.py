"""The white space as a reader sees it: every pair of a unit and an offering, with what runs, what is open, what it
could bring and how much of that people and margin allow. docs/definitions.md#white-space

Free hours are shared among the cells of all clients in sight, so one client's page and the roll-up say the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery
from django.db.models import Sum as SumOf

from accounts.access import cells_for, offerings_for, opportunities_for, units_for
from accounts.calc.offerings import Catalogue, read_roles
from accounts.models import BusinessUnit, Offering, Outcome, WhiteSpaceCell
from common.fx import apply
from common.money import ZERO, quantise
from common.periods import month_add, month_of
from financials.access import contracts_for
from financials.calc.white_space import WEEKS, Known, Reach, Sale, Sum, needs_of, open_of, reach, shares_of, sum_of
from financials.models import ContractKind, ContractStatus, ScheduleLine
from financials.queries.basis import Basis
from financials.queries.capacity import CapacityAsked, load_capacity, monday_of
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

Pair = tuple[int, int]
"""A unit and an offering, by number."""
RUNNING = (ContractStatus.SIGNED, ContractStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Deal:
    """An open deal or a running contract of a cell."""

    name: str
    key: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Book:
    """Everything in sight. offerings: those we offer, and those no longer offered that some cell knows.

    cells: every pair of a unit and an offering we have; of one no longer offered only where something is known of it.
    judged: what people wrote, by pair. shares: the part of each role's need that is free. sees_cost: whether the reader
    may know margins, and what follows from people's hours.
    """

    basis: Basis
    offerings: tuple[Offering, ...]
    sales: Mapping[int, Sale]
    units: tuple[BusinessUnit, ...]
    cells: Mapping[Pair, Known]
    reaches: Mapping[Pair, Reach]
    judged: Mapping[Pair, WhiteSpaceCell]
    deals: Mapping[Pair, tuple[Deal, ...]]
    contracts: Mapping[Pair, tuple[Deal, ...]]
    free: Mapping[str, Decimal | None]
    shares: Mapping[str, Decimal | None]
    sees_cost: bool

    def sum(self, pairs: Iterable[Pair]) -> Sum:
        return sum_of([(self.cells[pair], self.reaches[pair]) for pair in pairs])

    def units_of(self, client: int) -> list[BusinessUnit]:
        return [unit for unit in self.units if unit.client_id == client]

    def pairs(self, *, client: int | None = None, unit: int | None = None, offering: int | None = None) -> list[Pair]:
        return [
            (one.pk, sold.pk)
            for one in self.units
            if (client is None or one.client_id == client) and (unit is None or one.pk == unit)
            for sold in self.offerings
            if (offering is None or sold.pk == offering) and (one.pk, sold.pk) in self.cells
        ]


def load_book(user: User, basis: Basis, today: date) -> Book:
    """Six queries, whatever the number of clients."""
    catalogue_rows = list(offerings_for(user))
    units = tuple(units_for(user).select_related("client__owner", "owner").order_by("client__name", "name", "key"))
    judged = {(one.unit_id, one.offering_id): one for one in cells_for(user).select_related("judged_by")}
    catalogue = Catalogue((one.pk, one.key, one.name) for one in catalogue_rows)
    deals, unpriced = _deals(user, catalogue, basis, today)
    contracts = _contracts(user, catalogue, basis, today)
    named = {*judged, *deals, *contracts}
    offerings = tuple(one for one in catalogue_rows if one.is_active or one.pk in {pair[1] for pair in named})
    sales = {one.pk: _sale(one, basis, today) for one in offerings}
    cells = {}
    for unit in units:
        for offering in offerings:
            pair = (unit.pk, offering.pk)
            if not offering.is_active and pair not in named:
                continue
            cells[pair] = _known(
                judged.get(pair), contracts.get(pair, ()), deals.get(pair, ()), unpriced.get(pair, 0), basis, today
            )
    free = _free(user, today)
    needs = [needs_of(open_of(cell), sales[pair[1]]) for pair, cell in cells.items()]
    shares, quantum = shares_of(needs, free), Decimal(1).scaleb(-basis.places)
    reaches = {pair: reach(cell, sales[pair[1]], shares, quantum) for pair, cell in cells.items()}
    sees = abilities_of(user).see_money
    if not sees:
        reaches = {pair: replace(one, people=None, allowed=None, reachable=None, contribution=None)
                   for pair, one in reaches.items()}  # fmt: skip
        sales = {pk: replace(one, margin=None) for pk, one in sales.items()}
    return Book(basis, offerings, sales, units, cells, reaches, judged, deals, contracts, free, shares, sees)


def converted(basis: Basis, amount: Decimal | None, currency: str, today: date) -> Decimal | None:
    """At the newest rate: what is ahead has none of its own."""
    if amount is None or currency == basis.currency:
        return None if amount is None else quantise(amount, currency)
    rate = basis.rate(currency, month_of(today))
    return None if rate is None else apply(amount, rate, basis.currency)


def _sale(offering: Offering, basis: Basis, today: date) -> Sale:
    price = converted(basis, offering.price, offering.currency, today)
    return Sale(price, offering.margin, read_roles(offering.roles))


def _known(
    judged: WhiteSpaceCell | None,
    contracts: tuple[Deal, ...],
    deals: tuple[Deal, ...],
    unpriced: int,
    basis: Basis,
    today: date,
) -> Known:
    return Known(
        hand=judged.state if judged else "",
        potential=converted(basis, judged.amount, judged.currency, today) if judged else None,
        contracts=len(contracts),
        active=_total(contracts, missing=0),
        deals=len(deals),
        pipeline=_total(deals, missing=unpriced),
        unpriced=unpriced,
    )


def _total(found: tuple[Deal, ...], *, missing: int) -> Decimal | None:
    """Unknown where a rate is missing; deals without an amount are counted apart and add nothing."""
    amounts = [one.amount for one in found]
    if amounts.count(None) > missing:
        return None
    return sum((amount for amount in amounts if amount is not None), ZERO)


def _deals(
    user: User, catalogue: Catalogue, basis: Basis, today: date
) -> tuple[dict[Pair, tuple[Deal, ...]], dict[Pair, int]]:
    rows = opportunities_for(user).filter(outcome=Outcome.OPEN, business_unit__isnull=False).order_by("close_on", "key")
    found: dict[Pair, list[Deal]] = defaultdict(list)
    unpriced: dict[Pair, int] = defaultdict(int)
    wanted = ("business_unit_id", "offering", "name", "key", "amount", "currency")
    for unit, word, name, key, amount, currency in rows.values_list(*wanted):
        offering = catalogue.meant_by(word)
        if offering is not None:
            unpriced[unit, offering] += amount is None
            found[unit, offering].append(Deal(name, key, converted(basis, amount, currency, today)))
    return {pair: tuple(deals) for pair, deals in found.items()}, unpriced


def _contracts(user: User, catalogue: Catalogue, basis: Basis, today: date) -> dict[Pair, tuple[Deal, ...]]:
    """Signed or active, not over yet. Its own unit and offering count, else its deal's, else those of the contract it
    changes. amount: what its schedule holds for twelve months from this one.
    """
    first = month_of(today)
    ahead = (
        ScheduleLine.objects.filter(contract=OuterRef("pk"), month__gte=first, month__lt=month_add(first, 12))
        .order_by()
        .values("contract")
        .annotate(total=SumOf("amount"))
        .values("total")
    )
    over = Q(end__lt=today) | Q(ended_on__lt=today)
    ways = ("", "opportunity__", "parent__", "parent__opportunity__")
    placed = Q()
    for way in ways:
        placed |= Q(**{f"{way}business_unit__isnull": False})
    rows = (
        contracts_for(user)
        .filter(placed, status__in=RUNNING)
        .exclude(kind=ContractKind.MSA)
        .exclude(over)
        .annotate(ahead=Subquery(ahead))
        .order_by("start", "number")
    )
    paths = [f"{way}{name}" for way in ways for name in ("business_unit_id", "offering")]
    found: dict[Pair, list[Deal]] = defaultdict(list)
    for number, title, currency, ahead_sum, *told in rows.values_list("number", "title", "currency", "ahead", *paths):
        unit = next((one for one in told[0::2] if one), None)
        word = next((one for one in told[1::2] if one), "")
        offering = catalogue.meant_by(word)
        if unit is not None and offering is not None:
            amount = converted(basis, ahead_sum or ZERO, currency, today)
            found[unit, offering].append(Deal(title, number, amount))
    return {pair: tuple(contracts) for pair, contracts in found.items()}


def _free(user: User, today: date) -> dict[str, Decimal | None]:
    """Hours of each role in no plan over the weeks ahead; None where nobody's hours of the role are known."""
    first = monday_of(today)
    asked = CapacityAsked(first, first + timedelta(weeks=WEEKS - 1))
    book = load_capacity(user, asked, today=today)
    by_role = book.grouped(lambda holder, part: holder.role)
    return {role: None if cell.gap is None else -cell.gap for role, cell in by_role.items()}
