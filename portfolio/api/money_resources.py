"""Posted, planned and owed money through REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import BigIntegerField, CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat

from accounts.access import targets_for
from accounts.models import TargetMeasure
from financials.access import (
    budget_lines_for,
    fx_rates_for,
    index_readings_for,
    invoices_for,
    ledger_entries_for,
    purchase_orders_for,
)
from financials.models import Line
from people.models import User
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

_DASH = Value("|")


def _month(path: str) -> Func:
    return Func(F(path), Value("YYYY-MM"), function="to_char", output_field=CharField())


def _blank(path: str) -> Coalesce:
    return Coalesce(F(path), Value(""), output_field=CharField())


def _joined(row: Mapping[str, Any], *names: str) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in names)


def _budget_rows(user: User) -> QuerySet[Any]:
    """Each line with the key its parts make."""
    parts = (F("version_name"), F("client__key"), _blank("contract__number"), F("service_line"), _month("month"))
    joined = [piece for part in parts for piece in (part, _DASH)]
    return budget_lines_for(user).annotate(slot=Concat(*joined, F("line"), output_field=CharField()))


BUDGETS = Resource(
    name="budgets",
    label="budget lines",
    kind="budgets",
    told_as="budget line",
    natural_key="key",
    counter="edits",
    fields=(
        ID_FIELD,
        Field("key", path="slot", writable=False, help="Made of version, client, contract, service_line, month, line."),
        Field("version", path="version_name", required=True, help="The budget's name; the newest loaded is in force."),
        Field("client", path="client__key", required=True),
        Field("contract", path="contract__number"),
        Field("service_line"),
        Field("month", "month", required=True),
        Field("line", required=True, choices=tuple(Line.values)),
        Field("amount", "decimal", required=True, help="Costs are positive."),
        Field("currency", required=True),
        Field("hours", "decimal", help="Planned, on delivery_labour and freelancers alone; null: not planned."),
        Field("edits", "integer", path="version", writable=False, filter=False, help="Counts edits; makes the ETag."),
        *RECORD_FIELDS[1:],
    ),
    rows=_budget_rows,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_ledger,
    orderings=("month", "created_at", "updated_at"),
    search=("version_name", "client__name", "service_line"),
    compose=lambda row: _joined(row, "version", "client", "contract", "service_line", "month", "line"),
)


def _target_rows(user: User) -> QuerySet[Any]:
    parts = (F("measure"), _DASH, _blank("client__key"), _DASH, _blank("owner__email"), _DASH, _month("month"))
    return targets_for(user).annotate(slot=Concat(*parts, output_field=CharField()))


TARGETS = Resource(
    name="targets",
    label="targets",
    kind="targets",
    told_as="target",
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", path="slot", writable=False, help="Made of measure, client, owner_email and month."),
        Field("measure", required=True, choices=tuple(TargetMeasure.values)),
        Field("client", path="client__key", help="Null: of the person alone."),
        Field("owner_email", path="owner__email", help="Null: of the client alone."),
        Field("month", "month", required=True),
        Field("amount", "decimal", required=True),
        Field("currency", required=True),
        *RECORD_FIELDS,
    ),
    rows=_target_rows,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_ledger,
    orderings=("month", "created_at", "updated_at"),
    search=("client__name", "owner__name"),
    compose=lambda row: _joined(
        {**row, "owner_email": str(row.get("owner_email") or "").lower()}, "measure", "client", "owner_email", "month"
    ),
)


def _fx_rows(user: User) -> QuerySet[Any]:
    """A rate is of no client."""
    return fx_rates_for(user).annotate(no_client=Value(None, output_field=BigIntegerField()))


FX_RATES = Resource(
    name="fx-rates",
    label="exchange rates",
    kind="fx",
    told_as="exchange rate",
    natural_key="quote",
    within=("month", "base"),
    client="no_client",
    fields=(
        ID_FIELD,
        Field("month", "month", required=True, help="A closed month's rate no longer moves."),
        Field("base", required=True),
        Field("quote", required=True),
        Field("average", "decimal", required=True, help="Of the month: quote units for one base."),
        Field("closing", "decimal", help="At the month's end."),
        *RECORD_FIELDS,
    ),
    rows=_fx_rows,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_rates,
    orderings=("month", "created_at", "updated_at"),
    search=("base", "quote"),
)


def _index_rows(user: User) -> QuerySet[Any]:
    """An index is of no client."""
    return index_readings_for(user).annotate(no_client=Value(None, output_field=BigIntegerField()))


INDEX_READINGS = Resource(
    name="index-readings",
    label="price indexes",
    kind="index_readings",
    told_as="price index",
    natural_key="month",
    within=("index",),
    client="no_client",
    fields=(
        ID_FIELD,
        Field("index", required=True, help="As contracts name it in their uplift, in small letters."),
        Field("month", "month", required=True),
        Field("value", "decimal", required=True, help="The level, not its change."),
        Field("source", required=True, help="Who published it, and where."),
        *RECORD_FIELDS,
    ),
    rows=_index_rows,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_rates,
    orderings=("month", "created_at", "updated_at"),
    search=("index", "source"),
)
