"""Contacts with their part in a client, and touchpoints, from a file."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from accounts.actions.stakeholders import hold_charts
from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids, refuse_days_ahead
from accounts.models import BuyingRole, Contact, ContactKind, Stakeholding, Touchpoint
from accounts.queries.personal import erased_among
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Saved,
    Values,
    matching,
    save_records,
    tree_order,
)
from common.imports.columns import choice, day, email, identifier, reference, several, text, whole, yes_no
from common.policies import DIRECTOR

ERASED = "belongs to a person who asked to be erased; nothing is written of them"
_PERSON = {name: name for name in ("first_name", "last_name", "title", "email", "kind", "employer", "identified")}
_PART = {
    name: name
    for name in (
        "buying_role",
        "power",
        "interest",
        "stance",
        "level",
        "level_wanted",
        "judged_on",
        "judged_by",
        "cadence_days",
    )
}
_NEEDS_CLIENT = ("reports_to", *_PART, "owner_email")


def load_contacts(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight)
    existing = matching(Contact.objects.all(), "key", values.columns["key"])
    erased_keys, erased_emails = erased_among(
        filter(None, values.columns["key"]), filter(None, values.columns["email"])
    )
    for position in list(values.good()):
        row = values.row(position)
        if row["key"] in erased_keys or row["email"] in erased_emails:
            values.reject(position, f"{'key' if row['key'] in erased_keys else 'email'}: {ERASED}")
    for position in values.good():
        contact = existing.get(values.columns["key"][position])
        if contact is not None and not sight.sees(contact.client_id):
            values.reject(position, NOT_YOURS.format("key", contact.key))
        elif _client_of(values, clients, existing, position) is None:
            given = [name for name in _NEEDS_CLIENT if values.columns[name][position] is not None]
            if given:
                values.reject(position, f"{', '.join(given)}: a contact of the wider industry has no such column")
    if any(values.columns["reports_to"]):
        hold_charts(client for client in clients if client is not None)
    tree_order(values, "key", "reports_to", _bosses(sight), "reports_to “{}” is no contact here or in the file")
    people = _save_people(values, context, clients, existing)
    parts = _save_parts(values, context, sight, clients, owners, people, existing)
    both = {position: _joint(status, parts.get(position, "unchanged")) for position, status in people.status.items()}
    return Counts.of(both.values())


def _joint(person: str, part: str) -> str:
    """One row of the file writes two records: new if the person is, changed if either is."""
    if person == "created":
        return "created"
    return "unchanged" if {person, part} == {"unchanged"} else "updated"


def _client_of(values: Values, clients: list[int | None], existing: dict[Any, Contact], position: int) -> int | None:
    if values.has("client"):
        return clients[position]
    contact = existing.get(values.columns["key"][position])
    return contact.client_id if contact else None


def _bosses(sight: Sight) -> dict[str, str | None]:
    """Key of whom each contact in sight reports to; None for the rest."""
    mine = Q(client=None) | Q(client__in=sight.client_ids)
    bosses: dict[str, str | None] = dict.fromkeys(Contact.objects.filter(mine).values_list("key", flat=True))
    lines = Stakeholding.objects.filter(client__in=sight.client_ids).exclude(reports_to=None)
    bosses.update(lines.values_list("contact__key", "reports_to__key"))
    return bosses


def _save_people(
    values: Values, context: LoadContext, clients: list[int | None], existing: dict[Any, Contact]
) -> Saved:
    reader = FieldReader(Contact, values, _PERSON)
    incoming = []
    for position in values.good():
        key = values.columns["key"][position]
        fields = {**reader.at(position), **link(values, "client", clients, "client_id", position)}
        incoming.append(Incoming(position, key, fields, {"key": key}))
    return save_records(context, Contact, incoming, existing)


def _save_parts(
    values: Values,
    context: LoadContext,
    sight: Sight,
    clients: list[int | None],
    owners: list[int | None],
    people: Saved,
    existing: dict[Any, Contact],
) -> dict[int, str]:
    bosses = set(filter(None, values.columns["reports_to"])) - people.ids.keys()
    ids: dict[Any, int] = {**people.ids, **dict(Contact.objects.filter(key__in=bosses).values_list("key", "pk"))}
    mine = Stakeholding.objects.select_for_update().filter(contact__in=list(people.ids.values()))
    known = {(part.contact_id, part.client_id): part for part in mine}
    reader = FieldReader(Stakeholding, values, _PART)
    incoming = []
    for position in values.good():
        client = _client_of(values, clients, existing, position)
        if client is None:
            continue
        pair = (people.ids[values.columns["key"][position]], client)
        boss = values.columns["reports_to"][position]
        fields = {**reader.at(position), **link(values, "owner_email", owners, "owner_id", position)}
        if values.has("reports_to"):
            fields["reports_to_id"] = None if boss is None else ids[boss]
        incoming.append(Incoming(position, pair, fields, {"contact_id": pair[0], "client_id": client}))
    return save_records(context, Stakeholding, incoming, known).status


def load_touchpoints(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    existing = matching(Touchpoint.objects.all(), "source_ref", values.columns["source_ref"])
    theirs = _contacts(values, sight)
    refuse_days_ahead(values, clients, ["date"], context.now)
    reader = FieldReader(Touchpoint, values, {"date": "date", "kind": "kind", "notes": "notes"})
    incoming = []
    for position in list(values.good()):
        row = values.row(position)
        meeting = existing.get(row["source_ref"])
        reasons = _touchpoint_faults(row, meeting, sight, theirs, clients[position])
        for reason in reasons:
            values.reject(position, reason)
        if reasons:
            continue
        fields = {**reader.at(position), "client_id": clients[position]}
        many = {}
        if values.has("ours"):
            many["ours"] = frozenset(sight.people[address] for address in row["ours"] or ())
        if values.has("theirs"):
            many["theirs"] = frozenset(theirs[key][0] for key in row["theirs"] or ())
        incoming.append(Incoming(position, row["source_ref"], fields, {"source_ref": row["source_ref"]}, many=many))
    return Counts.of(save_records(context, Touchpoint, incoming, existing).status.values())


def _contacts(values: Values, sight: Sight) -> dict[str, tuple[int, int | None]]:
    """Id and client of every contact named, if it is in sight."""
    named = {key for cell in values.columns["theirs"] for key in cell or ()}
    rows = Contact.objects.filter(Q(client=None) | Q(client__in=sight.client_ids), key__in=named)
    return {key: (pk, client) for key, pk, client in rows.values_list("key", "pk", "client_id")}


def _touchpoint_faults(
    row: dict[str, Any],
    meeting: Touchpoint | None,
    sight: Sight,
    theirs: dict[str, tuple[int, int | None]],
    client: int | None,
) -> list[str]:
    faults = []
    if meeting is not None and not sight.sees(meeting.client_id):
        faults.append(NOT_YOURS.format("source_ref", row["source_ref"]))
    faults += [f"ours: “{address}” is no one here" for address in row["ours"] or () if address not in sight.people]
    faults += [f"theirs: contact “{key}” is unknown" for key in row["theirs"] or () if key not in theirs]
    faults += [
        f"theirs: contact “{key}” belongs to another client"
        for key in row["theirs"] or ()
        if key in theirs and theirs[key][1] not in (None, client)
    ]
    return faults


CONTACTS = ImportKind(
    name="contacts",
    label="Contacts",
    about="People at clients and in the wider industry, with their part in the client. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-C01"),
        Column("client", reference(80), about="blank: wider industry", sample="kestrel-air"),
        Column("first_name", text(80), required=True, sample="Maya"),
        Column("last_name", text(80), required=True, sample="Okafor"),
        Column("title", text(120), sample="Chief Marketing Officer"),
        Column("email", email, sample="m.okafor@kestrel.example"),
        Column("kind", choice(ContactKind.values), about="of somebody in the wider industry", sample=""),
        Column("employer", text(120), about="where that is no client", sample=""),
        Column("identified", yes_no, about="no: a seat whose holder is not known yet", sample="yes"),
        Column("reports_to", reference(80), about="key of a contact here or in the same file", sample=""),
        Column("buying_role", choice(BuyingRole.values), sample="economic"),
        Column("power", whole(1, 5), about="1–5", sample="5"),
        Column("interest", whole(1, 5), about="1–5", sample="4"),
        Column("stance", whole(-2, 2), about="−2 opponent to 2 advocate", sample="1"),
        Column("level", whole(0, 4), about="0 none to 4 trusted adviser", sample="2"),
        Column("level_wanted", whole(0, 4), about="0–4", sample="4"),
        Column("judged_on", day, sample="2026-09-14"),
        Column("judged_by", text(254), sample="ana.reyes@firm.example"),
        Column("owner_email", email, about="our owner of the relationship", sample=""),
        Column("cadence_days", whole(1, 1000), about="how often we mean to be in touch", sample="30"),
    ),
    key=("key",),
    load=load_contacts,
    roles=frozenset({DIRECTOR}),
)

TOUCHPOINTS = ImportKind(
    name="touchpoints",
    label="Touchpoints",
    about="Meetings, calls and messages that took place; what is ahead is planned as a review. Match on source_ref. "
    "Several people are separated by semicolons.",
    columns=(
        Column("source_ref", reference(120), required=True, sample="CAL-88123"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("date", day, required=True, sample="2026-11-12"),
        Column("kind", choice(Touchpoint.Kind.values), about="blank: meeting", sample="call"),
        Column("ours", several(email), about="our people, by e-mail", sample=""),
        Column("theirs", several(reference(80)), about="contacts, by key", sample=""),
        Column("notes", text(20_000), sample="Budget for spring confirmed."),
    ),
    key=("source_ref",),
    load=load_touchpoints,
    roles=frozenset({DIRECTOR}),
)
