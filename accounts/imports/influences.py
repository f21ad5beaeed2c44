"""Lines between people at a client, and ties of our people to them, from a file."""

from __future__ import annotations

from accounts.imports.sight import Sight, client_ids, person_ids
from accounts.models import Bond, Contact, Influence, LineKind, Stakeholding
from common.imports import Column, Counts, ImportKind, Incoming, LoadContext, Values, save_records
from common.imports.columns import choice, email, reference, whole
from common.policies import DIRECTOR


def load_influences(values: Values, context: LoadContext) -> Counts:
    """Matched on client, from, to and kind. Both people must be on that client's map."""
    sight = Sight(context)
    clients = client_ids(values, sight)
    known = _people(values)
    lines = Influence.objects.select_for_update().filter(client__in=set(filter(None, clients)))
    existing = {(line.client_id, line.source_id, line.target_id, line.kind): line for line in lines}
    incoming = []
    for position in list(values.good()):
        row, client = values.row(position), clients[position]
        ends = [known.get((client, row[name])) for name in ("from", "to")]
        faults = [
            f"{name}: “{row[name]}” is nobody on this client's map"
            for name, found in zip(("from", "to"), ends, strict=True)
            if found is None
        ]
        if not faults and ends[0] == ends[1]:
            faults.append("from and to are the same person: a line runs between two")
        for reason in faults:
            values.reject(position, reason)
        if faults:
            continue
        natural = {"client_id": client, "source_id": ends[0], "target_id": ends[1], "kind": row["kind"]}
        fields = {"strength": row["strength"]} if values.has("strength") else {}
        incoming.append(Incoming(position, tuple(natural.values()), fields, natural))
    return Counts.of(save_records(context, Influence, incoming, existing).status.values())


def _people(values: Values) -> dict[tuple[int | None, str | None], int]:
    """Contact ids by client and key, of those who have a part in the client."""
    named = {key for name in ("from", "to") for key in values.columns[name] if key}
    rows = Stakeholding.objects.filter(contact__in=Contact.objects.filter(key__in=named))
    return {(client, key): pk for client, key, pk in rows.values_list("client_id", "contact__key", "contact_id")}


INFLUENCES = ImportKind(
    name="influences",
    label="Influences",
    about="Who moves whom at a client, who stands together, who is in conflict. Match on client, from, to and kind.",
    columns=(
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("from", reference(80), required=True, about="key of a contact on the client's map", sample="KES-C02"),
        Column("to", reference(80), required=True, about="key of another", sample="KES-C01"),
        Column("kind", choice(LineKind.values), required=True, sample="influence"),
        Column("strength", whole(1, 5), about="1–5", sample="4"),
    ),
    key=("client", "from", "to", "kind"),
    load=load_influences,
    roles=frozenset({DIRECTOR}),
)


def load_bonds(values: Values, context: LoadContext) -> Counts:
    """Matched on client, contact and person. The relationship owner's own level is the contact's, not a bond."""
    sight = Sight(context)
    clients, people = client_ids(values, sight), person_ids(values, sight, "person_email")
    rows = Stakeholding.objects.filter(client__in=set(filter(None, clients)))
    stakes: dict[tuple[int | None, str], tuple[int, int | None]] = {
        (client, key): (pk, owner)
        for client, key, pk, owner in rows.values_list("client_id", "contact__key", "pk", "owner_id")
    }
    kept = Bond.objects.select_for_update().filter(stake__in=[pk for pk, _ in stakes.values()])
    existing = {(bond.stake_id, bond.person_id): bond for bond in kept}
    incoming = []
    for position in list(values.good()):
        row = values.row(position)
        found = stakes.get((clients[position], row["contact"]))
        if found is None:
            values.reject(position, f"contact: “{row['contact']}” is nobody on this client's map")
        elif found[1] == people[position]:
            reason = f"person_email: {row['person_email']} owns this relationship; set the contact's level instead"
            values.reject(position, reason)
        else:
            natural = {"stake_id": found[0], "person_id": people[position]}
            fields = {name: row[name] for name in ("level", "level_wanted") if values.has(name)}
            incoming.append(Incoming(position, tuple(natural.values()), fields, natural))
    return Counts.of(save_records(context, Bond, incoming, existing).status.values())


BONDS = ImportKind(
    name="bonds",
    label="Ties of our people",
    about="How one of ours stands with a stakeholder, beside the relationship owner. Match on client, contact, person.",
    columns=(
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("contact", reference(80), required=True, about="key of a contact on the client's map", sample="KES-C02"),
        Column("person_email", email, required=True, sample="ana.reyes@firm.example"),
        Column("level", whole(0, 4), required=True, about="0 none to 4 trusted adviser", sample="2"),
        Column("level_wanted", whole(0, 4), about="0–4", sample="3"),
    ),
    key=("client", "contact", "person_email"),
    load=load_bonds,
    roles=frozenset({DIRECTOR}),
)
