"""A client's stakeholder map as it stood on a day, and what changed between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from accounts.calc.map_diff import MapDiff, Moved, State, map_diff
from accounts.models import BuyingRole, Client, Contact, Level, LineKind, LineState, StakeState, Stance
from common.formats import DASH, day, plural
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

WORDS: Final = {
    "reports_to": "Reports to", "buying_role": "Role", "power": "Power", "interest": "Interest", "stance": "Stance",
    "level": "Relationship", "level_wanted": "Wanted",
}  # fmt: skip
_STORED: Final = {"reports_to": "reports_to_id"}
USUAL: Final = 90


@dataclass(frozen=True, slots=True)
class PersonLine:
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class MovedLine:
    """way: up, down or blank."""

    name: str
    what: str
    before: str
    after: str
    way: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """before, after: strength in words, a dash where it was not drawn."""

    source: str
    target: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MapChanges:
    """lines: empty for who may not know of stance."""

    finding: str
    first: date
    last: date
    came: tuple[PersonLine, ...]
    left: tuple[PersonLine, ...]
    moved: tuple[MovedLine, ...]
    lines: tuple[LineChange, ...]
    since: date | None
    """The first day of which anything is known."""


def state_on(client: Client, on: date) -> dict[int, State]:
    """By contact, at the end of that day where the client is. One query."""
    end = datetime.combine(on + timedelta(days=1), time(0), tzinfo=client.zone())
    rows = StakeState.objects.filter(client_id=client.pk, at__lt=end).order_by("contact_id", "-at", "-id")
    return {row.contact_id: _state(row) for row in rows.distinct("contact_id") if row.present}


def lines_on(client: Client, on: date) -> dict[tuple[int, int, str], int | None]:
    """Strength by source, target and kind, at the end of that day where the client is. One query."""
    end = datetime.combine(on + timedelta(days=1), time(0), tzinfo=client.zone())
    parts = ("source_id", "target_id", "kind")
    rows = LineState.objects.filter(client_id=client.pk, at__lt=end).order_by(*parts, "-at", "-id").distinct(*parts)
    return {(row.source_id, row.target_id, row.kind): row.strength for row in rows if row.present}


def _state(row: StakeState) -> State:
    return State(row.name, row.title, {name: getattr(row, _STORED.get(name, name)) for name in WORDS})


def load_changes(user: User, client: Client, first: date, last: date) -> MapChanges:
    """Each day's state, the names people bear now, and how far back it goes: four queries, six where lines are told."""
    first, last = min(first, last), max(first, last)
    before, after = state_on(client, first), state_on(client, last)
    see_stance = abilities_of(user).see_stance
    hidden: frozenset[str] = frozenset() if see_stance else frozenset({"stance"})
    drawn = (lines_on(client, first), lines_on(client, last)) if see_stance else ({}, {})
    found = map_diff(before, after, hidden=hidden)
    names = {pk: state.name for pk, state in (before | after).items()}
    names |= {one.pk: one.name for one in Contact.objects.filter(pk__in=names)}
    lines = tuple(_lines(*drawn, names))
    oldest = StakeState.objects.filter(client_id=client.pk).order_by("at").values_list("at", flat=True).first()
    people = after | before
    return MapChanges(
        finding=_finding(client, found, len(lines), first, last),
        first=first,
        last=last,
        came=tuple(PersonLine(names[pk], people[pk].title) for pk in found.came),
        left=tuple(PersonLine(names[pk], people[pk].title) for pk in found.left),
        moved=tuple(_line(move, names) for move in found.moved),
        lines=lines,
        since=oldest.astimezone(client.zone()).date() if oldest else None,
    )


def _lines(
    before: Mapping[tuple[int, int, str], int | None],
    after: Mapping[tuple[int, int, str], int | None],
    names: Mapping[int, str],
) -> Iterator[LineChange]:
    for line in sorted(before.keys() | after.keys()):
        said = [_strength(lines, line) for lines in (before, after)]
        if said[0] != said[1]:
            source, target = (names.get(end) or "Somebody off the map" for end in line[:2])
            yield LineChange(source, target, str(LineKind(line[2]).label), said[0], said[1])


def _strength(lines: Mapping[tuple[int, int, str], int | None], line: tuple[int, int, str]) -> str:
    if line not in lines:
        return DASH
    return "Drawn" if lines[line] is None else f"{lines[line]} of 5"


def _finding(client: Client, found: MapDiff, lines: int, first: date, last: date) -> str:
    said = []
    if found.came:
        said.append(f"{plural(len(found.came), 'person', 'people')} came")
    if found.left:
        said.append(f"{plural(len(found.left), 'person', 'people')} left")
    changed = len({move.person for move in found.moved})
    if changed:
        said.append(f"{plural(changed, 'person', 'people')} changed")
    if lines:
        said.append(f"{plural(lines, 'line')} changed")
    if not said:
        return f"Nothing changed on the map of {client.name}"
    words = ", ".join(said[:-1]) + (" and " if len(said) > 1 else "") + said[-1]
    return f"{words} between {day(first)} and {day(last)}"


def _line(move: Moved, names: Mapping[int, str]) -> MovedLine:
    way = "" if move.up is None else "up" if move.up else "down"
    before, after = (_word(move.field, value, names) for value in (move.before, move.after))
    return MovedLine(names[move.person], WORDS[move.field], before, after, way)


def _word(field: str, value: Any, names: Mapping[int, str]) -> str:
    if value is None:
        return DASH
    if field == "reports_to":
        return names.get(value) or "Somebody off the map"
    if field == "buying_role":
        return str(BuyingRole(value).label)
    if field == "stance":
        return str(Stance(value).label)
    if field in ("level", "level_wanted"):
        return f"{value} {Level(value).label}"
    return f"{value} of 5"
