"""The list of invoices behind what is owed, and any other: filtered, sorted, paged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, F, Min, Q, QuerySet

from common.formats import plural
from financials.access import contracts_for, invoices_for
from financials.calc.receivables import due_span, is_open
from financials.models import Contract, ContractKind, Invoice
from financials.queries.receivables import open_on

if TYPE_CHECKING:
    from people.models import User

SORTS: Final = {
    "number": "number",
    "client": "client__name",
    "issued": "issued",
    "due": "due",
    "amount": "amount",
    "paid": "paid_on",
}
STATES: Final = (("open", "Open"), ("overdue", "Overdue"), ("paid", "Paid"))
HEAD: Final = ("number", "client", "contract", "issued", "due", "amount", "currency", "paid_on", "po_number")
"""The import kind's columns: a file of the list can be loaded again."""
_FIELDS: Final = tuple({"client": "client__key", "contract": "contract__number"}.get(name, name) for name in HEAD)


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """as_of: the day on which open, overdue and the bucket are judged; None is today."""

    q: str = ""
    client: str = ""
    contract: str = ""
    owner: str = ""
    tier: str = ""
    state: str = ""
    bucket: str = ""
    currency: str = ""
    po: str = ""
    as_of: date | None = None
    sort: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """late: days past due on the day, of an open invoice; None where it is not late."""

    invoice: Invoice
    late: int | None
    word: str
    shape: str


def invoices(user: User, wanted: InvoiceFilter, *, today: date) -> QuerySet[Invoice]:
    as_of = wanted.as_of or today
    rows = invoices_for(user).select_related("client", "contract")
    equal = {
        "client__key": wanted.client,
        "client__owner__email": wanted.owner,
        "client__tier": wanted.tier,
        "currency": wanted.currency,
        "po_number": wanted.po,
    }
    rows = rows.filter(**{path: value for path, value in equal.items() if value})
    if wanted.contract:
        rows = rows.filter(contract__in=_with_orders(user, wanted.contract))
    if wanted.q:
        text = wanted.q
        rows = rows.filter(Q(number__icontains=text) | Q(po_number__icontains=text) | Q(client__name__icontains=text))
    if wanted.state in ("open", "overdue") or wanted.bucket:
        rows = rows.filter(open_on(as_of))
    if wanted.state == "overdue":
        rows = rows.filter(due__lt=as_of, amount__gt=0)
    if wanted.state == "paid":
        rows = rows.filter(paid_on__lte=as_of)
    if wanted.bucket:
        rows = rows.filter(_in_bucket(wanted.bucket, as_of))
    return _sorted(rows, wanted.sort)


def invoices_finding(rows: QuerySet[Invoice], as_of: date) -> str:
    """'16 of 1,287 invoices are overdue, the oldest by 88 days'. One query."""
    late = Q(due__lt=as_of, amount__gt=0) & open_on(as_of)
    found = rows.order_by().aggregate(there=Count("pk"), late=Count("pk", filter=late), oldest=Min("due", filter=late))
    there, overdue = found["there"], found["late"]
    if not there:
        return "No invoice matches"
    if not overdue:
        return f"{plural(there, 'invoice')}, none overdue"
    days = plural((as_of - found["oldest"]).days, "day")
    who = plural(there, "invoice") if overdue == there else f"{overdue:,} of {plural(there, 'invoice')}"
    verb = "is" if overdue == 1 else "are"
    return f"{who} {verb} overdue, " + (f"by {days}" if overdue == 1 else f"the oldest by {days}")


def _in_bucket(bucket: str, as_of: date) -> Q:
    first, last = due_span(bucket, as_of)
    within = Q(amount__gte=0)
    if first is not None:
        within &= Q(due__gte=first)
    if last is not None:
        within &= Q(due__lte=last)
    return within | Q(amount__lt=0) if bucket == "current" else within


def _with_orders(user: User, number: str) -> QuerySet[Contract]:
    """The contract and its change orders."""
    own = Q(number=number) | Q(parent__number=number, kind=ContractKind.CHANGE_ORDER)
    return contracts_for(user).filter(own)


def _sorted(rows: QuerySet[Invoice], sort: str) -> QuerySet[Invoice]:
    column = SORTS.get(sort.lstrip("-"))
    if column is None:
        return rows.order_by("-issued", "number")
    order = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(order, "number")


def listed(rows: list[Invoice], as_of: date) -> list[InvoiceRow]:
    return [_row(one, as_of) for one in rows]


def _row(invoice: Invoice, as_of: date) -> InvoiceRow:
    if not is_open(invoice.issued, invoice.paid_on, as_of):
        return InvoiceRow(invoice, None, "Paid" if invoice.issued <= as_of else "Issued later", "neutral")
    if invoice.amount < 0:
        return InvoiceRow(invoice, None, "Credit open", "neutral")
    late = (as_of - invoice.due).days
    if late <= 0:
        return InvoiceRow(invoice, None, "Not due", "neutral")
    return InvoiceRow(invoice, late, f"{late} d late", "at_risk" if late > 60 else "watch")


def invoice_rows(rows: QuerySet[Invoice]) -> Iterator[tuple[Any, ...]]:
    """For a file: streamed."""
    yield from rows.values_list(*_FIELDS).iterator(chunk_size=2000)
