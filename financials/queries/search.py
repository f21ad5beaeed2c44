"""What the search box finds among contracts, invoices and purchase orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from common.formats import day, ledger
from common.search import Hit, Source, sources
from financials.access import contracts_for, invoices_for, purchase_orders_for
from financials.models import Invoice, PurchaseOrder

if TYPE_CHECKING:
    from people.models import User


def find_contracts(user: User, text: str, limit: int) -> list[Hit]:
    wanted = Q(number__icontains=text) | Q(title__icontains=text)
    rows = contracts_for(user).filter(wanted).select_related("client").order_by("-start", "number")[:limit]
    return [
        Hit(
            f"{row.number} {row.title}",
            f"{row.client.name} · {row.get_status_display()}",
            reverse("contract", args=[row.number]),
        )
        for row in rows
    ]


def find_invoices(user: User, text: str, limit: int) -> list[Hit]:
    rows = invoices_for(user).filter(number__icontains=text).select_related("client")
    return [
        Hit(
            row.number,
            f"{row.client.name} · {ledger(row.amount, row.currency)} {row.currency}, due {day(row.due)}",
            _list("invoices", row),
        )
        for row in rows.order_by("-issued", "number", "pk")[:limit]
    ]


def find_purchase_orders(user: User, text: str, limit: int) -> list[Hit]:
    rows = purchase_orders_for(user).filter(number__icontains=text).select_related("client")
    return [
        Hit(row.number, f"{row.client.name} · {ledger(row.amount, row.currency)} {row.currency}",
            _list("purchase_orders", row))
        for row in rows.order_by("-issued", "number", "pk")[:limit]
    ]  # fmt: skip


def _list(route: str, row: Invoice | PurchaseOrder) -> str:
    """Neither has a page of its own: its list, down to it. Numbers are a client's own."""
    return f"{reverse(route)}?{urlencode({'client': row.client.key, 'q': row.number})}"


def register() -> None:
    sources.register("contracts", Source("Contracts", find_contracts))
    sources.register("invoices", Source("Invoices", find_invoices))
    sources.register("purchase_orders", Source("Purchase orders", find_purchase_orders))
