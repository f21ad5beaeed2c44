"""Which rate holds on a day, and what a month's hours come to by it. Source: docs/definitions.md#rates"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal, NamedTuple

from common.money import ZERO

Kind = Literal["bill", "cost"]
_FOUR_PLACES: Final = Decimal("0.0001")


class RateRow(NamedTuple):
    """For one hour, from `starts` on; of a person, or of a role (person None). No client, no contract: anywhere."""

    kind: Kind
    person: int | None
    role: str
    client: int | None
    contract: int | None
    rate: Decimal
    currency: str
    starts: date


class Worked(NamedTuple):
    """Hours of one person on a day. month: where they count. counts: False when they were sent back."""

    person: int
    role: str
    client: int
    contract: int | None
    day: date
    month: date
    hours: Decimal
    billable: bool
    counts: bool = True


def rate_on(rows: Iterable[RateRow], *, kind: Kind, work: Worked) -> RateRow | None:
    """The rate of these hours: the person's own before the role's; within that the contract's before the client's
    before one for all; within that the newest that had begun. None: no card speaks of them.
    """
    fitting = [
        row
        for row in rows
        if row.kind == kind
        and row.starts <= work.day
        and (row.person == work.person or (row.person is None and row.role != "" and row.role == work.role))
        and row.client in (None, work.client)
        and row.contract in (None, work.contract)
    ]
    return max(fitting, key=_weight, default=None)


def _weight(row: RateRow) -> tuple[bool, bool, bool, date]:
    return row.person is not None, row.contract is not None, row.client is not None, row.starts


class Cell(NamedTuple):
    """What TimeMonth keeps apart."""

    client: int
    contract: int | None
    person: int
    role: str
    month: date
    cost_currency: str
    value_currency: str


@dataclass(slots=True)
class Sums:
    """cost: of the priced hours alone; value: of the billable ones with a bill rate."""

    hours: Decimal = ZERO
    billable_hours: Decimal = ZERO
    unpriced_hours: Decimal = ZERO
    uncarded_hours: Decimal = ZERO
    cost: Decimal = ZERO
    value: Decimal = ZERO
    entries: int = field(default=0)


def time_months(worked: Iterable[Worked], rates: Sequence[RateRow]) -> dict[Cell, Sums]:
    """The whole of TimeMonth afresh; cost and value at four places, HALF_EVEN, once per cell."""
    cells: dict[Cell, Sums] = {}
    for work in worked:
        if not work.counts:
            continue
        cost = rate_on(rates, kind="cost", work=work)
        bill = rate_on(rates, kind="bill", work=work) if work.billable else None
        cell = Cell(
            work.client,
            work.contract,
            work.person,
            work.role,
            work.month,
            cost.currency if cost else "",
            bill.currency if bill else "",
        )
        sums = cells.setdefault(cell, Sums())
        sums.hours += work.hours
        sums.entries += 1
        sums.billable_hours += work.hours if work.billable else ZERO
        sums.unpriced_hours += work.hours if cost is None else ZERO
        sums.uncarded_hours += work.hours if work.billable and bill is None else ZERO
        sums.cost += work.hours * cost.rate if cost else ZERO
        sums.value += work.hours * bill.rate if bill else ZERO
    for sums in cells.values():
        sums.cost = sums.cost.quantize(_FOUR_PLACES, rounding=ROUND_HALF_EVEN)
        sums.value = sums.value.quantize(_FOUR_PLACES, rounding=ROUND_HALF_EVEN)
    return cells
