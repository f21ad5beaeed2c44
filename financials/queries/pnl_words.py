"""What a P&L says in words beside its figures: the rates it stands on, those it lacks, and labour from time."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from common.formats import ledger
from common.periods import Month, format_month, month_label
from financials.queries.basis import Basis, held_months
from financials.queries.cells import Cell
from financials.queries.cuts import Cut
from financials.queries.labour import WITHHELD
from financials.queries.ladders import Summed


def missing_words(gaps: Iterable[tuple[str, Month]], basis: Basis) -> tuple[str, ...]:
    return tuple(f"No {code}/{basis.currency} rate for {format_month(month)}." for code, month in sorted(gaps))


def labour_words(timed: Decimal | None, currency: str) -> str:
    """timed: what the ladder takes from time, None where it is withheld; blank where it takes nothing."""
    if timed is None:
        return WITHHELD
    if not timed:
        return ""
    return f"delivery labour holds {ledger(timed, currency)} {currency} from time, outside the tie-out"


def rates_note(basis: Basis, cells: Iterable[Cell | Summed], cut: Cut) -> str:
    if not any(cell.foreign for cell in cells):
        return ""
    if basis.constant:
        return f"converted to {basis.currency} at the rates of {month_label(basis.constant)}"
    note = f"converted to {basis.currency} at each month's average rate"
    others = set(basis.rate_currencies) - {basis.currency}
    held = held_months(basis, others, cut.read_first, cut.read_last)
    if held:
        note += f", {month_label(held[0])}{' and later' if len(held) > 1 else ''} on the last known rate"
    return note
