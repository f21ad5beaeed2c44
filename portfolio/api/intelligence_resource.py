"""Notes of intelligence, through REST."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from accounts.access import clients_for, intelligence_for
from accounts.actions.intelligence import remove_note
from accounts.models import NoteKind
from people.models import User
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource


def _rows(user: User) -> QuerySet[Any]:
    """Each note with the keys of its clients in sight. Of several clients, or of an industry: its trail is nobody's."""
    about = clients_for(user).filter(intelligence=OuterRef("pk")).order_by()
    keys = about.values("intelligence").annotate(keys=StringAgg("key", ";", order_by="key")).values("keys")
    nobody = Value(None, output_field=BigIntegerField())
    return intelligence_for(user).annotate(
        client_keys=Coalesce(Subquery(keys), Value(""), output_field=TextField()), no_client=nobody
    )


def _remove(user: User, record: Any) -> None:
    remove_note(note=record, actor=user)


INTELLIGENCE = Resource(
    name="intelligence",
    label="intelligence",
    kind="intelligence",
    told_as="intelligence",
    told_label=("title",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("kind", required=True, choices=tuple(NoteKind.values)),
        Field("title", required=True),
        Field("so_what", required=True, filter=False, help="What it means for them and for us."),
        Field("for_client", filter=False, help="What a review may tell the client; blank keeps the note ours."),
        Field("clients", path="client_keys", filter=False, help="Keys with ; between; or an industry."),
        Field("industry", help="Of all clients of it."),
        Field("owner", path="owner__email"),
        Field("noted_on", "date", required=True),
        Field("expires_on", "date", required=True, help="Then it is asked for again."),
        Field("happens_on", "date", help="The day it is about."),
        Field("source", filter=False, help="An http(s) address, or words."),
        Field("detail", filter=False),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "expires_on", "created_at", "updated_at"),
    search=("title", "so_what"),
    delete=_remove,
    client="no_client",
)
