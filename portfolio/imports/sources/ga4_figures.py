"""From a table of Google Analytics 4 to figures: what its columns are, of which days, and whether its sums hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from accounts.calc.web import ADDS_UP
from common.imports import Note, Table, Unusable
from portfolio.imports.files import Sheet
from portfolio.imports.sources import Part
from portfolio.imports.sources.ga4_beside import Beside, stem_of
from portfolio.imports.sources.ga4_blocks import Block
from portfolio.imports.sources.ga4_words import (
    CHANNEL,
    DAYS,
    DIGITS,
    DIMENSIONS,
    METRICS,
    NOT_KNOWN,
    NTH_DAY,
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


@dataclass(slots=True)
class Shape:
    """What each column of a block is, by place."""

    metrics: dict[int, str] = field(default_factory=dict)
    dimensions: dict[int, str] = field(default_factory=dict)
    channel: int | None = None
    day: int | None = None
    nth: int | None = None


def shape_of(sheet: Sheet, block: Block) -> Shape:
    found, left, twice = Shape(), [], []
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

    def take(self, line: int, row: list[str], amount: Decimal, values: Mapping[int, str], shape: Shape) -> None:
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
class Known:
    """What a block is read by. days: of the whole table, where its rows do not say."""

    shape: Shape
    marks: Marks
    days: tuple[date | None, date | None]
    beside: Beside | None


def part_of(sheet: Sheet, block: Block, known: Known, whose: Sequence[str], also: str) -> Part:
    """whose: the client's key and the property."""
    shape, marks = known.shape, known.marks
    found = _Figures()
    where = [*whose, (block.title or stem_of(sheet))[:120]]
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
    return Part(KIND, shown_rows(sheet, table), table, also)


def _read_row(
    found: _Figures, line: int, cells: Sequence[str], values: Mapping[int, str], shape: Shape, marks: Marks,
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


def marks_of(sheet: Sheet, blocks: Sequence[Block], shapes: Sequence[Shape]) -> Marks:
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


def days_told(
    sheet: Sheet, block: Block, shape: Shape, told: Beside | None, options: Mapping[str, str]
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


def _is_total(values: Mapping[int, str], shape: Shape, cells: Sequence[str]) -> bool:
    """A row named as a total; or one that names nothing, of a table whose rows all name something."""
    named = [plain(value) for value in values.values()]
    dated = [cells[place] for place in (shape.day, shape.nth) if place is not None]
    named += [plain(cells[0])] if plain(cells[0]) in TOTALS else []
    nameless = bool(named or dated) and not any([*named, *dated])
    return nameless or any(word in TOTALS for word in named)


def _days_of_row(cells: Sequence[str], shape: Shape, first: date | None, last: date | None) -> tuple[date, date] | str:
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


def shown_rows(sheet: Sheet, table: Table) -> Sheet:
    """The figures as rows of the report, for its counts."""
    rows, lines = [list(row) for row in table.rows], list(table.lines)
    return Sheet(sheet.name, sheet.digest, list(COLUMNS), rows, lines, {}, [])
