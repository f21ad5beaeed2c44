"""What is posted, a line each: the monthly cells and, where the ledger has no labour, those of labour from time.

Reports read six lines at a time (`financials.queries.ladders`); these are for what a report is held against, for the
driver of the overhead pool, and for the closed months of a forecast's costs.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

from financials.queries.basis import Basis, Sql
from financials.queries.cuts import Cut
from financials.queries.labour import TimeCut, labour_cells

_COLUMNS: Final = "client_id, contract_id, service_line, month, line, currency"


def posted_cells(basis: Basis, cut: Cut) -> Sql:
    """_COLUMNS, amount, entries: the ledger's cells of the cut's months, of whatever client, as they were known then
    where the basis looks back.
    """
    months = [cut.read_first, cut.read_last]
    if cut.raw or basis.historic:
        return (
            f"SELECT {_COLUMNS}, sum(amount) AS amount, count(*) AS entries FROM financials_ledgerentry "
            f"WHERE month BETWEEN %s AND %s AND posted_at <= %s GROUP BY {_COLUMNS}",
            [*months, basis.as_of],
        )
    return f"SELECT {_COLUMNS}, amount, entries FROM financials_ledgermonth WHERE month BETWEEN %s AND %s", months


def cells_with_labour(basis: Basis, cut: Cut, worked: TimeCut, *, salary: bool) -> Sql:
    """The same and thin: whether the cell, of labour from time, is withheld from a reader without SALARY."""
    rows, params = posted_cells(basis, cut)
    columns = f"{_COLUMNS}, amount, entries"
    text = f"SELECT {columns}, false AS thin FROM ({rows}) posted"
    if not worked.any:
        return text, params
    labour, more = labour_cells(worked, salary=salary)
    return f"{text} UNION ALL SELECT {columns}, thin FROM ({labour}) timed", [*params, *more]
