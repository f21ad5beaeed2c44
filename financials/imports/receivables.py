"""Invoices and purchase orders from a file."""

from __future__ import annotations

from typing import Any

from accounts.imports.sight import NOT_YOURS, Sight, client_ids
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    matching,
    save_records,
)
from common.imports.columns import amount, amount_not_negative, currency, day, reference, text
from common.policies import DIRECTOR, FINANCE
from financials.imports.money import contract_ids
from financials.models import Invoice, PurchaseOrder

_INVOICE = {name: name for name in ("issued", "due", "amount", "currency", "paid_on", "po_number")}
_ORDER = {name: name for name in ("amount", "currency", "issued", "expires")}


def load_invoices(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    contracts = contract_ids(values, clients)
    existing = matching(Invoice.objects.all(), "number", values.columns["number"])
    reader = FieldReader(Invoice, values, _INVOICE)
    incoming = []
    for position in list(values.good()):
        number = values.columns["number"][position]
        stands = existing.get(number)
        if stands is not None and not sight.sees(stands.client_id):
            values.reject(position, NOT_YOURS.format("number", number))
            continue
        fields = {**reader.at(position), "client_id": clients[position]}
        if values.has("contract"):
            fields["contract_id"] = contracts[position]
        faults = _invoice_faults(fields, stands)
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            incoming.append(Incoming(position, number, fields, {"number": number}))
    return Counts.of(save_records(context, Invoice, incoming, existing).status.values())


def _invoice_faults(fields: dict[str, Any], stands: Invoice | None) -> list[str]:
    def will_be(name: str) -> Any:
        return fields[name] if name in fields else getattr(stands, name, None)

    faults = []
    if will_be("due") < will_be("issued"):
        faults.append("due lies before issued")
    if will_be("paid_on") and will_be("paid_on") < will_be("issued"):
        faults.append("paid_on lies before issued")
    if not will_be("amount"):
        faults.append("amount is zero: an invoice bills something, a credit note gives something back")
    return faults


def load_purchase_orders(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    contracts = contract_ids(values, clients)
    named = {values.columns["number"][position] for position in values.good()}
    rows = PurchaseOrder.objects.select_for_update().filter(number__in=named)
    existing = {(order.client_id, order.number): order for order in rows}
    reader = FieldReader(PurchaseOrder, values, _ORDER)
    incoming = []
    for position in list(values.good()):
        number, client = values.columns["number"][position], clients[position]
        stands = existing.get((client or 0, number))
        fields = reader.at(position)
        if values.has("contract"):
            fields["contract_id"] = contracts[position]
        expires = fields["expires"] if "expires" in fields else getattr(stands, "expires", None)
        if expires and expires < fields["issued"]:
            values.reject(position, "expires lies before issued")
            continue
        incoming.append(Incoming(position, (client or 0, number), fields, {"number": number, "client_id": client}))
    return Counts.of(save_records(context, PurchaseOrder, incoming, existing).status.values())


_CLIENT = Column("client", reference(80), required=True, sample="kestrel-air")
_CONTRACT = Column("contract", reference(60), about="number of a contract of this client", sample="")

INVOICES = ImportKind(
    name="invoices",
    label="Invoices",
    about="What was invoiced, tax included. Match on number. A credit note has a negative amount. Blank paid_on: open; "
    "an invoice is paid in full or not at all.",
    columns=(
        Column("number", reference(60), required=True, sample="INV-20418"),
        _CLIENT,
        _CONTRACT,
        Column("issued", day, required=True, sample="2026-10-31"),
        Column("due", day, required=True, sample="2026-11-30"),
        Column("amount", amount, required=True, about="as invoiced, tax included", sample="84500.00"),
        Column("currency", currency, required=True, sample="GBP"),
        Column("paid_on", day, about="blank: not paid", sample=""),
        Column("po_number", text(60), about="the client's purchase order", sample="PO-7731"),
    ),
    key=("number",),
    load=load_invoices,
    roles=frozenset({DIRECTOR, FINANCE}),
)

PURCHASE_ORDERS = ImportKind(
    name="purchase_orders",
    label="Purchase orders",
    about="What a client promised to pay for. Match on client and number. Invoices draw on it by po_number.",
    columns=(
        Column("number", reference(60), required=True, sample="PO-7731"),
        _CLIENT,
        _CONTRACT,
        Column("amount", amount_not_negative, required=True, about="tax as invoices have it", sample="960000"),
        Column("currency", currency, required=True, sample="GBP"),
        Column("issued", day, required=True, sample="2026-03-20"),
        Column("expires", day, about="blank: no end", sample="2027-03-31"),
    ),
    key=("client", "number"),
    load=load_purchase_orders,
    roles=frozenset({DIRECTOR, FINANCE}),
)
