"""Price indexes from a file: a row a month. A reading that is published anew replaces the one before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from common.imports import (
    Column,
    Counts,
    FieldReader,
    ImportKind,
    Incoming,
    LoadContext,
    Values,
    save_records,
    undo_records,
)
from common.imports.columns import BadValue, identifier, month, rate, text
from common.models import ImportChange
from common.policies import FINANCE
from financials.actions.index_readings import recompute_naming
from financials.models import IndexReading

_PLACES: Final = Decimal("0.0001")
_MOST: Final = Decimal(10) ** 8
TABLE: Final = "financials.indexreading"


def index_name(cell: str) -> str:
    """In small letters, as uplifts are read; a colon would end it there."""
    if ":" in cell:
        raise BadValue("has a colon, which ends an index's name in an uplift: give the name alone, as in cpi")
    return str(identifier(20)(cell)).lower()


def level(cell: str) -> Decimal:
    found = rate(cell)
    if found != found.quantize(_PLACES) or found >= _MOST:
        raise BadValue("is no level of an index: write it with at most 4 decimals, as in 134.2")
    return found


def load_index_readings(values: Values, context: LoadContext) -> Counts:
    columns = values.columns
    names = {columns["index"][position] for position in values.good()}
    rows = IndexReading.objects.select_for_update().filter(index__in=names)
    existing = {(row.index, row.month): row for row in rows}
    reader = FieldReader(IndexReading, values, {"value": "value", "source": "source"})
    incoming = []
    for position in list(values.good()):
        key = (columns["index"][position], columns["month"][position])
        fields: dict[str, Any] = reader.at(position)
        if key not in existing and not fields.get("source"):
            values.reject(position, "source is missing: say who published it")
            continue
        incoming.append(Incoming(position, key, fields, {"index": key[0], "month": key[1]}))
    saved = save_records(context, IndexReading, incoming, existing)
    if saved.touched:
        touched = IndexReading.objects.filter(pk__in=saved.touched)
        recompute_naming(touched.order_by().values_list("index", flat=True).distinct())
    return Counts.of(saved.status.values())


def undo_index_readings(batch_id: int, context: LoadContext) -> int:
    written = ImportChange.objects.filter(batch_id=batch_id, table=TABLE).values_list("object_id", flat=True)
    names = set(IndexReading.objects.filter(pk__in=list(written)).values_list("index", flat=True))
    undone = undo_records(batch_id).get(TABLE, [])
    recompute_naming(names)
    return len(undone)


INDEX_READINGS = ImportKind(
    name="index_readings",
    label="Price indexes",
    about="The level of a price index by month, as published. Match on index and month. Contracts name an index in "
    "their uplift, as in cpi:0.02:0.04; its change over twelve months is held between their floor and cap.",
    columns=(
        Column("index", index_name, required=True, about="as contracts name it", sample="cpi"),
        Column("month", month, required=True, sample="2026-10"),
        Column("value", level, required=True, about="the level, not the change", sample="134.2"),
        Column("source", text(200), about="who published it, and where", sample="National statistics office"),
    ),
    key=("index", "month"),
    load=load_index_readings,
    roles=frozenset({FINANCE}),
    undo=undo_index_readings,
)
