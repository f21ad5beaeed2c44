"""Clients, and who works on them, from a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids
from accounts.models import Client, ClientMember, ClientStatus, Duty, Tier
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Note,
    Values,
    matching,
    save_records,
    tree_order,
    undo_records,
)
from common.imports.columns import choice, country, currency, email, identifier, reference, text, timezone, whole
from common.jobs import mark_dirty
from common.models import InputVersion, Job
from common.policies import DIRECTOR

_FIELDS = {
    "name": "name",
    "tier": "tier",
    "status": "status",
    "industry": "industry",
    "currency": "currency",
    "country": "country",
    "timezone": "timezone",
    "fiscal_year_start": "fiscal_year_start",
    "salesforce_id": "salesforce_id",
    "hubspot_id": "hubspot_id",
    "finance_code": "finance_code",
    "notes": "notes",
}


def load_clients(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    existing = matching(Client.objects.all(), "key", values.columns["key"])
    for position in values.good():
        client = existing.get(values.columns["key"][position])
        if client is not None and not sight.sees(client.pk):
            values.reject(position, NOT_YOURS.format("key", client.key))
    owners = person_ids(values, sight)
    known = dict(Client.objects.filter(pk__in=sight.client_ids).values_list("key", "parent__key"))
    tree_order(values, "key", "parent", known, "parent “{}” is unknown: neither here nor in the file")
    reader = FieldReader(Client, values, _FIELDS)
    owner = _default_owner(context, sight)
    incoming = []
    for position in values.good():
        key, parent = values.columns["key"][position], values.columns["parent"][position]
        fields = {**reader.at(position), **link(values, "owner_email", owners, "owner_id", position)}
        if values.has("parent") and parent is None:
            fields["parent_id"] = None
        if fields.get("owner_id") is None and key not in existing:
            fields["owner_id"] = owner
        elif fields.get("owner_id") is None and owner is not None:
            fields.pop("owner_id", None)  # a blank does not take away an owner that an earlier load stood in for
        incoming.append(Incoming(position, key, fields, {"key": key, **_defaults(context)}, parent=parent))
    saved = save_records(context, Client, incoming, existing, parent_field="parent_id", ids=sight.clients)
    _mark(saved.updated, context)
    return Counts.of(saved.status.values(), _owner_notes(owner, sight, len(saved.created)))


def _mark(clients: Iterable[int], context: LoadContext) -> None:
    """Currency, year, tier and status are what a forecast reads of a client."""
    refs = [f"client:{pk}" for pk in sorted(clients)]
    if refs:
        mark_dirty("recompute", refs, asked_by=context.actor)


def _defaults(context: LoadContext) -> dict[str, Any]:
    return {"currency": context.options.get("currency") or settings.REPORTING_CURRENCY}


def _default_owner(context: LoadContext, sight: Sight) -> int | None:
    """--owner, or the director who loads."""
    named = context.options.get("owner", "")
    if named:
        return sight.people[named]
    return sight.user.pk if sight.user is not None and sight.user.role == DIRECTOR else None


def _owner_notes(owner: int | None, sight: Sight, created: int) -> list[Note]:
    if owner is None or not created:
        return []
    who = next(address for address, pk in sight.people.items() if pk == owner)
    return [Note(f"New clients without an owner_email are owned by {who}.", created)]


def undo_clients(batch_id: int, context: LoadContext) -> int:
    undone = undo_records(batch_id).get("accounts.client", [])
    left = set(Client.objects.filter(pk__in=undone).values_list("pk", flat=True))
    gone = [f"client:{pk}" for pk in undone if pk not in left]
    Job.objects.filter(object_ref__in=gone).delete()
    InputVersion.objects.filter(object_ref__in=gone).delete()
    _mark(left, context)
    return len(undone)


def load_teams(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, people = client_ids(values, sight), person_ids(values, sight, "person_email")
    pairs = {(clients[position], people[position]) for position in values.good()}
    members = ClientMember.objects.select_for_update().filter(client__in={client for client, _ in pairs})
    existing = {(member.client_id, member.person_id): member for member in members}
    reader = FieldReader(ClientMember, values, {"duty": "duty"})
    incoming = []
    for position in values.good():
        pair = (clients[position], people[position])
        own = {"client_id": pair[0], "person_id": pair[1]}
        incoming.append(Incoming(position, pair, reader.at(position), own))
    saved = save_records(context, ClientMember, incoming, existing)
    return Counts.of(saved.status.values())


CLIENTS = ImportKind(
    name="clients",
    label="Clients",
    about="Client companies, with their parents in any order. Match on key. On the page, new clients without an "
    "owner_email are owned by the director who loads them.",
    columns=(
        Column("key", identifier(80), required=True, about="your systems' stable id", sample="kestrel-air"),
        Column("name", text(200), required=True, sample="Kestrel Air"),
        Column("tier", choice(Tier.values), sample="strategic"),
        Column("status", choice(ClientStatus.values), about="blank: active", sample="active"),
        Column("industry", text(80), sample="Airlines"),
        Column("parent", reference(80), about="key of a client here or in the same file", sample=""),
        Column("currency", currency, about="blank: the firm's reporting currency", sample="GBP"),
        Column("country", country, about="ISO 3166, subdivision allowed", sample="GB-ENG"),
        Column("timezone", timezone, about="IANA name; blank: UTC", sample="Europe/London"),
        Column("fiscal_year_start", whole(1, 12), about="month its year begins in; blank: 1", sample="4"),
        Column("owner_email", email, about="the account director", sample=""),
        Column("salesforce_id", reference(40)),
        Column("hubspot_id", reference(40)),
        Column("finance_code", reference(40), sample="C-1042"),
        Column("notes", text(10_000)),
    ),
    key=("key",),
    load=load_clients,
    roles=frozenset({DIRECTOR}),
    undo=undo_clients,
)

TEAMS = ImportKind(
    name="teams",
    label="Client teams",
    about="Who works on a client, and so sees it. Match on client and person_email.",
    columns=(
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("person_email", email, required=True, sample="ana.reyes@firm.example"),
        Column("duty", choice(Duty.values), about="blank: member", sample="manager"),
    ),
    key=("client", "person_email"),
    load=load_teams,
    roles=frozenset({DIRECTOR}),
)
