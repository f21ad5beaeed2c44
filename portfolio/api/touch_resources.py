"""Touchpoints, and what clients ask of us, through REST."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from accounts.access_people import asks_for, touchpoints_for
from accounts.actions.asks import remove_ask
from accounts.actions.stakeholders import remove_touchpoint
from accounts.models import Touchpoint
from people.models import User
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

_TEXTS = ArrayField(TextField())


def _touch_rows(user: User) -> QuerySet[Any]:
    """With the keys and addresses of both sides, each a subquery of its own."""
    sides = {
        "their_keys": (Touchpoint.theirs.through, "contact__key"),
        "our_emails": (Touchpoint.ours.through, "user__email"),
    }
    named = {}
    for name, (through, path) in sides.items():
        links = through._default_manager.filter(touchpoint=OuterRef("pk")).order_by().values("touchpoint")
        listed = links.annotate(all=ArrayAgg(path, order_by=path)).values("all")
        named[name] = Coalesce(Subquery(listed), Value([], output_field=_TEXTS), output_field=_TEXTS)
    return touchpoints_for(user).annotate(**named)


def _remove_touch(user: User, record: Any) -> None:
    remove_touchpoint(point=record, actor=user)


TOUCHPOINTS = Resource(
    name="touchpoints",
    label="touchpoints",
    kind="touchpoints",
    told_as="touchpoint",
    natural_key="source_ref",
    fields=(
        ID_FIELD,
        Field("source_ref", required=True),
        Field("client", path="client__key", required=True),
        Field("date", "date", required=True),
        Field("kind", choices=tuple(Touchpoint.Kind.values)),
        Field("ours", "texts", path="our_emails", filter=False, help="E-mails of our people."),
        Field("theirs", "texts", path="their_keys", filter=False, help="Keys of contacts."),
        Field("notes", filter=False),
        *RECORD_FIELDS,
    ),
    rows=_touch_rows,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("date", "source_ref", "created_at", "updated_at"),
    search=("notes", "source_ref"),
    delete=_remove_touch,
)


def _remove_ask(user: User, record: Any) -> None:
    remove_ask(ask=record, actor=user)


ASKS = Resource(
    name="asks",
    label="asks of clients",
    kind="asks",
    told_as="ask",
    told_label=("text",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("contact", path="contact__key", help="Key of who asked; null where nobody noted it."),
        Field("text", required=True),
        Field("asked_on", "date", required=True),
        Field("due", "date", help="By when they want to hear; null: they did not say."),
        Field("owner", path="owner__email", help="Who of ours answers."),
        Field("answered_on", "date", help="Null while they wait."),
        Field("answer", filter=False),
        *RECORD_FIELDS,
    ),
    rows=asks_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "asked_on", "due", "created_at", "updated_at"),
    search=("key", "text", "answer"),
    delete=_remove_ask,
)
