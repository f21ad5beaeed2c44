"""The tie-out: the ledger's own total against what a report shows of it."""

from __future__ import annotations

from collections.abc import Sequence

from common.money import ZERO
from financials.calc.ladder import LINES, TieOut, ladder, tie_out
from financials.queries.basis import Basis
from financials.queries.cells import Cut, load_line_totals
from financials.queries.ladders import Summed, check_total


def load_tie(basis: Basis, cut: Cut, found: Sequence[Summed]) -> TieOut:
    """The posted cells (the entries themselves when the cut says raw), read apart from the report's joins and from the
    rows it reads, against the sum of what it shows of them. One query; a second, slower one when they differ.

    The check total tells whether anything is missing or doubled before a single amount is converted again. Labour from
    time is no entry: it stands on neither side. A share of the overhead pool is no entry of these clients: it stands on
    both, unless it is withheld.
    """
    pooled = sum([one.pooled for one in found if one.pooled], ZERO)
    columns = zip(*[one.posted for one in found], strict=True)
    sums = dict.fromkeys(LINES, ZERO) | {
        line: sum(filter(None, column), ZERO) for line, column in zip(LINES, columns, strict=False)
    }
    shown = ladder({**sums, "overhead": sums["overhead"] + pooled})
    if not cut.fiscal and sum([one.checked for one in found], ZERO) == check_total(basis, cut):
        return TieOut(shown.operating_profit, shown.operating_profit, ZERO)
    posted = load_line_totals(basis, cut)
    posted["overhead"] = posted.get("overhead", ZERO) + pooled
    return tie_out(posted, [shown])
