"""What differs between two readings of a plan. A reading: kind → key → field → plain value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Fields = Mapping[str, Any]
Body = Mapping[str, Mapping[str, Fields]]
Verb = Literal["added", "taken out", "changed"]
QUIET = frozenset({"position", "readings"})
"""Fields whose change alone is no news of the plan: an order, and what was measured."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part that differs. title: as it reads later, or read before. above: the key of what it hangs on."""

    kind: str
    key: str
    verb: Verb
    title: str
    above: str
    fields: tuple[FieldChange, ...]


def compare(before: Body, after: Body, kinds: Iterable[str]) -> list[PartChange]:
    """By kind in the order given, then as they stand in the later reading, what was taken out last."""
    found: list[PartChange] = []
    for kind in kinds:
        old, new = before.get(kind, {}), after.get(kind, {})
        for key in [*new, *(key for key in old if key not in new)]:
            change = _part(kind, key, old.get(key), new.get(key))
            if change is not None:
                found.append(change)
    return found


def _part(kind: str, key: str, old: Fields | None, new: Fields | None) -> PartChange | None:
    shown = new if new is not None else old or {}
    if old is None or new is None:
        verb: Verb = "added" if old is None else "taken out"
        fields = tuple(
            FieldChange(name, None if old is None else value, value if old is None else None)
            for name, value in shown.items()
            if name not in QUIET and value not in (None, "")
        )
        return PartChange(kind, key, verb, _title(kind, shown), _above(shown), fields)
    moved = tuple(
        FieldChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name) and name not in QUIET
    )
    return PartChange(kind, key, "changed", _title(kind, shown), _above(shown), moved) if moved else None


def _title(kind: str, fields: Fields) -> str:
    if kind == "plan":
        return "The plan's own words"
    return str(fields.get("title") or fields.get("year") or "")


def _above(fields: Fields) -> str:
    return str(fields.get("initiative") or fields.get("objective") or fields.get("imperative") or "")
