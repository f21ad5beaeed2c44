"""Clients, their people and deals through REST."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, FilteredRelation, Q, QuerySet, When
from django.db.models.functions import Coalesce

from accounts.access import clients_for, contacts_for, opportunities_for
from accounts.models import BuyingRole, Category, ClientStatus, ContactKind, OpportunityKind, Tier
from people.models import User
from portfolio.api.removals import delete_record
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

OWNER = Field("owner_email", path="owner__email", help="E-mail of a person.")


def _delete_contact(user: User, record: Any) -> None:
    if record.client_id is None and user.role != "director":
        raise PermissionDenied("Only directors remove contacts of the wider industry.")
    delete_record(user, record)


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
        Field("kind", choices=tuple(ContactKind.values), help="Of somebody in the wider industry."),
        Field("employer", help="Where that is no client."),
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
        Field("opened_on", "date", writable=False, help="The day the deal began, where a file or an import told it."),
        Field("close_on", "date"),
        Field("probability", "decimal", help="0 to 1."),
        Field("category", choices=tuple(Category.values)),
        Field("delivery_start", "date"),
        Field("delivery_months", "integer"),
        Field("offering", help="Key or name of one of ours; other words stand as they are."),
        Field("business_unit", path="business_unit__key", help="Key of a unit of the client."),
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
    delete=delete_record,
)
