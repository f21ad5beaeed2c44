"""Planned hours from a file: of known people or of roles, for clients in sight, firm or as likely as their deal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from accounts.imports.sight import Sight, client_ids, person_ids
from accounts.models import Opportunity
from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Note,
    Values,
    save_records,
    undo_records,
)
from common.imports.columns import email, hours_planned, monday, reference, text, yes_no
from common.models import ImportChange
from common.policies import DIRECTOR
from financials.actions.allocations import Slot
from financials.actions.contracts import mark_clients_dirty
from financials.models import Allocation, Contract, ContractKind, ContractStatus
from people.models import User

TABLE: Final = "financials.allocation"
HOURS_OF_A_WEEK: Final = 168
_NOBODY: Final = "person_email or role is missing: hours are of a person or of a role"


def load_allocations(values: Values, context: LoadContext) -> Counts:
    sight = Sight(context)
    people, clients = person_ids(values, sight, "person_email"), client_ids(values, sight)
    _reject_who(values, people)
    contracts, deals = _contracts(values, clients), _deals(values, clients)
    slots = {position: _slot(values, position, people, clients, contracts) for position in values.good()}
    existing = _existing(slots.values())
    reader = FieldReader(Allocation, values, {"hours": "hours", "firm": "firm"})
    incoming = []
    for position in values.good():
        slot, fields = slots[position], reader.at(position)
        if values.has("opportunity"):
            fields["opportunity_id"] = deals[position]
        incoming.append(Incoming(position, slot, fields, _defaults(slot, firm=deals[position] is None)))
    saved = save_records(context, Allocation, incoming, existing)
    if saved.touched:
        mark_clients_dirty({slot.client for slot in slots.values()}, asked_by=context.actor)
    return Counts.of(saved.status.values(), _notes(saved.touched))


def _defaults(slot: Slot, *, firm: bool) -> dict[str, Any]:
    """firm: what a new row is that says nothing of it: soft where it names a deal."""
    return {
        "week": slot.week,
        "person_id": slot.person,
        "role": slot.role,
        "client_id": slot.client,
        "contract_id": slot.contract,
        "firm": firm,
    }


def _slot(
    values: Values,
    position: int,
    people: list[int | None],
    clients: list[int | None],
    contracts: Mapping[int, Contract],
) -> Slot:
    contract = contracts.get(position)
    return Slot(
        values.columns["week"][position],
        people[position],
        values.columns["role"][position] or "",
        clients[position] or 0,
        None if contract is None else contract.pk,
    )


def _reject_who(values: Values, people: list[int | None]) -> None:
    dates = {
        pk: (starts, ends)
        for pk, starts, ends in User.objects.filter(pk__in={pk for pk in people if pk}).values_list(
            "pk", "starts", "ends"
        )
    }
    for position in list(values.good()):
        who, role = values.columns["person_email"][position], values.columns["role"][position]
        if (who is None) == (role is None):
            values.reject(position, "person_email or role: give one of them, not both" if who else _NOBODY)
        elif who is not None:
            starts, ends = dates[people[position] or 0]
            week = values.columns["week"][position]
            if values.columns["hours"][position] > HOURS_OF_A_WEEK:
                values.reject(position, f"hours of one person are at most {HOURS_OF_A_WEEK} a week")
            if ends and ends < week:
                values.reject(position, f"person_email “{who}” left on {ends}: plan the hours for somebody else")
            elif starts and starts > week + timedelta(days=6):
                values.reject(position, f"person_email “{who}” begins on {starts}: plan hours from that week on")


def _contracts(values: Values, clients: list[int | None]) -> dict[int, Contract]:
    """By position; another client's contract is as unknown as a missing one."""
    named = {cell for cell in values.columns["contract"] if cell is not None}
    known = {
        (contract.client_id, contract.number): contract
        for contract in (Contract.objects.filter(number__in=named) if named else ())
    }
    found: dict[int, Contract] = {}
    for position in list(values.good()) if named else ():
        number = values.columns["contract"][position]
        if number is None:
            continue
        contract = known.get((clients[position] or 0, number))
        if contract is None:
            values.reject(
                position, f"contract “{number}” is unknown at this client: give one of its own, or leave it blank"
            )
        elif contract.kind == ContractKind.MSA:
            values.reject(position, f"contract “{number}” is a master agreement: plan hours on work under it")
        elif _over(contract, values.columns["week"][position]):
            values.reject(
                position, f"contract “{number}” was terminated on {contract.ended_on}: plan the hours on another"
            )
        else:
            found[position] = contract
    return found


def _over(contract: Contract, week: date) -> bool:
    ended = contract.status == ContractStatus.TERMINATED
    return ended and contract.ended_on is not None and contract.ended_on < week


def _deals(values: Values, clients: list[int | None]) -> list[int | None]:
    cells = values.columns["opportunity"]
    found: list[int | None] = [None] * len(values)
    named = {cell for cell in cells if cell is not None}
    if not named:
        return found
    rows = Opportunity.objects.filter(key__in=named).values_list("client_id", "key", "pk")
    known = {(client, key): pk for client, key, pk in rows}
    for position in list(values.good()):
        if cells[position] is not None:
            found[position] = known.get((clients[position] or 0, cells[position]))
            if found[position] is None:
                values.reject(position, f"opportunity “{cells[position]}” is unknown at this client")
    return found


def _existing(slots: Iterable[Slot]) -> dict[Slot, Allocation]:
    several = list(slots)
    rows = Allocation.objects.select_for_update().filter(
        week__in={slot.week for slot in several}, client__in={slot.client for slot in several}
    )
    return {Slot(row.week, row.person_id, row.role, row.client_id, row.contract_id): row for row in rows}


def _notes(touched: list[int]) -> list[Note]:
    soft = Allocation.objects.filter(pk__in=touched, firm=False, opportunity__probability=None)
    unknown = soft.exclude(opportunity__outcome__in=("won", "lost")).count() if touched else 0
    words = "Soft hours without a deal that has a probability: they are in no demand until they name one."
    return [Note(words, unknown)] if unknown else []


def undo_allocations(batch_id: int, context: LoadContext) -> int:
    changed = Allocation.objects.filter(pk__in=_written(batch_id))
    clients = set(changed.values_list("client_id", flat=True))
    undone = undo_records(batch_id).get(TABLE, [])
    mark_clients_dirty(clients, asked_by=context.actor)
    return len(undone)


def _written(batch_id: int) -> Any:
    return ImportChange.objects.filter(batch_id=batch_id, table=TABLE).values("object_id")


ALLOCATIONS = ImportKind(
    name="allocations",
    label="Allocations",
    about="Hours planned for one week: of a person, or of a role nobody is named for yet. Match on week, person or "
    "role, client and contract. Soft rows (firm: no) take the probability of their opportunity.",
    columns=(
        Column("week", monday, required=True, about="its Monday", sample="2026-12-07"),
        Column("person_email", email, about="or role", sample=""),
        Column("role", text(80), about="or person_email", sample="Designer"),
        Column("client", reference(80), required=True, sample="kestrel-air"),
        Column("contract", reference(60), about="number of one of the client's contracts", sample=""),
        Column("opportunity", reference(80), about="key; soft rows take its probability", sample=""),
        Column("hours", hours_planned, required=True, sample="16"),
        Column("firm", yes_no, about="blank: yes, or no where an opportunity is named", sample="yes"),
    ),
    key=("week", "person_email", "role", "client", "contract"),
    load=load_allocations,
    roles=frozenset({DIRECTOR}),
    undo=undo_allocations,
)
