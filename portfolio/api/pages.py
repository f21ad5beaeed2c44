"""Lists: filters, ordering, sparse fields and cursor pages, with the rows turned into JSON by PostgreSQL.

A page of 1,000 rows leaves the database as text and goes out as it came: no object per row is built in Python.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import F, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest

from common.periods import InvalidPeriod, parse_month
from people.access import Abilities
from portfolio.api.problems import Problem
from portfolio.api.resources import Field, Resource

DEFAULT_SIZE = 100
MAX_SIZE = 1000
_MOST_DIGITS = 30  # beyond any amount; PostgreSQL's numeric ends too
CONTROLS = frozenset({"fields", "ordering", "q", "cursor", "page_size", "format"})


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page starts: after (or, backwards, before) the row with this ordering value and id."""

    value: str
    pk: int
    backwards: bool

    def encode(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.value, self.pk, self.backwards]).encode()).decode()


def decode_cursor(text: str) -> Cursor:
    try:
        value, pk, backwards = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, binascii.Error, TypeError, RecursionError):
        raise _not_ours() from None
    if not (isinstance(value, str) and isinstance(pk, int) and isinstance(backwards, bool)) or abs(pk) >= 2**63:
        raise _not_ours()
    return Cursor(value, pk, backwards)


def _not_ours() -> Problem:
    return Problem(400, "The cursor is not one of ours. Start again without it.")


def check_cursor(cursor: Cursor, model: type[Model], ordering: str) -> None:
    """People edit addresses: its value must be one the column it is compared with can hold."""
    if ordering == "id":
        return
    column: Any = model._meta.get_field(ordering)
    try:
        cursor.value.encode()  # no lone surrogate
        column.to_python(cursor.value)
    except (ValidationError, ValueError):
        raise _not_ours() from None
    if "\x00" in cursor.value:
        raise _not_ours()


@dataclass(frozen=True, slots=True)
class Query:
    """A list request, read and checked."""

    fields: list[Field]
    ordering: str
    descending: bool
    size: int
    cursor: Cursor | None
    condition: Q


def read_query(request: HttpRequest, resource: Resource, can: Abilities) -> Query:
    given = request.GET
    readable = {field.name: field for field in resource.readable(can)}
    wrong: list[tuple[str, str]] = []
    names = list(dict.fromkeys(name for name in given.get("fields", "").split(",") if name)) or list(readable)
    wrong += [(f"?fields={name}", "no such field") for name in names if name not in readable]
    ordering = given.get("ordering", "") or "id"
    plain = ordering.removeprefix("-")
    if plain not in ("id", *resource.orderings):
        wrong.append(("?ordering", f"sort by id, {', '.join(resource.orderings)}; a minus sign turns it round"))
    condition = _search(resource, given.get("q", "").strip()[:100])
    for name in given:
        if name in CONTROLS:
            continue
        field = readable.get(name)
        if field is None or not field.filter:
            wrong.append((f"?{name}", "no such filter"))
            continue
        try:
            condition &= _filter(field, given.get(name, ""))
        except ValueError as error:
            wrong.append((f"?{name}", str(error)))
    size = given.get("page_size", str(DEFAULT_SIZE))
    if not size.isdecimal() or len(size) > 6 or not 1 <= int(size) <= MAX_SIZE:
        wrong.append(("?page_size", f"a whole number from 1 to {MAX_SIZE}"))
    if wrong:
        raise Problem(400, "Some query parameters do not hold.", errors=wrong)
    cursor = decode_cursor(given["cursor"]) if given.get("cursor") else None
    return Query([readable[name] for name in names], plain, ordering.startswith("-"), int(size), cursor, condition)


def _search(resource: Resource, text: str) -> Q:
    condition = Q()
    if text and "\x00" not in text:
        for path in resource.search:
            condition |= Q(**{f"{path}__icontains": text})
    return condition


def _filter(field: Field, text: str) -> Q:
    if text == "":
        return Q(**{f"{field.source}__isnull": True}) | _blank(field)
    if "\x00" in text or len(text) > 300:
        raise ValueError("too long, or holds a NUL")
    return Q(**{field.source: _parsed(field, text)})


def _blank(field: Field) -> Q:
    return Q(**{field.source: ""}) if field.type == "string" and field.name != "id" else Q()


def _parsed(field: Field, text: str) -> Any:
    try:
        if field.name == "id" or field.type == "integer":
            number = int(text)
            if abs(number) >= 2**63:
                raise ValueError
            return number
        if field.type == "decimal":
            amount = Decimal(text)
            if not amount.is_finite() or abs(amount.adjusted()) > _MOST_DIGITS:
                raise ValueError
            return amount
        if field.type == "date":
            return date.fromisoformat(text)
        if field.type == "month":
            return parse_month(text)
        if field.type == "boolean":
            return {"true": True, "false": False}[text]
    except (ValueError, InvalidOperation, InvalidPeriod, KeyError):
        raise ValueError(f"not a {field.type}") from None
    return text


@dataclass(frozen=True, slots=True)
class Page:
    """body: the JSON array of the rows, as bytes."""

    body: bytes
    next: Cursor | None
    previous: Cursor | None


def load_page(rows: QuerySet[Any], query: Query) -> Page:
    """One query, keyset by (ordering, id): as quick at depth as at the start. Reads one row more than it shows."""
    backwards = query.cursor is not None and query.cursor.backwards
    descending = query.descending != backwards
    order = (F(query.ordering).desc(), F("id").desc()) if descending else (F(query.ordering).asc(), F("id").asc())
    rows = rows.filter(query.condition)
    if query.cursor is not None:
        check_cursor(query.cursor, rows.model, query.ordering)
        rows = rows.filter(_beyond(query.ordering, query.cursor, descending))
    texts = _as_json(rows.order_by(*order)[: query.size + 1], query)
    more = len(texts) > query.size
    texts = texts[: query.size]
    if backwards:
        texts.reverse()
    body = b"[" + b",".join(text.encode() for text, _, _ in texts) + b"]"
    if not texts:
        return Page(body, None, None)
    first = Cursor(texts[0][1], texts[0][2], backwards=True)
    last = Cursor(texts[-1][1], texts[-1][2], backwards=False)
    has_next = more if not backwards else True
    has_previous = more if backwards else query.cursor is not None
    return Page(body, last if has_next else None, first if has_previous else None)


def _beyond(ordering: str, cursor: Cursor, descending: bool) -> Q:
    side = "lt" if descending else "gt"
    if ordering == "id":
        return Q(**{f"id__{side}": cursor.pk})
    value = cursor.value
    return Q(**{f"{ordering}__{side}": value}) | Q(**{ordering: value, f"id__{side}": cursor.pk})


def _as_json(rows: QuerySet[Any], query: Query) -> list[tuple[str, str, int]]:
    """Each row as JSON text with its ordering value and id."""
    return run(statement_of(rows, query))


Statement: TypeAlias = tuple[str, tuple[Any, ...]] | None
"""Text and values; None for what this person sees none of."""


def statement_of(rows: QuerySet[Any], query: Query) -> Statement:
    """To be run as often as it is asked: writing it takes longer than the database does."""
    columns = {f"c{number}": field.expression() for number, field in enumerate(query.fields)}
    inner = rows.values_list(*columns.values(), Cast(F(query.ordering), TextField()), F("id"), named=False)
    try:
        sql, params = inner.query.sql_with_params()
    except EmptyResultSet:
        return None
    names = [f"c{number}" for number in range(len(query.fields))]
    pairs = ", ".join(
        f"'{field.name}', {_json_value(field, name)}" for field, name in zip(query.fields, names, strict=True)
    )
    # Field names are ours (resources.py), never the caller's: nothing of the request is pasted into the text.
    named = ", ".join([*names, "o", "i"])
    return f"SELECT json_build_object({pairs})::text, o, i FROM ({sql}) AS page({named})", params  # noqa: S608


def run(statement: Statement) -> list[tuple[str, str, int]]:
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return [(text, str(value), int(pk)) for text, value, pk in cursor.fetchall()]


def _json_value(field: Field, column: str) -> str:
    return f"{column}::text" if field.name == "id" else column


def page_links(request: HttpRequest, page: Page) -> tuple[str | None, str | None]:
    def link(cursor: Cursor | None) -> str | None:
        if cursor is None:
            return None
        kept = [(key, value) for key, value in request.GET.items() if key != "cursor"]
        return request.build_absolute_uri(f"{request.path}?{urlencode([*kept, ('cursor', cursor.encode())])}")

    return link(page.next), link(page.previous)
