"""What a resource is: its fields, where they lie, who may read and write them. Views, schema and docs read this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from typing import Any, Literal

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from people.access import Abilities
from people.models import User

Type = Literal["string", "decimal", "integer", "boolean", "date", "month", "datetime", "object", "objects", "texts"]


@dataclass(frozen=True, slots=True)
class Field:
    """path: the ORM path its value is read from ("" : name). field_class: absent for readers without it.

    filter: how a query parameter of this name matches: exact (by key for links), or no filter.
    """

    name: str
    type: Type = "string"
    path: str = ""
    help: str = ""
    writable: bool = True
    required: bool = False
    field_class: str = ""
    filter: bool = True
    choices: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return self.path or self.name

    def expression(self) -> Combinable:
        """The value as JSON shows it: decimals and ids as text, months as YYYY-MM."""
        if self.type == "decimal":
            return Cast(self.source, TextField())
        if self.type == "month":
            return _month(self.source)
        return F(self.source)


def _month(path: str) -> Combinable:
    return Func(F(path), Value("YYYY-MM"), function="to_char", output_field=TextField())


@dataclass(frozen=True, slots=True)
class Acts:
    """How rows of a resource without an import kind are written: by the actions of its page.

    create: from a body of writable fields, returns the new row's id. change: from a row, held, and the fields
    sent; returns the id of the row that then stands. Both raise Problem.
    """

    create: Callable[[User, Mapping[str, Any]], int]
    change: Callable[[User, Any, Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection under /api/v1/.

    kind: the import kind whose rules a write goes through; blank where `acts` write it, and for what is only read.
    natural_key: the field that names a record there, with those of `within` where it does so only inside another
    record. client: the path of the client whose readers may see a row.
    rows: the queryset a user may see. can_read, can_write: from the role. orderings: fields a list may be sorted by.
    immutable: rows are never changed (a changed amount posts a reversal and a new row); in_force tells the row that
    counts from its reversals. compose: makes the natural key of a row that does not carry it. secret: the field class
    of what is told of a row in the audit trail; told_as, told_label: its kind and the paths of its name there, the same
    as pages give it. counter: the field that counts edits.
    """

    name: str
    label: str
    kind: str
    natural_key: str
    fields: tuple[Field, ...]
    rows: Callable[[User], QuerySet[Any]]
    can_read: Callable[[Abilities], bool]
    can_write: Callable[[Abilities], bool]
    orderings: tuple[str, ...]
    search: tuple[str, ...]
    delete: Callable[[User, Any], None] | None = None
    immutable: bool = False
    in_force: Q = dataclass_field(default_factory=Q)
    versioned: bool = True
    compose: Callable[[Mapping[str, Any]], str] | None = None
    secret: Callable[[Mapping[str, Any]], str] | None = None
    within: tuple[str, ...] = ()
    client: str = "client_id"
    told_as: str = ""
    told_label: tuple[str, ...] = ()
    acts: Acts | None = None
    counter: str = "version"

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.within, self.natural_key)

    @property
    def key_paths(self) -> tuple[str, ...]:
        return tuple((self.field(name) or self.fields[0]).source for name in self.keys)

    def name_of(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """What names a record, from its cells or its JSON."""
        if self.compose is not None:
            return (self.compose(row),)
        return tuple(str(row.get(name) or "").strip() for name in self.keys)

    def name_in(self, parts: Iterable[Any]) -> tuple[str, ...]:
        """The same from values as the database gives them, in the order of `key_paths`."""
        types = [(self.field(name) or self.fields[0]).type for name in self.keys]
        return tuple(_as_named(kind, part) for kind, part in zip(types, parts, strict=True))

    def named(self, names: Iterable[tuple[str, ...]]) -> Q:
        """The rows of these names; a name that cannot be one finds nothing."""
        types = [(self.field(name) or self.fields[0]).type for name in self.keys]
        if len(types) == 1:
            return Q(**{f"{self.key_paths[0]}__in": [name[0] for name in names]})
        found = Q(pk__in=[])
        for name in set(names):
            parts = [_part(kind, text) for kind, text in zip(types, name, strict=True)]
            if None not in parts:
                found |= Q(**dict(zip(self.key_paths, parts, strict=True)))
        return found

    def readable(self, can: Abilities) -> list[Field]:
        return [field for field in self.fields if may_see(field, can)]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


def _part(kind: Type, text: str) -> str | None:
    """A part of a name as the database takes it; None for what cannot be one."""
    whole = f"{text[:7]}-01" if kind == "month" else text
    try:
        return date.fromisoformat(whole).isoformat() if kind in ("date", "month") else text
    except ValueError:
        return None


def _as_named(kind: Type, value: Any) -> str:
    return f"{value:%Y-%m}" if kind == "month" and isinstance(value, date) else str(value)


def may_see(field: Field, can: Abilities) -> bool:
    if field.field_class == "STANCE":
        return can.see_stance
    if field.field_class == "COST":
        return can.see_money
    return True


RECORD_FIELDS = (
    Field("version", "integer", writable=False, filter=False, help="Counts edits; the ETag is made of it."),
    Field("created_at", "datetime", writable=False, filter=False),
    Field("updated_at", "datetime", writable=False, filter=False),
)
ID_FIELD = Field("id", "string", writable=False, help="Opaque; stable for the life of the record.")
