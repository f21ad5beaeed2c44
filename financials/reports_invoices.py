"""Invoices and purchase orders to take away: the rows of their pages, and what they come to by currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, QuerySet, Sum

from accounts.access import get_client_for
from common.formats import day
from common.reports import PRINTED, Report, ReportColumn, ReportTable, Way
from financials.forms.receivables import invoice_filter, order_filter
from financials.models import Invoice
from financials.queries.invoices import STATES, InvoiceRow, invoices, invoices_finding, listed
from financials.queries.purchase_orders import OrderRow, order_rows
from financials.queries.receivables_page import BUCKET_CHOICES, ORDER_STATES, orders_finding

if TYPE_CHECKING:
    from people.models import User

Columns = tuple[tuple[str, str, Way], ...]
_INVOICE: Final[Columns] = (
    ("number", "Number", "text"), ("client", "Client", "text"), ("contract", "Contract", "text"),
    ("issued", "Issued", "day"), ("due", "Due", "day"), ("paid_on", "Paid", "day"), ("amount", "Amount", "amount"),
    ("currency", "Currency", "text"), ("po_number", "Purchase order", "text"), ("state", "State", "text"),
)  # fmt: skip
_ORDER: Final[Columns] = (
    ("number", "Number", "text"), ("client", "Client", "text"), ("contract", "Contract", "text"),
    ("issued", "Issued", "day"), ("expires", "Expires", "day"), ("currency", "Currency", "text"),
    ("amount", "Amount", "amount"), ("invoiced", "Invoiced", "amount"), ("left", "Left", "amount"),
    ("fee_left", "Fee to invoice", "amount"), ("not_covered", "Not covered", "amount"), ("status", "State", "text"),
)  # fmt: skip
_SUMS: Final[Columns] = (("currency", "Currency", "text"), ("rows", "Rows", "count"), ("amount", "Amount", "amount"))


def invoice_report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    wanted, errors = invoice_filter(query)
    if wanted.client:
        get_client_for(user, wanted.client)
    found, as_of = invoices(user, wanted, today=now.date()), wanted.as_of or now.date()
    sums = _by_currency(found)
    there = sum(row[1] for row in sums)
    return Report(
        name="invoices",
        title="Invoices",
        finding=invoices_finding(found, as_of),
        as_of=now,
        period=f"As of {day(as_of)}",
        filters=(
            ("Search", wanted.q), ("Client", wanted.client), ("Contract", wanted.contract), ("Owner", wanted.owner),
            ("Tier", wanted.tier), ("State", dict(STATES).get(wanted.state, "")),
            ("Late by", dict(BUCKET_CHOICES).get(wanted.bucket, "")), ("Currency", wanted.currency),
            ("Purchase order", wanted.po),
        ),
        columns=_columns(_INVOICE),
        rows=[_invoice(one) for one in listed(list(found[:PRINTED]), as_of)],
        count=there,
        more=(ReportTable("By currency", _columns(_SUMS), sums, note="Of every row, printed or not."),),
        source="Invoice register; amounts as invoiced, tax included",
        notes=tuple(errors),
    )  # fmt: skip


def _invoice(row: InvoiceRow) -> list[Any]:
    one = row.invoice
    contract = one.contract.number if one.contract else ""
    return [
        one.number, one.client.name, contract, one.issued, one.due, one.paid_on or "", one.amount, one.currency,
        one.po_number, row.word,
    ]  # fmt: skip


def _by_currency(found: QuerySet[Invoice]) -> list[tuple[str, int, Decimal]]:
    summed = found.order_by().values_list("currency").annotate(Count("pk"), Sum("amount"))
    return sorted((currency, count, amount) for currency, count, amount in summed)


def order_report(user: User, query: Mapping[str, str], now: datetime) -> Report:
    wanted = order_filter(query)
    if wanted.client:
        get_client_for(user, wanted.client)
    rows = order_rows(user, wanted, as_of=now.date())
    return Report(
        name="purchase-orders",
        title="Purchase orders",
        finding=orders_finding(rows),
        as_of=now,
        period=f"As of {day(now.date())}",
        filters=(
            ("Search", wanted.q), ("Client", wanted.client), ("Contract", wanted.contract),
            ("State", dict(ORDER_STATES).get(wanted.state, "")),
        ),
        columns=_columns(_ORDER),
        rows=[_order(row) for row in rows],
        more=(ReportTable("By currency", _columns(_SUMS), _order_sums(rows)),),
        source="Purchase orders, the invoices drawn on them and the fee of their contracts still to invoice",
    )  # fmt: skip


def _order(row: OrderRow) -> list[Any]:
    found = row.position
    return [
        row.number, row.client_name, row.contract, row.issued, row.expires or "", row.currency, row.amount,
        row.invoiced, found.left, found.fee_left, found.short, row.word,
    ]  # fmt: skip


def _order_sums(rows: Sequence[OrderRow]) -> list[tuple[str, int, Decimal]]:
    sums: dict[str, tuple[int, Decimal]] = {}
    for row in rows:
        count, amount = sums.get(row.currency, (0, Decimal(0)))
        sums[row.currency] = count + 1, amount + row.amount
    return [(currency, *sums[currency]) for currency in sorted(sums)]


def _columns(columns: Columns) -> tuple[ReportColumn, ...]:
    return tuple(ReportColumn(*column) for column in columns)
