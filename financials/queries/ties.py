"""The tie-out: the ledger's own total against what a report shows of it."""

# The text below is put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection

from common.money import ZERO
from financials.calc.ladder import LINES, TieOut, ladder, tie_out
from financials.queries.basis import Basis, rate_values
from financials.queries.cells import rounded
from financials.queries.cuts import Cut, narrowed, of_fiscal
from financials.queries.ladders import Summed, check_total
from financials.queries.posted import posted_cells


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
    posted = _line_totals(basis, cut)
    posted["overhead"] = posted.get("overhead", ZERO) + pooled
    return tie_out(posted, [shown])


def _line_totals(basis: Basis, cut: Cut) -> dict[str, Decimal]:
    """Line → posted amount of the whole cut, read a line at a time and without any of the group joins."""
    rates, rate_params = rate_values(basis, cut.read_first, cut.read_last)
    rows, row_params = posted_cells(basis, cut)
    narrowing, narrow_params = narrowed(cut)
    fiscal, fiscal_params = of_fiscal(cut)
    text = (
        f"WITH rate(currency, month, rate) AS (VALUES {rates}) "
        f"SELECT m.line, coalesce(round(sum({rounded(basis)}), {basis.places}), 0) "
        f"FROM ({rows}) m LEFT JOIN rate r ON r.currency = m.currency AND r.month = m.month "
        f"WHERE m.client_id IN ({cut.clients[0]}){narrowing}{fiscal} GROUP BY m.line"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*rate_params, *row_params, *cut.clients[1], *narrow_params, *fiscal_params])
        return dict(cursor.fetchall())
