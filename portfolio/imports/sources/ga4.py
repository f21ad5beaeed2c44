"""Reports of Google Analytics 4, as its CSV download gives them (comment lines, several tables in one file, totals,
localised words and numbers) and as JSON with a query and totals beside CSV rows, into the kind `web_analytics`.

Nothing is guessed: words and dates not known are refused or left out by name, and rows that do not sum to the totals
beside them are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.imports import Note, Table, Unusable
from portfolio.imports.files import Sheet, SourceFile, read_text
from portfolio.imports.sources import Part, Source, sources
from portfolio.imports.sources.ga4_beside import Beside, beside_of, is_json, stem_of
from portfolio.imports.sources.ga4_blocks import Block, blocks_of
from portfolio.imports.sources.ga4_figures import (
    COLUMNS,
    KIND,
    Known,
    days_told,
    marks_of,
    part_of,
    shape_of,
    shown_rows,
)
from portfolio.imports.sources.ga4_words import METRICS, plain


def read_whole(file: SourceFile) -> Sheet:
    """The text as one cell: its tables are found by `convert`."""
    text, digest, notes = read_text(file)
    return Sheet(file.name, digest, ["text"], [[text]], [1], {}, notes)


def convert(_kind: str, sheets: Sequence[Sheet], options: Mapping[str, str]) -> list[Part]:
    client = options.get("client", "")
    if not client:
        raise Unusable("Whose analytics? Say it with --client KEY (Client on the page): the export does not.")
    beside = {stem_of(sheet): beside_of(sheet) for sheet in sheets if is_json(sheet)}
    owner = next((one.property for one in beside.values() if one.property), "")
    parts: list[Part] = []
    for sheet in sheets:
        if is_json(sheet):
            twin = any(stem_of(other) == stem_of(sheet) and not is_json(other) for other in sheets)
            parts.append(_held_against(sheet) if twin else _alone(sheet, beside[stem_of(sheet)], client))
            continue
        blocks = blocks_of(sheet)
        shapes = [shape_of(sheet, block) for block in blocks]
        marks = marks_of(sheet, blocks, shapes)
        for number, (block, shape) in enumerate(zip(blocks, shapes, strict=True), 1):
            also = "" if number == 1 else f"table {number}: {block.title or block.header[0]}"
            found = beside.get(stem_of(sheet)) if len(blocks) == 1 else None
            known = Known(shape, marks, days_told(sheet, block, shape, found, options), found)
            parts.append(part_of(sheet, block, known, [client, found.property if found else owner], also))
    if not parts:
        raise Unusable("No table is in these files.")
    return parts


def _held_against(sheet: Sheet) -> Part:
    """A JSON whose rows stand in a CSV: no figures of its own."""
    table = Table(list(COLUMNS), [], [], {name: [] for name in COLUMNS})
    table.notes.append(Note("Read for its days and totals: the rows stand in the CSV of its name."))
    return Part(KIND, shown_rows(sheet, table), table)


def _alone(sheet: Sheet, told: Beside, client: str) -> Part:
    """A JSON without CSV: its rows; of one that has none, its totals by part; else its one total."""
    rows: list[Mapping[str, Any]] = list(told.data)
    if not rows:
        name = next((name for name, part in told.parts.items() if part), "")
        rows = [{name: key, "visits": value} for key, value in told.parts.get(name, {}).items()]
    if not rows:
        rows = [dict(told.totals)]
    header = list(dict.fromkeys(key for row in rows for key in row))
    block = Block("", told.first, told.last, header, [(1, [str(row.get(key, "")) for key in header]) for row in rows])
    if not any(plain(name) in METRICS for name in header):
        raise Unusable(f"{sheet.name} has no metric that is known here. It has: {', '.join(header) or 'nothing'}.")
    shape = shape_of(sheet, block)
    known = Known(shape, marks_of(sheet, [block], [shape]), days_told(sheet, block, shape, told, {}), told)
    return part_of(sheet, block, known, [client, told.property], "")


sources.register(
    "ga4",
    Source(
        "ga4",
        "Google Analytics 4, reports",
        convert,
        bundle=("*.csv", "*.json"),
        kinds=(KIND,),
        read=read_whole,
    ),
)
