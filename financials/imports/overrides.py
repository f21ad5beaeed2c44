"""Overrides of the forecast from a file or over REST: entered once, never changed; what is taken back is revoked."""

from __future__ import annotations

from typing import Any, Final

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
from common.imports.columns import amount, currency, day, month, reference, text
from common.imports.columns import choice as one_of
from common.models import ImportChange
from common.periods import Month
from common.policies import ACCOUNT_MANAGER, DIRECTOR
from financials.access import levels_of
from financials.actions.overrides import follow_overrides, revoke_override
from financials.models import ForecastOverride, OverrideLevel
from financials.queries.backtest import last_closed
from people.models import User

TABLE: Final = "financials.forecastoverride"
_FIELDS: Final = {
    "level": "level", "from": "first_month", "to": "last_month", "amount": "amount", "delta": "delta",
    "currency": "currency", "reason": "reason", "expires_on": "expires_on",
}  # fmt: skip
FIXED: Final = frozenset(_FIELDS.values()) - {"reason"}


def load_overrides(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    existing = matching(ForecastOverride.objects.all(), "key", values.columns["key"])
    reader = FieldReader(ForecastOverride, values, _FIELDS)
    incoming, closed = [], last_closed()
    for position in list(values.good()):
        key = values.columns["key"][position]
        stands = existing.get(key)
        fields = reader.at(position)
        faults = _faults(fields, clients[position], stands, context, sight, key, closed)
        for fault in faults:
            values.reject(position, fault)
        if not faults:
            owner = None if clients[position] else context.user.pk if context.user else None
            defaults = {
                "key": key, "client_id": clients[position], "owner_id": owner, "author": context.actor,
                "made_at": context.now,
            }  # fmt: skip
            incoming.append(Incoming(position, key, fields, defaults))
    saved = save_records(context, ForecastOverride, incoming, existing)
    made = list(ForecastOverride.objects.filter(pk__in=saved.created).select_related("owner").order_by("pk"))
    follow_overrides(made, actor=context.actor, now=context.now)
    return Counts.of(saved.status.values())


def _faults(
    fields: dict[str, Any], client: int | None, stands: ForecastOverride | None, context: LoadContext, sight: Sight,
    key: str, closed: Month | None,
) -> list[str]:  # fmt: skip
    user: User | None = context.user
    if stands is not None:
        own = user is None or stands.owner_id in (None, user.pk)
        if not sight.sees(stands.client_id) or not own:
            return [NOT_YOURS.format("key", key)]
        if stands.client_id != client or any(fields[name] != getattr(stands, name) for name in FIXED & fields.keys()):
            return [f"override “{key}” stands: revoke it and enter another under a new key; only its reason is edited"]
        if user is not None and stands.level not in levels_of(user):
            return ["a director's figure is changed by a director"]
        return []
    faults = []
    if client is None and user is None:
        faults.append("client is missing: a portfolio's override is entered by whose portfolio it is")
    if user is not None and fields["level"] not in levels_of(user):
        faults.append(f"level “{fields['level']}” is not yours to enter: give {' or '.join(levels_of(user))}")
    if (fields.get("amount") is None) == (fields.get("delta") is None):
        faults.append("amount or delta: give one of them, not both or neither")
    if fields["last_month"] < fields["first_month"]:
        faults.append("to lies before from")
    elif closed and fields["last_month"] <= closed:
        faults.append("to lies in a closed month: a figure for months that are closed changes nothing")
    if fields["expires_on"] < context.now.date():
        faults.append("expires_on has passed: it would count on no day")
    return faults


def undo_overrides(batch_id: int, context: LoadContext) -> int:
    """They are revoked, as by hand: what once counted stays to be seen."""
    written = ImportChange.objects.filter(batch_id=batch_id, table=TABLE).values("object_id")
    several = list(ForecastOverride.objects.filter(pk__in=written, revoked_at=None).order_by("pk"))
    return sum(
        revoke_override(override=one, why="its import was taken back", actor=context.actor, now=context.now)
        for one in several
    )


OVERRIDES = ImportKind(
    name="overrides",
    label="Forecast overrides",
    about="A person's own figure for months of a client, or of their whole portfolio where client is blank. Match on "
    "key; one that stands is not changed but revoked, and another entered.",
    columns=(
        Column("key", reference(80), required=True, sample="O-2026-11-kestrel"),
        Column("client", reference(80), about="blank: your whole portfolio", sample="kestrel-air"),
        Column("level", one_of(OverrideLevel.values), required=True, about="manager or director", sample="manager"),
        Column("from", month, required=True, sample="2026-12"),
        Column("to", month, required=True, sample="2026-12"),
        Column("amount", amount, about="what the months come to; or delta", sample="410000"),
        Column("delta", amount, about="what is added to the forecast; or amount", sample=""),
        Column("currency", currency, required=True, sample="USD"),
        Column("reason", text(500), required=True, sample="Two route launches cancelled"),
        Column("expires_on", day, required=True, about="the last day it counts", sample="2026-12-31"),
    ),
    key=("key",),
    load=load_overrides,
    roles=frozenset({DIRECTOR, ACCOUNT_MANAGER}),
    undo=undo_overrides,
)
