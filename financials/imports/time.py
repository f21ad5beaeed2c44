"""Hours worked, from a file: of known people, for a client in sight, on days that can still count."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from accounts.imports.sight import NOT_YOURS, Sight, client_ids, person_ids
from common.imports import (
    CannotUndo,
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
    undo_records,
)
from common.imports.columns import day, email, hours_of_a_day, reference, text, yes_no
from common.models import ImportChange
from common.periods import format_month, month_of
from common.policies import DIRECTOR, FINANCE
from financials.actions.ledger import closed_months, first_open, lock_ledger
from financials.actions.time import RESUBMITTED, rebuild_time_months
from financials.models import Contract, ContractStatus, TimeEntry
from people.models import User

TABLE: Final = "financials.timeentry"
_FIELDS: Final = {"date": "date", "hours": "hours", "billable": "billable", "role": "role", "notes": "notes"}
_LOCKED: Final = (
    "source_ref “{}” counts in {}, which is closed: its hours stay as they are. Give the difference an id of its own "
    "in an open month, or ask finance to open the month again"
)


def load_time(values: Values, context: LoadContext) -> Counts:
    lock_ledger()  # before the closed months are read: none closes while rows are on their way
    sight = Sight(context)
    _keys_for_names(values, sight)
    clients, people = client_ids(values, sight), person_ids(values, sight, "person_email")
    _reject_leavers(values, people)
    contracts = _contracts(values, clients)
    existing = matching(TimeEntry.objects.all(), "source_ref", values.columns["source_ref"])
    reader = FieldReader(TimeEntry, values, _FIELDS)
    closed = closed_months()
    incoming: list[Incoming] = []
    late = 0
    for position in list(values.good()):
        ref = values.columns["source_ref"][position]
        entry = existing.get(ref)
        if entry is not None and not sight.sees(entry.client_id):
            values.reject(position, NOT_YOURS.format("source_ref", ref))
            continue
        fields = {**reader.at(position), "client_id": clients[position], "person_id": people[position]}
        if values.has("contract") or (entry is not None and entry.client_id != clients[position]):
            fields["contract_id"] = contracts[position]
        moved = _with_month(entry, fields, closed)
        if entry is not None and moved and entry.month in closed:
            values.reject(position, _LOCKED.format(ref, format_month(entry.month)))
            continue
        late += moved and fields["month"] != month_of(fields["date"])
        incoming.append(Incoming(position, ref, fields, {"source_ref": ref}))
    before = {(entry.client_id, entry.month) for entry in existing.values()}
    saved = save_records(context, TimeEntry, incoming, existing)
    if saved.touched:
        _rebuild(before | {(row.fields["client_id"], row.fields["month"]) for row in incoming})
    notes = [Note("Hours of closed months: they count in the first open month.", late)] if late else []
    return Counts.of(saved.status.values(), notes)


def _keys_for_names(values: Values, sight: Sight) -> None:
    """Time trackers know a client's name, not its key. Only what is no key is looked up, among clients in sight."""
    cells = values.columns["client"]
    if all(cell is None or cell in sight.clients for cell in cells):
        return
    keys = {pk: key for key, pk in sight.clients.items()}
    for position, cell in enumerate(cells):
        if cell is not None and cell not in sight.clients:
            named = sight.client_names.get(cell.strip().lower())
            cells[position] = cell if named is None else keys[named]


def _with_month(entry: TimeEntry | None, fields: dict[str, Any], closed: frozenset[date]) -> bool:
    """Set the month the hours count in, and back to submitted what was decided on other hours; whether they differ."""
    if entry is None:
        fields["month"] = first_open(month_of(fields["date"]), closed)
        return True
    differs = any(getattr(entry, name) != value for name, value in fields.items() if name != "notes")
    same_day = fields["date"] == entry.date
    fields["month"] = entry.month if same_day else first_open(month_of(fields["date"]), closed)
    if differs:
        fields.update(RESUBMITTED)
    return differs


def _reject_leavers(values: Values, people: list[int | None]) -> None:
    ends = dict(User.objects.filter(pk__in={pk for pk in people if pk}, ends__isnull=False).values_list("pk", "ends"))
    for position in list(values.good()) if ends else ():
        last, worked = ends.get(people[position] or 0), values.columns["date"][position]
        if last is not None and worked > last:
            who = values.columns["person_email"][position]
            values.reject(position, f"person_email “{who}” left on {last}: check the date, or the person's last day")


def _contracts(values: Values, clients: list[int | None]) -> list[int | None]:
    """Ids by position; another client's contract is as unknown as a missing one, an ended one takes no more hours."""
    cells = values.columns["contract"]
    named = {cell for cell in cells if cell is not None}
    rows = Contract.objects.filter(number__in=named) if named else Contract.objects.none()
    known: dict[tuple[Any, int | None], Contract] = {(row.number, row.client_id): row for row in rows}
    found = [None if cell is None else known.get((cell, client)) for cell, client in zip(cells, clients, strict=True)]
    for position in list(values.good()) if named else ():
        number, contract = cells[position], found[position]
        if number is None:
            continue
        if contract is None:
            values.reject(
                position, f"contract “{number}” is unknown at this client: give one of its own, or leave it blank"
            )
        elif contract.status == ContractStatus.TERMINATED and _ended(contract, values.columns["date"][position]):
            since = f" on {contract.ended_on}" if contract.ended_on else ""
            values.reject(
                position, f"contract “{number}” was terminated{since}: book the hours on another contract, or on none"
            )
    return [None if contract is None else contract.pk for contract in found]


def _ended(contract: Contract, worked: date) -> bool:
    return contract.ended_on is None or worked > contract.ended_on


def _rebuild(places: set[tuple[int, date]]) -> None:
    if places:
        rebuild_time_months({client for client, _ in places}, min(month for _, month in places))


def undo_time(batch_id: int, context: LoadContext) -> int:
    lock_ledger()
    written = ImportChange.objects.filter(batch_id=batch_id, table=TABLE).values("object_id")
    places = set(TimeEntry.objects.filter(pk__in=written).values_list("client_id", "month"))
    if shut := sorted({month for _, month in places} & closed_months()):
        raise CannotUndo([f"{format_month(month)} has been closed since" for month in shut])
    undone = undo_records(batch_id).get(TABLE, [])
    places |= set(TimeEntry.objects.filter(pk__in=undone).values_list("client_id", "month"))
    _rebuild(places)
    return len(undone)


TIME = ImportKind(
    name="time",
    label="Time",
    about="Hours of one person on one day. Match on source_ref. Hours of a closed month count in the first open one; "
    "a changed row is submitted for approval again. Rows that are gone from the file are left alone.",
    columns=(
        Column("source_ref", reference(120), required=True, about="your system's id of the entry", sample="T-1001"),
        Column("date", day, required=True, sample="2026-10-14"),
        Column("person_email", email, required=True, sample="ana.reyes@firm.example"),
        Column("client", reference(80), required=True, about="key, or the exact name", sample="kestrel-air"),
        Column("contract", reference(60), about="number of one of the client's contracts", sample=""),
        Column("hours", hours_of_a_day, required=True, about="above 0, at most 24", sample="7.5"),
        Column("billable", yes_no, about="blank: yes", sample="yes"),
        Column("role", text(80), about="names the rate card's role", sample="Designer"),
        Column("notes", text(300), sample="Autumn campaign"),
    ),
    key=("source_ref",),
    load=load_time,
    roles=frozenset({DIRECTOR, FINANCE}),
    undo=undo_time,
)
