"""Writing imported records: match on the key, compare, create or change, and keep what stood there for undo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from common.imports.tables import LoadContext, Values
from common.models import ImportChange

CHUNK = 2000


@dataclass(slots=True)
class Incoming:
    """A row to be written. fields: what the file speaks of; defaults: what a new record has beside them.

    parent: key of a row of the same table (in the file or already here). many: ids by many-to-many field.
    """

    position: int
    key: Hashable
    fields: dict[str, Any]
    defaults: dict[str, Any] = field(default_factory=dict)
    parent: Hashable | None = None
    many: dict[str, frozenset[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Saved:
    """status: created, updated or unchanged by position. ids: of every key written or matched."""

    status: dict[int, str] = field(default_factory=dict)
    ids: dict[Hashable, int] = field(default_factory=dict)
    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)

    @property
    def touched(self) -> list[int]:
        return self.created + self.updated

    def count(self, status: str) -> int:
        return sum(1 for given in self.status.values() if given == status)


class FieldReader:
    """Cells as field values, by {column: field attribute}. Only columns the file has; a blank one empties the field,
    or leaves it alone where the field cannot be empty."""

    def __init__(self, model: type[models.Model], values: Values, columns: Mapping[str, str]) -> None:
        self._plan: list[tuple[str, Sequence[Any], Any]] = []
        for column, attname in columns.items():
            if values.has(column):
                field_ = model._meta.get_field(attname)
                self._plan.append((attname, values.columns[column], _empty(field_)))

    def at(self, position: int) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for attname, cells, empty in self._plan:
            value = cells[position]
            if value is None:
                value = empty
            if value is not _LEFT_ALONE:
                read[attname] = value
        return read


_LEFT_ALONE = object()


def _empty(column: Any) -> Any:
    if column.null:
        return None
    return "" if column.blank and column.empty_strings_allowed else _LEFT_ALONE


def matching(rows: models.QuerySet[Any], by: str, keys: Iterable[Any]) -> dict[Any, Any]:
    """The records with these keys, locked until the transaction ends."""
    found: dict[Any, Any] = {}
    wanted = sorted({key for key in keys if key is not None})
    for start in range(0, len(wanted), 10_000):
        chunk = rows.select_for_update(of=("self",)).filter(**{f"{by}__in": wanted[start : start + 10_000]})
        found.update((getattr(record, by), record) for record in chunk)
    return found


def save_records(
    context: LoadContext,
    model: type[models.Model],
    incoming: Sequence[Incoming],
    existing: Mapping[Any, Any],
    *,
    parent_field: str = "",
    ids: Mapping[Any, int] | None = None,
) -> Saved:
    """Create what is new, change what differs, leave the rest. ids: parents that are here but not in `existing`."""
    saved = Saved()
    saved.ids.update(ids or {})
    saved.ids.update((key, record.pk) for key, record in existing.items())
    was = _many_now(model, existing.values(), incoming)
    pending = list(incoming)
    while pending:
        ready = [row for row in pending if row.parent is None or row.parent in saved.ids]
        if not ready:
            raise AssertionError(f"parents missing: {sorted(str(row.key) for row in pending)[:5]}")
        _save_some(context, model, ready, existing, parent_field, saved, was)
        done = {id(row) for row in ready}
        pending = [row for row in pending if id(row) not in done]
    return saved


def _save_some(
    context: LoadContext,
    model: type[models.Model],
    rows: Sequence[Incoming],
    existing: Mapping[Any, Any],
    parent_field: str,
    saved: Saved,
    was: Mapping[tuple[str, int], frozenset[int]],
) -> None:
    fresh: list[tuple[Incoming, Any]] = []
    changed: list[Any] = []
    changes: list[ImportChange] = []
    touched: set[str] = set()
    many: list[tuple[Any, Incoming]] = []
    for row in rows:
        if parent_field and row.parent is not None:
            row.fields[parent_field] = saved.ids[row.parent]
        record = existing.get(row.key)
        if record is None:
            fresh.append((row, model(**{**row.defaults, **row.fields})))
            continue
        change = _edit(context, record, row, was, touched)
        saved.status[row.position] = "updated" if change else "unchanged"
        if change:
            changed.append(record)
            many.append((record, row))
            saved.updated.append(record.pk)
            changes.append(change)
    for (row, _), record in zip(fresh, _create(model, [record for _, record in fresh]), strict=True):
        saved.status[row.position] = "created"
        saved.ids[row.key] = record.pk
        saved.created.append(record.pk)
        many.append((record, row))
        changes.append(_change(context, record, None))
    if len(changed) == 1:  # an edit of one record, by far the most frequent: a plain statement
        told = {name: getattr(changed[0], name) for name in sorted(touched)}
        model._default_manager.filter(pk=changed[0].pk).update(**told)
    elif changed:
        model._default_manager.bulk_update(changed, sorted(touched), batch_size=500)
    _write_many(model, many)
    if context.batch_id is not None:
        ImportChange.objects.bulk_create(changes, batch_size=CHUNK)


def _edit(
    context: LoadContext,
    record: Any,
    row: Incoming,
    was: Mapping[tuple[str, int], frozenset[int]],
    touched: set[str],
) -> ImportChange | None:
    """Set what differs on the record and name it in `touched`; None when nothing does."""
    differing = {name: value for name, value in row.fields.items() if getattr(record, name) != value}
    links = {name: ids for name, ids in row.many.items() if was.get((name, record.pk), frozenset()) != ids}
    if not differing and not links:
        return None
    before = snapshot(record, {name: was.get((name, record.pk), frozenset()) for name in links})
    for name, value in differing.items():
        setattr(record, name, value)
    touched.update(differing)
    touched.update(_count_up(record, context))
    return _change(context, record, before)


def _create(model: type[models.Model], records: list[Any]) -> list[Any]:
    return list(model._default_manager.bulk_create(records, batch_size=CHUNK)) if records else []


def _count_up(record: Any, context: LoadContext) -> tuple[str, ...]:
    if not hasattr(record, "version"):
        return ()
    record.version += 1
    record.updated_at = context.now
    return ("version", "updated_at")


def _change(context: LoadContext, record: Any, before: dict[str, Any] | None) -> ImportChange:
    return ImportChange(
        batch_id=context.batch_id or 0,
        table=record._meta.label_lower,
        object_id=record.pk,
        before=before,
        version_after=getattr(record, "version", None),
    )


def snapshot(record: Any, many: Mapping[str, frozenset[int]]) -> dict[str, Any]:
    """Every column as text, so that undo brings back exactly what stood there; null stays null."""
    columns = {
        column.attname: None if getattr(record, column.attname) is None else column.value_to_string(record)
        for column in record._meta.concrete_fields
    }
    return {**columns, **{f"many:{name}": sorted(ids) for name, ids in many.items()}}


def _many_now(
    model: type[models.Model], records: Iterable[Any], incoming: Sequence[Incoming]
) -> dict[tuple[str, int], frozenset[int]]:
    """Linked ids by field and record, one query a field."""
    names = sorted({name for row in incoming for name in row.many})
    pks = [record.pk for record in records]
    found: dict[tuple[str, int], frozenset[int]] = {}
    for name in names:
        through, source, target = _through(model, name)
        linked: dict[int, set[int]] = defaultdict(set)
        for own, other in through.objects.filter(**{f"{source}__in": pks}).values_list(source, target):
            linked[own].add(other)
        found.update(((name, pk), frozenset(ids)) for pk, ids in linked.items())
    return found


def _through(model: type[models.Model], name: str) -> tuple[Any, str, str]:
    relation: Any = model._meta.get_field(name)
    return relation.remote_field.through, f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"


def _write_many(model: type[models.Model], rows: Sequence[tuple[Any, Incoming]]) -> None:
    for name in sorted({name for _, row in rows for name in row.many}):
        set_many(model, name, {record.pk: row.many[name] for record, row in rows if name in row.many})


def set_many(model: type[models.Model], name: str, wanted: Mapping[int, Iterable[int]]) -> None:
    """Make the links of these records exactly these."""
    through, source, target = _through(model, name)
    through.objects.filter(**{f"{source}__in": list(wanted)}).delete()
    through.objects.bulk_create(
        [through(**{source: own, target: other}) for own, others in wanted.items() for other in sorted(others)],
        batch_size=CHUNK,
    )


def tree_order(values: Values, key: str, parent: str, known: Mapping[Any, Any], unknown: str) -> None:
    """Reject rows whose parent is nowhere, was itself rejected, or would make a ring. The order of rows is free.

    known: parent's key by key of the records already here (None at the top). unknown: reason, with {} for the parent.
    """
    keys, parents = values.columns[key], values.columns[parent]
    in_file = {keys[position]: position for position in values.good()}
    above = dict(known)
    if values.has(parent):
        above.update((name, parents[position]) for name, position in in_file.items())
    lost = _reject_lost(values, in_file, parents, known, unknown)
    while lost:  # a child of a rejected row has no parent either
        lost = _reject_lost(values, {k: p for k, p in in_file.items() if k not in lost}, parents, known, unknown)
        in_file = {name: position for name, position in in_file.items() if position not in values.table.rejected}
    for name, position in in_file.items():
        if _in_ring(name, above.get):
            values.reject(position, f"{parent} “{parents[position]}” leads back to the row itself")


def _reject_lost(
    values: Values, in_file: Mapping[Any, int], parents: Sequence[Any], known: Mapping[Any, Any], unknown: str
) -> set[Any]:
    lost = {
        name
        for name, position in in_file.items()
        if parents[position] is not None
        and parents[position] not in known
        and (in_file.get(parents[position]) is None or in_file[parents[position]] in values.table.rejected)
    }
    for name in lost:
        values.reject(in_file[name], unknown.format(parents[in_file[name]]))
    return lost


def _in_ring(name: Any, parent_of: Callable[[Any], Any]) -> bool:
    seen, current = {name}, parent_of(name)
    while current is not None and current not in seen:
        seen.add(current)
        current = parent_of(current)
    return bool(current == name)
