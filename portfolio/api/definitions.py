"""The resources of this release. Writable fields are the columns of the resource's import kind, by the same names."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, F, FilteredRelation, ProtectedError, Q, QuerySet, When
from django.db.models.functions import Coalesce

from accounts.access import clients_for, contacts_for, opportunities_for
from accounts.models import BuyingRole, Category, ClientStatus, OpportunityKind, Tier
from common import audit, jobs
from financials.access import (
    contracts_for,
    estimates_for,
    invoices_for,
    ledger_entries_for,
    milestones_for,
    purchase_orders_for,
    schedule_lines_for,
    terms_for,
)
from financials.models import (
    Billing,
    BillingTiming,
    ContractKind,
    ContractStatus,
    Line,
    NoticeRule,
    Renewal,
    TermTopic,
)
from people.models import User
from portfolio.api.audit_resource import AUDIT
from portfolio.api.call_resources import FORECAST_CALLS, SCENARIOS
from portfolio.api.forecast_proof import FORECAST_RUNS
from portfolio.api.forecast_resources import OVERRIDES
from portfolio.api.money_resources import RATE_CARDS, TIME_ENTRIES
from portfolio.api.network_resources import COMMITMENTS, INFLUENCES
from portfolio.api.pack_resources import PACK_SCHEDULES, PACK_SENDS
from portfolio.api.people_resources import ALLOCATIONS, LEAVE
from portfolio.api.problems import Problem
from portfolio.api.pursuit_resources import PITCHES, PROPOSALS
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

OWNER = Field("owner_email", path="owner__email", help="E-mail of a person.")


def _delete(user: User, record: Any) -> None:
    """Remove a record, leaving an audit entry; what it hung on is recomputed."""
    kind = str(type(record)._meta.verbose_name)
    with transaction.atomic():
        audit.record(
            actor=user.email,
            verb="deleted",
            kind=kind,
            object_id=record.pk,
            label=str(record),
            client_id=record.client_id,
        )
        try:
            record.delete()
        except ProtectedError as error:
            raise Problem(409, "Other records hang on it: remove those first.") from error
        if kind == "opportunity":
            jobs.mark_dirty("recompute", [f"client:{record.client_id}"], asked_by=user.email)


def _delete_contact(user: User, record: Any) -> None:
    if record.client_id is None and user.role != "director":
        raise PermissionDenied("Only directors remove contacts of the wider industry.")
    _delete(user, record)


def _client_rows(user: User) -> QuerySet[Any]:
    """Each client with its parent's key, unless the parent is out of this person's sight."""
    seen = When(parent__in=clients_for(user).order_by().values("pk"), then=F("parent__key"))
    return clients_for(user).annotate(above=Case(seen, default=None))


CLIENTS = Resource(
    name="clients",
    label="clients",
    kind="clients",
    told_as="client",
    told_label=("name",),
    natural_key="key",
    client="pk",
    fields=(
        ID_FIELD,
        Field("key", required=True, help="Your systems' stable id."),
        Field("name", required=True),
        Field("tier", choices=tuple(Tier.values)),
        Field("status", choices=tuple(ClientStatus.values)),
        Field("industry"),
        Field("parent", path="above", help="Key of the parent client."),
        Field("currency", help="ISO 4217."),
        Field("country", help="ISO 3166, subdivision allowed: GB-ENG."),
        Field("timezone", help="IANA name."),
        Field("fiscal_year_start", "integer", help="Month, 1 to 12."),
        OWNER,
        Field("salesforce_id"),
        Field("hubspot_id"),
        Field("finance_code"),
        *RECORD_FIELDS,
    ),
    rows=_client_rows,
    can_read=lambda can: can.see_clients,
    can_write=lambda can: can.edit_client,
    orderings=("key", "name", "created_at", "updated_at"),
    search=("key", "name", "industry"),
)


def _contact_rows(user: User) -> QuerySet[Any]:
    """Each contact with their part in their own client; version counts the edits of both."""
    own = FilteredRelation("stakeholdings", condition=Q(stakeholdings__client=F("client")))
    return contacts_for(user).annotate(holding=own, edits=F("version") + Coalesce(F("holding__version"), 0))


_HOLDING = "holding__"
CONTACTS = Resource(
    name="contacts",
    label="contacts",
    kind="contacts",
    told_as="contact",
    told_label=("first_name", "last_name"),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", help="Key of the client; null for the wider industry."),
        Field("first_name", required=True),
        Field("last_name", required=True),
        Field("title"),
        Field("email"),
        Field("identified", "boolean", help="False: a seat whose holder is not known yet."),
        Field("reports_to", path=f"{_HOLDING}reports_to__key", help="Key of a contact."),
        Field("buying_role", path=f"{_HOLDING}buying_role", choices=tuple(BuyingRole.values)),
        Field("power", "integer", path=f"{_HOLDING}power", help="1 to 5."),
        Field("interest", "integer", path=f"{_HOLDING}interest", help="1 to 5."),
        Field("stance", "integer", path=f"{_HOLDING}stance", field_class="STANCE", help="−2 opponent to 2 advocate."),
        Field("level", "integer", path=f"{_HOLDING}level", help="0 none to 4 trusted adviser."),
        Field("level_wanted", "integer", path=f"{_HOLDING}level_wanted"),
        Field("judged_on", "date", path=f"{_HOLDING}judged_on", field_class="STANCE"),
        Field("judged_by", path=f"{_HOLDING}judged_by", field_class="STANCE"),
        Field("owner_email", path=f"{_HOLDING}owner__email", help="Our relationship owner."),
        Field("cadence_days", "integer", path=f"{_HOLDING}cadence_days"),
        Field("version", "integer", path="edits", writable=False, filter=False, help="Counts edits; makes the ETag."),
        *RECORD_FIELDS[1:],
    ),
    rows=_contact_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "last_name", "created_at", "updated_at"),
    search=("key", "first_name", "last_name", "title", "email"),
    delete=_delete_contact,
)

CONTRACTS = Resource(
    name="contracts",
    label="contracts",
    kind="contracts",
    told_as="contract",
    told_label=("number", "title"),
    natural_key="number",
    fields=(
        ID_FIELD,
        Field("number", required=True),
        Field("kind", required=True, choices=tuple(ContractKind.values)),
        Field("parent", path="parent__number", help="Number of the contract above."),
        Field("client", path="client__key", required=True),
        Field("title", required=True),
        Field("start", "date", required=True),
        Field("end", "date"),
        Field("amount", "decimal", help="The fee, without pass-through and tax; an evergreen's per year."),
        Field("currency", required=True),
        Field("billing", choices=tuple(Billing.values)),
        Field("service_line"),
        Field("opportunity", path="opportunity__key"),
        Field("status", choices=tuple(ContractStatus.values)),
        Field("signed_on", "date"),
        Field("country"),
        Field("renewal", choices=tuple(Renewal.values)),
        Field("notice_days", "integer"),
        Field("notice_rule", choices=tuple(NoticeRule.values)),
        Field("uplift", help="A fraction, or index:floor:cap as cpi:0.02:0.04."),
        Field("probability", "decimal", help="0 to 1."),
        Field("billing_timing", choices=tuple(BillingTiming.values), help="When the fee is invoiced."),
        Field("scope_hours", "decimal", help="Hours the fee pays for."),
        Field("ended_on", "date", help="Last day in force, of a terminated one."),
        Field("new_end", "date", help="Of a change order: when the contract it changes then ends."),
        Field("superseded_by", path="superseded_by__number", help="Number of the contract that took over."),
        *RECORD_FIELDS,
    ),
    rows=contracts_for,
    can_read=lambda can: can.see_contracts,
    can_write=lambda can: can.edit_contracts,
    orderings=("number", "start", "created_at", "updated_at"),
    search=("number", "title"),
)

CONTRACT = Field("contract", path="contract__number", required=True, help="Number of the contract.")
MILESTONES = Resource(
    name="milestones",
    label="milestones",
    kind="milestones",
    told_as="milestone",
    natural_key="key",
    within=("contract",),
    client="contract__client_id",
    fields=(
        ID_FIELD,
        CONTRACT,
        Field("key", required=True),
        Field("title", required=True),
        Field("due", "date", required=True),
        Field("amount", "decimal", required=True, help="In the contract's currency; together never beyond its fee."),
        Field("currency", path="contract__currency", writable=False),
        Field("accepted_on", "date", help="Null until the client has accepted it."),
        *RECORD_FIELDS,
    ),
    rows=milestones_for,
    can_read=lambda can: can.see_contracts,
    can_write=lambda can: can.edit_contracts,
    orderings=("due", "key", "created_at", "updated_at"),
    search=("key", "title", "contract__number"),
)
ESTIMATES = Resource(
    name="estimates",
    label="estimates to complete",
    kind="estimates",
    told_as="estimate",
    natural_key="month",
    within=("contract",),
    client="contract__client_id",
    fields=(
        ID_FIELD,
        CONTRACT,
        Field("month", "month", required=True, help="The month at whose end it was judged."),
        Field("cost_to_go", "decimal", required=True, field_class="COST", help="In the contract's currency."),
        Field("currency", path="contract__currency", writable=False),
        Field("judged_by", writable=False),
        *RECORD_FIELDS,
    ),
    rows=estimates_for,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.edit_contracts,
    orderings=("month", "created_at", "updated_at"),
    search=("contract__number",),
)
TERMS = Resource(
    name="terms",
    label="terms",
    kind="terms",
    told_as="term",
    natural_key="from",
    within=("contract", "topic"),
    client="contract__client_id",
    fields=(
        ID_FIELD,
        CONTRACT,
        Field("topic", required=True, choices=tuple(TermTopic.values)),
        Field("value", required=True),
        Field("from", "date", path="starts", required=True, help="In force from this day; never changed once it is."),
        Field("note"),
        *RECORD_FIELDS,
    ),
    rows=terms_for,
    can_read=lambda can: can.see_contracts,
    can_write=lambda can: can.edit_terms,
    orderings=("starts", "created_at", "updated_at"),
    search=("value", "note", "contract__number"),
)
SCHEDULE_LINES = Resource(
    name="schedule-lines",
    label="schedule lines",
    kind="",
    natural_key="month",
    within=("contract",),
    client="contract__client_id",
    fields=(
        ID_FIELD,
        CONTRACT,
        Field("client", path="contract__client__key"),
        Field("month", "month"),
        Field("amount", "decimal", help="Straight line by day; the months sum exactly to the contract's amount."),
        Field("currency", path="contract__currency"),
    ),
    rows=schedule_lines_for,
    can_read=lambda can: can.see_contracts,
    can_write=lambda can: False,
    orderings=("month",),
    search=("contract__number",),
    versioned=False,
)

OPPORTUNITIES = Resource(
    name="opportunities",
    label="opportunities",
    kind="opportunities",
    told_as="opportunity",
    told_label=("name",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("name", required=True),
        Field("stage", required=True, help="Your own word; won or lost closes the deal."),
        Field("outcome", writable=False, choices=("open", "won", "lost")),
        Field("amount", "decimal"),
        Field("currency"),
        Field("close_on", "date"),
        Field("probability", "decimal", help="0 to 1."),
        Field("category", choices=tuple(Category.values)),
        Field("delivery_start", "date"),
        Field("delivery_months", "integer"),
        Field("offering"),
        Field("kind", choices=tuple(OpportunityKind.values)),
        Field("renews", help="Number of the contract it renews."),
        Field("contract", help="Number of the contract it became."),
        Field("next_step"),
        OWNER,
        *RECORD_FIELDS,
    ),
    rows=opportunities_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_opportunities,
    orderings=("key", "created_at", "updated_at"),
    search=("key", "name", "offering"),
    delete=_delete,
)

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
    delete=_delete,
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
    delete=_delete,
)

RESOURCES = (
    CLIENTS,
    CONTACTS,
    INFLUENCES,
    COMMITMENTS,
    CONTRACTS,
    MILESTONES,
    ESTIMATES,
    TERMS,
    SCHEDULE_LINES,
    OPPORTUNITIES,
    PROPOSALS,
    PITCHES,
    LEDGER_ENTRIES,
    INVOICES,
    PURCHASE_ORDERS,
    TIME_ENTRIES,
    RATE_CARDS,
    ALLOCATIONS,
    OVERRIDES,
    LEAVE,
    AUDIT,
    FORECAST_RUNS,
    SCENARIOS,
    FORECAST_CALLS,
    PACK_SENDS,
    PACK_SCHEDULES,
)
