"""A person's name in free text, wherever it was written: found for who asks what we hold, taken out for who asks that.

Every text column of every table is looked through, so that a new one needs no line here. What may not be rewritten says
so in `kept`, by table, with the reason that the person is told.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from common.registry import Registry

ERASED: Final = "erased person"
_APPS: Final = frozenset({"common", "people", "accounts", "financials", "qbr", "portfolio"})
kept: Registry[str] = Registry("tables that are never rewritten")
"""Label of a table ("app.model"): why a name stays in it."""
endings: Registry[Callable[[Any, Any, datetime], int]] = Registry("what ends when a person is erased")
"""By how it is counted: given the contact, who asked for it and the moment, ends it and says how many there were."""
skipped: Final = frozenset(
    {"people.user", "common.auditentry", "common.inputversion", "common.heartbeat", "common.idempotencykey"}
)
"""Tables with a way of their own, or without words of people."""


@dataclass(frozen=True, slots=True)
class Names:
    """email: looked for everywhere. name: looked for in records of `clients` only, for others may bear it too."""

    name: str
    email: str
    clients: frozenset[int]

    def clean(self, text: str, *, by_name: bool = True) -> str:
        for words in (self.email, self.name if by_name else ""):
            if words:
                text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", ERASED, text, flags=re.IGNORECASE)
        return text


@dataclass(frozen=True, slots=True)
class Mention:
    """fields: the columns of one row that name the person. why_kept: blank where it can be taken out."""

    table: str
    what: str
    pk: Any
    client_id: int | None
    fields: dict[str, Any]
    why_kept: str


def mentions(names: Names) -> Iterator[Mention]:
    """One query a table."""
    for model in tables():
        columns = _texts(model)
        if not columns:
            continue
        label = model._meta.label_lower
        path = client_path(label)
        rows = _naming(model, columns, names, path)
        who = ("pk", *([path] if path else []), *(column.attname for column in columns))
        for row in rows.values(*who):
            client = row.get(path) if path else None
            by_name = client in names.clients
            said = {
                column.attname: row[column.attname]
                for column in columns
                if row[column.attname] and replaced(row[column.attname], names, by_name) != row[column.attname]
            }
            if said:
                what = str(model._meta.verbose_name)
                yield Mention(label, what, row["pk"], client, said, kept.get(label) or "")


def purge(names: Names) -> dict[str, int]:
    """Take the person out of every text that may be rewritten; returns rows by what they are. In one transaction."""
    counts: dict[str, int] = {}
    for found in list(mentions(names)):
        if found.why_kept:
            continue
        by_name = found.client_id in names.clients
        changes = {field: replaced(value, names, by_name) for field, value in found.fields.items()}
        manager = apps.get_model(found.table)._base_manager
        if hasattr(apps.get_model(found.table), "version") and _is_number(apps.get_model(found.table), "version"):
            changes["version"] = models.F("version") + 1
        manager.filter(pk=found.pk).update(**changes)
        counts[found.what] = counts.get(found.what, 0) + 1
    return counts


def replaced(value: Any, names: Names, by_name: bool) -> Any:
    """Texts without the person, in whatever holds them."""
    if isinstance(value, str):
        return names.clean(value, by_name=by_name)
    if isinstance(value, dict):
        return {name: replaced(one, names, by_name) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(one, names, by_name) for one in value]
    return value


def _is_number(model: type[models.Model], name: str) -> bool:
    return any(f.name == name and isinstance(f, models.IntegerField) for f in model._meta.concrete_fields)


def tables() -> Iterator[type[models.Model]]:
    """All of the product's own but those with a way of their own."""
    for model in apps.get_models():
        mine = model._meta.app_label in _APPS and model._meta.managed and not model._meta.proxy
        if mine and model._meta.label_lower not in skipped:
            yield model


def _texts(model: type[models.Model]) -> Sequence[Any]:
    """Columns that may hold words: not keys, codes or choices."""
    words = (models.CharField, models.TextField, models.JSONField)
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, words) and not field.choices and not field.primary_key and not field.unique
        and not field.is_relation
    ]  # fmt: skip


def _naming(
    model: type[models.Model], columns: Collection[Any], names: Names, path: str
) -> models.QuerySet[models.Model]:
    rows = model._base_manager.all()
    by_email, by_name = Q(pk__in=[]), Q(pk__in=[])
    for column in columns:
        at = column.attname
        if isinstance(column, models.JSONField):
            rows = rows.alias(**{f"{at}_text": Cast(at, models.TextField())})
            at = f"{at}_text"
        if names.email:
            by_email |= Q(**{f"{at}__icontains": names.email})
        if names.name:
            by_name |= Q(**{f"{at}__icontains": names.name})
    here = Q(**{f"{path}__in": names.clients}) if path else Q(pk__in=[])
    return rows.filter(by_email | by_name & here)


@cache
def client_path(label: str) -> str:
    """The shortest way of foreign keys from a table to the client its rows are of; blank where there is none."""
    if label == "accounts.client":
        return "pk"
    queue: deque[tuple[type[models.Model], str]] = deque([(apps.get_model(label), "")])
    seen = {label}
    while queue:
        model, path = queue.popleft()
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is not None:
                other = field.related_model
                if other._meta.label_lower == "accounts.client":
                    return f"{path}{field.attname}"
                if other._meta.label_lower not in seen:
                    seen.add(other._meta.label_lower)
                    queue.append((other, f"{path}{field.name}__"))
    return ""
