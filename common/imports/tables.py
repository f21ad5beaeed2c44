"""A file's rows on their way in: as text, as values, and what was said about them."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.imports.columns import BadValue, Column
from common.registry import Registry


class Unusable(Exception):
    """The file as a whole cannot be read. The text says what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something the loader did or saw that its reader should know."""

    text: str
    count: int = 1
    examples: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"text": self.text, "count": self.count, "examples": list(self.examples)}


@dataclass(slots=True)
class Table:
    """Rows of one file by neutral column, beside the rows as they stood in the file.

    lines: the line of the file each row begins on. rejected: reasons by position of the row.
    """

    header: list[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    columns: dict[str, Sequence[str]]
    rejected: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: list[Note] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(slots=True)
class Values:
    """The same rows, each cell read: None is blank or absent. Positions in `rejected` are to be skipped."""

    table: Table
    columns: dict[str, list[Any]]

    def __len__(self) -> int:
        return len(self.table)

    def has(self, column: str) -> bool:
        """Whether the file speaks of the column; one it leaves out is left alone."""
        return column in self.table.columns

    def reject(self, position: int, reason: str) -> None:
        self.table.rejected[position].append(reason)

    def good(self) -> Iterator[int]:
        rejected = self.table.rejected
        return (position for position in range(len(self)) if position not in rejected)

    def row(self, position: int) -> dict[str, Any]:
        return {name: cells[position] for name, cells in self.columns.items()}

    def line(self, position: int) -> int:
        return self.table.lines[position]


@dataclass(slots=True)
class Counts:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    notes: list[Note] = field(default_factory=list)

    @classmethod
    def of(cls, statuses: Iterable[str], notes: Iterable[Note] = ()) -> Counts:
        given = Counter(statuses)
        return cls(given["created"], given["updated"], given["unchanged"], list(notes))


@dataclass(slots=True)
class LoadContext:
    """Who loads, when, and in whose sight. user: None sees everything (the command line); else people.User.

    batch_id: None for writes that are no import and cannot be undone as one (REST).
    """

    batch_id: int | None
    actor: str
    now: datetime
    user: Any | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A kind of file. key: the columns that tell its rows apart.

    load: writes the rows not rejected, inside the caller's transaction. roles: who may load it from the page; the
    command line may load every kind. undo: takes back what a batch wrote; None means by its recorded changes.
    """

    name: str
    label: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    load: Callable[[Values, LoadContext], Counts]
    roles: frozenset[str] = frozenset()
    undo: Callable[[int, LoadContext], int] | None = None

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


kinds: Registry[ImportKind] = Registry("import kinds")


def read_values(table: Table, kind: ImportKind) -> Values:
    """Every cell by its column's rule; a cell that cannot be read rejects its row."""
    values = Values(table, {})
    refused = frozenset(table.rejected)  # by the source itself: one reason is enough
    for column in kind.columns:
        values.columns[column.name] = (
            _read_column(values, column, table.columns[column.name], refused)
            if column.name in table.columns
            else [None] * len(table)
        )
    _reject_twins(values, kind)
    return values


def _read_column(values: Values, column: Column, cells: Sequence[str], refused: frozenset[int]) -> list[Any]:
    """Each different text is read once: a column of a ledger repeats itself."""
    known: dict[str, Any] = {}
    bad: dict[str, str] = {}
    for cell in dict.fromkeys(cells):
        if not cell or cell.isspace():
            known[cell] = None
            if column.required:
                bad[cell] = f"{column.name} is missing"
            continue
        try:
            known[cell] = column.parse(cell)
        except BadValue as error:
            known[cell] = None
            bad[cell] = f"{column.name} {error}"
    if bad:
        for position, cell in enumerate(cells):
            if cell in bad and position not in refused:
                values.reject(position, bad[cell])
    return [known[cell] for cell in cells]


def _reject_twins(values: Values, kind: ImportKind) -> None:
    """Two rows with one key: neither is taken, as nobody knows which is meant."""
    keys = list(zip(*(values.columns[name] for name in kind.key), strict=True))
    if len(set(keys)) == len(keys):
        return
    places: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for position in values.good():
        places[keys[position]].append(position)
    for key, positions in places.items():
        if len(positions) < 2:
            continue
        cells = values.table.columns
        shown = " · ".join(cells[name][positions[0]] for name, part in zip(kind.key, key, strict=True) if part)
        for position in positions:
            others = ", ".join(str(values.line(other)) for other in positions if other != position)
            values.reject(position, f"{' + '.join(kind.key)} “{shown}” is on line {others} too: neither row is taken")
