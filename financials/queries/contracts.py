"""Contracts: the list, the tree they form, and one contract's schedule beside what the ledger recognised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet

from accounts.queries.history import word_of
from common import charts
from common.figures import Figure
from common.formats import DASH, day, month_short
from common.models import AuditEntry
from common.money import ZERO
from common.periods import Month, month_add, month_label, month_of, months_between
from financials.access import contracts_for
from financials.calc import findings
from financials.calc.notice import InvalidUplift, Uplift, checkpoints, parse_uplift
from financials.figures import contract_figure
from financials.models import Contract
from financials.queries.basis import Basis, load_basis
from financials.queries.cells import Cut, load_cells
from financials.queries.renewals import RenewalRow, notice_of, renewals_ahead
from people.access import abilities_of

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
_WINDOW: Final = 36
"""Months of schedule a page shows."""


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


@dataclass(frozen=True, slots=True)
class MonthLine:
    month: Month
    scheduled: Figure
    recognised: Figure | None
    gap: Decimal | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    who: str
    verb: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ContractPage:
    """recognised and what follows from it are None for readers who do not see money; they see the schedule."""

    contract: Contract
    basis: Basis
    tree: tuple[Node, ...]
    amount: Figure
    scheduled: Figure
    recognised: Figure | None
    to_go: Figure
    lines: tuple[MonthLine, ...]
    chart: charts.MonthlyBars | None
    timeline: charts.Timeline | None
    notice_on: date | None
    uplift: str
    uplifted: Figure | None
    missing: bool
    history: tuple[HistoryLine, ...]
    can_edit: bool

    @property
    def notice_words(self) -> str:
        return day(self.notice_on) if self.notice_on else DASH

    @property
    def schedule_sub(self) -> str:
        shown = f"{self.contract.currency}, straight line by day; the months sum exactly to the amount"
        return shown + (" with its change orders" if len(self.tree) > 1 else "")


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
    finding = findings.renewals_ahead(len(renewals), total, basis.currency)
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
_TABLE_FIELDS: Final = tuple({"parent": "parent__number", "client": "client__key"}.get(n, n) for n in TABLE_HEAD)


def table_rows(rows: QuerySet[Contract]) -> Iterator[tuple[object, ...]]:
    """The list as a file that can be loaded again."""
    yield from rows.values_list(*_TABLE_FIELDS).iterator(chunk_size=2000)


def client_tree(user: User, client_id: int) -> list[Node]:
    """All contracts of a client as an indented list. One query."""
    return flatten(build_tree(contracts_for(user).filter(client_id=client_id)))


def family_of(user: User, contract: Contract) -> tuple[list[Contract], list[int]]:
    """The tree a contract is in, and the ids of it and all below it. One query."""
    everyone = list(contracts_for(user).filter(client_id=contract.client_id))
    below: dict[int | None, list[Contract]] = defaultdict(list)
    for one in everyone:
        below[one.parent_id].append(one)
    by_id = {one.pk: one for one in everyone}
    root = contract
    while root.parent_id in by_id and root.parent_id != contract.pk:
        root = by_id[root.parent_id]

    def under(top: Contract) -> list[Contract]:
        return [top, *(found for child in below[top.pk] for found in under(child))]

    return under(root), [one.pk for one in under(by_id.get(contract.pk, contract))]


def span_of(family: Iterable[Contract], basis: Basis) -> tuple[Month, Month]:
    """The months in which these contracts can have a schedule or entries."""
    several = list(family)
    first = min((one.start for one in several), default=basis.today)
    last = max((one.end or month_add(basis.open_month, _WINDOW) for one in several), default=basis.today)
    return month_add(month_of(first), -12), max(month_of(last), basis.open_month)


def months_of(
    source: str, basis: Basis, ids: Iterable[int], first: Month, last: Month
) -> tuple[dict[Month, Decimal], bool]:
    """Month → scheduled amount or recognised net revenue in the basis's currency; whether a rate was missing."""
    cut = Cut(("SELECT id FROM accounts_client", []), first, last, contract_ids=tuple(ids))
    sums: dict[Month, Decimal] = defaultdict(Decimal)
    missing = False
    for cell in load_cells("schedule" if source == "schedule" else "actual", basis, cut, ("month",)):
        if cell.line in ("scheduled", "gross_revenue", "pass_through"):
            sign = -1 if cell.line == "pass_through" else 1
            sums[date.fromisoformat(f"{cell.group[0]}-01")] += sign * cell.amount
            missing = missing or cell.missing
    return dict(sums), missing


def load_contract_page(user: User, contract: Contract, *, now: datetime) -> ContractPage:
    """Six queries."""
    basis = load_basis(user, now=now, currency=contract.currency)
    family, ids = family_of(user, contract)
    first, last = span_of(family, basis)
    scheduled, no_rate = months_of("schedule", basis, ids, first, last)
    sees_money = abilities_of(user).see_money
    recognised, gap = months_of("actual", basis, ids, first, basis.open_month) if sees_money else ({}, False)
    notice = notice_of(contract, contract.client.country)
    uplift, uplifted = _uplift(contract)
    lines = _lines(contract, scheduled, recognised, basis, sees_money=sees_money)
    later = sum((amount for month, amount in scheduled.items() if month > basis.through), ZERO)
    return ContractPage(
        contract=contract,
        basis=basis,
        tree=tuple(flatten(build_tree(family, contract.pk))),
        amount=amount_of(contract),
        scheduled=_figure("scheduled", contract, _sum(scheduled)),
        recognised=_figure("recognised", contract, _sum(recognised)) if sees_money else None,
        to_go=_figure("to_go", contract, later if scheduled else None),
        lines=lines,
        chart=_chart(contract, lines, basis),
        timeline=_timeline(contract, notice, basis.today),
        notice_on=notice,
        uplift=uplift,
        uplifted=uplifted,
        missing=no_rate or gap,
        history=_history(contract),
        can_edit=abilities_of(user).edit_contracts,
    )


def _history(contract: Contract) -> tuple[HistoryLine, ...]:
    entries = AuditEntry.objects.filter(object_kind="contract", object_id=str(contract.pk)).order_by("-id")[:20]
    return tuple(
        HistoryLine(
            entry.at,
            entry.actor,
            entry.verb,
            tuple((word_of(name), _said(pair[0]), _said(pair[1])) for name, pair in entry.changes.items()),
        )
        for entry in entries
    )


def _said(value: object) -> str:
    return DASH if value in (None, "") else str(value)


def _figure(name: str, contract: Contract, value: Decimal | None, month: Month | None = None) -> Figure:
    return contract_figure(name, contract.number, value, contract.currency, month)


def _sum(months: Mapping[Month, Decimal]) -> Decimal | None:
    return sum(months.values(), ZERO) if months else None


def _lines(
    contract: Contract,
    scheduled: Mapping[Month, Decimal],
    recognised: Mapping[Month, Decimal],
    basis: Basis,
    *,
    sees_money: bool,
) -> tuple[MonthLine, ...]:
    """Months that have either, the newest window of them when there are many."""
    known = sorted({*scheduled, *recognised})
    if not known:
        return ()
    first = max(known[0], month_add(basis.open_month, -24)) if len(known) > _WINDOW else known[0]
    last = min(known[-1], month_add(first, _WINDOW - 1))
    lines = []
    for month in months_between(first, last):
        plan = scheduled.get(month, ZERO)
        earned = recognised.get(month, ZERO) if sees_money and month <= basis.open_month else None
        closed = month <= basis.through
        lines.append(
            MonthLine(
                month=month,
                scheduled=_figure("scheduled", contract, plan, month),
                recognised=_figure("recognised", contract, earned, month) if sees_money else None,
                gap=earned - plan if earned is not None and closed else None,
            )
        )
    return tuple(lines)


def _chart(contract: Contract, lines: tuple[MonthLine, ...], basis: Basis) -> charts.MonthlyBars | None:
    if not lines:
        return None
    money = lines[0].recognised is not None
    bars = tuple(
        charts.Month(
            label=month_short(line.month),
            value=line.recognised.value
            if line.recognised is not None and line.month <= basis.through
            else line.scheduled.value,
            budget=line.scheduled.value if money and line.month <= basis.through else None,
            kind="actual" if line.month <= basis.through and money else "forecast",
            strong=line.month == basis.through,
        )
        for line in lines
    )
    done = [line for line in lines if line.month <= basis.through]
    earned = sum((line.recognised.value or ZERO for line in done if line.recognised is not None), ZERO)
    plan = sum((line.scheduled.value or ZERO for line in done), ZERO)
    finding = (
        findings.against_budget("Recognised revenue", Decimal(earned), Decimal(plan)).replace("budget", "schedule")
        if money and done
        else "Scheduled by month"
    )
    return charts.MonthlyBars(
        finding=finding,
        sub="Recognised net revenue, then the schedule; tick is the schedule" if money else "Schedule by month",
        source=f"Ledger to {month_label(basis.through)}",
        months=bars,
        unit=contract.currency,
        scale="k",
        budget_label="Schedule",
        size="l",
    )


def _timeline(contract: Contract, notice: date | None, today: date) -> charts.Timeline | None:
    """The renewal as a line of dates; only for contracts that end and have a notice period."""
    if notice is None or contract.end is None or contract.end < today:
        return None
    stops = [charts.Stop(point.day, f"{point.days} d") for point in checkpoints(notice)]
    stops += [charts.Stop(notice, "Notice", "deadline"), charts.Stop(contract.end, "Term ends", "end")]
    days = (notice - today).days
    rule = "business" if contract.notice_rule == "business" else "calendar"
    return charts.Timeline(
        finding=findings.notice_ahead(days),
        sub=f"Notice is {contract.notice_days} {rule} days before the term ends",
        stops=tuple(stops),
        today=today,
        today_label=f"Today, {days} days left" if days >= 0 else "Today",
        span=f"{contract.notice_days} days notice",
        size="full",
    )


def _uplift(contract: Contract) -> tuple[str, Figure | None]:
    """The uplift in words, and the next term's fee where it follows from the contract alone."""
    try:
        uplift = parse_uplift(contract.uplift)
    except InvalidUplift:
        return contract.uplift, None
    if uplift is None:
        return "", None
    words = _uplift_words(uplift)
    amount = uplift.applied(contract.amount, contract.currency) if contract.amount is not None else None
    if amount is None:
        return words, None
    return words, Figure("", "Fee after uplift", amount, contract.currency)


def _uplift_words(uplift: Uplift) -> str:
    if not uplift.index:
        return f"{_percent(uplift.fixed)} a year"
    bounds = [
        f"at least {_percent(uplift.floor)}" if uplift.floor is not None else "",
        f"at most {_percent(uplift.cap)}" if uplift.cap is not None else "",
    ]
    return ", ".join([f"By {uplift.index.upper()}", *filter(None, bounds)])


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{(value * 100).normalize():f}%"
