"""Leave from a file: of people here, never more than their own line where a person loads it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from common.imports import Column, Counts, FieldReader, ImportKind, Incoming, LoadContext, Values, save_records
from common.imports.columns import day, email, hours_planned
from common.policies import DIRECTOR
from people.models import Leave, User
from people.queries import reporting_line_ids

_FIELDS: Final = {"to": "ends", "hours": "hours"}


def load_leave(values: Values, context: LoadContext) -> Counts:
    people = _people(values, context)
    starts = {values.columns["from"][position] for position in values.good()}
    rows = Leave.objects.select_for_update().filter(person__in=set(people.values()), starts__in=starts)
    existing = {(leave.person_id, leave.starts): leave for leave in rows}
    reader = FieldReader(Leave, values, _FIELDS)
    incoming: list[Incoming] = []
    for position in list(values.good()):
        key = (people[position], values.columns["from"][position])
        fields = reader.at(position)
        if reason := _fault(key[1], fields):
            values.reject(position, reason)
            continue
        incoming.append(Incoming(position, key, fields, {"person_id": key[0], "starts": key[1]}))
    return Counts.of(save_records(context, Leave, incoming, existing).status.values())


def _people(values: Values, context: LoadContext) -> dict[int, int]:
    """Ids by position; who is nobody here, or not of the loader's line, rejects the row."""
    emails = {cell for cell in values.columns["person_email"] if cell}
    known = dict(User.objects.filter(email__in=emails).values_list("email", "pk"))
    line: set[int] | None = None
    if context.user is not None:
        below: Any = reporting_line_ids(context.user)
        line = set(User.objects.filter(pk__in=below).values_list("pk", flat=True))
    found: dict[int, int] = {}
    for position in list(values.good()):
        who = values.columns["person_email"][position]
        if who not in known:
            values.reject(position, f"person_email “{who}” is no one here")
        elif line is not None and known[who] not in line:
            values.reject(position, f"person_email “{who}” is neither you nor one of your reports")
        else:
            found[position] = known[who]
    return found


def _fault(starts: date, fields: dict[str, Any]) -> str:
    if fields["ends"] < starts:
        return f"to lies before from, {fields['ends']} before {starts}: swap the two, or mend the wrong one"
    if fields.get("hours") == 0:
        return "hours is 0: leave it blank for whole days, or leave the row out"
    return ""


LEAVE = ImportKind(
    name="leave",
    label="Leave",
    about="Days somebody is away, both included. Match on person_email and from. hours are those of the whole absence, "
    "spread over its working days; blank is whole days.",
    columns=(
        Column("person_email", email, required=True, sample="ana.reyes@firm.example"),
        Column("from", day, required=True, sample="2026-12-21"),
        Column("to", day, required=True, sample="2027-01-01"),
        Column("hours", hours_planned, about="of the whole absence; blank: whole days", sample=""),
    ),
    key=("person_email", "from"),
    load=load_leave,
    roles=frozenset({DIRECTOR}),
)
