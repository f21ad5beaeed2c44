"""What a P&L answers: its rows of the ladder, the columns a reader may see, and what is said beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from common.money import ZERO
from common.periods import Month
from financials.calc.forecast_cost import forecast_ladder
from financials.calc.ladder import LINES, MARGINS, ROWS, TieOut, ladder_values
from financials.models.ledger import COST_LINES
from financials.queries.basis import Basis
from financials.queries.cells import Cell
from financials.queries.ladders import Summed
from financials.queries.pnl_request import PnlRequest
from financials.queries.pnl_words import labour_words
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "net_revenue": ("gross_revenue", "pass_through"),
    "gross_profit": ("net_revenue", "delivery_labour", "freelancers"),
    "contribution": ("gross_profit", "direct_expenses"),
    "operating_profit": ("contribution", "overhead"),
    "gross_margin": ("net_revenue", "gross_profit"),
    "contribution_margin": ("net_revenue", "contribution"),
    "operating_margin": ("net_revenue", "operating_profit"),
}
"""What each computed row of the ladder follows from."""
COST_COLUMNS: Final = frozenset(
    {*COST_LINES, "gross_profit", "contribution", "operating_profit", *MARGINS},
)
"""Columns of field class COST."""


@dataclass(frozen=True, slots=True)
class PnlRow:
    """group: the values of the group columns in the order asked. values: every ladder column; None is unknown.

    entries: rows behind each ledger line, when they were counted. timed: the part of delivery labour that is from time,
    None where it is unknown; hours: the time entries behind it, when they were counted.
    """

    group: tuple[str | None, ...]
    currency: str
    values: Mapping[str, Decimal | None]
    entries: Mapping[str, int]
    timed: Decimal | None = ZERO
    hours: int = 0

    def __getitem__(self, column: str) -> Decimal | None:
        return self.values[column]

    @property
    def rows_behind(self) -> int:
        return sum(self.entries.values())


@dataclass(frozen=True, slots=True)
class PnlResult:
    """columns: the ladder columns this reader may see, in order; the others are absent from rows too.

    tie_out: of actuals only. unallocated: overhead of the pool that nothing carries; None for readers
    who do not see every client. pooled: by what overhead without a client was spread over these figures, in words.
    missing: what to say about absent rates, one line each. timed: labour from time in all of the rows, outside the
    tie-out; None where it is withheld or has no rate.
    """

    request: PnlRequest
    first: Month
    last: Month
    basis: Basis
    columns: tuple[str, ...]
    rows: tuple[PnlRow, ...]
    tie_out: TieOut | None
    unallocated: Decimal | None
    missing: tuple[str, ...]
    rates_note: str
    run: str
    pooled: str = ""
    timed: Decimal | None = ZERO

    @property
    def labour_note(self) -> str:
        """What is to be said about labour from time; blank where there is none."""
        if "delivery_labour" not in self.columns or (self.timed is None and self.missing):
            return ""
        return labour_words(self.timed, self.currency)

    @property
    def currency(self) -> str:
        return self.basis.currency

    def records(self) -> list[dict[str, Any]]:
        """Rows as reports give them: the groups, currency, then the columns."""
        return [
            {**dict(zip(self.request.group_by, row.group, strict=True)), "currency": row.currency, **row.values}
            for row in self.rows
        ]

    @property
    def total(self) -> PnlRow | None:
        """The only row of an ungrouped report; None when nothing was posted."""
        return self.rows[0] if self.rows else None


def columns_for(user: User, *, safe: bool = False) -> tuple[str, ...]:
    if abilities_of(user).see_money and not safe:
        return ROWS
    return tuple(name for name in ROWS if name not in COST_COLUMNS)


NO_ENTRIES: Final[Mapping[str, int]] = MappingProxyType({})


def posted_row(one: Summed, basis: Basis, columns: tuple[str, ...]) -> PnlRow:
    values = ladder_values(one.lines, known=one.lines is one.posted)
    if len(columns) < len(values):
        values = {name: values[name] for name in columns}
    entries = NO_ENTRIES
    if one.entries:
        entries = {line: count for line, count in zip(LINES, one.entries, strict=True) if count and line in columns}
    return PnlRow(one.group, basis.currency, values, entries, one.timed, one.hours)


def ahead_row(group: tuple[str | None, ...], cells: Sequence[Cell], basis: Basis, columns: tuple[str, ...]) -> PnlRow:
    """The forecast knows net revenue and what it costs, no overhead."""
    values = forecast_ladder({cell.line: None if cell.missing else cell.amount for cell in cells})
    told = {name: values.get(name) for name in columns}
    return PnlRow(group, basis.currency, told, {cell.line: cell.entries for cell in cells if cell.line in columns})


def gap(name: str, actual: Decimal | None, budget: Decimal | None) -> Decimal | None:
    """actual − budget; of margins in percentage points; None where either is unknown."""
    if actual is None or budget is None:
        return None
    return (actual - budget) * 100 if name in MARGINS else actual - budget
