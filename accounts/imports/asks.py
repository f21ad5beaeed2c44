"""What clients asked of us, from a file."""

from __future__ import annotations

from django.db.models import Q

from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids, refuse_days_ahead
from accounts.models import Ask, Contact
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
from common.imports.columns import day, email, identifier, reference, text
from common.policies import DIRECTOR

_FIELDS = {name: name for name in ("text", "asked_on", "due", "answered_on", "answer")}


def load_asks(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight, "owner")
    existing = matching(Ask.objects.all(), "key", values.columns["key"])
    named = {key for key in values.columns["contact"] if key}
    seen = Contact.objects.filter(Q(client=None) | Q(client__in=sight.client_ids), key__in=named)
    people = {key: (pk, client) for key, pk, client in seen.values_list("key", "pk", "client_id")}
    refuse_days_ahead(values, clients, ["asked_on", "answered_on"], context.now)
    reader = FieldReader(Ask, values, _FIELDS)
    incoming = []
    for position in list(values.good()):
        row = values.row(position)
        ask = existing.get(row["key"])
        faults = []
        if ask is not None and not sight.sees(ask.client_id):
            faults.append(NOT_YOURS.format("key", row["key"]))
        if row["contact"] and people.get(row["contact"], (0, 0))[1] not in (None, clients[position]):
            faults.append(f"contact: “{row['contact']}” is nobody of this client")
        answered = row["answered_on"] if values.has("answered_on") else getattr(ask, "answered_on", None)
        if answered is not None and answered < row["asked_on"]:
            faults.append("answered_on: before asked_on; correct one of the two days")
        for reason in faults:
            values.reject(position, reason)
        if faults:
            continue
        fields = {
            **reader.at(position),
            "client_id": clients[position],
            **link(values, "owner", owners, "owner_id", position),
        }
        if values.has("contact"):
            fields["contact_id"] = people[row["contact"]][0] if row["contact"] else None
        incoming.append(Incoming(position, row["key"], fields, {"key": row["key"]}))
    return Counts.of(save_records(context, Ask, incoming, existing).status.values())


ASKS = ImportKind(
    name="asks",
    label="Asks of clients",
    about="What people at clients asked of us and wait to hear about. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-A01"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("contact", reference(80), about="key of who asked", sample=""),
        Column("text", text(300), required=True, sample="Can the spring campaign start in February?"),
        Column("asked_on", day, required=True, sample="2026-11-02"),
        Column("due", day, about="by when they want to hear", sample="2026-11-20"),
        Column("owner", email, about="who of ours answers", sample="ana.reyes@firm.example"),
        Column("answered_on", day, about="blank while they wait", sample=""),
        Column("answer", text(500), about="what we said", sample=""),
    ),
    key=("key",),
    load=load_asks,
    roles=frozenset({DIRECTOR}),
)
