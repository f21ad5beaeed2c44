"""Alignment of fees and hours with what clients are trying to do, for a page, a report and REST alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from accounts.models import Client, Imperative
from common.fx import apply
from common.money import ZERO, quantise
from common.periods import Month
from financials.access import contracts_for
from financials.calc.alignment import Aim, Aligned, Cell, Tie, aligned, by_month, fractions
from financials.models import AlignmentTie, Contract, ContractKind, Milestone, ScheduleLine, TimeMonth
from financials.queries.basis import Basis

if TYPE_CHECKING:
    from people.models import User

Parts = dict[int, Decimal]


@dataclass(frozen=True, slots=True)
class Book:
    """Contracts and ties of some clients, and their cells over some months by client."""

    contracts: Mapping[int, Contract]
    ties: Mapping[int, tuple[AlignmentTie, ...]]
    parts: Mapping[int, Parts]
    cells: Mapping[int, list[Cell]]
    of_contract: Mapping[int, list[Cell]]

    def tied_to(self, contract: Contract) -> int:
        """The contract whose ties count: its own, or of the nearest one above that has any; itself where none has."""
        return _source(contract, self.contracts, self.ties)


def quantum(basis: Basis) -> Decimal:
    return Decimal(1).scaleb(-basis.places)


def load_book(user: User, basis: Basis, clients: list[int], first: Month, last: Month) -> Book:
    """Four queries for any number of clients. Fees: scheduled, each month converted at its average. Hours: those that
    count; under no contract they serve nothing.
    """
    contracts = {row.pk: row for row in contracts_for(user).filter(client__in=clients).order_by("start", "number")}
    ties: dict[int, list[AlignmentTie]] = defaultdict(list)
    linked = ("imperative", "milestone")
    for tie in AlignmentTie.objects.filter(contract__client__in=clients).select_related(*linked):
        ties[tie.contract_id].append(tie)
    kept = {pk: tuple(rows) for pk, rows in ties.items()}
    parts = {pk: parts_of(row, contracts, kept) for pk, row in contracts.items()}
    return Book(contracts, kept, parts, *_cells(basis, contracts, parts, clients, (first, last)))


def _source(contract: Contract, contracts: Mapping[int, Contract], ties: Mapping[int, Any]) -> int:
    at: Contract | None = contract
    while at is not None:
        if ties.get(at.pk):
            return at.pk
        at = contracts.get(at.parent_id) if at.parent_id else None
    return contract.pk


def parts_of(
    contract: Contract, contracts: Mapping[int, Contract], ties: Mapping[int, tuple[AlignmentTie, ...]]
) -> Parts:
    source = _source(contract, contracts, ties)
    own = source == contract.pk
    known = [
        Tie(tie.imperative_id, tie.share, tie.milestone.amount if tie.milestone else None)
        for tie in ties.get(source, ())
        if own or tie.milestone is None
    ]
    return fractions(contract.amount if own else None, known)


def _cells(
    basis: Basis,
    contracts: Mapping[int, Contract],
    parts: Mapping[int, Parts],
    clients: list[int],
    span: tuple[Month, Month],
) -> tuple[dict[int, list[Cell]], dict[int, list[Cell]]]:
    """By client, and by contract."""
    fees: dict[tuple[int, int | None, Month], Decimal | None] = {}
    lines = ScheduleLine.objects.filter(contract__in=contracts, month__range=span)
    for pk, month, amount in lines.order_by().values_list("contract_id", "month", "amount"):
        contract = contracts[pk]
        fees[contract.client_id, pk, month] = _converted(basis, amount, contract.currency, month)
    hours: dict[tuple[int, int | None, Month], Decimal] = {}
    worked = TimeMonth.objects.filter(client__in=clients, month__range=span).order_by()
    for client, number, month, count in worked.values_list("client_id", "contract_id", "month").annotate(Sum("hours")):
        hours[client, number, month] = count
    found: dict[int, list[Cell]] = {pk: [] for pk in clients}
    of_contract: dict[int, list[Cell]] = defaultdict(list)
    for place in sorted({*fees, *hours}, key=lambda key: (key[0], key[1] or 0, key[2])):
        client, number, month = place
        cell = Cell(month, fees.get(place, ZERO), hours.get(place, ZERO), parts.get(number, {}) if number else {})
        found[client].append(cell)
        if number:
            of_contract[number].append(cell)
    return found, of_contract


def _converted(basis: Basis, amount: Decimal, currency: str, month: Month) -> Decimal | None:
    if currency == basis.currency:
        return quantise(amount, currency)
    rate = basis.rate(currency, month)
    return None if rate is None else apply(amount, rate, basis.currency)


@dataclass(frozen=True, slots=True)
class Share:
    """One imperative of a client, or its orphan work (imperative None)."""

    client: str
    imperative: str | None
    title: str
    fees: Decimal | None
    hours: Decimal
    share: Decimal | None
    hour_share: Decimal | None


def load_shares(user: User, basis: Basis, clients: Mapping[int, str], first: Month, last: Month) -> list[Share]:
    """By client, imperatives in their order, orphan work last. Five queries."""
    book = load_book(user, basis, list(clients), first, last)
    found: list[Share] = []
    rows = Imperative.objects.filter(plan__client__in=clients).order_by("position", "pk")
    named: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for client, pk, key, title in rows.values_list("plan__client_id", "pk", "key", "title"):
        named[client].append((pk, key, title))
    for client_id, client_key in sorted(clients.items(), key=lambda item: item[1]):
        whole = aligned(book.cells[client_id], quantum(basis))
        aims: list[tuple[Aim, str | None, str]] = [*named[client_id], (None, None, "Serves none of theirs")]
        found += [_share(client_key, aim, key, title, whole) for aim, key, title in aims]
    return found


def _share(client: str, aim: Aim, key: str | None, title: str, whole: Aligned) -> Share:
    fees = None if whole.fees is None else whole.by_fees.get(aim, ZERO)
    hours = whole.by_hours.get(aim, ZERO)
    return Share(
        client,
        key,
        title,
        fees,
        hours,
        None if fees is None or not whole.fees else (fees / whole.fees),
        (hours / whole.hours) if whole.hours else None,
    )


def months_of(book: Book, client: Client, basis: Basis) -> dict[Month, Aligned]:
    return by_month(book.cells[client.pk], quantum(basis))


def milestones_of(book: Book) -> list[Milestone]:
    """Of contracts in the book. One query."""
    return list(Milestone.objects.filter(contract__in=book.contracts).select_related("contract").order_by("due", "key"))


def is_work(contract: Contract) -> bool:
    return contract.kind != ContractKind.MSA
