"""What a resource is: its fields, where they lie, who may read and write them. Views, schema and docs read this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Literal

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from people.access import Abilities
from people.models import User

Type = Literal["string", "decimal", "integer", "boolean", "date", "month", "datetime"]


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
class Resource:
    """One collection under /api/v1/.

    kind: the import kind whose rules a write goes through. natural_key: the field that names a record there; within:
    the field beside it, where one name may stand for a record each of several clients.
    rows: the queryset a user may see. can_read, can_write: from the role. orderings: fields a list may be sorted by.
    immutable: rows are never changed (a changed amount posts a reversal and a new row); in_force tells the row that
    counts from its reversals. compose: makes the natural key of a row that does not carry it. secret: the field class
    of what is told of a row in the audit trail.
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
    within: str = ""
    immutable: bool = False
    in_force: Q = dataclass_field(default_factory=Q)
    versioned: bool = True
    compose: Callable[[Mapping[str, Any]], str] | None = None
    secret: Callable[[Mapping[str, Any]], str] | None = None

    def path_of(self, name: str) -> str:
        return (self.field(name) or self.fields[0]).source

    @property
    def key_fields(self) -> tuple[str, ...]:
        return (self.natural_key, self.within) if self.within else (self.natural_key,)

    def key_of(self, cells: Mapping[str, Any]) -> tuple[str, ...]:
        if self.compose is not None:
            return (self.compose(cells),)
        return tuple(str(cells.get(name) or "").strip() for name in self.key_fields)

    def keyed(self, keys: Sequence[tuple[str, ...]]) -> Q:
        """The records of these keys. With one field to the key, one list; with two, each pair."""
        if not self.within:
            return Q(**{f"{self.path_of(self.natural_key)}__in": [key[0] for key in keys]})
        found = Q(pk__in=[])
        for key in keys:
            found |= Q(**{self.path_of(name): part for name, part in zip(self.key_fields, key, strict=True)})
        return found

    def readable(self, can: Abilities) -> list[Field]:
        return [field for field in self.fields if may_see(field, can)]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


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
