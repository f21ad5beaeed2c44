"""Posted, planned and owed money through REST."""

from __future__ import annotations

from django.db.models import Q

from financials.access import invoices_for, ledger_entries_for, purchase_orders_for
from financials.models import Line
from portfolio.api.removals import delete_record
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

LEDGER_ENTRIES = Resource(
    name="ledger-entries",
    label="ledger entries",
    kind="ledger",
    told_as="ledger",
    natural_key="source_ref",
    fields=(
        ID_FIELD,
        Field("source_ref", required=True),
        Field("revision", "integer", writable=False, help="Counts the amounts a source_ref has had."),
        Field("is_reversal", "boolean", writable=False),
        Field("client", path="client__key", help="Null on overhead of the pool only."),
        Field("contract", path="contract__number"),
        Field("service_line"),
        Field("month", "month", required=True),
        Field("service_month", "month", writable=False, help="Its own month, where that was closed already."),
        Field("line", required=True, choices=tuple(Line.values)),
        Field("amount", "decimal", required=True, help="Costs are positive."),
        Field("currency", required=True),
        Field("description"),
        Field("posted_at", "datetime", writable=False, filter=False),
        Field("posted_by", writable=False),
    ),
    rows=ledger_entries_for,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_ledger,
    orderings=("month", "source_ref", "posted_at"),
    search=("source_ref", "description"),
    immutable=True,
    in_force=Q(is_reversal=False),
    versioned=False,
)

INVOICES = Resource(
    name="invoices",
    label="invoices",
    kind="invoices",
    told_as="invoice",
    natural_key="number",
    fields=(
        ID_FIELD,
        Field("number", required=True),
        Field("client", path="client__key", required=True),
        Field("contract", path="contract__number"),
        Field("issued", "date", required=True),
        Field("due", "date", required=True),
        Field("amount", "decimal", required=True, help="As invoiced, tax included; a credit note is negative."),
        Field("currency", required=True),
        Field("paid_on", "date", help="Null while it is open."),
        Field("po_number", help="The client's purchase order."),
        *RECORD_FIELDS,
    ),
    rows=invoices_for,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_ledger,
    orderings=("number", "issued", "due", "created_at", "updated_at"),
    search=("number", "po_number"),
    delete=delete_record,
)

PURCHASE_ORDERS = Resource(
    name="purchase-orders",
    label="purchase orders",
    kind="purchase_orders",
    told_as="purchase order",
    natural_key="number",
    within=("client",),
    fields=(
        ID_FIELD,
        Field("number", required=True, help="As the client wrote it; one of its kind at the client."),
        Field("client", path="client__key", required=True),
        Field("contract", path="contract__number", help="What it pays for."),
        Field("amount", "decimal", required=True),
        Field("currency", required=True),
        Field("issued", "date", required=True),
        Field("expires", "date"),
        *RECORD_FIELDS,
    ),
    rows=purchase_orders_for,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_ledger,
    orderings=("number", "issued", "created_at", "updated_at"),
    search=("number",),
    delete=delete_record,
)
