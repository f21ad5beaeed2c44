"""Lines between people at a client, and promises either way, through REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Concat

from accounts.access import commitments_for, influences_for
from accounts.actions.commitments import remove_commitment
from accounts.actions.network import remove_line
from accounts.models import LineKind, Side
from people.models import User
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource

_DASH = Value("|")


def _rows(user: User) -> QuerySet[Any]:
    """Each line with the key its parts make."""
    parts = (F("client__key"), _DASH, F("source__key"), _DASH, F("target__key"), _DASH, F("kind"))
    return influences_for(user).annotate(line=Concat(*parts, output_field=CharField()))


def _key(row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name) or "").strip() for name in ("client", "from", "to", "kind"))


def _remove(user: User, record: Any) -> None:
    remove_line(line=record, actor=user)


INFLUENCES = Resource(
    name="influences",
    label="influences",
    kind="influences",
    told_as="influence",
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", path="line", writable=False, help="Made of client, from, to and kind."),
        Field("client", path="client__key", required=True),
        Field("from", path="source__key", required=True, help="Key of a contact on the client's map."),
        Field("to", path="target__key", required=True, help="Key of another."),
        Field("kind", required=True, choices=tuple(LineKind.values), help="Both ways but for influence."),
        Field("strength", "integer", help="1 to 5; null where nobody judged it."),
        *RECORD_FIELDS,
    ),
    rows=_rows,
    can_read=lambda can: can.see_stance,
    can_write=lambda can: can.edit_relationships,
    orderings=("created_at", "updated_at"),
    search=("source__last_name", "target__last_name"),
    delete=_remove,
    compose=_key,
)


def _remove_promise(user: User, record: Any) -> None:
    remove_commitment(promise=record, actor=user)


COMMITMENTS = Resource(
    name="commitments",
    label="commitments",
    kind="commitments",
    told_as="commitment",
    told_label=("text",),
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", required=True),
        Field("side", required=True, choices=tuple(Side.values), help="Who promised."),
        Field("text", required=True),
        Field("due", "date", required=True),
        Field("kept_on", "date", help="Null while it is open."),
        Field("dropped_on", "date", help="Both sides let it go."),
        Field("owner", path="owner__email", help="Who of ours sees to it."),
        *RECORD_FIELDS,
    ),
    rows=commitments_for,
    can_read=lambda can: can.see_relationships,
    can_write=lambda can: can.edit_relationships,
    orderings=("key", "due", "created_at", "updated_at"),
    search=("key", "text"),
    delete=_remove_promise,
)
