"""How promises stand, and how many are kept. Source: docs/definitions.md#kept-rate"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from common.money import ratio

State = Literal["open", "late", "kept", "kept_late", "dropped"]


class Promise(NamedTuple):
    due: date
    kept_on: date | None = None
    dropped_on: date | None = None


def state_of(promise: Promise, today: date) -> State:
    if promise.kept_on is not None:
        return "kept" if promise.kept_on <= promise.due else "kept_late"
    if promise.dropped_on is not None:
        return "dropped"
    return "late" if promise.due < today else "open"


@dataclass(frozen=True, slots=True)
class Kept:
    """rate: kept by their day ÷ all that fell due, None when none did. late: kept after it; open: due and not kept."""

    rate: Decimal | None
    kept: int
    late: int
    open: int
    dropped: int

    @property
    def due(self) -> int:
        return self.kept + self.late + self.open + self.dropped


def kept(promises: Iterable[Promise], *, first: date, today: date) -> Kept:
    """Over promises due from `first` to yesterday, and those due later that are kept or dropped already."""
    found = dict.fromkeys(("kept", "kept_late", "late", "dropped"), 0)
    for promise in promises:
        state = state_of(promise, today)
        if promise.due >= first and state != "open":
            found[state] += 1
    whole = sum(found.values())
    rate = ratio(found["kept"], whole)
    return Kept(rate, found["kept"], found["kept_late"], found["late"], found["dropped"])
