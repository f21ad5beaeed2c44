"""People from a file. They cannot sign in until an administrator gives them a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password

from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    kinds,
    matching,
    save_records,
    tree_order,
)
from common.imports.columns import choice, country, day, email, hours, text
from common.policies import ACCOUNT_MANAGER, DELIVERY, DIRECTOR
from people.imports_leave import LEAVE
from people.models import Role, User
from people.queries import reporting_line_ids

PAGE_ROLES = (DIRECTOR, ACCOUNT_MANAGER, DELIVERY)
"""Roles a file loaded from the page may give; the others carry rights over everything."""

_FIELDS = {
    "name": "name",
    "role": "role",
    "country": "country",
    "discipline": "discipline",
    "weekly_hours": "weekly_hours",
    "starts": "starts",
    "ends": "ends",
}


def load_people(values: Values, context: LoadContext) -> Counts:
    managers = dict(User.objects.values_list("email", "manager__email"))
    existing = matching(User.objects.all(), "email", values.columns["email"])
    for position in values.good():
        for reason in _faults(values, position, existing, from_page=context.user is not None):
            values.reject(position, reason)
    if context.user is not None and context.user.role == DIRECTOR:
        _keep_to_own_line(values, context.user, existing)
    tree_order(values, "email", "manager_email", managers, "manager_email “{}” is no one here or in the file")
    reader = FieldReader(User, values, _FIELDS)
    incoming = [_incoming(values, position, reader) for position in values.good()]
    ids = dict(User.objects.values_list("email", "pk"))
    saved = save_records(context, User, incoming, existing, parent_field="manager_id", ids=ids)
    return Counts.of(saved.status.values())


def _keep_to_own_line(values: Values, director: User, existing: dict[str, User]) -> None:
    """A director changes only people of their own reporting line and adds nobody to another's. Unchanged rows pass."""
    below: Any = reporting_line_ids(director)
    line = set(User.objects.filter(pk__in=below).values_list("email", flat=True))
    reader = FieldReader(User, values, _FIELDS)
    added: dict[int, str] = {}
    for position in values.good():
        person = existing.get(values.columns["email"][position])
        if person is None:
            added[position] = str(values.columns["email"][position])
        elif person.email not in line and any(getattr(person, k) != v for k, v in reader.at(position).items()):
            values.reject(position, f"email {person.email} is not among your reports: you may not change this person")
    managers = {position: values.row(position)["manager_email"] for position in added}
    grown = True
    while grown:  # a row may name a manager that another row of the file adds
        new = {email for position, email in added.items() if managers[position] in line} - line
        line |= new
        grown = bool(new)
    for position in added:
        if managers[position] and managers[position] not in line:
            values.reject(position, f"manager_email {managers[position]} is neither you nor one of your reports")


def _incoming(values: Values, position: int, reader: FieldReader) -> Incoming:
    person, manager = values.columns["email"][position], values.columns["manager_email"][position]
    fields = reader.at(position)
    if values.has("manager_email") and manager is None:
        fields["manager_id"] = None
    return Incoming(position, person, fields, {"email": person, "password": make_password(None)}, parent=manager)


def _faults(values: Values, position: int, existing: dict[str, User], *, from_page: bool) -> list[str]:
    row = values.row(position)
    person, faults = existing.get(row["email"]), []
    starts = row["starts"] if values.has("starts") else person and person.starts
    ends = row["ends"] if values.has("ends") else person and person.ends
    if starts and ends and ends < starts:
        faults.append("ends lies before starts")
    if not from_page:
        return faults
    if person is None and row["role"] and row["role"] not in PAGE_ROLES:
        faults.append(f"role {row['role']} is given by an administrator, in Settings")
    if person is not None:
        manager = person.manager.email if person.manager else None
        moved = values.has("manager_email") and row["manager_email"] != manager
        if moved or (row["role"] and row["role"] != person.role):
            faults.append("role and manager of someone already here are changed by an administrator, in Settings")
    return faults


PEOPLE = ImportKind(
    name="people",
    label="People",
    about=(
        "Everyone who works on clients. Match on email. New people sign in once an administrator lets them. "
        "A director changes only people who report to them."
    ),
    columns=(
        Column("email", email, required=True, sample="ana.reyes@firm.example"),
        Column("name", text(120), required=True, sample="Ana Reyes"),
        Column("role", choice(Role.values), about="blank: delivery", sample="account_manager"),
        Column("manager_email", email, about="someone here or in the same file", sample=""),
        Column("country", country, about="ISO 3166, subdivision allowed", sample="GB"),
        Column("weekly_hours", hours, about="contracted hours a week", sample="37.5"),
        Column("starts", day, sample="2024-02-01"),
        Column("ends", day, sample=""),
        Column("discipline", text(80), about="what they do for clients, as rate cards name it", sample="Designer"),
    ),
    key=("email",),
    load=load_people,
    roles=frozenset({DIRECTOR}),
)


def register() -> None:
    for kind in (PEOPLE, LEAVE):
        kinds.register(kind.name, kind)
