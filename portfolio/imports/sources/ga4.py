"""Reports of Google Analytics 4, as its CSV download gives them (comment lines, several tables in one file, totals,
localised words and numbers) and as JSON with a query and totals beside CSV rows, into the kind `web_analytics`.

Nothing is guessed: words and dates not known are refused or left out by name, and rows that do not sum to the totals
beside them are refused.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final

from accounts.calc.web import ADDS_UP
from common.imports import Note, Table, Unusable
from portfolio.imports.files import Sheet, SourceFile, read_text
from portfolio.imports.sources import Part, Source, sources
from portfolio.imports.sources.ga4_words import (
    CHANNEL,
    DAYS,
    DIGITS,
    DIMENSIONS,
    ENDS,
    METRICS,
    NOT_KNOWN,
    NTH_DAY,
    STARTS,
    TOTALS,
    Marks,
    day_of,
    plain,
)

KIND: Final = "web_analytics"
COLUMNS: Final = (
    "client", "property", "report", "from", "to", "dimensions", "value", "channel", "metric", "amount",
)  # fmt: skip
_PLACES: Final = Decimal("0.000001")
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What a JSON says of the report of the same name. parts: totals by the values of a dimension, by its name."""

    property: str
    first: date | None
    last: date | None
    totals: Mapping[str, Decimal]
    parts: Mapping[str, Mapping[str, Decimal]]
    data: Sequence[Mapping[str, Any]]
    sampled: bool


def read_whole(file: SourceFile) -> Sheet:
    """The text as one cell: its tables are found by `convert`."""
    text, digest, notes = read_text(file)
    return Sheet(file.name, digest, ["text"], [[text]], [1], {}, notes)


def convert(_kind: str, sheets: Sequence[Sheet], options: Mapping[str, str]) -> list[Part]:
    client = options.get("client", "")
    if not client:
        raise Unusable("Whose analytics? Say it with --client KEY (Client on the page): the export does not.")
    beside = {_stem(sheet): _beside(sheet) for sheet in sheets if _is_json(sheet)}
    owner = next((one.property for one in beside.values() if one.property), "")
    parts: list[Part] = []
    for sheet in sheets:
        if _is_json(sheet):
            twin = any(_stem(other) == _stem(sheet) and not _is_json(other) for other in sheets)
            parts.append(_held_against(sheet) if twin else _alone(sheet, beside[_stem(sheet)], client))
            continue
        blocks = blocks_of(sheet)
        shapes = [_shape(sheet, block) for block in blocks]
        marks = _marks(sheet, blocks, shapes)
        for number, (block, shape) in enumerate(zip(blocks, shapes, strict=True), 1):
            also = "" if number == 1 else f"table {number}: {block.title or block.header[0]}"
            found = beside.get(_stem(sheet)) if len(blocks) == 1 else None
            known = _Known(shape, marks, _days(sheet, block, shape, found, options), found)
            parts.append(_part(sheet, block, known, [client, found.property if found else owner], also))
    if not parts:
        raise Unusable("No table is in these files.")
    return parts


def _stem(sheet: Sheet) -> str:
    return PurePath(sheet.name).stem.lower()


def _is_json(sheet: Sheet) -> bool:
    return sheet.rows[0][0].lstrip("\ufeff \r\n\t").startswith("{")


# Tables of a file


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


# JSON beside CSV


def _beside(sheet: Sheet) -> Beside:
    try:
        told = json.loads(sheet.rows[0][0], parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{sheet.name} is no whole JSON: {str(error)[:100]}.") from error
    query, totals = told.get("query"), told.get("totals") or {}
    if not isinstance(query, dict) or not isinstance(totals, dict):
        raise Unusable(f"{sheet.name} has no query and totals as reports of Google Analytics have.")
    first, last = _asked(query, str(told.get("taken_at") or ""))
    data = told.get("data") or []
    return Beside(
        property=str(told.get("agency") or ""),
        first=first,
        last=last,
        totals=_decimals(totals),
        parts={name.removeprefix("by_"): _decimals(part) for name, part in totals.items() if isinstance(part, dict)},
        data=[row for row in data if isinstance(row, dict)] if isinstance(data, list) else [],
        sampled=bool(told.get("sampling")),
    )


def _decimals(cells: Mapping[str, Any]) -> dict[str, Decimal]:
    """Those that are numbers."""
    return {
        name: Decimal(cell)
        for name, cell in cells.items()
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool) and Decimal(cell).adjusted() < DIGITS
    }


def _asked(query: Mapping[str, Any], taken: str) -> tuple[date | None, date | None]:
    """The days a query asked for, told from the day it was taken."""
    asked = query.get("dateRanges")
    ranges = asked[0] if isinstance(asked, list) and asked and isinstance(asked[0], dict) else {}
    day = day_of(taken[:10])

    def told(word: str) -> date | None:
        back = re.fullmatch(r"(\d{1,4})daysAgo", word)
        steps = int(back[1]) if back else {"yesterday": 1, "today": 0}.get(word)
        return day_of(word) if steps is None else day - timedelta(days=steps) if day else None

    return told(str(ranges.get("startDate") or "")), told(str(ranges.get("endDate") or ""))


def _held_against(sheet: Sheet) -> Part:
    """A JSON whose rows stand in a CSV: no figures of its own."""
    table = Table(list(COLUMNS), [], [], {name: [] for name in COLUMNS})
    table.notes.append(Note("Read for its days and totals: the rows stand in the CSV of its name."))
    return Part(KIND, _shown(sheet, table), table)


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
    shape = _shape(sheet, block)
    known = _Known(shape, _marks(sheet, [block], [shape]), _days(sheet, block, shape, told, {}), told)
    return _part(sheet, block, known, [client, told.property], "")


# From a table to figures


@dataclass(slots=True)
class _Shape:
    """What each column of a block is, by place."""

    metrics: dict[int, str] = field(default_factory=dict)
    dimensions: dict[int, str] = field(default_factory=dict)
    channel: int | None = None
    day: int | None = None
    nth: int | None = None


def _shape(sheet: Sheet, block: Block) -> _Shape:
    found, left, twice = _Shape(), [], []
    firsts = {name: place for place, name in reversed(list(enumerate(block.header)))}
    for place, name in enumerate(block.header):
        word, first = plain(name), firsts[name]
        if place != first:
            if any(row[place : place + 1] != row[first : first + 1] for _, row in block.rows):
                raise Unusable(f"{sheet.name} has the column “{name}” twice, with different figures.")
            twice.append(name)
        elif word in METRICS:
            found.metrics[place] = METRICS[word]
        elif word in DAYS:
            found.day = place
        elif word in NTH_DAY:
            found.nth = place
        elif CHANNEL.search(word):
            found.channel, found.dimensions[place] = place, "channel"
        elif word in DIMENSIONS:
            found.dimensions[place] = DIMENSIONS[word]
        elif place == 0:
            found.dimensions[place] = word[:60]
            block.notes.append(Note(f"“{name}” is no dimension known here: its words are kept as they are."))
        elif name:
            left.append(name)
    if twice:
        some = tuple(dict.fromkeys(twice))[:10]
        block.notes.append(Note("Columns that stand twice with the same figures: read once.", len(twice), some))
    if left:
        block.notes.append(Note("Columns not read, as their meaning is not known here.", len(left), tuple(left[:10])))
    if not found.metrics:
        raise Unusable(f"{sheet.name} has no metric that is known here. It has: {', '.join(block.header)}.")
    return found


@dataclass(slots=True)
class _Figures:
    """The figures of one block as they are found, and what is to be said of them."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=dict)
    sums: Counter[str] = field(default_factory=Counter)
    parts: dict[str, Counter[str]] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    not_set: Counter[str] = field(default_factory=Counter)
    rounded: int = 0
    blank: int = 0

    def refuse(self, line: int, reason: str) -> None:
        self.refused[len(self.rows)] = [reason]
        self.rows.append([""] * len(COLUMNS))
        self.lines.append(line)

    def take(self, line: int, row: list[str], amount: Decimal, values: Mapping[int, str], shape: _Shape) -> None:
        self.rows.append(row)
        self.lines.append(line)
        metric = row[8]
        self.sums[metric] += amount  # type: ignore[assignment]  # a Counter adds Decimals as well
        for place, value in values.items():
            if metric == "sessions":
                self.parts.setdefault(shape.dimensions[place], Counter())[value] += amount  # type: ignore[assignment]

    def table(self) -> Table:
        columns: dict[str, Sequence[str]] = {
            name: [row[place] for row in self.rows] for place, name in enumerate(COLUMNS)
        }
        table = Table(list(COLUMNS), self.rows, self.lines, columns)
        table.rejected.update(self.refused)
        return table


@dataclass(frozen=True, slots=True)
class _Known:
    """What a block is read by. days: of the whole table, where its rows do not say."""

    shape: _Shape
    marks: Marks
    days: tuple[date | None, date | None]
    beside: Beside | None


def _part(sheet: Sheet, block: Block, known: _Known, whose: Sequence[str], also: str) -> Part:
    """whose: the client's key and the property."""
    shape, marks = known.shape, known.marks
    found = _Figures()
    where = [*whose, (block.title or _stem(sheet))[:120]]
    for line, cells in block.rows:
        if len(cells) < len(block.header) or any(cell.strip() for cell in cells[len(block.header) :]):
            found.refuse(line, f"{len(cells)} cells where the heading has {len(block.header)}")
            continue
        values = {place: cells[place].strip() for place in shape.dimensions}
        if _is_total(values, shape, cells):
            found.totals |= {
                metric: value
                for place, metric in shape.metrics.items()
                if (value := marks.number(cells[place])) is not None
            }
            continue
        days = _days_of_row(cells, shape, *known.days)
        if isinstance(days, str):
            found.refuse(line, days)
            continue
        _read_row(found, line, cells, values, shape, marks, [*where, days[0].isoformat(), days[1].isoformat()])
    table = found.table()
    _say(table, sheet, block, found, known.beside)
    return Part(KIND, _shown(sheet, table), table, also)


def _read_row(
    found: _Figures, line: int, cells: Sequence[str], values: Mapping[int, str], shape: _Shape, marks: Marks,
    where: list[str],
) -> None:  # fmt: skip
    found.not_set.update(one for one in values.values() if plain(one) in NOT_KNOWN)
    channel = "" if shape.channel is None else values[shape.channel]
    cut = [" + ".join(shape.dimensions.values()), " × ".join(values.values())[:600], channel[:80]]
    for place, metric in shape.metrics.items():
        cell = cells[place].strip()
        if not cell:
            found.blank += 1
            continue
        amount = marks.number(cell)
        if amount is None:
            found.refuse(line, f"amount “{cell[:40]}” of {metric} is no number of up to {DIGITS} digits")
            continue
        kept = amount.quantize(_PLACES)
        found.rounded += kept != amount
        found.take(line, [*where, *cut, metric, format(kept.normalize(), "f")], amount, values, shape)


def _marks(sheet: Sheet, blocks: Sequence[Block], shapes: Sequence[_Shape]) -> Marks:
    """One for the whole file: it was written by one program in one language."""
    cells = [
        row[place]
        for block, shape in zip(blocks, shapes, strict=True)
        for _, row in block.rows
        for place in shape.metrics
        if place < len(row)
    ]
    marks = Marks(cells)
    if marks.clash:
        raise Unusable(f"{sheet.name} writes decimals both ways, as in {marks.clash[0]} and {marks.clash[1]}.")
    if marks.open and not marks.decimal:
        raise Unusable(
            f"{sheet.name}: “{marks.open}” may be thousands or a fraction, and no other figure says which. Export it "
            "without thousands marks."
        )
    if marks.decimal == ",":
        blocks[0].notes.append(Note("Figures have a decimal comma: read as such."))
    return marks


def _days(
    sheet: Sheet, block: Block, shape: _Shape, told: Beside | None, options: Mapping[str, str]
) -> tuple[date | None, date | None]:
    """Of the whole table, where its rows do not say: from its comments, the JSON beside it, or what was said."""
    if shape.day is not None:
        return None, None
    said = day_of(options.get("from", "")), day_of(options.get("to", ""))
    ways = ((block.first, block.last), (told.first, told.last) if told else (None, None), said)
    for place, (first, last) in enumerate(ways):
        if first is not None and last is not None and first <= last:
            if place == 1:
                block.notes.append(Note(f"Days told from the JSON beside it: {first} to {last}."))
            return first, last
        if first is not None and shape.nth is not None:
            return first, last
    raise Unusable(
        f"{sheet.name} does not say of which days it is: export it with its first lines, put its JSON beside it, or "
        "say --from 2026-09-01 --to 2026-09-30."
    )


def _is_total(values: Mapping[int, str], shape: _Shape, cells: Sequence[str]) -> bool:
    """A row named as a total; or one that names nothing, of a table whose rows all name something."""
    named = [plain(value) for value in values.values()]
    dated = [cells[place] for place in (shape.day, shape.nth) if place is not None]
    named += [plain(cells[0])] if plain(cells[0]) in TOTALS else []
    nameless = bool(named or dated) and not any([*named, *dated])
    return nameless or any(word in TOTALS for word in named)


def _days_of_row(cells: Sequence[str], shape: _Shape, first: date | None, last: date | None) -> tuple[date, date] | str:
    """The days, or why they cannot be told."""
    if shape.day is not None:
        day = day_of(cells[shape.day])
        if day is None:
            return f"date “{cells[shape.day][:30]}” is neither 20260930 nor 2026-09-30: other orders could be two days"
        return day, day
    if shape.nth is not None and first is not None:
        nth = cells[shape.nth].strip()
        if not re.fullmatch(r"\d{1,4}", nth):
            return f"day “{nth[:30]}” is no number of a day"
        day = first + timedelta(days=int(nth))
        return (day, day) if last is None or day <= last else f"day {nth} lies after the last day {last}"
    if first is None or last is None:
        return "of no days"
    return first, last


def _say(table: Table, sheet: Sheet, block: Block, found: _Figures, told: Beside | None) -> None:
    table.notes.extend([*sheet.notes, *block.notes])
    if found.not_set:
        names = tuple(f"{name} ({count})" for name, count in found.not_set.most_common(5))
        table.notes.append(Note("Rows that name nothing: kept as they are.", found.not_set.total(), names))
    if found.rounded:
        table.notes.append(Note("Figures with more than six decimals: rounded to six.", found.rounded))
    if found.blank:
        table.notes.append(Note("Blank figures: unknown, not zero; left out.", found.blank))
    for metric, total in found.totals.items():
        rows = Decimal(found.sums[metric])
        if metric in ADDS_UP and rows != total:
            table.notes.append(
                Note(f"The total row says {total:,f} {metric}, the rows sum to {rows:,f}: the export left rows out.")
            )
        elif metric in ADDS_UP:
            table.notes.append(Note(f"The total row agrees: {total:,f} {metric}. It is no figure of its own."))
    if told is not None:
        if told.sampled:
            table.notes.append(Note("The report was sampled: its figures are estimates."))
        _hold(table, found, told)


_NAMED: Final = {"visits": "sessions", "users": "users", "total_events": "events"}


def _hold(table: Table, found: _Figures, told: Beside) -> None:
    """Against the totals beside it: rows that do not sum to them are refused, whoever is right."""
    wrong = [
        f"{name} of the rows sum to {Decimal(found.sums[metric]):,f}, the JSON beside them says {total:,f}"
        for name, total in told.totals.items()
        if (metric := _NAMED.get(name, "")) and metric in found.sums and Decimal(found.sums[metric]) != total
    ]
    for name, part in told.parts.items():
        sums = next((sums for sums in found.parts.values() if set(sums) == set(part)), None)
        if sums is not None:
            wrong += [
                f"{name} {key}: the rows sum to {Decimal(sums[key]):,f}, the JSON says {total:,f}"
                for key, total in part.items()
                if Decimal(sums[key]) != total
            ]
    if wrong:
        for position in range(len(table)):
            table.rejected[position].append(wrong[0])
    elif any(_NAMED.get(name, "") in found.sums for name in told.totals):
        table.notes.append(Note("The rows sum to the totals of the JSON beside them."))


def _shown(sheet: Sheet, table: Table) -> Sheet:
    """The figures as rows of the report, for its counts."""
    rows, lines = [list(row) for row in table.rows], list(table.lines)
    return Sheet(sheet.name, sheet.digest, list(COLUMNS), rows, lines, {}, [])


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
