"""The alignment page of one client: shares by imperative, what serves none, what nobody pays for, drift by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Action, Client, Imperative, PlanVersion, VersionState
from accounts.queries.plans import CLOSED
from common.figures import Figure, figure_id
from common.formats import plural, ratio
from common.money import ZERO
from common.periods import Month, format_month, month_of, period_label
from financials.calc.alignment import Aligned, aligned, drift
from financials.models import Contract
from financials.queries.alignment import Book, is_work, load_book, milestones_of, months_of, quantum
from financials.queries.basis import Basis, load_basis

if TYPE_CHECKING:
    from people.models import User

ORPHANS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class AimRow:
    """One imperative, or orphan work. unfunded: no fee of the period serves it."""

    title: str
    fees: Decimal | None
    fee_share: Decimal | None
    hours: Decimal
    hour_share: Decimal | None
    contracts: tuple[str, ...]
    unfunded: bool
    orphan: bool


@dataclass(frozen=True, slots=True)
class TieLink:
    """A tie as it stands: for what, how much, and where it is taken away."""

    title: str
    share: Decimal
    remove_url: str


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A contract or one of its milestones. follows: the number of the contract whose ties count for it, "" its own.

    fees: of a contract in the period, in the reporting currency; of a milestone its amount, in `currency`, its own.
    """

    number: str
    title: str
    milestone: str
    currency: str
    fees: Decimal | None
    hours: Decimal
    ties: tuple[TieLink, ...]
    follows: str
    orphan: bool
    url: str
    tie_url: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    month: Month
    fee_share: Decimal | None
    hour_share: Decimal | None
    drift: Decimal | None
    base: bool


@dataclass(frozen=True, slots=True)
class OrphanAction:
    title: str
    objective: str
    url: str


@dataclass(frozen=True, slots=True)
class AlignmentPage:
    basis: Basis
    period: str
    finding: str
    fee_share: Figure
    hour_share: Figure
    fees: Decimal | None
    hours: Decimal
    aims: tuple[AimRow, ...]
    work: tuple[WorkRow, ...]
    months: tuple[MonthRow, ...]
    actions: tuple[OrphanAction, ...]
    base_words: str
    imperatives: int


def span(basis: Basis) -> tuple[Month, Month]:
    return basis.last_twelve()


def share_figure(kind: str, key: str, value: Decimal | None, first: Month, last: Month) -> Figure:
    """kind: fees or hours."""
    months = {"from": format_month(first), "to": format_month(last)}
    identity = figure_id(f"alignment.{kind}", client=key, **months)
    return Figure(identity, f"{kind.capitalize()} that serve an imperative", value, "ratio")


def load_alignment(
    user: User, client: Client, now: datetime, *, first: Month | None = None, last: Month | None = None
) -> AlignmentPage:
    """Ten queries. In the client's currency, over the last twelve closed months unless others are asked for."""
    basis = load_basis(user, now=now, currency=client.currency, newest_entry=False)
    start, end = span(basis)
    start, end = first or start, last or end
    book = load_book(user, basis, [client.pk], start, end)
    whole = aligned(book.cells[client.pk], quantum(basis))
    imperatives = list(Imperative.objects.filter(plan__client=client).order_by("position", "pk"))
    by_contract = {pk: _sum_of(book, pk, basis) for pk in book.contracts}
    aims = tuple(_aims(book, whole, imperatives))
    approved = (
        PlanVersion.objects.filter(plan__client=client, state=VersionState.APPROVED)
        .order_by("-number")
        .values_list("decided_at", flat=True)
        .first()
    )
    months, base = _months(months_of(book, client, basis), approved)
    return AlignmentPage(
        basis=basis,
        period=period_label(start, end),
        finding=_finding(whole, aims),
        fee_share=share_figure("fees", client.key, whole.fee_share, start, end),
        hour_share=share_figure("hours", client.key, whole.hour_share, start, end),
        fees=whole.fees,
        hours=whole.hours,
        aims=aims,
        work=tuple(_work(book, by_contract, client.key, start)),
        months=months,
        actions=_orphan_actions(client),
        base_words=base,
        imperatives=len(imperatives),
    )


def _sum_of(book: Book, pk: int, basis: Basis) -> tuple[Decimal | None, Decimal]:
    found = aligned(book.of_contract.get(pk, ()), quantum(basis))
    return found.fees, found.hours


def _aims(book: Book, whole: Aligned, imperatives: list[Imperative]) -> list[AimRow]:
    rows = []
    for imperative in imperatives:
        fees = None if whole.fees is None else whole.by_fees.get(imperative.pk, ZERO)
        numbers = tuple(row.number for row in book.contracts.values() if imperative.pk in book.parts[row.pk])
        rows.append(_aim(imperative.title, fees, whole.by_hours.get(imperative.pk, ZERO), whole, numbers, orphan=False))
    orphan = None if whole.fees is None else whole.by_fees.get(None, ZERO)
    rows.append(_aim("Serves none of theirs", orphan, whole.by_hours.get(None, ZERO), whole, (), orphan=True))
    return rows


def _aim(
    title: str, fees: Decimal | None, hours: Decimal, whole: Aligned, numbers: tuple[str, ...], *, orphan: bool
) -> AimRow:
    return AimRow(
        title,
        fees,
        fees / whole.fees if fees is not None and whole.fees else None,
        hours,
        hours / whole.hours if whole.hours else None,
        numbers,
        unfunded=not orphan and fees == 0,
        orphan=orphan,
    )


def _work(book: Book, sums: dict[int, tuple[Decimal | None, Decimal]], key: str, start: Month) -> list[WorkRow]:
    """Contracts that are work and had not ended before the period, each with its milestones; orphans first."""
    rows = []
    milestones = milestones_of(book)
    for contract in book.contracts.values():
        over = contract.end is not None and contract.end < start and sums[contract.pk] == (ZERO, ZERO)
        if over or not is_work(contract):
            continue
        source = book.tied_to(contract)
        follows = "" if source == contract.pk else book.contracts[source].number
        ties = [tie for tie in book.ties.get(contract.pk, ()) if tie.milestone_id is None]
        fees, hours = sums[contract.pk]
        rows.append(_row(contract, "", fees, hours, ties, follows, not book.parts[contract.pk], key, ""))
        for milestone in milestones:
            if milestone.contract_id == contract.pk:
                own = [tie for tie in book.ties.get(contract.pk, ()) if tie.milestone_id == milestone.pk]
                bare = not own and not book.parts[contract.pk]
                rows.append(_row(contract, milestone.title, milestone.amount, ZERO, own, "", bare, key, milestone.key))
    return sorted(rows, key=lambda row: not row.orphan)


def _row(
    contract: Contract,
    milestone: str,
    fees: Decimal | None,
    hours: Decimal,
    ties: list[Any],
    follows: str,
    orphan: bool,
    key: str,
    mark: str,
) -> WorkRow:
    named = {"contract": contract.number, **({"milestone": mark} if mark else {})}
    return WorkRow(
        number=contract.number,
        title=contract.title,
        milestone=milestone,
        currency=contract.currency,
        fees=fees,
        hours=hours,
        ties=tuple(
            TieLink(tie.imperative.title, tie.share, reverse("alignment_untie", args=[key, tie.pk])) for tie in ties
        ),
        follows=follows,
        orphan=orphan,
        url=reverse("contract", args=[contract.number]),
        tie_url=f"{reverse('alignment_tie', args=[key])}?{urlencode(named)}",
    )


def _months(months: dict[Month, Aligned], approved: datetime | None) -> tuple[tuple[MonthRow, ...], str]:
    """Drift is against the month in which the plan was last approved; without one there, the first month."""
    if not months:
        return (), ""
    wanted = month_of(approved.date()) if approved else None
    base = wanted if wanted in months else next(iter(months))
    share = months[base].fee_share
    rows = tuple(
        MonthRow(month, one.fee_share, one.hour_share, drift(one.fee_share, share), month == base)
        for month, one in months.items()
    )
    words = "the month the plan was approved in" if base == wanted else "the first month shown"
    return rows, words


def _orphan_actions(client: Client) -> tuple[OrphanAction, ...]:
    rows = (
        Action.objects.filter(objective__plan__client=client, objective__imperative=None)
        .exclude(status__in=CLOSED)
        .select_related("objective")
        .order_by("due", "pk")[:ORPHANS_SHOWN]
    )
    page = reverse("client_plan", args=[client.key])
    return tuple(OrphanAction(row.title, row.objective.title, f"{page}#action-{row.pk}") for row in rows)


def _finding(whole: Aligned, aims: tuple[AimRow, ...]) -> str:
    unfunded = [aim for aim in aims if aim.unfunded]
    share = whole.fee_share
    if share is None:
        return "What the work is for"
    words = f"{ratio(share, 0)} of fees serve what they are trying to do"
    if unfunded:
        return f"{words}; {plural(len(unfunded), 'imperative')} of theirs unfunded"
    return words
