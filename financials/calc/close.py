"""The close of a month in numbers: what is earned and not yet booked, and what a restatement moved.

Source: docs/definitions.md#closed-months
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from common.money import ZERO, quantise

Key = TypeVar("Key")
SIGNS: Final[Mapping[str, int]] = {
    "gross_revenue": 1,
    "pass_through": -1,
    "delivery_labour": -1,
    "freelancers": -1,
    "direct_expenses": -1,
    "overhead": -1,
}
"""Of each ledger line in operating profit."""


def true_up(recognised: Decimal, booked: Decimal, standing: Decimal, currency: str) -> Decimal:
    """What the month's accrual of a contract must come to, so that booked net revenue to date is what was recognised.

    booked: to the month's end, `standing`, the month's own accrual as it stands, included. Because it is cumulative,
    the next month's accrual takes back what was billed meanwhile and nothing needs to be reversed.
    """
    return quantise(recognised - (booked - standing), currency)


@dataclass(frozen=True, slots=True)
class Moved(Generic[Key]):
    """One cell before and after."""

    key: Key
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


def restated(before: Mapping[Key, Decimal], after: Mapping[Key, Decimal]) -> list[Moved[Key]]:
    """Every cell whose amount differs, in the order of the keys of both; what was not there counts 0."""
    keys = dict.fromkeys([*before, *after])
    cells = (Moved(key, before.get(key, ZERO), after.get(key, ZERO)) for key in keys)
    return [cell for cell in cells if cell.difference]


def operating_profit(lines: Iterable[tuple[str, Decimal]]) -> Decimal:
    return sum((SIGNS[line] * amount for line, amount in lines), ZERO)
