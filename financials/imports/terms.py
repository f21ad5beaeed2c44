"""Milestones, estimates and terms from a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from accounts.imports.sight import Sight, still_here
from common import audit
from common.imports import (
    BadValue,
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    save_records,
    undo_records,
)
from common.imports.columns import amount_not_negative, choice, day, identifier, month, reference, text
from common.models import ImportChange
from common.money import ZERO
from common.policies import DIRECTOR, FINANCE, LEGAL
from financials.actions.contracts import mark_clients_dirty, rebuild_schedules
from financials.calc.terms import BadTerm, read_value
from financials.models import Contract, Estimate, Milestone, Term, TermTopic


def _contracts(values: Values, context: LoadContext) -> dict[int, Contract]:
    """The contract of each good row, by position; one out of sight is as unknown as one that is missing."""
    sight = Sight(context)
    cells = values.columns["contract"]
    named = {cells[position] for position in values.good()}
    rows = Contract.objects.select_for_update(of=("self",)).filter(number__in=named, client__in=sight.client_ids)
    known = {row.number: row for row in rows.order_by("pk")}
    for position in list(values.good()):
        if cells[position] not in known:
            values.reject(position, f"contract “{cells[position]}” is unknown")
    return {position: known[cells[position]] for position in values.good()}


def _standing(model: Any, ids: set[int], key: Callable[[Any], tuple[Any, ...]]) -> dict[Any, Any]:
    return {key(row): row for row in model.objects.select_for_update(of=("self",)).filter(contract__in=ids)}


def _follow_up(contract_ids: set[int], context: LoadContext) -> None:
    rebuild_schedules(contract_ids, now=context.now)
    clients = set(Contract.objects.filter(pk__in=contract_ids).values_list("client_id", flat=True))
    mark_clients_dirty(still_here(clients), asked_by=context.actor)


def _undo(table: str, model: Any) -> Callable[[int, LoadContext], int]:
    def undo(batch_id: int, context: LoadContext) -> int:
        written = ImportChange.objects.filter(batch_id=batch_id, table=table).values("object_id")
        contracts = set(model.objects.filter(pk__in=written).values_list("contract_id", flat=True))
        undone = undo_records(batch_id).get(table, [])
        _follow_up(contracts, context)
        return len(undone)

    return undo


# Milestones


def load_milestones(values: Values, context: LoadContext) -> Counts:
    contracts = _contracts(values, context)
    ids = {contract.pk for contract in contracts.values()}
    existing = _standing(Milestone, ids, lambda row: (row.contract_id, row.key))
    _reject_beyond_fee(values, contracts, existing)
    reader = FieldReader(Milestone, values, {name: name for name in ("title", "due", "amount", "accepted_on")})
    incoming = []
    for position in values.good():
        key = (contracts[position].pk, values.columns["key"][position])
        own = {"contract_id": key[0], "key": key[1]}
        incoming.append(Incoming(position, key, reader.at(position), own))
    saved = save_records(context, Milestone, incoming, existing)
    if saved.touched:
        _follow_up(set(Milestone.objects.filter(pk__in=saved.touched).values_list("contract_id", flat=True)), context)
    return Counts.of(saved.status.values())


def _reject_beyond_fee(values: Values, contracts: Mapping[int, Contract], existing: Mapping[Any, Milestone]) -> None:
    """All rows of a contract whose milestones, with those here already, would come to more than its fee."""
    amounts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for (pk, key), row in existing.items():
        amounts[pk][key] = row.amount
    for position in values.good():
        amounts[contracts[position].pk][values.columns["key"][position]] = values.columns["amount"][position]
    totals = {pk: sum(parts.values(), ZERO) for pk, parts in amounts.items()}
    for position in list(values.good()):
        contract = contracts[position]
        if contract.amount is not None and totals[contract.pk] > contract.amount:
            values.reject(
                position,
                f"amount: the milestones of “{contract.number}” come to {totals[contract.pk]:,.2f}, more than its fee "
                f"of {contract.amount:,.2f}",
            )


MILESTONES = ImportKind(
    name="milestones",
    label="Milestones",
    about="Parts of a fee earned on acceptance. Match on contract and key. Together they never exceed the fee.",
    columns=(
        Column("contract", reference(60), required=True, sample="KES-SOW-07"),
        Column("key", identifier(80), required=True, sample="M1"),
        Column("title", text(200), required=True, sample="Design signed off"),
        Column("due", day, required=True, sample="2026-06-30"),
        Column("amount", amount_not_negative, required=True, sample="40000"),
        Column("accepted_on", day, about="blank until the client has accepted it", sample="2026-07-02"),
    ),
    key=("contract", "key"),
    load=load_milestones,
    roles=frozenset({DIRECTOR, FINANCE}),
    undo=_undo("financials.milestone", Milestone),
)


# Estimates


def load_estimates(values: Values, context: LoadContext) -> Counts:
    contracts = _contracts(values, context)
    existing = _standing(Estimate, {one.pk for one in contracts.values()}, lambda row: (row.contract_id, row.month))
    reader = FieldReader(Estimate, values, {"cost_to_go": "cost_to_go"})
    incoming = []
    for position in values.good():
        key = (contracts[position].pk, values.columns["month"][position])
        own = {"contract_id": key[0], "month": key[1], "judged_by": context.actor}
        incoming.append(Incoming(position, key, reader.at(position), own))
    saved = save_records(context, Estimate, incoming, existing)
    mark_clients_dirty({one.client_id for one in contracts.values()}, asked_by=context.actor)
    return Counts.of(saved.status.values())


ESTIMATES = ImportKind(
    name="estimates",
    label="Estimates to complete",
    about="What a fixed fee's work will still cost, as judged at a month's end, in the contract's currency. Match on "
    "contract and month.",
    columns=(
        Column("contract", reference(60), required=True, sample="KES-SOW-07"),
        Column("month", month, required=True, sample="2026-09"),
        Column("cost_to_go", amount_not_negative, required=True, sample="126000"),
    ),
    key=("contract", "month"),
    load=load_estimates,
    roles=frozenset({DIRECTOR, FINANCE}),
)


# Terms


def load_terms(values: Values, context: LoadContext) -> Counts:
    contracts = _contracts(values, context)
    existing = _standing(
        Term, {one.pk for one in contracts.values()}, lambda row: (row.contract_id, row.topic, row.starts)
    )
    columns, today = values.columns, context.now.date()
    incoming = []
    for position in list(values.good()):
        topic, starts = columns["topic"][position], columns["from"][position]
        try:
            value = read_value(topic, columns["value"][position])
        except BadTerm as error:
            values.reject(position, f"value: {error}")
            continue
        key = (contracts[position].pk, topic, starts)
        fields = {"value": value}
        if values.has("note"):
            fields["note"] = columns["note"][position] or ""
        standing = existing.get(key)
        if standing is not None and starts <= today and any(getattr(standing, n) != v for n, v in fields.items()):
            values.reject(position, "from: the term is in force and stands as written; add the change from a later day")
            continue
        incoming.append(Incoming(position, key, fields, {"contract_id": key[0], "topic": topic, "starts": starts}))
    saved = save_records(context, Term, incoming, existing)
    _tell(saved.touched, context)
    return Counts.of(saved.status.values())


def _tell(pks: list[int], context: LoadContext) -> None:
    for term in Term.objects.filter(pk__in=pks).select_related("contract"):
        audit.record(
            actor=context.actor,
            verb="loaded",
            kind="term",
            object_id=term.pk,
            label=f"{term.contract.number} {term}",
            client_id=term.contract.client_id,
            changes={"value": (None, term.value), "starts": (None, term.starts.isoformat())},
        )


def _topic_value(cell: str) -> str:
    value = cell.strip()
    if len(value) > 300:
        raise BadValue(f"is {len(value):,} characters long; 300 is the most")
    return value


TERMS = ImportKind(
    name="terms",
    label="Terms",
    about="Positions of a contract from a day on. Match on contract, topic and from. A term in force is never changed: "
    "give the change from its own day.",
    columns=(
        Column("contract", reference(60), required=True, sample="KES-SOW-07"),
        Column("topic", choice(TermTopic.values), required=True, sample="payment_days"),
        Column("value", _topic_value, required=True, sample="45"),
        Column("from", day, required=True, sample="2026-04-01"),
        Column("note", text(2000), sample=""),
    ),
    key=("contract", "topic", "from"),
    load=load_terms,
    roles=frozenset({DIRECTOR, FINANCE, LEGAL}),
)
