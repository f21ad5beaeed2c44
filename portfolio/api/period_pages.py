"""A list of months, cut as every list of the API is: filters, search, order, sparse fields, cursor pages.

The months are some dozens and read whole; what other lists ask of the database is done here on their rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.http import HttpRequest

from portfolio.api.pages import CONTROLS, DEFAULT_SIZE, MAX_SIZE, Cursor, Page, decode_cursor
from portfolio.api.problems import Problem

STATES: Final = ("closed", "open", "running")
_FILTERS: Final = frozenset({"id", "month", "state", "closed_by", "reopened_by"})
_SEARCHED: Final = ("month", "closed_by", "reopened_by")

Row = dict[str, Any]


def read_months(request: HttpRequest, rows: Sequence[Row]) -> Page:
    """rows: every month, the running one always among them. Raises Problem 400 naming each parameter at fault."""
    given = request.GET
    names = list(dict.fromkeys(name for name in given.get("fields", "").split(",") if name)) or list(rows[0])
    wrong = [(f"?fields={name}", "no such field") for name in names if name not in rows[0]]
    wrong += [(f"?{name}", "no such filter") for name in given if name not in CONTROLS | _FILTERS]
    if given.get("state") and given["state"] not in STATES:
        wrong.append(("?state", f"one of {', '.join(STATES)}"))
    ordering = given.get("ordering", "") or "-month"
    if ordering not in ("month", "-month"):
        wrong.append(("?ordering", "sort by month; a minus sign turns it round"))
    size = given.get("page_size", str(DEFAULT_SIZE))
    if not size.isdecimal() or len(size) > 6 or not 1 <= int(size) <= MAX_SIZE:
        wrong.append(("?page_size", f"a whole number from 1 to {MAX_SIZE}"))
    if wrong:
        raise Problem(400, "Some query parameters do not hold.", errors=wrong)
    wanted = {name: given[name] for name in given if name in _FILTERS and given[name]}
    text = given.get("q", "").strip().lower()
    kept = [
        row
        for row in rows
        if all(row[name] == value for name, value in wanted.items())
        and (not text or any(text in (row[name] or "").lower() for name in _SEARCHED))
    ]
    kept.sort(key=lambda row: str(row["month"]), reverse=ordering == "-month")
    cursor = decode_cursor(given["cursor"]) if given.get("cursor") else None
    return _cut(kept, names, int(size), cursor, descending=ordering == "-month")


def _cut(rows: list[Row], names: list[str], size: int, cursor: Cursor | None, *, descending: bool) -> Page:
    first, last = 0, size
    if cursor is not None:
        forwards = descending == cursor.backwards
        beyond = [row for row in rows if (row["month"] > cursor.value) == forwards and row["month"] != cursor.value]
        if cursor.backwards:
            first, last = max(0, len(beyond) - size), len(beyond)
        else:
            first, last = len(rows) - len(beyond), len(rows) - len(beyond) + size
    shown = rows[first:last]
    body = orjson.dumps([{name: row[name] for name in names} for row in shown])
    following = Cursor(shown[-1]["month"], 0, backwards=False) if shown and last < len(rows) else None
    previous = Cursor(shown[0]["month"], 0, backwards=True) if shown and first > 0 else None
    return Page(body, following, previous)
