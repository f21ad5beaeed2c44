"""What is sold where, what more could be, and how much of that people and margin allow.

Source: docs/definitions.md#white-space. Amounts are of a year, in one currency; None is unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from common.money import ZERO, ratio

State = Literal["active", "pipeline", "potential", "blank", "blocked", "competitor"]
STATES: Final[tuple[State, ...]] = ("active", "pipeline", "potential", "competitor", "blank", "blocked")
FLOOR: Final = Decimal("0.20")
"""What is expected to leave less than this share of its price is not counted as reachable."""
WEEKS: Final = 26
"""Over which free hours are asked for; of what a year's sales take, half falls into them."""
_HALF: Final = Decimal(WEEKS) / 52
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Sale:
    """What one sale of an offering is: its price, the margin it leaves, the hours by role it takes in a year."""

    price: Decimal | None = None
    margin: Decimal | None = None
    roles: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one cell. hand: the state a person set, "" for none. potential: all of it, a year.

    contracts, deals: how many run or are open. active: fees scheduled over the next twelve months. pipeline: amounts of
    open deals, not weighted. unpriced: deals without an amount.
    """

    hand: str = ""
    potential: Decimal | None = None
    contracts: int = 0
    active: Decimal | None = ZERO
    deals: int = 0
    pipeline: Decimal | None = ZERO
    unpriced: int = 0


def state_of(cell: Known) -> State:
    """A running contract first, then an open deal; only where neither is does a person's word count."""
    if cell.contracts:
        return "active"
    if cell.deals:
        return "pipeline"
    words: dict[str, State] = {"potential": "potential", "blocked": "blocked", "competitor": "competitor"}
    return words.get(cell.hand, "blank")


def open_of(cell: Known) -> Decimal | None:
    """Potential less what runs and what is in the pipeline, never below zero. Blocked: nothing is open."""
    if state_of(cell) == "blocked":
        return ZERO
    if cell.potential is None or cell.active is None or cell.pipeline is None:
        return None
    return max(ZERO, cell.potential - cell.active - cell.pipeline)


def needs_of(left: Decimal | None, sale: Sale) -> dict[str, Decimal] | None:
    """Hours by role that `left` would take over the weeks; None where they cannot be told."""
    if left == ZERO or not sale.roles:
        return {}
    if left is None or not sale.price:
        return None
    return {role: hours * left / sale.price * _HALF for role, hours in sale.roles.items()}


def shares_of(
    needs: Iterable[Mapping[str, Decimal] | None], free: Mapping[str, Decimal | None]
) -> dict[str, Decimal | None]:
    """The part of what all cells need of a role that is free: every cell gets the same part, so none is promised twice.

    free: hours by role; a role nobody has is missing and has none; None where its hours are not known.
    """
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for need in needs:
        for role, hours in (need or {}).items():
            wanted[role] += hours
    shares: dict[str, Decimal | None] = {}
    for role, hours in wanted.items():
        there = free.get(role, ZERO)
        shares[role] = None if there is None else min(ONE, max(ZERO, there) / hours) if hours else ONE
    return shares


@dataclass(frozen=True, slots=True)
class Reach:
    """left: what is open. people: the part of it there are people for. allowed: whether the margin allows it, None
    unknown. reachable: what people and margin allow of it. contribution: what that would leave; field class COST.
    """

    left: Decimal | None
    people: Decimal | None
    allowed: bool | None
    reachable: Decimal | None
    contribution: Decimal | None


def reach(cell: Known, sale: Sale, shares: Mapping[str, Decimal | None], quantum: Decimal) -> Reach:
    """An unknown margin forbids nothing, but leaves the contribution unknown."""
    left = open_of(cell)
    people = _people(left, sale, shares)
    allowed = None if sale.margin is None else sale.margin >= FLOOR
    if left is None:
        return Reach(None, people, allowed, None, None)
    reachable: Decimal | None
    if allowed is False:
        reachable = ZERO
    else:
        reachable = None if people is None else (left * people).quantize(quantum, rounding=ROUND_HALF_EVEN)
    contribution = None
    if reachable is not None and sale.margin is not None:
        contribution = (reachable * sale.margin).quantize(quantum, rounding=ROUND_HALF_EVEN)
    return Reach(left, people, allowed, reachable, contribution)


def _people(left: Decimal | None, sale: Sale, shares: Mapping[str, Decimal | None]) -> Decimal | None:
    if not sale.roles or left == ZERO:
        return ONE
    if left is None or not sale.price:
        return None
    found = [shares.get(role, ZERO) for role in sale.roles]
    known = [share for share in found if share is not None]
    return min(known) if len(known) == len(found) else None


@dataclass(frozen=True, slots=True)
class Sum:
    """Several cells. left, reachable, contribution: of those of which it is known; None where of none.

    unknown: open ones, not blocked, of which nobody said what they are worth. untold: those of known worth whose
    reachable part is not known.
    """

    cells: int
    blocked: int
    active_cells: int
    active: Decimal | None
    pipeline: Decimal | None
    whole: Decimal | None
    left: Decimal | None
    reachable: Decimal | None
    contribution: Decimal | None
    unknown: int
    untold: int

    @property
    def penetration(self) -> Decimal | None:
        """Cells active ÷ cells not blocked."""
        return ratio(self.active_cells, self.cells - self.blocked)

    @property
    def worth(self) -> Decimal | None:
        """What runs ÷ what all of it is worth, over the cells whose worth is known."""
        return ratio(self.active, self.whole)


def sum_of(cells: Sequence[tuple[Known, Reach]]) -> Sum:
    """Unknown amounts are counted, never summed; a missing rate among what runs makes that sum unknown."""
    active: Decimal | None = ZERO
    pipeline: Decimal | None = ZERO
    whole: Decimal | None = ZERO
    totals: dict[str, Decimal | None] = dict.fromkeys(("left", "reachable", "contribution"))
    counts = dict.fromkeys(STATES, 0)
    unknown = untold = 0
    for cell, found in cells:
        state = state_of(cell)
        counts[state] += 1
        if state == "blocked":
            continue
        for name in totals:
            value = getattr(found, name)
            if value is not None:
                totals[name] = (totals[name] or ZERO) + value
        pipeline = None if cell.pipeline is None or pipeline is None else pipeline + cell.pipeline
        if cell.active is None or active is None or whole is None:
            active = whole = None
        else:
            active += cell.active
            whole += max(cell.potential or ZERO, cell.active)
        if cell.potential is None and state in ("potential", "competitor"):
            unknown += 1
        untold += bool(found.left) and found.reachable is None
    return Sum(
        cells=len(cells),
        blocked=counts["blocked"],
        active_cells=counts["active"],
        active=active,
        pipeline=pipeline,
        whole=whole,
        unknown=unknown,
        untold=untold,
        **totals,
    )
