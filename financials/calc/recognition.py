"""Revenue earned, beside the ledger: percent complete, backlog, loss. Source: docs/definitions.md#percent-complete"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from common.money import ZERO, from_minor, half_even, quantise, ratio, to_minor
from common.periods import Month, month_of
from financials.calc.schedule import Line, Milestone


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a fixed fee stands. percent, recognised and backlog are None while the cost to go is unknown.

    expected_loss: what the whole contract will lose, taken at once; provision: the part of it that recognised revenue
    and cost to date do not show yet.
    """

    percent: Decimal | None
    recognised: Decimal | None
    backlog: Decimal | None
    expected_loss: Decimal
    provision: Decimal


def fixed_fee(fee: Decimal, cost: Decimal, cost_to_go: Decimal | None, currency: str) -> Progress:
    """Cost to cost: cost ÷ (cost + cost to go), never below 0 or above 100%, times the fee.

    Unknown where no estimate was made or the total cost is not above zero.
    """
    if cost_to_go is None or cost + cost_to_go <= 0:
        return Progress(None, None, None, ZERO, ZERO)
    whole = cost + cost_to_go
    done = min(max(Fraction(cost) / Fraction(whole), Fraction(0)), Fraction(1))
    earned = done * to_minor(fee, currency)
    recognised = from_minor(half_even(earned.numerator, earned.denominator), currency)
    expected_loss = max(ZERO, quantise(whole - fee, currency))
    shown = quantise(cost, currency) - recognised
    return Progress(
        percent=ratio(done.numerator, done.denominator),
        recognised=recognised,
        backlog=quantise(fee, currency) - recognised,
        expected_loss=expected_loss,
        provision=max(ZERO, expected_loss - shown) if expected_loss else ZERO,
    )


def by_schedule(lines: Iterable[Line], through: Month) -> Decimal:
    """A retainer's revenue to date: its schedule up to and including the month."""
    return sum((line.amount for line in lines if line.month <= through), ZERO)


def on_acceptance(milestones: Iterable[Milestone], through: Month, currency: str) -> Decimal:
    """Revenue of milestones accepted by the end of the month."""
    return sum(
        (
            quantise(milestone.amount, currency)
            for milestone in milestones
            if milestone.accepted_on is not None and month_of(milestone.accepted_on) <= through
        ),
        ZERO,
    )
