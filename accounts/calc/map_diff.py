"""Two states of a stakeholder map held against each other: who came, who left, what changed of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FIELDS: Final = ("reports_to", "buying_role", "power", "interest", "stance", "level", "level_wanted")


@dataclass(frozen=True, slots=True)
class State:
    """One person's part. values: by name of `FIELDS`; reports_to is a person's number."""

    name: str
    title: str
    values: Mapping[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """up: whether a number rose; None for what has no up, or was or is not known."""

    person: int
    field: str
    before: int | str | None
    after: int | str | None
    up: bool | None


@dataclass(frozen=True, slots=True)
class MapDiff:
    came: tuple[int, ...]
    left: tuple[int, ...]
    moved: tuple[Moved, ...]


def map_diff(
    before: Mapping[int, State], after: Mapping[int, State], *, hidden: frozenset[str] = frozenset()
) -> MapDiff:
    """hidden: fields that the reader may not know of. People in the order of `after`, then of `before`."""
    moved = []
    for person, now in after.items():
        was = before.get(person)
        if was is None:
            continue
        for field in FIELDS:
            first, second = was.values.get(field) or None, now.values.get(field) or None
            if field in ("stance", "level"):  # nought is a judgement there
                first, second = was.values.get(field), now.values.get(field)
            if first != second and field not in hidden:
                moved.append(Moved(person, field, first, second, _up(field, first, second)))
    came = tuple(person for person in after if person not in before)
    return MapDiff(came, tuple(person for person in before if person not in after), tuple(moved))


def _up(field: str, first: int | str | None, second: int | str | None) -> bool | None:
    if field in ("reports_to", "buying_role") or not isinstance(first, int) or not isinstance(second, int):
        return None
    return second > first
