"""Promises from a file."""

from __future__ import annotations

from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids, refuse_days_ahead
from accounts.models import Commitment, Side
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
from common.imports.columns import choice, day, email, identifier, reference, text
from common.policies import DIRECTOR

_FIELDS = {name: name for name in ("side", "text", "due", "kept_on", "dropped_on")}


def load_commitments(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight, "owner")
    existing = matching(Commitment.objects.all(), "key", values.columns["key"])
    refuse_days_ahead(values, clients, ["kept_on", "dropped_on"], context.now)
    reader = FieldReader(Commitment, values, _FIELDS)
    incoming = []
    for position in list(values.good()):
        key = values.columns["key"][position]
        promise = existing.get(key)
        if promise is not None and not sight.sees(promise.client_id):
            values.reject(position, NOT_YOURS.format("key", key))
            continue
        fields = {
            **reader.at(position),
            "client_id": clients[position],
            **link(values, "owner", owners, "owner_id", position),
        }
        ends = [fields[name] if name in fields else getattr(promise, name, None) for name in ("kept_on", "dropped_on")]
        if None not in ends:
            values.reject(position, "dropped_on: a promise is kept or dropped, not both; clear one of the two days")
            continue
        incoming.append(Incoming(position, key, fields, {"key": key}))
    return Counts.of(save_records(context, Commitment, incoming, existing).status.values())


COMMITMENTS = ImportKind(
    name="commitments",
    label="Promises",
    about="What we and a client have promised each other. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-P01"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("side", choice(Side.values), required=True, about="who promised", sample="ours"),
        Column("text", text(300), required=True, sample="Send the benchmark of media costs"),
        Column("due", day, required=True, sample="2026-10-30"),
        Column("kept_on", day, about="blank while it is open", sample=""),
        Column("dropped_on", day, about="both sides let it go", sample=""),
        Column("owner", email, about="who of ours sees to it", sample="ana.reyes@firm.example"),
    ),
    key=("key",),
    load=load_commitments,
    roles=frozenset({DIRECTOR}),
)
