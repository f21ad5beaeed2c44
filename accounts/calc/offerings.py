"""How an offering is named, and whose hours it takes. Source: docs/definitions.md#white-space"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

MOST_HOURS: Final = Decimal(100_000)
MOST_ROLES: Final = 12


class BadRoles(ValueError):
    """The text says what to write instead."""


def read_roles(text: str) -> dict[str, Decimal]:
    """'Designer: 300; Writer: 120' as hours by role, in the order given. Blank is no role. Raises BadRoles."""
    found: dict[str, Decimal] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        role, colon, hours = (piece.strip() for piece in part.rpartition(":"))
        try:
            count = Decimal(hours)
        except InvalidOperation:
            count = Decimal("NaN")
        if not colon or not role or not count.is_finite() or not 0 < count <= MOST_HOURS:
            raise BadRoles(f"“{part[:60]}” is no role with its hours: write Designer: 300; Writer: 120")
        if role in found:
            raise BadRoles(f"{role[:60]} is named twice")
        found[role] = count
    if len(found) > MOST_ROLES:
        raise BadRoles(f"names {len(found)} roles; {MOST_ROLES} is the most")
    return found


def write_roles(roles: Mapping[str, Decimal]) -> str:
    """As it is stored: one way to write the same needs."""
    return "; ".join(f"{role}: {hours.normalize():f}" for role, hours in roles.items())


class Catalogue:
    """Which offering a deal's or a contract's own word means: its key, else its name in any case."""

    def __init__(self, offerings: Iterable[tuple[int, str, str]]) -> None:
        """offerings: number, key and name. Of two of one name neither is meant by it."""
        self._keys: dict[str, int] = {}
        self._names: dict[str, int | None] = {}
        for pk, key, name in offerings:
            self._keys[key] = pk
            folded = name.strip().casefold()
            self._names[folded] = None if folded in self._names else pk

    def meant_by(self, word: str) -> int | None:
        found = self._keys.get(word.strip())
        return found if found is not None else self._names.get(word.strip().casefold())
