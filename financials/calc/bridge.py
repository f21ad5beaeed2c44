"""What moved gross profit or revenue between two periods: price, volume, cost and mix, exchange, and what is left.

Source: docs/definitions.md#bridge
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from common.money import ZERO, from_minor, half_even, minor_places

Measure = Literal["gross_profit", "net_revenue", "gross_revenue"]
PARTS: Final = ("price", "volume", "cost_mix", "pass_through", "fx", "other")


class Side(NamedTuple):
    """One client's month: amounts in one currency at its minor unit. hours: worked; 0 or less is not known."""

    gross_revenue: Decimal = ZERO
    pass_through: Decimal = ZERO
    cost: Decimal = ZERO
    hours: Decimal = ZERO

    @property
    def net_revenue(self) -> Decimal:
        return self.gross_revenue - self.pass_through

    def of(self, measure: Measure) -> Decimal:
        if measure == "gross_profit":
            return self.net_revenue - self.cost
        return self.net_revenue if measure == "net_revenue" else self.gross_revenue


class Pair(NamedTuple):
    """A client's month and the one it is held against. level: the later one at the earlier one's exchange rates."""

    before: Side
    after: Side
    level: Side


@dataclass(frozen=True, slots=True)
class Moves:
    """start + the parts = end, to the minor unit. Favourable is positive in every part."""

    start: Decimal = ZERO
    price: Decimal = ZERO
    volume: Decimal = ZERO
    cost_mix: Decimal = ZERO
    pass_through: Decimal = ZERO
    fx: Decimal = ZERO
    other: Decimal = ZERO
    end: Decimal = ZERO

    def parts(self) -> dict[str, Decimal]:
        return {name: getattr(self, name) for name in PARTS}

    def as_dict(self) -> dict[str, Decimal]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def moves(pair: Pair, currency: str, measure: Measure = "gross_profit") -> Moves:
    """rate = net revenue ÷ hours, cost = (labour + freelancers) ÷ hours.

    price = Δrate × hours after, volume = Δhours × (rate − cost before; of revenue, the rate alone), cost and mix =
    −Δcost × hours after, all at the earlier exchange rates. Without hours in both all of it is "other". pass_through
    moves gross revenue alone: net revenue, and so gross profit, stand after it.
    """
    before, level = pair.before, pair.level
    start, held, end = before.of(measure), level.of(measure), pair.after.of(measure)
    passed = level.pass_through - before.pass_through if measure == "gross_revenue" else ZERO
    fx, rest = end - held, held - start - passed
    if before.hours <= 0 or level.hours <= 0:
        return Moves(start=start, pass_through=passed, fx=fx, other=rest, end=end)
    growth = Fraction(level.hours) / Fraction(before.hours)
    revenue = Fraction(before.net_revenue)
    price = _rounded(Fraction(level.net_revenue) - revenue * growth, currency)
    unit = revenue - Fraction(before.cost) if measure == "gross_profit" else revenue
    if measure == "gross_profit":
        volume = _rounded(unit * (growth - 1), currency)
        return Moves(start, price, volume, rest - price - volume, ZERO, fx, ZERO, end)
    return Moves(start, price, rest - price, ZERO, passed, fx, ZERO, end)


def _rounded(value: Fraction, currency: str) -> Decimal:
    scaled = value * 10 ** minor_places(currency)
    return from_minor(half_even(scaled.numerator, scaled.denominator), currency)


def add_up(several: Iterable[Moves]) -> Moves:
    """The bridge of several: every part is the sum of theirs."""
    found = list(several)
    return Moves(**{field.name: sum((getattr(one, field.name) for one in found), ZERO) for field in fields(Moves)})
