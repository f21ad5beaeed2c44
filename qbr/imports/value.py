"""Benefits, their amounts by month and the client's costs, from files. What the client has seen is not changed."""

from __future__ import annotations

from typing import Any, Final

from accounts.imports.sight import Sight, client_ids, fault_of, link, person_ids
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
)
from common.imports.columns import (
    amount,
    amount_not_negative,
    choice,
    currency,
    email,
    fraction,
    identifier,
    month,
    reference,
    text,
    yes_no,
)
from common.policies import DIRECTOR
from qbr.actions.value import FREE, OPEN_TO_CHANGE
from qbr.models import Benefit, BenefitAmount, Confidence, Driver, ValueCost

_FIELDS: Final = {
    name: name
    for name in (
        "title", "driver", "hard", "baseline", "method", "share", "share_reason", "evidence", "evidence_url",
        "confidence", "currency", "note",
    )
}  # fmt: skip
_ROLES: Final = frozenset({DIRECTOR})
_SETTLED: Final = "{}: the client has it before them or has answered; take it back on its page first"


def address(cell: str) -> str:
    cell = cell.strip()
    if not cell.startswith(("https://", "http://")) or " " in cell or len(cell) > 500:
        raise BadValue("is no address: write the whole of it, beginning with https://")
    return cell


def load_benefits(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, owners = client_ids(values, sight), person_ids(values, sight, "owner")
    existing = matching(Benefit.objects.all(), "key", values.columns["key"])
    reader = FieldReader(Benefit, values, _FIELDS)
    incoming = []
    for position in list(values.good()):
        key = values.columns["key"][position]
        held = existing.get(key)
        fields: dict[str, Any] = {
            **reader.at(position), "client_id": clients[position],
            **link(values, "owner", owners, "owner_id", position),
        }  # fmt: skip
        fault = _fault(held, fields, sight, key)
        if fault:
            values.reject(position, fault)
        else:
            incoming.append(Incoming(position, key, fields, {"key": key}))
    return Counts.of(save_records(context, Benefit, incoming, existing).status.values())


def _fault(held: Benefit | None, fields: dict[str, Any], sight: Sight, key: str) -> str:
    if fault := fault_of(held, fields["client_id"], sight, key, "a benefit"):
        return fault
    share = fields.get("share", held.share if held else 1)
    reason = fields.get("share_reason", held.share_reason if held else "")
    if share is not None and share <= 0:
        return "share: write a fraction above 0 and at most 1, such as 0.6 for 60%"
    if share is not None and share != 1 and not reason:
        return "share_reason: say why it is that share"
    moved = [] if held is None or held.state in OPEN_TO_CHANGE else [
        name for name, value in fields.items()
        if name.removesuffix("_id") not in FREE and getattr(held, name) != value
    ]  # fmt: skip
    return _SETTLED.format(moved[0]) if moved else ""


def load_amounts(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    keys = values.columns["benefit"]
    known = {one.key: one for one in Benefit.objects.select_for_update().filter(key__in={key for key in keys if key})}
    existing = {(one.benefit_id, one.month): one for one in BenefitAmount.objects.filter(benefit__in=known.values())}
    incoming = []
    for position in list(values.good()):
        benefit, at = known.get(keys[position]), values.columns["month"][position]
        if benefit is None or not sight.sees(benefit.client_id):
            values.reject(position, f"benefit “{keys[position]}” is unknown")
            continue
        held, given = existing.get((benefit.pk, at)), values.columns["amount"][position]
        if benefit.state not in OPEN_TO_CHANGE and (held is None or held.amount != given):
            values.reject(position, _SETTLED.format("amount"))
            continue
        natural = {"benefit_id": benefit.pk, "month": at}
        incoming.append(Incoming(position, tuple(natural.values()), {"amount": given}, natural))
    return Counts.of(save_records(context, BenefitAmount, incoming, existing).status.values())


def load_costs(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients = client_ids(values, sight)
    existing = matching(ValueCost.objects.all(), "key", values.columns["key"])
    reader = FieldReader(ValueCost, values, {name: name for name in ("title", "month", "amount", "currency")})
    incoming = []
    for position in list(values.good()):
        key = values.columns["key"][position]
        held = existing.get(key)
        if fault := fault_of(held, clients[position], sight, key, "a cost"):
            values.reject(position, fault)
        else:
            fields = {**reader.at(position), "client_id": clients[position]}
            incoming.append(Incoming(position, key, fields, {"key": key}))
    return Counts.of(save_records(context, ValueCost, incoming, existing).status.values())


BENEFITS = ImportKind(
    name="benefits",
    label="Benefits",
    about="What got better for a client through our work, and the share that is our doing. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-B01"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("title", text(160), required=True, sample="Cost per booking"),
        Column("driver", choice(Driver.values), required=True, sample="cost"),
        Column("hard", yes_no, about="yes where it is seen in money", sample="yes"),
        Column("baseline", text(300), about="where it stood before", sample="$41 a booking in 2025"),
        Column("method", text(500), about="how it is measured", sample="Media spend by booking from own analytics"),
        Column("share", fraction, about="of the amounts that is our doing; 1 where it is new", sample="0.6"),
        Column("share_reason", text(300), about="needed below 1", sample="The fare sale did the rest"),
        Column("confidence", choice(Confidence.values), about="medium where it is new", sample="high"),
        Column("evidence", text(500), sample="Finance report of October"),
        Column("evidence_url", address, sample="https://reports.kestrel.example/oct"),
        Column("currency", currency, required=True, sample="USD"),
        Column("owner", email, sample="ana.reyes@firm.example"),
        Column("note", text(500), about="ours alone", sample="Ask the controller first"),
    ),
    key=("key",),
    load=load_benefits,
    roles=_ROLES,
)
AMOUNTS = ImportKind(
    name="benefit_amounts",
    label="Amounts of benefits",
    about="What got better in a month, before the share. Match on benefit and month.",
    columns=(
        Column("benefit", reference(80), required=True, sample="KES-B01"),
        Column("month", month, required=True, sample="2026-09"),
        Column("amount", amount, required=True, about="in the benefit's currency", sample="48000"),
    ),
    key=("benefit", "month"),
    load=load_amounts,
    roles=_ROLES,
)
COSTS = ImportKind(
    name="value_costs",
    label="What clients spent besides our fees",
    about="Money of the client's that a return is held against. Match on key.",
    columns=(
        Column("key", identifier(80), required=True, sample="KES-VC1"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("title", text(160), required=True, sample="Analytics licence"),
        Column("month", month, required=True, sample="2026-03"),
        Column("amount", amount_not_negative, required=True, sample="36000"),
        Column("currency", currency, required=True, sample="USD"),
    ),
    key=("key",),
    load=load_costs,
    roles=_ROLES,
)
ALL: Final = (BENEFITS, AMOUNTS, COSTS)
