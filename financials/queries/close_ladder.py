"""A month's close in the P&L's own figures: what ties, what moved, where the overhead pool went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from common.figures import Figure
from common.money import ZERO
from common.periods import Month, format_month, month_add
from financials.calc.close import operating_profit
from financials.calc.ladder import COSTS, LINES, ladder
from financials.figures import LABELS, close_figure, is_margin, pnl_figure
from financials.queries.basis import Basis
from financials.queries.close_parts import TieLine
from financials.queries.ladders import Summed
from financials.queries.overhead import Pool
from financials.queries.pnl_rows import gap

SHOWN: Final = 8
"""Rows of a block that the page and its print show; the rest are summed in one line and stand in the file."""


@dataclass(frozen=True, slots=True)
class PnlLine:
    """A row of the ladder: this month, the month before, and what moved; costs negative, moves favourable-positive."""

    key: str
    label: str
    kind: Literal["total", "line", "ratio"]
    now: Figure
    before: Figure
    move: Figure


@dataclass(frozen=True, slots=True)
class Tie:
    """currency "": the line of everything converted. ledger, shown: operating profit."""

    currency: str
    ledger: Figure
    shown: Figure
    difference: Figure
    converted: Figure


@dataclass(frozen=True, slots=True)
class Overhead:
    driver: str
    pool: Figure
    spread: Figure
    unallocated: Figure
    shares: tuple[tuple[str, str, Figure], ...]


def tie_rows(basis: Basis, month: Month, ties: Sequence[TieLine], cells: Sequence[Summed], pool: Pool) -> list[Tie]:
    """Each currency as posted, then everything converted against the ladder of the P&L with what nothing carries."""

    def figures(currency: str, ledger: Decimal | None, shown: Decimal | None, converted: Decimal | None) -> Tie:
        unit, difference = currency or basis.currency, None if ledger is None or shown is None else ledger - shown
        return Tie(
            currency,
            ledger=close_figure("ledger", ledger, unit, month, currency=currency),
            shown=close_figure("ladder", shown, unit, month, currency=currency),
            difference=close_figure("tie_out", difference, unit, month, currency=currency),
            converted=close_figure("ledger", converted, basis.currency, month, currency=currency),
        )

    lines = [figures(line.currency, line.ledger, line.shown, line.converted) for line in ties]
    known = [line.converted for line in ties]
    ledger = None if None in known else sum((value for value in known if value is not None), ZERO)
    sums = _line_sums([cell.posted for cell in cells if cell.group[0] == format_month(month)])
    if sums is None:
        return [*lines, figures("", ledger, None, ledger)]
    shown = operating_profit(sums.items()) - (pool.amounts.get(month, ZERO) if pool else ZERO)
    return [*lines, figures("", ledger, shown, ledger)]


def _line_sums(ladders: Sequence[Sequence[Decimal | None]]) -> dict[str, Decimal] | None:
    """Each line over the ladders; None where one of them has no exchange rate or is withheld."""
    found: dict[str, Decimal] = {}
    for at, line in enumerate(LINES):
        amounts = [one[at] for one in ladders]
        if None in amounts:
            return None
        found[line] = sum((amount for amount in amounts if amount is not None), ZERO)
    return found


def moves_of(basis: Basis, month: Month, cells: Sequence[Summed]) -> tuple[PnlLine, ...]:
    values: dict[Month, dict[str, Decimal | None]] = {}
    for when in (month, month_add(month, -1)):
        sums = _line_sums([cell.lines for cell in cells if cell.group[0] == format_month(when)])
        values[when] = dict.fromkeys(LABELS) if sums is None else ladder(sums).as_dict()
    now, before = values[month], values[month_add(month, -1)]
    return tuple(_pnl_line(basis, month, row, now[row], before[row]) for row in LABELS)


def _pnl_line(basis: Basis, month: Month, row: str, now: Decimal | None, before: Decimal | None) -> PnlLine:
    moved = gap(row, now, before)
    favourable = -moved if moved is not None and row in COSTS else moved
    totals = {"net_revenue", "gross_profit", "contribution", "operating_profit"}

    def shown(value: Decimal | None, when: Month) -> Figure:
        made = pnl_figure(row, value, basis, months=[when])
        return Figure(made.id, made.label, -value if value is not None and row in COSTS else value, made.unit)

    return PnlLine(
        key=row,
        label=LABELS[row],
        kind="ratio" if is_margin(row) else "total" if row in totals else "line",
        now=shown(now, month),
        before=shown(before, month_add(month, -1)),
        move=close_figure("moved", favourable, "points" if is_margin(row) else basis.currency, month, row=row),
    )


def overhead_of(
    basis: Basis, month: Month, cells: Sequence[Summed], pool: Pool, names: Mapping[str, str]
) -> Overhead | None:
    amount = pool.amounts.get(month)
    if amount is None:
        return None
    here = [cell for cell in cells if cell.group[0] == format_month(month)]
    carried = [(cell.group[1] or "", cell.pooled) for cell in here if cell.pooled != 0]
    known = [share for _, share in carried if share is not None]
    spread = sum(known, ZERO) if len(known) == len(carried) else None
    largest = sorted(carried, key=lambda share: -abs(share[1] or ZERO))[:SHOWN]
    return Overhead(
        driver=Pool({month: amount}, {month: pool.drivers[month]}).words,
        pool=close_figure("pool", amount, basis.currency, month),
        spread=close_figure("spread", spread, basis.currency, month),
        unallocated=close_figure("unallocated", None if spread is None else amount - spread, basis.currency, month),
        shares=tuple(
            (key, names.get(key, key), close_figure("share", share, basis.currency, month, client=key))
            for key, share in largest
        ),
    )
