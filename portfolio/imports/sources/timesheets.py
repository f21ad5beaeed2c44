"""Detailed exports of Harvest, Toggl Track and Clockify as the kind `time`.

Mapping, the same for all three, and said in the report: the person by e-mail, else by the exact full name of one
person here; the client by its name (or key); the contract by the project's code, or by the first word of the project's
name, where that is a contract's number. What matches nothing is refused or listed, never guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from common.imports import Note, Table, Unusable
from financials.models import Contract
from people.models import User
from portfolio.imports.files import Sheet
from portfolio.imports.sources import Part, Source, sources

_SLASHED: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_CLOCK: Final = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Layout:
    """Column names of one export, in lower case as they are read. identity: tells entries apart."""

    name: str
    label: str
    date: str
    client: str
    project: str
    hours: tuple[str, ...]
    billable: str
    notes: tuple[str, ...]
    identity: tuple[str, ...]
    email: str = "email"
    person: tuple[str, ...] = ("user",)
    code: str = ""
    roles: str = ""


LAYOUTS: Final = (
    Layout(
        name="harvest",
        label="Harvest, detailed time report",
        date="date",
        client="client",
        project="project",
        code="project code",
        hours=("hours",),
        billable="billable?",
        notes=("task", "notes"),
        roles="roles",
        person=("first name", "last name"),
        identity=("date", "first name", "last name", "client", "project", "task", "notes"),
    ),
    Layout(
        name="toggl",
        label="Toggl Track, detailed report",
        date="start date",
        client="client",
        project="project",
        hours=("duration",),
        billable="billable",
        notes=("task", "description"),
        identity=("user", "email", "start date", "start time", "client", "project"),
    ),
    Layout(
        name="clockify",
        label="Clockify, detailed report",
        date="start date",
        client="client",
        project="project",
        hours=("duration (decimal)", "duration (h)"),
        billable="billable",
        notes=("task", "description"),
        identity=("user", "email", "start date", "start time", "client", "project"),
    ),
)


def _convert(layout: Layout) -> Callable[[str, Sequence[Sheet], Mapping[str, str]], list[Part]]:
    def convert(kind: str, sheets: Sequence[Sheet], _options: Mapping[str, str]) -> list[Part]:
        return [Part(kind, sheet, _table(layout, sheet)) for sheet in sheets]

    return convert


def _table(layout: Layout, sheet: Sheet) -> Table:
    hours = next((name for name in layout.hours if name in sheet.header), layout.hours[0])
    named = layout.email in sheet.header or all(name in sheet.header for name in layout.person)
    needed = [layout.date, layout.client, layout.project, hours]
    missing = [name for name in needed if name not in sheet.header] + ([] if named else list(layout.person))
    if missing:
        raise Unusable(f"{sheet.name} lacks the column {', '.join(missing)}: export it as CSV from {layout.label}.")
    table = Table(sheet.header, sheet.rows, sheet.lines, {})
    table.notes.extend(sheet.notes)
    for position, reason in sheet.short.items():
        table.rejected[position].append(reason)
    table.columns = {
        "source_ref": _references(layout, sheet),
        "date": _dates(sheet, sheet.column(layout.date)),
        "person_email": _emails(layout, sheet, table),
        "client": sheet.column(layout.client),
        "contract": _contracts(layout, sheet, table),
        "hours": [_hours(cell) for cell in sheet.column(hours)],
        "notes": [" · ".join(filter(None, parts))[:300] for parts in zip(*_texts(sheet, layout.notes), strict=True)],
    }
    if layout.billable in sheet.header:
        table.columns["billable"] = sheet.column(layout.billable)
    if layout.roles in sheet.header:
        table.columns["role"] = [_only(cell) for cell in sheet.column(layout.roles)]
    return table


def _texts(sheet: Sheet, names: Sequence[str]) -> list[Sequence[str]]:
    """Each column, blank where the export has none."""
    blank = [""] * len(sheet.rows)
    return [[cell.strip() for cell in sheet.column(name)] if name in sheet.header else blank for name in names]


def _references(layout: Layout, sheet: Sheet) -> list[str]:
    """The same row makes the same id in every export; rows alike in all these columns are numbered."""
    seen: Counter[str] = Counter()
    found = []
    for parts in zip(*_texts(sheet, layout.identity), strict=True):
        digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
        seen[digest] += 1
        found.append(f"{layout.name}:{digest}" + (f"-{seen[digest]}" if seen[digest] > 1 else ""))
    return found


def _dates(sheet: Sheet, cells: Sequence[str]) -> list[str]:
    """2026-10-31 as it is; 31/10/2026 or 10/31/2026 by whichever order every date of the file allows."""
    parts = [found.groups() for cell in cells if (found := _SLASHED.fullmatch(cell.strip()))]
    day_first = any(int(first) > 12 for first, _, _ in parts)
    month_first = any(int(second) > 12 for _, second, _ in parts)
    if parts and day_first == month_first:
        why = "mixes" if day_first else "could be read with"
        raise Unusable(
            f"{sheet.name} {why} day/month and month/day dates, such as {'/'.join(parts[0])}: set the date format to "
            "YYYY-MM-DD there and export again."
        )
    return [_iso(cell.strip(), day_first=day_first) for cell in cells]


def _iso(cell: str, *, day_first: bool) -> str:
    found = _SLASHED.fullmatch(cell)
    if found is None:
        return cell
    first, second, year = found.groups()
    day, month = (first, second) if day_first else (second, first)
    return f"{year}-{int(month):02}-{int(day):02}"


def _hours(cell: str) -> str:
    """1:30:00 and 1,5 as 1.50; what is neither goes on as it is, to be refused with its own words."""
    cell = cell.strip()
    if found := _CLOCK.fullmatch(cell):
        seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
        return str((Decimal(seconds) / 3600).quantize(_CENT, rounding=ROUND_HALF_EVEN))
    plain = cell.replace(",", ".")
    if re.fullmatch(r"\d{1,3}(\.\d+)?", plain):
        return str(Decimal(plain).quantize(_CENT, rounding=ROUND_HALF_EVEN))
    return cell


def _only(roles: str) -> str:
    """A role when there is exactly one; of several nobody knows which was worn."""
    several = [role.strip() for role in roles.split(",") if role.strip()]
    return several[0] if len(several) == 1 else ""


def _emails(layout: Layout, sheet: Sheet, table: Table) -> list[str]:
    given = _texts(sheet, [layout.email])[0]
    names = [" ".join(filter(None, parts)) for parts in zip(*_texts(sheet, layout.person), strict=True)]
    wanted = {name.lower() for name, email in zip(names, given, strict=True) if name and not email}
    people: dict[str, list[str]] = {}
    for name, email in User.objects.values_list("name", "email") if wanted else ():
        people.setdefault(name.lower(), []).append(email)
    found = list(given)
    for position, name in enumerate(names):
        if given[position]:
            continue
        emails = people.get(name.lower(), [])
        if len(emails) == 1:
            found[position] = emails[0]
        elif position not in table.rejected:
            why = f"is the name of {len(emails)} people here" if emails else "is no one's name here"
            table.rejected[position].append(
                f"person “{name}” {why}: add an Email column to the export, or load the person first"
            )
    if wanted:
        table.notes.append(Note("Rows without an e-mail: the person was found by full name.", len(wanted)))
    return found


def _contracts(layout: Layout, sheet: Sheet, table: Table) -> list[str]:
    codes, projects = _texts(sheet, [layout.code, layout.project])
    guesses = [[code, project, project.split(" ")[0]] for code, project in zip(codes, projects, strict=True)]
    named = {text for several in guesses for text in several if text}
    known = set(Contract.objects.filter(number__in=named).values_list("number", flat=True))
    found = [next((text for text in several if text in known), "") for several in guesses]
    without = Counter(project for project, number in zip(projects, found, strict=True) if project and not number)
    if without:
        shown = tuple(f"{project} ({count})" for project, count in without.most_common(10))
        table.notes.append(
            Note("Projects whose code or first word is no contract's number: under no contract.", len(without), shown)
        )
    return found


for _layout in LAYOUTS:
    sources.register(_layout.name, Source(_layout.name, _layout.label, _convert(_layout), kinds=("time",)))
