"""What a frame must hold before calculation starts: columns, types, units and key, checked at the load edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:  # 2 s that a worker starting anew need not wait for: whoever has a frame has pandas
    import pandas as pd

Kind: TypeAlias = Literal["text", "minor"]
"""text: strings, never null. minor: int64 minor units of one currency."""


class BadFrame(ValueError):
    """The frame is not what the calculation was written for."""


@dataclass(frozen=True, slots=True)
class Schema:
    """columns in order, with their kinds; key: the columns that are unique together, empty for none."""

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...] = ()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)


PNL_LINES: Final = frozenset(
    {"gross_revenue", "pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead"}
)
"""The ledger's lines. Costs are positive amounts."""


def pnl_cells(keys: tuple[str, ...]) -> Schema:
    """Ledger or budget sums in one currency: the group columns, then line and amount in minor units."""
    columns: dict[str, Kind] = {**dict.fromkeys(keys, "text"), "line": "text", "amount": "minor"}
    return Schema("P&L cells", columns, values={"line": PNL_LINES})


def check(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The frame itself, if it fits; further columns are left alone. Raises BadFrame."""
    missing = [name for name in schema.columns if name not in frame.columns]
    if missing:
        raise BadFrame(f"{schema.name}: no column {', '.join(missing)}.")
    for name, kind in schema.columns.items():
        _check_column(frame[name], name, kind, schema)
    if schema.key and bool(frame.duplicated(list(schema.key)).any()):
        raise BadFrame(f"{schema.name}: two rows share one {' × '.join(schema.key)}.")
    return frame


def _check_column(column: pd.Series, name: str, kind: Kind, schema: Schema) -> None:
    if kind == "text":
        if bool(column.isna().any()):
            raise BadFrame(f"{schema.name}: {name} is blank in a row; use the empty text.")
    elif str(column.dtype) != "int64":
        raise BadFrame(f"{schema.name}: {name} is {column.dtype}, not int64.")
    allowed = schema.values.get(name)
    if allowed is not None and not set(column.unique()) <= allowed:
        raise BadFrame(f"{schema.name}: {name} holds {sorted(set(column.unique()) - allowed)}.")
