"""The tables of one CSV download of Google Analytics 4: what stands above, between and within them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from common.imports import Note, Unusable
from portfolio.imports.files import Sheet
from portfolio.imports.sources.ga4_words import ENDS, METRICS, STARTS, day_of, plain

_OWNER: Final = re.compile(r"(account|property|konto|compte|cuenta|propriete|propiedad)\b")
Line = tuple[int, list[str]]


@dataclass(slots=True)
class Block:
    """One table of a file. title, first, last: from the comment lines above it, where they say."""

    title: str
    first: date | None
    last: date | None
    header: list[str]
    rows: list[Line]
    notes: list[Note] = field(default_factory=list)


def blocks_of(sheet: Sheet) -> list[Block]:
    """Tables begin after comment lines or a blank line; a heading repeated inside one is skipped, and said."""
    text = sheet.rows[0][0]
    separator = _separator(text)
    found: list[Block] = []
    comments: list[str] = []
    fresh = True
    for line, cells in _lines(sheet.name, text, separator):
        if not any(cell.strip() for cell in cells):
            fresh = True
        elif cells[0].lstrip().startswith("#"):
            if not fresh:
                comments = []
            fresh = True
            comments.append(separator.join(cells).lstrip("# ").rstrip(separator))
        elif fresh and _is_heading(cells):
            first, last = _range(comments)
            found.append(Block(_title(comments), first, last, [cell.strip() for cell in cells], []))
            fresh, comments = False, [one for one in comments if _dates_in(one)]
        elif not found:
            raise Unusable(
                f"{sheet.name}: line {line} stands before any heading that is known here. Export the report as CSV "
                "again."
            )
        elif [cell.strip() for cell in cells] == found[-1].header:
            found[-1].notes.append(Note(f"Line {line} repeats the heading: skipped."))
        else:
            found[-1].rows.append((line, cells))
            fresh = False
    if not found:
        raise Unusable(f"{sheet.name} has no table with a heading that is known here.")
    return [block for block in found if block.rows] or found[:1]


def _separator(text: str) -> str:
    body = next((one for one in text.splitlines() if one.strip() and not one.lstrip("\ufeff ").startswith("#")), "")
    return max(",;\t", key=body.count)


def _lines(name: str, text: str, separator: str) -> list[Line]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator, strict=True)
    found, line = [], 1
    try:
        for row in reader:
            found.append((line, row or [""]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unusable(f"{name} cannot be read at line {line}: {error}.") from error
    return found


def _is_heading(cells: Sequence[str]) -> bool:
    return any(plain(cell) in METRICS for cell in cells)


def _dates_in(comment: str) -> date | None:
    found = re.search(r"(?<!\d)((?:19|20|21)\d{2}-?\d{2}-?\d{2})(?!\d)", comment)
    return day_of(found[1]) if found else None


def _range(comments: Sequence[str]) -> tuple[date | None, date | None]:
    starts = [_dates_in(one) for one in comments if STARTS.search(plain(one)) and _dates_in(one)]
    ends = [_dates_in(one) for one in comments if ENDS.search(plain(one)) and _dates_in(one)]
    return (starts[-1] if starts else None), (ends[-1] if ends else None)


def _title(comments: Sequence[str]) -> str:
    words = [one.strip() for one in comments if one.strip("- ") and not _dates_in(one)]
    named = [one for one in words if not _OWNER.match(plain(one))]
    return named[-1][:100] if named else ""
