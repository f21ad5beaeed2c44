"""Contracts from a file: MSA, statements of work and change orders, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from accounts.access import opportunities_for
from accounts.imports.sight import NOT_YOURS, Sight, client_ids, link, still_here
from accounts.imports.white_space import unit_ids
from accounts.models import Opportunity
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
    undo_records,
)
from common.imports.columns import amount, choice, country, currency, day, fraction, identifier, reference, text, whole
from common.models import ImportChange
from common.policies import DIRECTOR, FINANCE
from financials.actions.contracts import mark_clients_dirty, note_status, rebuild_schedules
from financials.calc.notice import InvalidUplift, parse_uplift
from financials.calc.status import OVER
from financials.calc.terms import BadTerm, read_value
from financials.models import Billing, BillingTiming, Contract, ContractKind, ContractStatus, NoticeRule, Renewal
from financials.models.contracts import SCHEDULED_STATUSES

_FIELDS = {
    name: name
    for name in (
        "kind",
        "title",
        "start",
        "end",
        "amount",
        "currency",
        "billing",
        "service_line",
        "offering",
        "status",
        "signed_on",
        "country",
        "renewal",
        "notice_days",
        "notice_rule",
        "uplift",
        "probability",
        "billing_timing",
        "scope_hours",
        "ended_on",
        "new_end",
    )
}


def uplift(cell: str) -> str:
    try:
        parse_uplift(cell)
    except InvalidUplift as error:
        raise BadValue(str(error).replace("'", "“", 1).replace("'", "”", 1).removesuffix(".")) from None
    return cell.strip()


def _hours(cell: str) -> Any:
    try:
        return Decimal(read_value("scope_hours", cell))
    except BadTerm as error:
        raise BadValue(f"“{cell[:40]}” is no number of hours: {error}") from None


def load_contracts(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    clients, deals, successors = client_ids(values, sight), _deals(values, context), _successors(values, sight)
    units = unit_ids(values, clients)
    existing = matching(Contract.objects.all(), "number", values.columns["number"])
    reader = FieldReader(Contract, values, _FIELDS)
    fields: dict[int, dict[str, Any]] = {}
    for position in list(values.good()):
        contract = existing.get(values.columns["number"][position])
        if contract is not None and not sight.sees(contract.client_id):
            values.reject(position, NOT_YOURS.format("number", contract.number))
            continue
        fields[position] = {**reader.at(position), "client_id": clients[position]}
        if values.has("opportunity"):
            fields[position]["opportunity_id"] = deals[position]
        fields[position] |= link(values, "business_unit", units, "business_unit_id", position)
        if contract is not None and contract.client_id != clients[position]:
            fields[position].setdefault("business_unit_id", None)  # the unit is of the client it leaves
        if values.has("superseded_by"):
            fields[position]["superseded_by_id"] = successors[position]
        for reason in _faults(values, position, fields[position], contract):
            values.reject(position, reason)
    known = dict(Contract.objects.filter(client__in=sight.client_ids).values_list("number", "parent__number"))
    _reject_late_orders(values, fields, existing)
    tree_order(values, "number", "parent", known, "parent “{}” is unknown: neither here nor in the file")
    incoming = []
    for position in values.good():
        number, parent = values.columns["number"][position], values.columns["parent"][position]
        if values.has("parent") and parent is None:
            fields[position]["parent_id"] = None
        incoming.append(Incoming(position, number, fields[position], {"number": number}, parent=parent))
    before = {contract.pk: contract.client_id for contract in existing.values()}
    stood = {contract.pk: contract.status for contract in existing.values()}
    above = {contract.parent_id for contract in existing.values() if contract.parent_id}
    ids = dict(Contract.objects.filter(client__in=sight.client_ids).values_list("number", "pk"))
    saved = save_records(context, Contract, incoming, existing, parent_field="parent_id", ids=ids)
    _note_statuses(saved.touched, stood, context)
    _follow_up([*saved.touched, *(above if saved.updated else ())], {before[pk] for pk in saved.updated}, context)
    return Counts.of(saved.status.values())


def _note_statuses(touched: Iterable[int], stood: Mapping[int, str], context: LoadContext) -> None:
    """A file may set any status; each step leaves who and when."""
    now = Contract.objects.filter(pk__in=list(touched)).values_list("pk", "status")
    note_status([(pk, stood.get(pk, ""), status) for pk, status in now], actor=context.actor, now=context.now)


def _reject_late_orders(
    values: Values, fields: Mapping[int, Mapping[str, Any]], existing: Mapping[str, Contract]
) -> None:
    """A change order that is new here, or moves, needs a contract that is not over; past ones may be kept as such."""
    numbers, parents = values.columns["number"], values.columns["parent"]
    named = {parents[position] for position in values.good() if parents[position] is not None}
    statuses = dict(Contract.objects.filter(number__in=named).values_list("number", "status"))
    in_file = {numbers[position]: fields[position].get("status") for position in values.good()}
    statuses.update({number: status for number, status in in_file.items() if status})
    for position in list(values.good()):
        contract, told = existing.get(numbers[position]), fields[position]
        if told.get("kind", getattr(contract, "kind", "")) != ContractKind.CHANGE_ORDER or parents[position] is None:
            continue
        status = told.get("status") or getattr(contract, "status", ContractStatus.DRAFT)
        stays = contract is not None and contract.status == status
        if not stays and status not in OVER and statuses.get(parents[position]) in OVER:
            values.reject(
                position,
                f"parent “{parents[position]}” is {statuses[parents[position]]}: a change order to it changes nothing; "
                "draw up a new statement of work instead",
            )


def _successors(values: Values, sight: Sight) -> list[int | None]:
    """Ids of the contracts that took over; each must be here already."""
    cells = values.columns["superseded_by"]
    named = {cell for cell in cells if cell is not None}
    rows = Contract.objects.filter(number__in=named, client__in=sight.client_ids) if named else Contract.objects.none()
    known = dict(rows.values_list("number", "pk"))
    for position in list(values.good()):
        cell = cells[position]
        if cell is not None and cell not in known:
            values.reject(position, f"superseded_by “{cell}” is unknown: load that contract first")
        elif cell is not None and cell == values.columns["number"][position]:
            values.reject(position, "superseded_by names the contract itself")
    return [None if cell is None else known.get(cell) for cell in cells]


def _deals(values: Values, context: LoadContext) -> list[int | None]:
    cells = values.columns["opportunity"]
    rows = Opportunity.objects.all() if context.user is None else opportunities_for(context.user)
    named = {cell for cell in cells if cell is not None}
    known = dict(rows.filter(key__in=named).values_list("key", "pk"))
    for position in list(values.good()):
        if cells[position] is not None and cells[position] not in known:
            values.reject(position, f"opportunity “{cells[position]}” is unknown")
    return [None if cell is None else known.get(cell) for cell in cells]


def _faults(values: Values, position: int, fields: dict[str, Any], contract: Contract | None) -> list[str]:
    def will_be(name: str) -> Any:
        return fields[name] if name in fields else getattr(contract, name, None)

    kind, end, renewal = will_be("kind"), will_be("end"), will_be("renewal")
    parent = values.columns["parent"][position] if values.has("parent") else contract and contract.parent_id
    faults = []
    if end and end < will_be("start"):
        faults.append(f"end lies before start, {end} before {will_be('start')}: swap the two, or mend the wrong one")
    if renewal == Renewal.EVERGREEN and end:
        faults.append("an evergreen contract has no end: leave it blank, and give its amount per year")
    scheduled = kind != ContractKind.MSA and will_be("status") in SCHEDULED_STATUSES
    if scheduled and not end and renewal != Renewal.EVERGREEN and will_be("amount") is not None:
        faults.append("end is missing: only an evergreen contract, or one not yet signed, may leave it blank")
    if kind == ContractKind.MSA and parent:
        faults.append("an MSA has no parent")
    if kind == ContractKind.CHANGE_ORDER and not parent:
        faults.append("a change order needs the number of its contract as parent")
    worth = will_be("amount")
    if will_be("new_end") and (kind != ContractKind.CHANGE_ORDER or will_be("new_end") < will_be("start")):
        faults.append("new_end is of a change order, and not before its start")
    if will_be("ended_on") and will_be("ended_on") < will_be("start"):
        faults.append("ended_on lies before start")
    if kind != ContractKind.CHANGE_ORDER and worth is not None and worth < 0:
        faults.append("amount is below zero: only a change order may take away")
    return faults


def _follow_up(contracts: list[int], also_clients: set[int], context: LoadContext) -> None:
    rebuild_schedules(contracts, now=context.now)
    clients = set(Contract.objects.filter(pk__in=contracts).values_list("client_id", flat=True)) | also_clients
    mark_clients_dirty(still_here(clients), asked_by=context.actor)


def undo_contracts(batch_id: int, context: LoadContext) -> int:
    written = ImportChange.objects.filter(batch_id=batch_id, table="financials.contract").values("object_id")
    clients = set(Contract.objects.filter(pk__in=written).values_list("client_id", flat=True))
    stood = dict(Contract.objects.filter(pk__in=written).values_list("pk", "status"))
    undone = undo_records(batch_id).get("financials.contract", [])
    _note_statuses(undone, stood, context)
    _follow_up(undone, clients, context)
    return len(undone)


CONTRACTS = ImportKind(
    name="contracts",
    label="Contracts",
    about="MSAs, statements of work and change orders, in any order. Match on number. Amounts are fees; a statement of "
    "work leaves out its change orders; a change order gives the signed change; an evergreen one the amount per year.",
    columns=(
        Column("number", identifier(60), required=True, sample="KES-SOW-07"),
        Column("kind", choice(ContractKind.values), required=True, sample="sow"),
        Column("parent", reference(60), about="number of a contract here or in the same file", sample=""),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("title", text(200), required=True, sample="Always-on media"),
        Column("start", day, required=True, sample="2026-04-01"),
        Column("end", day, about="blank when evergreen", sample="2027-03-31"),
        Column("amount", amount, about="blank: unknown", sample="960000"),
        Column("currency", currency, required=True, sample="GBP"),
        Column("billing", choice(Billing.values), sample="retainer"),
        Column("service_line", text(80), sample="Media"),
        Column("opportunity", reference(80), about="key of the deal it came from", sample=""),
        Column("status", choice(ContractStatus.values), about="blank: draft", sample="active"),
        Column("signed_on", day, sample="2026-03-20"),
        Column("country", country, about="whose holidays count for notice", sample="GB-ENG"),
        Column("renewal", choice(Renewal.values), sample="auto"),
        Column("notice_days", whole(0, 1000), sample="90"),
        Column("notice_rule", choice(NoticeRule.values), sample="calendar"),
        Column("uplift", uplift, about="fraction, or index:floor:cap", sample="cpi:0.02:0.04"),
        Column("probability", fraction, about="of renewal, 0–1", sample="0.85"),
        Column("billing_timing", choice(BillingTiming.values), about="when it is invoiced", sample="monthly_arrears"),
        Column("scope_hours", _hours, about="hours the fee pays for", sample="1200"),
        Column("ended_on", day, about="last day in force, of a terminated one", sample=""),
        Column("new_end", day, about="change orders: when the contract it changes then ends", sample=""),
        Column("superseded_by", reference(60), about="number of the contract that took over", sample=""),
        Column("offering", text(120), about="key or name of one of yours; blank: its opportunity's", sample="Loyalty"),
        Column("business_unit", reference(80), about="key of a unit of the client", sample=""),
    ),
    key=("number",),
    load=load_contracts,
    roles=frozenset({DIRECTOR, FINANCE}),
    undo=undo_contracts,
)
