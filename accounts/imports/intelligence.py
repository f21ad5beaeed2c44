"""Notes of intelligence from a file."""

from __future__ import annotations

from typing import Any

from accounts.access import intelligence_for
from accounts.calc.sources import note_faults
from accounts.imports.sight import NOT_YOURS, Sight, link, person_ids
from accounts.models import IntelligenceNote, NoteKind
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
from common.imports.columns import choice, day, email, identifier, reference, several, text
from common.policies import DIRECTOR

_FIELDS = {
    name: name
    for name in (
        "kind",
        "title",
        "so_what",
        "for_client",
        "detail",
        "source",
        "industry",
        "noted_on",
        "expires_on",
        "happens_on",
    )
}


def load_intelligence(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    owners = person_ids(values, sight, "owner")
    existing = matching(IntelligenceNote.objects.all(), "key", values.columns["key"])
    seen = (
        None
        if sight.user is None
        else set(intelligence_for(sight.user).filter(key__in=existing).values_list("key", flat=True))
    )
    tied = {key: set(note.clients.values_list("pk", flat=True)) for key, note in existing.items()}
    reader = FieldReader(IntelligenceNote, values, _FIELDS)
    incoming = []
    for position in list(values.good()):
        key, named = values.columns["key"][position], values.columns["clients"][position] or ()
        note = existing.get(key)
        faults = [f"clients: “{name}” is unknown" for name in named if name not in sight.clients]
        if note is not None and seen is not None and key not in seen:
            faults.append(NOT_YOURS.format("key", key))
        fields = {**reader.at(position), **link(values, "owner", owners, "owner_id", position)}
        ids = {sight.clients[name] for name in named if name in sight.clients}
        ids |= {pk for pk in tied.get(key, ()) if not values.has("clients") or not sight.sees(pk)}
        standing = {name: fields.get(name, getattr(note, name, None)) for name in _FIELDS}
        faults += [f"{name}: {words}" for name, words in note_faults(standing, tied=bool(ids)).items()]
        for reason in faults:
            values.reject(position, reason)
        if not faults:
            many: dict[str, frozenset[Any]] = {"clients": frozenset(ids)} if values.has("clients") else {}
            incoming.append(Incoming(position, key, fields, {"key": key}, many=many))
    return Counts.of(save_records(context, IntelligenceNote, incoming, existing).status.values())


INTELLIGENCE = ImportKind(
    name="intelligence",
    label="Intelligence",
    about="What is known of clients, industries, rivals and rules, and what it means. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="N-2026-031"),
        Column("kind", choice(NoteKind.values), required=True, sample="regulatory"),
        Column("title", text(200), required=True, sample="Fare display rules from March"),
        Column("so_what", text(600), required=True, sample="Every fare page changes: offer the audit now"),
        Column(
            "for_client",
            text(600),
            about="what a review may tell them; blank keeps it ours",
            sample="Every fare page changes",
        ),
        Column("clients", several(reference(80)), about="keys, ; between; or an industry", sample="kestrel-air"),
        Column("industry", text(80), about="of all clients of it", sample=""),
        Column("owner", email, sample="ana.reyes@firm.example"),
        Column("noted_on", day, required=True, sample="2026-09-14"),
        Column("expires_on", day, required=True, about="then it is asked for again", sample="2026-12-31"),
        Column("happens_on", day, about="the day it is about: puts it in the calendar", sample="2027-03-01"),
        Column("source", text(500), about="an http(s) address, or words", sample="Ministry's circular 14"),
        Column("detail", text(5000), sample=""),
    ),
    key=("key",),
    load=load_intelligence,
    roles=frozenset({DIRECTOR}),
)
