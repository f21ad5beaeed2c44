"""What a movement of the forecast did to contribution: every term at the margin the client had at the start, and what
the costs themselves did as a term of its own, so that the terms sum exactly.

Source: docs/definitions.md#forecast-movement
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from common.money import ZERO, quantise
from financials.calc.movement import TERMS

COSTS: Final = "costs"


@dataclass(frozen=True, slots=True)
class MovedSide:
    """One client's net revenue and its cost at start and end, and the terms of its movement."""

    start: Decimal
    start_cost: Decimal | None
    end: Decimal
    end_cost: Decimal | None
    terms: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class MarginMove:
    """revenue, contribution: by start, every term, costs and end. unknown: clients left out, whose cost is not known on
    either side."""

    revenue: Mapping[str, Decimal]
    contribution: Mapping[str, Decimal]
    unknown: int


def margin_move(clients: Iterable[MovedSide], currency: str) -> MarginMove:
    names = ("start", *TERMS, COSTS, "end")
    revenue, contribution = dict.fromkeys(names, ZERO), dict.fromkeys(names, ZERO)
    unknown = 0
    for one in clients:
        if one.start_cost is None or one.end_cost is None:
            unknown += 1
            continue
        first, last = one.start - one.start_cost, one.end - one.end_cost
        margin = first / one.start if one.start > 0 else last / one.end if one.end > 0 else ZERO
        rest = last - first
        for term, amount in one.terms.items():
            share = quantise(amount * margin, currency)
            revenue[term] += amount
            contribution[term] += share
            rest -= share
        contribution[COSTS] += rest
        for name, amount, left in (("start", one.start, first), ("end", one.end, last)):
            revenue[name] += amount
            contribution[name] += left
    return MarginMove(revenue, contribution, unknown)
