"""Offerings, business units and cells of the white space from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.calc.offerings import BadRoles, Catalogue, read_roles, write_roles
from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, person_ids
from accounts.models import BusinessUnit, CellState, Offering, WhiteSpaceCell
from common.imports import (
    BadValue,
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    matching,
    save_records,
    tree_order,
)
from common.imports.columns import (
    amount_not_negative,
    choice,
    currency,
    day,
    email,
    fraction,
    identifier,
    reference,
    text,
    yes_no,
)
from common.policies import DIRECTOR
from people.models import User

_OFFERING = {
    "name": "name", "service_line": "service_line", "price": "price", "currency": "currency", "margin": "margin",
    "roles": "roles", "active": "is_active",
}  # fmt: skip
_UNIT = {"name": "name", "spend": "spend", "currency": "currency"}
_CELL = {name: name for name in ("state", "why", "amount", "currency", "note", "judged_on")}
_PAIRED = "{} “{}” is unknown"


def roles(cell: str) -> str:
    try:
        return write_roles(read_roles(cell))
    except BadRoles as reason:
        raise BadValue(str(reason)) from None


def _standing(fields: Mapping[str, Any], record: Any, name: str) -> Any:
    return fields[name] if name in fields else getattr(record, name, None)


def load_offerings(values: Values, context: LoadContext) -> Counts:
    """The company's own: no client's sight is asked."""
    keys = values.columns["key"]
    existing = matching(Offering.objects.all(), "key", keys)
    reader = FieldReader(Offering, values, _OFFERING)
    incoming = []
    for position in list(values.good()):
        fields, row = reader.at(position), existing.get(keys[position])
        price = _standing(fields, row, "price")
        if price is not None and price <= 0:
            values.reject(position, "price: above zero, or blank where it is not known")
        elif price is not None and not _standing(fields, row, "currency"):
            values.reject(position, "price without a currency")
        else:
            incoming.append(Incoming(position, keys[position], fields, {"key": keys[position]}))
    return Counts.of(save_records(context, Offering, incoming, existing).status.values())


def load_units(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    keys = values.columns["key"]
    clients, owners = client_ids(values, sight), person_ids(values, sight)
    existing = matching(BusinessUnit.objects.all(), "key", keys)
    seen = BusinessUnit.objects.filter(client__in=sight.client_ids)
    at_client = {keys[position]: clients[position] or 0 for position in values.good()}
    at_client |= dict(seen.values_list("key", "client_id"))  # a unit that is here stays where it is
    reader = FieldReader(BusinessUnit, values, _UNIT)
    fields: dict[int, dict[str, Any]] = {}
    for position in list(values.good()):
        unit, above = existing.get(keys[position]), values.columns["parent"][position]
        fields[position] = {
            **reader.at(position),
            "client_id": clients[position],
            **link(values, "owner_email", owners, "owner_id", position),
        }
        faults = []
        if unit is not None and not sight.sees(unit.client_id):
            faults.append(NOT_YOURS.format("key", unit.key))
        elif unit is not None and unit.client_id != clients[position]:
            faults.append("client: a unit stays with its client; give the other client one of its own")
        if above is not None and at_client.get(above, clients[position]) != clients[position]:
            faults.append(f"parent: “{above}” is a unit of another client")
        if _standing(fields[position], unit, "spend") is not None and not _standing(fields[position], unit, "currency"):
            faults.append("spend without a currency")
        for reason in faults:
            values.reject(position, reason)
    known = dict(seen.values_list("key", "parent__key"))
    tree_order(values, "key", "parent", known, "parent “{}” is unknown: neither here nor in the file")
    incoming = []
    for position in values.good():
        if values.has("parent") and values.columns["parent"][position] is None:
            fields[position]["parent_id"] = None
        own = {"key": keys[position]}
        incoming.append(
            Incoming(position, keys[position], fields[position], own, parent=values.columns["parent"][position])
        )
    ids = dict(seen.values_list("key", "pk"))
    saved = save_records(context, BusinessUnit, incoming, existing, parent_field="parent_id", ids=ids)
    return Counts.of(saved.status.values())


def unit_ids(values: Values, clients: list[int | None]) -> list[int | None]:
    """Ids of the units a file of deals or contracts names, by position: each one of the row's own client."""
    cells = values.columns["business_unit"]
    named = {cell for cell in cells if cell is not None}
    rows = BusinessUnit.objects.filter(key__in=named) if named else BusinessUnit.objects.none()
    known = {(client, key): pk for client, key, pk in rows.values_list("client_id", "key", "pk")}
    found = [None if cell is None else known.get((clients[n] or 0, cell)) for n, cell in enumerate(cells)]
    for position in list(values.good()):
        if cells[position] is not None and found[position] is None:
            values.reject(position, f"business_unit: “{cells[position]}” is no unit of this client")
    return found


def load_cells(values: Values, context: LoadContext) -> Counts:
    """Matched on unit and offering. Who is said to have judged is whoever loads; as of the day given, else today."""
    sight, columns = Sight(context), values.columns
    units = {
        key: (pk, client)
        for key, pk, client in BusinessUnit.objects.filter(
            key__in={key for key in columns["unit"] if key}
        ).values_list("key", "pk", "client_id")
    }  # fmt: skip
    catalogue = Catalogue(Offering.objects.values_list("pk", "key", "name"))
    pks = [pk for pk, client in units.values()]
    kept = WhiteSpaceCell.objects.select_for_update(of=("self",)).filter(unit__in=pks)
    existing = {(row.unit_id, row.offering_id): row for row in kept}
    reader = FieldReader(WhiteSpaceCell, values, _CELL)
    judge = User.objects.filter(email=context.actor).values_list("pk", flat=True).first()
    incoming = []
    for position in list(values.good()):
        unit, client = units.get(columns["unit"][position], (0, None))
        offering = catalogue.meant_by(columns["offering"][position])
        if not unit or not sight.sees(client):
            values.reject(position, _PAIRED.format("unit", columns["unit"][position]))
            continue
        if offering is None:
            values.reject(position, _PAIRED.format("offering", columns["offering"][position]))
            continue
        row, fields = existing.get((unit, offering)), reader.at(position)
        reason = _cell_fault(fields, row)
        if reason:
            values.reject(position, reason)
            continue
        own = {"unit_id": unit, "offering_id": offering, "judged_on": context.now.date(), "judged_by_id": judge}
        if row is not None and any(getattr(row, name) != value for name, value in fields.items()):
            fields = {"judged_on": own["judged_on"], "judged_by_id": judge, **fields}  # whoever changes it judges it
        incoming.append(Incoming(position, (unit, offering), fields, own))
    return Counts.of(save_records(context, WhiteSpaceCell, incoming, existing).status.values())


def _cell_fault(fields: Mapping[str, Any], row: WhiteSpaceCell | None) -> str:
    state = _standing(fields, row, "state")
    if state in (CellState.BLOCKED, CellState.COMPETITOR) and not _standing(fields, row, "why"):
        return "why: say what blocks it, or which competitor has it"
    if _standing(fields, row, "amount") is not None and not _standing(fields, row, "currency"):
        return "amount without a currency"
    return ""


OFFERINGS = ImportKind(
    name="offerings",
    label="Offerings",
    about="What the company sells. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="loyalty"),
        Column("name", text(120), required=True, sample="CRM and loyalty"),
        Column("service_line", text(80), sample="CRM and loyalty"),
        Column("price", amount_not_negative, about="of one sale a year, fees; blank: unknown", sample="400000"),
        Column("currency", currency, about="required with a price", sample="USD"),
        Column("margin", fraction, about="it is expected to leave, 0–1", sample="0.42"),
        Column("roles", roles, about="hours it takes a year, as Designer: 300; Writer: 120", sample="Designer: 300"),
        Column("active", yes_no, about="blank: yes", sample="yes"),
    ),
    key=("key",),
    load=load_offerings,
    roles=frozenset({DIRECTOR}),
)
BUSINESS_UNITS = ImportKind(
    name="business_units",
    label="Business units",
    about="The parts a client is made of, in any order. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-CARGO"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("name", text(120), required=True, sample="Cargo"),
        Column("parent", reference(80), about="key of a unit of the same client", sample=""),
        Column("spend", amount_not_negative, about="a year, on what we could sell; blank: unknown", sample="2400000"),
        Column("currency", currency, about="required with a spend", sample="GBP"),
        Column("owner_email", email, sample=""),
    ),
    key=("key",),
    load=load_units,
    roles=frozenset({DIRECTOR}),
)
WHITE_SPACE = ImportKind(
    name="whitespace",
    label="White space",
    about="What is known of an offering for a business unit. Match on both. Active and in pipeline are no states to "
    "load: running contracts and open deals say them.",
    columns=(
        Column("unit", reference(80), required=True, about="key of a business unit", sample="KES-CARGO"),
        Column("offering", reference(120), required=True, about="key or name", sample="loyalty"),
        Column(
            "state", choice([state for state in CellState.values if state]), about="blank: not said", sample="blocked"
        ),
        Column("why", text(200), about="what blocks it, or which competitor has it", sample="Their parent decides"),
        Column("amount", amount_not_negative, about="worth a year, all of it; blank: unknown", sample="320000"),
        Column("currency", currency, about="required with an amount", sample="GBP"),
        Column("note", text(500), sample=""),
        Column("judged_on", day, about="blank: today", sample="2026-09-30"),
    ),
    key=("unit", "offering"),
    load=load_cells,
    roles=frozenset({DIRECTOR}),
)
