"""What people's calls of a year were worth: off by how much, beside the system's figure when they were made.

Source: docs/definitions.md#forecast-value-added
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from common.money import ZERO, ratio


class Called(NamedTuple):
    """One call of a year that is over, in its own currency. system: what the forecast said when it was made."""

    call: Decimal
    system: Decimal
    came: Decimal


@dataclass(frozen=True, slots=True)
class CallScore:
    """missed, before: Σ|call − came| and Σ|system − came|; signed: Σ(call − came). Ratios None where nothing came."""

    n: int
    missed: Decimal
    before: Decimal
    signed: Decimal
    came: Decimal
    size: Decimal

    @property
    def wape(self) -> Decimal | None:
        return ratio(self.missed, self.size)

    @property
    def bias(self) -> Decimal | None:
        return ratio(self.signed, self.came)

    @property
    def added(self) -> Decimal | None:
        before, after = ratio(self.before, self.size), self.wape
        return None if before is None or after is None else before - after


def score_calls(calls: Iterable[Called]) -> CallScore:
    """All in one currency. An empty sum is known to be nothing, and its ratios are unknown."""
    kept = list(calls)
    return CallScore(
        len(kept),
        sum((abs(one.call - one.came) for one in kept), ZERO),
        sum((abs(one.system - one.came) for one in kept), ZERO),
        sum((one.call - one.came for one in kept), ZERO),
        sum((one.came for one in kept), ZERO),
        sum((abs(one.came) for one in kept), ZERO),
    )
