"""Contracts as a list and as the tree they form: MSA → SOW → change order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet

from common.figures import Figure
from common.money import ZERO
from financials.access import contracts_for
from financials.calc import findings
from financials.figures import contract_figure
from financials.models import Contract
from financials.queries.basis import load_basis
from financials.queries.renewals import RenewalRow, passed_of, renewals_ahead

if TYPE_CHECKING:
    from people.models import User

SORTS: Final = {
    "number": "number",
    "client": "client__name",
    "title": "title",
    "start": "start",
    "end": "end",
    "amount": "amount",
    "status": "status",
}
TONES: Final = {"signed": "on_track", "active": "on_track", "terminated": "at_risk", "negotiation": "watch"}
A_PAGE: Final = 100
STANDING: Final = ("draft", "review", "negotiation", "signed", "active")


@dataclass(frozen=True, slots=True)
class ContractFilter:
    q: str = ""
    status: str = ""
    kind: str = ""
    client: str = ""
    sort: str = ""


@dataclass(slots=True)
class Node:
    """A contract and what hangs under it. depth: 0 for the root."""

    contract: Contract
    amount: Figure
    depth: int = 0
    current: bool = False
    children: list[Node] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return TONES.get(self.contract.status, "neutral")


def filtered(user: User, wanted: ContractFilter) -> QuerySet[Contract]:
    rows = contracts_for(user).select_related("client", "parent")
    if wanted.q:
        rows = rows.filter(
            Q(number__icontains=wanted.q) | Q(title__icontains=wanted.q) | Q(client__name__icontains=wanted.q)
        )
    for name in ("status", "kind"):
        if getattr(wanted, name):
            rows = rows.filter(**{name: getattr(wanted, name)})
    if wanted.client:
        rows = rows.filter(client__key=wanted.client)
    column = SORTS.get(wanted.sort.lstrip("-"))
    if column is None:
        return rows.order_by("client__name", "start", "number")
    order = F(column).desc(nulls_last=True) if wanted.sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(order, "number")


def amount_of(contract: Contract) -> Figure:
    return contract_figure("amount", contract.number, contract.amount, contract.currency)


def build_tree(contracts: Iterable[Contract], current: int | None = None) -> list[Node]:
    """MSA → SOW → change order, each level by start. A contract whose parent is not among them stands at the root."""
    several = sorted(contracts, key=lambda contract: (contract.start, contract.number))
    nodes = {one.pk: Node(one, amount_of(one), current=one.pk == current) for one in several}
    roots: list[Node] = []
    for one in several:
        parent = nodes.get(one.parent_id) if one.parent_id else None
        (parent.children if parent else roots).append(nodes[one.pk])
    return roots


def flatten(nodes: Iterable[Node], depth: int = 0) -> list[Node]:
    rows = []
    for node in nodes:
        node.depth = depth
        rows += [node, *flatten(node.children, depth + 1)]
    return rows


@dataclass(frozen=True, slots=True)
class ContractList:
    rows: Page[Contract]
    nodes: tuple[Node, ...]
    renewals: tuple[RenewalRow, ...]
    finding: str


def load_contract_list(user: User, rows: QuerySet[Contract], *, page: str | None, now: datetime) -> ContractList:
    """One page of the list, and what falls due within 120 days. Five queries."""
    shown = Paginator(rows, A_PAGE).get_page(page)
    basis = load_basis(user, now=now)
    renewals = renewals_ahead(user, today=now.date(), basis=basis)
    amounts = [row.amount_reporting for row in renewals]
    known = [amount for amount in amounts if amount is not None]
    total = sum(known, ZERO) if len(known) == len(amounts) else None
    finding = findings.renewals_ahead(len(renewals), total, basis.currency, passed=passed_of(renewals))
    return ContractList(shown, tuple(list_rows(shown.object_list)), tuple(renewals), finding)


def list_rows(contracts: Iterable[Contract]) -> list[Node]:
    """A page of the list, each with its fee as a figure."""
    return [Node(one, amount_of(one)) for one in contracts]


TABLE_HEAD: Final = (
    "number",
    "kind",
    "parent",
    "client",
    "title",
    "start",
    "end",
    "amount",
    "currency",
    "billing",
    "service_line",
    "status",
    "signed_on",
    "renewal",
    "notice_days",
    "notice_rule",
    "uplift",
    "probability",
)
TABLE_WAYS: Final = tuple({"notice_days": "count", "probability": "rate"}.get(name, "") for name in TABLE_HEAD)
_TABLE_FIELDS: Final = tuple({"parent": "parent__number", "client": "client__key"}.get(n, n) for n in TABLE_HEAD)


def table_rows(rows: QuerySet[Contract]) -> Iterator[tuple[object, ...]]:
    """The list as a file that can be loaded again."""
    yield from rows.values_list(*_TABLE_FIELDS).iterator(chunk_size=2000)


def client_tree(user: User, client_id: int) -> list[Node]:
    """All contracts of a client as an indented list. One query."""
    return flatten(build_tree(contracts_for(user).filter(client_id=client_id)))


def standing_tree(user: User, client_id: int) -> list[Node]:
    """Those of a client that are in force or on their way to it. One query."""
    rows = contracts_for(user).filter(client_id=client_id, status__in=STANDING)
    return flatten(build_tree(rows))


def family_of(user: User, contract: Contract) -> tuple[list[Contract], list[int]]:
    """The contracts above it, itself and all below; and the ids of it and all below. One query."""
    by_id = {one.pk: one for one in contracts_for(user).filter(client_id=contract.client_id)}
    below: dict[int | None, list[Contract]] = defaultdict(list)
    for one in by_id.values():
        below[one.parent_id].append(one)

    def under(top: Contract) -> list[Contract]:
        return [top, *(found for child in below[top.pk] for found in under(child))]

    above: list[Contract] = []
    parent = by_id.get(contract.parent_id or 0)
    while parent is not None and parent not in above:
        above.append(parent)
        parent = by_id.get(parent.parent_id or 0)
    own = under(by_id.get(contract.pk, contract))
    return [*above, *own], [one.pk for one in own]
