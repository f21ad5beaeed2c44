"""Overrides of the forecast through REST: DELETE revokes, nothing is ever gone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from financials.access import levels_of, overrides_for
from financials.actions.overrides import revoke_override
from people.models import User
from portfolio.api.resources import ID_FIELD, RECORD_FIELDS, Field, Resource


def _revoke(user: User, record: Any) -> None:
    if record.level not in levels_of(user):
        raise PermissionDenied("A director's figure is revoked by a director.")
    revoke_override(override=record, why="over REST", actor=user.email, now=timezone.now())


OVERRIDES = Resource(
    name="overrides",
    label="forecast overrides",
    kind="overrides",
    told_as="override",
    natural_key="key",
    fields=(
        ID_FIELD,
        Field("key", required=True),
        Field("client", path="client__key", help="Null: the author's whole portfolio."),
        Field("level", required=True, help="manager or director; applied in this order."),
        Field("from", "month", path="first_month", required=True),
        Field("to", "month", path="last_month", required=True),
        Field("amount", "decimal", help="What the months come to, closed ones too. Or delta."),
        Field("delta", "decimal", help="What is added to the forecast. Or amount."),
        Field("currency", required=True),
        Field("reason", required=True),
        Field("expires_on", "date", required=True, help="The last day it counts."),
        Field("author", writable=False),
        Field("made_at", "datetime", writable=False),
        Field("revoked_at", "datetime", writable=False),
        Field("revoked_by", writable=False),
        Field("revoked_why", writable=False),
        *RECORD_FIELDS,
    ),
    rows=overrides_for,
    can_read=lambda can: can.see_money,
    can_write=lambda can: can.call_forecast,
    orderings=("made_at", "expires_on", "created_at", "updated_at"),
    search=("key", "reason", "client__name"),
    delete=_revoke,
)
