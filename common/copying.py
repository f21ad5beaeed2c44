"""Rows into a table by COPY: two to three times as fast as bulk_create. Call it inside the caller's transaction."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final, TypeAlias

from django.db import connection

Cell: TypeAlias = str | int | Decimal | date | datetime | bool | None


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Append rows to `table`; returns how many. None is NULL, the empty text stays the empty text.

    table and columns are the program's own names, never a user's.
    """
    count, left, blocks = 0, iter(rows), []
    while block := list(islice(left, _BLOCK)):
        count += len(block)
        blocks.append(_lines(block))
    if blocks:
        with connection.cursor() as cursor:
            text = io.StringIO("\n".join(blocks))
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)
    return count


def _lines(rows: Sequence[Sequence[Cell]]) -> str:
    """Column by column: most cells of one repeat each other."""
    columns = [
        map(str, cells) if isinstance(cells[0], Decimal) and None not in cells else map(_Texts().__getitem__, cells)
        for cells in zip(*rows, strict=True)
    ]
    return "\n".join(map("\t".join, zip(*columns, strict=True)))


class _Texts(dict[Cell, str]):
    """COPY's own text format: unlike its CSV, it tells the text \\N from NULL and takes any line break."""

    def __missing__(self, cell: Cell) -> str:
        if isinstance(cell, str):
            plain = not cell or cell.isalnum() or not _SPECIAL.search(cell)
            text = cell if plain else cell.translate(_ESCAPED)
        else:
            text = "\\N" if cell is None else str(cell)
        self[cell] = text
        return text


_BLOCK: Final = 5_000
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
