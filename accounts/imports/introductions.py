"""Who can introduce whom, from a file."""

from __future__ import annotations

from django.db.models import Q

from accounts.imports.sight import Sight
from accounts.models import Contact, Introduction, IntroductionState
from common.imports import Column, Counts, FieldReader, ImportKind, Incoming, LoadContext, Values, save_records
from common.imports.columns import choice, day, reference, text, whole
from common.policies import DIRECTOR

_FIELDS = {"strength": "strength", "evidence": "evidence", "state": "state", "on": "on"}


def load_introductions(values: Values, context: LoadContext) -> Counts:
    """Matched on from and to, both in sight."""
    sight = Sight(context)
    named = {key for name in ("from", "to") for key in values.columns[name] if key}
    seen = Contact.objects.filter(Q(client=None) | Q(client__in=sight.client_ids), key__in=named, erasure=None)
    known = dict(seen.values_list("key", "pk"))
    kept = Introduction.objects.select_for_update().filter(source__in=known.values(), target__in=known.values())
    existing = {(one.source_id, one.target_id): one for one in kept}
    reader = FieldReader(Introduction, values, _FIELDS)
    incoming = []
    for position in list(values.good()):
        row = values.row(position)
        ends = [known.get(row[name]) for name in ("from", "to")]
        faults = [
            f"{name}: contact “{row[name]}” is unknown"
            for name, found in zip(("from", "to"), ends, strict=True)
            if found is None
        ]
        if not faults and ends[0] == ends[1]:
            faults.append("from and to are the same person: an introduction is between two")
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            natural = {"source_id": ends[0], "target_id": ends[1]}
            incoming.append(Incoming(position, tuple(natural.values()), reader.at(position), natural))
    return Counts.of(save_records(context, Introduction, incoming, existing).status.values())


INTRODUCTIONS = ImportKind(
    name="introductions",
    label="Introductions",
    about="Who could introduce us to whom, at clients and in the wider industry. Match on from and to.",
    columns=(
        Column("from", reference(80), required=True, about="key of who introduces", sample="KES-C02"),
        Column("to", reference(80), required=True, about="key of whom we want to reach", sample="KES-C01"),
        Column("strength", whole(1, 5), about="how well they know each other, 1–5", sample="4"),
        Column("evidence", text(500), about="how we know", sample="Sat on one board"),
        Column("state", choice(IntroductionState.values), about="blank: possible", sample="asked"),
        Column("on", day, about="since when", sample="2026-11-02"),
    ),
    key=("from", "to"),
    load=load_introductions,
    roles=frozenset({DIRECTOR}),
)
