"""Margin of the months of clients whose lines are all told to a reader.

Source: docs/definitions.md#margin-of-what-is-shown
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from common.money import ZERO, ratio

Amount = Decimal | None
Place = tuple[str, date]
"""A client's key and a month."""
Grid = Mapping[Place, Mapping[str, Amount]]
"""By place the lines of the ladder; a line is None where a rate is missing or it is withheld from the reader."""
_OF_NET: Final = {"net_revenue": 1, "gross_revenue": 1, "pass_through": -1}
_OF_CONTRIBUTION: Final = _OF_NET | {"delivery_labour": -1, "freelancers": -1, "direct_expenses": -1}


def value_of(lines: Mapping[str, Amount], what: str) -> Amount:
    """Net revenue or contribution of one place; None where one of its lines is unknown."""
    signs = _OF_NET if what == "net_revenue" else _OF_CONTRIBUTION
    parts = [(sign, lines[name]) for name, sign in signs.items() if name in lines]
    known = [sign * amount for sign, amount in parts if amount is not None]
    return sum(known, ZERO) if len(known) == len(parts) else None


def sum_of(grid: Grid, places: Iterable[Place], what: str) -> Amount:
    """None where nothing is known of these places, or one of them is not known whole."""
    found = [value_of(grid[place], what) for place in places if place in grid]
    known = [value for value in found if value is not None]
    return sum(known, ZERO) if found and len(known) == len(found) else None


@dataclass(frozen=True, slots=True)
class ShownMargin:
    """contribution, net: of the places that are shown, in one currency. left_out: those that are withheld, in neither:
    of no two of the reader's sums one is such a place.
    """

    contribution: Amount
    net: Amount
    left_out: tuple[Place, ...]

    @property
    def ratio(self) -> Amount:
        return ratio(self.contribution, self.net)


def shown_margin(grid: Grid, places: Iterable[Place], withheld: Collection[Place]) -> ShownMargin:
    """withheld: places of which a line is not told; they are left out of a budget's margin too, to be held against."""
    asked = list(places)
    shown = [place for place in asked if place not in withheld]
    left_out = tuple(place for place in asked if place in withheld)
    return ShownMargin(sum_of(grid, shown, "contribution"), sum_of(grid, shown, "net_revenue"), left_out)
