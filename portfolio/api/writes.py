"""Writes through REST: the same rules, and the same code, as a file of the resource's import kind with these rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from common import audit
from common.imports import ImportKind, LoadContext, Table, Unusable, kinds, read_values
from people.models import User
from portfolio.api.problems import NOT_HELD, Problem
from portfolio.api.resources import Resource

Row = Mapping[str, Any]


def as_cells(resource: Resource, body: Any, *, pointer: str = "") -> dict[str, str]:
    """A JSON object as the cells of a neutral row. Unknown and read-only fields are refused by name."""
    if not isinstance(body, dict):
        raise Problem(422, "Send a JSON object.", errors=[(pointer or "/", "not an object")])
    cells: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for name, value in body.items():
        field = resource.field(name)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            value = ";".join(value)
        if field is None or not field.writable:
            wrong.append((f"{pointer}/{name}", "read-only" if field else "no such field"))
        elif isinstance(value, bool):
            cells[name] = "yes" if value else "no"
        elif value is None:
            cells[name] = ""
        elif isinstance(value, str):
            if "\x00" in value:
                wrong.append((f"{pointer}/{name}", "holds a NUL character"))
            cells[name] = value
        else:
            wrong.append((f"{pointer}/{name}", "send text, a number, true, false or null"))
    if wrong:
        raise Problem(422, NOT_HELD, errors=wrong)
    return cells


def as_fields(resource: Resource, body: Any) -> dict[str, Any]:
    """A JSON object as it was sent, null as blank, for writes through actions. Unknown, read-only and mistyped fields
    are refused.
    """
    if not isinstance(body, dict):
        raise Problem(422, "Send a JSON object.", errors=[("/", "not an object")])
    wrong: list[tuple[str, str]] = []
    for name, value in body.items():
        field = resource.field(name)
        if field is None or not field.writable:
            wrong.append((f"/{name}", "read-only" if field else "no such field"))
        elif field.type == "boolean":
            if not isinstance(value, bool):
                wrong.append((f"/{name}", "send true or false"))
        elif field.type not in ("objects", "texts") and not isinstance(value, str | None):
            wrong.append((f"/{name}", "send text"))
        elif isinstance(value, str) and "\x00" in value:
            wrong.append((f"/{name}", "holds a NUL character"))
    if wrong:
        raise Problem(422, NOT_HELD, errors=wrong)
    return {name: "" if value is None else value for name, value in body.items()}


def require_fields(resource: Resource, rows: Sequence[Mapping[str, str]], *, bulk: bool) -> None:
    """Every field a new record needs is there and not blank."""
    wrong = [
        (f"/{number}/{name}" if bulk else f"/{name}", "required")
        for number, row in enumerate(rows)
        for name in _kind(resource).required
        if not row.get(name, "").strip()
    ]
    if wrong:
        raise Problem(422, "Some required fields are missing.", errors=wrong)


def save(
    resource: Resource, rows: Sequence[Mapping[str, str]], *, user: User, now: datetime, verb: str, bulk: bool
) -> None:
    """Write all rows or none. Raises Problem 422 naming each field at fault, 409 if the database refuses a clash."""
    kind = _kind(resource)
    names = [column.name for column in kind.columns if any(column.name in row for row in rows)]
    cells = [[row.get(name, "") for name in names] for row in rows]
    table = Table(
        header=names,
        rows=cells,
        lines=range(1, len(rows) + 1),
        columns={name: [row[number] for row in cells] for number, name in enumerate(names)},
    )
    with transaction.atomic():
        values = read_values(table, kind)
        _refuse(table, resource, bulk=bulk)
        keys = [resource.name_of(row) for row in rows]
        standing = _standing_of(resource, keys, user)
        before = _standing(resource, standing)
        context = LoadContext(batch_id=None, actor=user.email, now=now, user=user)
        try:
            kind.load(values, context)
        except Unusable as error:
            raise Problem(422, str(error)) from error
        except DataError as error:
            raise Problem(422, "A value is longer or larger than its field holds.") from error
        except IntegrityError as error:
            text = str(error).splitlines()[0]
            raise Problem(409, f"The records do not allow it: {text}") from error
        _refuse(table, resource, bulk=bulk)
        after = _standing(resource, standing.all())
        for name in keys:
            was, stands = before.get(name), after.get(name)
            changes = audit.changes_between(was.values if was else {}, stands.values if stands else {})
            if name in before and not changes:
                continue  # nothing happened to it
            audit.record(
                actor=user.email,
                verb=verb,
                kind=resource.told_as,
                object_id=stands.pk if stands else " ".join(name)[:80],
                label=stands.label if stands else " ".join(name),
                client_id=stands.client_id if stands else None,
                changes=changes,
                field_class=resource.secret(stands.values if stands else {}) if resource.secret else "",
            )


@dataclass(frozen=True, slots=True)
class _Stood:
    """values: the writable fields, None where blank. label: what pages call the record. client_id: whose readers may
    see what was written."""

    values: dict[str, Any]
    pk: int
    label: str
    client_id: int | None


def _standing_of(resource: Resource, names: Sequence[tuple[str, ...]], user: User) -> QuerySet[Any, dict[str, Any]]:
    """These records by natural key, as they stand; of a ledger, the entries in force."""
    told = (field.source for field in resource.fields if field.writable)
    rows = resource.rows(user).filter(resource.in_force, resource.named(names)).order_by("pk")
    columns = ("pk", resource.client, *resource.key_paths, *(resource.told_label or resource.key_paths), *told)
    return rows.values(*dict.fromkeys(columns))


def _standing(resource: Resource, rows: QuerySet[Any, dict[str, Any]]) -> dict[tuple[str, ...], _Stood]:
    """One query."""
    told = {field.source: field.name for field in resource.fields if field.writable}
    label = resource.told_label or resource.key_paths
    return {
        resource.name_in(row[path] for path in resource.key_paths): _Stood(
            {name: None if row[source] == "" else row[source] for source, name in told.items()},
            row["pk"],
            " ".join(str(row[path]) for path in label if row[path]),
            row[resource.client],
        )
        for row in rows
    }


def _refuse(table: Table, resource: Resource, *, bulk: bool) -> None:
    if not table.rejected:
        return
    errors = []
    for position in sorted(table.rejected):
        for reason in table.rejected[position]:
            name = reason.split(" ", 1)[0].split(":", 1)[0]
            pointer = f"/{name}" if resource.field(name) else ""
            errors.append(((f"/{position}{pointer}" if bulk else pointer) or "/", reason))
    raise Problem(422, NOT_HELD, errors=errors)


def _kind(resource: Resource) -> ImportKind:
    return kinds[resource.kind]
