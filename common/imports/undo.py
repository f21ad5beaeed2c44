"""Taking an import back by its recorded changes, or refusing with the list of what stands in the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import models

from common.imports.records import set_many
from common.models import ImportChange

derived_tables: set[str] = set()
"""Tables the product computes itself ("app.model"); their rows go with the record they were computed for."""

_MANY = "many:"
_SHOWN = 20


class CannotUndo(Exception):
    """Something was built on the import since. Carries what, in words."""

    def __init__(self, reasons: Sequence[str]) -> None:
        more = [f"and {len(reasons) - _SHOWN:,} more"] if len(reasons) > _SHOWN else []
        super().__init__("; ".join([*reasons[:_SHOWN], *more]))
        self.reasons = list(reasons)


def undo_records(batch_id: int) -> dict[str, list[int]]:
    """Restore what the batch changed and remove what it created; returns the ids by table. In the caller's transaction.

    Raises CannotUndo, having changed nothing that its caller will not roll back.
    """
    changes: dict[str, list[ImportChange]] = defaultdict(list)
    for change in ImportChange.objects.filter(batch_id=batch_id).order_by("-id"):
        changes[change.table].append(change)
    reasons: list[str] = []
    for table, rows in changes.items():
        reasons += _edited_since(_model(table), rows)
    if reasons:
        raise CannotUndo(reasons)
    for table, rows in changes.items():
        _restore(_model(table), [row for row in rows if row.before is not None])
    for table, rows in changes.items():
        reasons += _remove(_model(table), [row.object_id for row in rows if row.before is None])
    if reasons:
        raise CannotUndo(reasons)
    ImportChange.objects.filter(batch_id=batch_id)._raw_delete(using="default")
    return {table: [row.object_id for row in rows] for table, rows in changes.items()}


def _model(table: str) -> Any:
    return apps.get_model(table)


def _edited_since(model: Any, rows: Sequence[ImportChange]) -> list[str]:
    now = model._default_manager.select_for_update(of=("self",)).in_bulk([row.object_id for row in rows])
    name, reasons = model._meta.verbose_name, []
    for row in rows:
        record = now.get(row.object_id)
        if record is None:
            if row.before is not None:
                reasons.append(f"{name} {row.object_id} was removed since")
        elif row.version_after is not None and record.version != row.version_after:
            reasons.append(f"{name} {_named(record)} was edited since")
        elif row.version_after is None and _later_change(row):
            reasons.append(f"{name} {_named(record)} was loaded again since")
    return reasons


def _named(record: Any) -> str:
    text = str(record)
    return str(record.pk) if text == f"{type(record).__name__} object ({record.pk})" else f"“{text}”"


def _later_change(row: ImportChange) -> bool:
    later = ImportChange.objects.filter(table=row.table, object_id=row.object_id, pk__gt=row.pk)
    return later.exclude(batch_id=row.batch_id).exists()


def _restore(model: Any, rows: Sequence[ImportChange]) -> None:
    """The old content comes back; the version goes on counting, so that no editor's stale copy passes for current."""
    if not rows:
        return
    records: list[Any] = []
    many: dict[str, dict[int, list[int]]] = defaultdict(dict)
    now = model._default_manager.in_bulk([row.object_id for row in rows])
    columns = [column for column in model._meta.concrete_fields if not column.primary_key]
    for row in rows:
        record, before = now[row.object_id], row.before or {}
        for column in columns:
            if column.attname != "version":
                text = before.get(column.attname)
                setattr(record, column.attname, None if text is None else column.to_python(text))
        if hasattr(record, "version"):
            record.version += 1
        for name, ids in before.items():
            if name.startswith(_MANY):
                many[name.removeprefix(_MANY)][record.pk] = ids
        records.append(record)
    # auto_now would stamp updated_at anew through save(); bulk_update writes what it is given.
    model._default_manager.bulk_update(records, [column.name for column in columns], batch_size=500)
    for name, wanted in many.items():
        set_many(model, name, wanted)
    _move_on(model, {row.object_id: int((row.before or {}).get("version") or 0) for row in rows}, records)


def _move_on(model: Any, was: Mapping[int, int], records: Sequence[Any]) -> None:
    """An earlier import that left the row as it now stands again may be undone too: tell it the row's new version."""
    if not hasattr(model, "version"):
        return
    now = {record.pk: record.version for record in records}
    earlier = list(ImportChange.objects.filter(table=model._meta.label_lower, object_id__in=was))
    same = [change for change in earlier if change.version_after == was[change.object_id]]
    for change in same:
        change.version_after = now[change.object_id]
    ImportChange.objects.bulk_update(same, ["version_after"], batch_size=500)


def _remove(model: Any, pks: Sequence[int]) -> list[str]:
    """Delete the rows unless something else hangs on them; returns what does."""
    if not pks:
        return []
    reasons: list[str] = []
    relations = [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
    ]
    for relation in relations:
        reasons += _let_go(model, relation, pks)
    if not reasons:
        model._default_manager.filter(pk__in=pks)._raw_delete(using="default")
    return reasons


def _let_go(model: Any, relation: Any, pks: Sequence[int]) -> list[str]:
    other, column = relation.related_model, relation.field.name
    hanging = other._base_manager.filter(**{f"{column}__in": pks})
    if other is model:
        hanging = hanging.exclude(pk__in=pks)
    if other._meta.auto_created is model:  # the record's own many-to-many links
        hanging._raw_delete(using="default")
        return []
    if other._meta.label_lower in derived_tables:
        if relation.on_delete is models.SET_NULL:
            hanging.update(**{column: None})
            return []
        return _remove(other, list(hanging.values_list("pk", flat=True)))
    count = hanging.count()
    if not count:
        return []
    what = other._meta.verbose_name if count == 1 else other._meta.verbose_name_plural
    which = model._default_manager.get(pk=getattr(hanging.first(), relation.field.attname))
    return [
        f"{count:,} {what} refer to {model._meta.verbose_name} {_named(which)}" + (" and others" if count > 1 else "")
    ]
