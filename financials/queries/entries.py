"""The ledger rows behind a figure: a filtered, paged list, newest month first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db.models import Count, Q, QuerySet, Sum

from common.money import ZERO
from common.periods import Month, month_add
from financials.access import contracts_for, ledger_entries_for, ledger_months_for
from financials.models import Contract, LedgerEntry, LedgerMonth
from financials.queries.pnl_request import NONE, fiscal_start
from financials.queries.pnl_rows import PARTS

if TYPE_CHECKING:
    from people.models import User

SORTS: Final = {"month": "month", "client": "client__name", "amount": "amount", "posted": "posted_at"}
R = TypeVar("R", LedgerEntry, LedgerMonth)
HEAD: Final = (
    "Month",
    "Client",
    "Contract",
    "Service line",
    "Line",
    "Description",
    "Amount",
    "Currency",
    "Source reference",
    "Revision",
    "Reversal",
    "Belongs to",
    "Posted",
)
_VALUES: Final = (
    "month",
    "client__key",
    "contract__number",
    "service_line",
    "line",
    "description",
    "amount",
    "currency",
    "source_ref",
    "revision",
    "is_reversal",
    "service_month",
    "posted_at",
)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """row: a row of the ladder; its entries are those of every ledger line it follows from.

    q: words of the description, the reference or the service line. sort: a column, with a dash downwards.
    """

    client: str = ""
    contract: str = ""
    service_line: str | None = None
    owner: str = ""
    tier: str = ""
    first: Month | None = None
    last: Month | None = None
    row: str = ""
    parent: str = ""
    industry: str = ""
    fiscal: str = ""
    q: str = ""
    sort: str = ""

    @property
    def is_line(self) -> bool:
        """The entries are of one line of the ledger, so that they can be summed."""
        return bool(self.row) and self.row not in PARTS


def lines_behind(row: str) -> frozenset[str]:
    """The ledger lines a ladder row follows from."""
    if row not in PARTS:
        return frozenset({row})
    return frozenset(line for part in PARTS[row] for line in lines_behind(part))


def entries(user: User, wanted: EntryFilter) -> QuerySet[LedgerEntry]:
    rows = _found(user, wanted).select_related("client", "contract")
    column = SORTS.get(wanted.sort.lstrip("-"))
    usual = ("-month", "client_id", "line", "id")
    return rows.order_by(*([f"-{column}" if wanted.sort.startswith("-") else column] if column else ()), *usual)


def _found(user: User, wanted: EntryFilter) -> QuerySet[LedgerEntry]:
    rows = _cut(user, ledger_entries_for(user), wanted)
    if not wanted.q:
        return rows
    words = Q(description__icontains=wanted.q) | Q(source_ref__icontains=wanted.q)
    return rows.filter(words | Q(service_line__icontains=wanted.q))


def amounts_of(user: User, wanted: EntryFilter) -> list[tuple[str, Decimal]]:
    """What the entries come to, by currency. One query."""
    rows = _found(user, wanted).order_by().values_list("currency").annotate(total=Sum("amount"))
    return sorted(rows)


@dataclass(frozen=True, slots=True)
class EntrySum:
    """What the entries of a line and currency come to, and what the sums kept of them say. rows: how many they are.

    kept: None where the entries were searched by words, which no sum knows.
    """

    line: str
    currency: str
    rows: int
    amount: Decimal
    kept: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.kept is None else self.amount - self.kept


def entry_sums(user: User, wanted: EntryFilter) -> list[EntrySum]:
    """By line, then currency. Two queries."""
    posted = _found(user, wanted).order_by().values_list("line", "currency")
    kept = _cut(user, ledger_months_for(user), wanted).order_by().values_list("line", "currency")
    if wanted.q:  # the kept sums know no descriptions
        return [
            EntrySum(line, code, rows, total, None)
            for line, code, rows, total in sorted(posted.annotate(Count("pk"), Sum("amount")))
        ]
    held = {(line, code): total for line, code, total in kept.annotate(Sum("amount"))}
    found = {(line, code): (rows, total) for line, code, rows, total in posted.annotate(Count("pk"), Sum("amount"))}
    places = sorted(found.keys() | {place for place, total in held.items() if total})
    return [EntrySum(*place, *found.get(place, (0, ZERO)), held.get(place, ZERO)) for place in places]


def _cut(user: User, rows: QuerySet[R], wanted: EntryFilter) -> QuerySet[R]:
    """Entries, or the sums kept of them: both name client, contract, service line, month and line alike."""
    if wanted.client:
        rows = rows.filter(client__key=wanted.client)
    if wanted.parent:
        rows = rows.filter(Q(client__key=wanted.parent) | Q(client__parent__key=wanted.parent))
    if wanted.industry:
        rows = rows.filter(client__industry="" if wanted.industry == NONE else wanted.industry)
    if wanted.fiscal:
        rows = _of_fiscal(rows, wanted.fiscal)
    if wanted.contract == NONE:
        rows = rows.filter(contract=None)
    elif wanted.contract:
        rows = rows.filter(contract__in=_with_orders(user, wanted.contract))
    if wanted.service_line is not None:
        rows = rows.filter(service_line=wanted.service_line)
    if wanted.owner == NONE:
        rows = rows.filter(client__isnull=False, client__owner=None)
    elif wanted.owner:
        rows = rows.filter(client__owner__email=wanted.owner)
    if wanted.tier:
        rows = rows.filter(client__tier=wanted.tier)
    if wanted.first:
        rows = rows.filter(month__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(month__lte=wanted.last)
    if wanted.row:
        rows = rows.filter(line__in=sorted(lines_behind(wanted.row)))
    return rows


def _of_fiscal(rows: QuerySet[R], label: str) -> QuerySet[R]:
    """Months of a fiscal year or quarter, by each client's own year."""
    kind, opens = fiscal_start(label)
    length = 12 if kind == "fiscal_year" else 3
    chosen = Q()
    for start in range(1, 13):
        first = month_add(opens, -((13 - start) % 12))
        chosen |= Q(client__fiscal_year_start=start, month__gte=first, month__lte=month_add(first, length - 1))
    return rows.filter(chosen)


def _with_orders(user: User, number: str) -> QuerySet[Contract]:
    return contracts_for(user).filter(number=number)


def entry_rows(rows: QuerySet[LedgerEntry]) -> Iterator[tuple[Any, ...]]:
    """For a file: streamed, months as 2026-09, lines by their code."""
    for month, *rest, service_month, posted_at in rows.values_list(*_VALUES).iterator(chunk_size=5000):
        yield _month(month), *rest, _month(service_month), posted_at


def _month(value: date | None) -> str | None:
    return None if value is None else f"{value:%Y-%m}"
