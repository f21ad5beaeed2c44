"""Columns of the client list that a higher app fills: revenue, margin, forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from common.figures import Figure
from common.formats import Scale
from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time


@dataclass(frozen=True, slots=True)
class Column:
    """How a column of figures is headed and printed. delta: as a signed change, red when unfavourable."""

    key: str
    label: str
    sub: str = ""
    style: str = "cell"
    scale: Scale = "M"
    places: int = 1
    delta: bool = False
    default: bool = True


Cells = Mapping[int, Mapping[str, Figure]]
"""Client id → column key → figure. What is missing prints as a dash."""


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """columns: what it offers this reader, without a query. cells: at most four queries for any number of clients;
    these are given as id → key, fetched in the reader's sight.
    """

    roles: frozenset[str]
    columns: Callable[[User, date], Sequence[Column]]
    cells: Callable[[User, Mapping[int, str], date], Cells]


column_sources: Registry[ColumnSource] = Registry("client columns")
