"""How much of the fees and hours serves which imperative of the client. Source: docs/definitions.md#alignment"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from common.money import ZERO, ratio
from common.periods import Month

ONE = Decimal(1)
Aim = int | None
"""An imperative, by number; None is orphan work, which serves none."""


class Tie(NamedTuple):
    """milestone: the amount of the milestone that is tied, None for a share of the rest."""

    imperative: int
    share: Decimal
    milestone: Decimal | None = None


def fractions(fee: Decimal | None, ties: Iterable[Tie]) -> dict[int, Decimal]:
    """The part of a contract by imperative; what they leave of 1 is orphan.

    Tied milestones take amount ÷ fee first, the shares are of what is left. A fee unknown or 0 has no milestones.
    """
    parts: dict[int, Decimal] = defaultdict(Decimal)
    left = ONE
    rest = []
    for tie in ties:
        if tie.milestone is None:
            rest.append(tie)
        elif fee:
            part = min(left, tie.milestone / fee)
            parts[tie.imperative] += part
            left -= part
    whole = left
    for tie in rest:
        part = min(left, whole * tie.share)
        parts[tie.imperative] += part
        left -= part
    return {imperative: part for imperative, part in parts.items() if part}


def allot(amount: Decimal, parts: Mapping[int, Decimal], quantum: Decimal) -> dict[Aim, Decimal]:
    """The amount by imperative, cumulative rounding, so that the pieces sum to it exactly; the last is the orphan's."""
    pieces: dict[Aim, Decimal] = {}
    upto, given = ZERO, ZERO
    for imperative in sorted(parts):
        upto += parts[imperative]
        cut = amount if upto >= ONE else (amount * upto).quantize(quantum, rounding=ROUND_HALF_EVEN)
        pieces[imperative] = cut - given
        given = cut
    if amount != given:
        pieces[None] = amount - given
    return pieces


@dataclass(frozen=True, slots=True)
class Cell:
    """What one contract brought in one month. parts: as `fractions` gives them, empty without a contract or ties.

    fees: None where a rate is missing.
    """

    month: Month
    fees: Decimal | None
    hours: Decimal
    parts: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Aligned:
    """fees: None where one of them has no rate. by_fees, by_hours: what of each serves an imperative, by number."""

    fees: Decimal | None
    hours: Decimal
    by_fees: Mapping[Aim, Decimal]
    by_hours: Mapping[Aim, Decimal]

    @property
    def fee_share(self) -> Decimal | None:
        """Fees that serve an imperative ÷ all fees: 300,000 of 400,000 is 0.75."""
        return None if self.fees is None else ratio(self.fees - self.by_fees.get(None, ZERO), self.fees)

    @property
    def hour_share(self) -> Decimal | None:
        """1,200 of 2,000 hours is 0.60."""
        return ratio(self.hours - self.by_hours.get(None, ZERO), self.hours)


def aligned(cells: Iterable[Cell], quantum: Decimal) -> Aligned:
    """Sums of the cells' pieces, each cut once."""
    fees: Decimal | None = ZERO
    hours = ZERO
    by_fees: dict[Aim, Decimal] = defaultdict(Decimal)
    by_hours: dict[Aim, Decimal] = defaultdict(Decimal)
    for cell in cells:
        hours += cell.hours
        for aim, part in allot(cell.hours, cell.parts, Decimal("0.01")).items():
            by_hours[aim] += part
        if cell.fees is None or fees is None:
            fees = None
            continue
        fees += cell.fees
        for aim, part in allot(cell.fees, cell.parts, quantum).items():
            by_fees[aim] += part
    return Aligned(fees, hours, dict(by_fees) if fees is not None else {}, dict(by_hours))


def by_month(cells: Sequence[Cell], quantum: Decimal) -> dict[Month, Aligned]:
    months: dict[Month, list[Cell]] = defaultdict(list)
    for cell in cells:
        months[cell.month].append(cell)
    return {month: aligned(months[month], quantum) for month in sorted(months)}


def drift(share: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Points by which a month's share differs from the base's, 0–1."""
    return None if share is None or base is None else share - base
