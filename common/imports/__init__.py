"""What every import kind is made of. Kinds register themselves in their app's `ready`; portfolio.imports runs them."""

from common.imports.columns import BadValue, Column
from common.imports.records import FieldReader, Incoming, Saved, matching, save_records, tree_order
from common.imports.tables import (
    Counts,
    ImportKind,
    LoadContext,
    Note,
    Table,
    Unusable,
    Values,
    kinds,
    read_values,
)
from common.imports.undo import CannotUndo, derived_tables, undo_records

__all__ = [
    "BadValue",
    "CannotUndo",
    "Column",
    "Counts",
    "FieldReader",
    "ImportKind",
    "Incoming",
    "LoadContext",
    "Note",
    "Saved",
    "Table",
    "Unusable",
    "Values",
    "derived_tables",
    "kinds",
    "matching",
    "read_values",
    "save_records",
    "tree_order",
    "undo_records",
]
