"""The P&L's sums by group, as the SQL of `ladder_sql` gives them."""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import repeat
from typing import Any, Final, NamedTuple

from django.db import connection

from common.money import ZERO
from common.periods import Month, format_month
from financials.calc.ladder import LINES
from financials.queries.basis import Basis, rate_values
from financials.queries.cuts import Cut, narrowed
from financials.queries.labour import labour_cells
from financials.queries.ladder_sql import PERIODS, Asked, Source, source_sql
from financials.queries.overhead import Pool

Group = tuple[str | None, ...]


class Summed(NamedTuple):
    """One group. lines: the six in the ladder's order; None where a cell has no exchange rate or is withheld.

    posted: the same from the ledger alone. pooled, timed: what stands in overhead of the pool and in delivery labour
    from time, neither of which has entries under it; None where that is unknown. missing: an exchange rate is.
    checked: a check total of what was read, before conversion. entries: rows behind each posted line, empty unless
    counted; hours: time entries behind `timed`. withheld: delivery labour is, from this reader,
    and lacks no rate.
    """

    group: Group
    lines: tuple[Decimal | None, ...]
    posted: tuple[Decimal | None, ...]
    foreign: bool
    pooled: Decimal | None
    timed: Decimal | None
    checked: Decimal
    missing: bool
    entries: tuple[int, ...]
    hours: int
    withheld: bool = False

    @property
    def net_revenue(self) -> Decimal | None:
        gross, passed = self.lines[:2]
        return None if gross is None or passed is None else gross - passed

    @property
    def contribution(self) -> Decimal | None:
        left = self.net_revenue
        for amount in self.lines[2:-1]:
            left = None if left is None or amount is None else left - amount
        return left


def load_ladders(
    source: Source,
    basis: Basis,
    cut: Cut,
    group_by: tuple[str, ...],
    pool: Pool | None = None,
    *,
    counted: bool = False,
) -> list[Summed]:
    """Sums by group, in no order, one query. counted: with the number of rows behind each line, which costs more."""
    asked = Asked(source, basis, cut, group_by, pool or Pool(), counted)
    with connection.cursor() as cursor:
        cursor.execute(*asked.statement(ordered=False))
        return list(_read(asked, cursor.fetchall()))


def stream_ladders(
    source: Source, basis: Basis, cut: Cut, group_by: tuple[str, ...], pool: Pool | None = None
) -> Iterator[Summed]:
    """The same, sorted by the groups and read in pieces from a cursor that the database keeps."""
    asked = Asked(source, basis, cut, group_by, pool or Pool(), counted=False)
    with connection.chunked_cursor() as cursor:
        cursor.execute(*asked.statement(ordered=True))
        while found := cursor.fetchmany(2000):
            yield from _read(asked, found)


def _read(asked: Asked, found: list[tuple[Any, ...]]) -> Iterator[Summed]:
    """Column by column where that is faster: a pivot has a hundred thousand rows."""
    width, end = len(asked.group_by), len(asked.group_by) + len(LINES)
    counts = slice(end + 3, end + 3 + len(LINES)) if asked.counted else slice(0, 0)
    found = [row for row in found if row[end] is not None]  # no groups and no rows: the sum of nothing
    worked = asked.worked is not None
    groups = zip(*(_labels(name, [row[at] for row in found]) for at, name in enumerate(asked.group_by)), strict=True)
    for row, group in zip(found, groups if width else repeat(()), strict=False):
        posted, state, pooled, checked = row[width:end], row[end], row[end + 1], row[end + 2]
        if state == _RATELESS or worked or pooled:
            timed, hours = row[-2:] if worked else (ZERO, 0)
            yield _summed(group, posted, (state > 0, pooled, checked), row[counts], timed, hours)
        else:
            yield Summed(group, posted, posted, state > 0, ZERO, ZERO, checked, False, row[counts], 0)


_RATELESS: Final = 2


def _summed(
    group: Group,
    posted: tuple[Decimal, ...],
    told: tuple[bool, Decimal, Decimal],
    entries: tuple[int, ...],
    timed: Decimal,
    hours: int,
) -> Summed:
    foreign, pooled, checked = told
    gross, passed, labour, freelancers, direct, overhead = posted
    sums = (gross, passed, labour + timed, freelancers, direct, overhead + pooled)
    missing = any(amount.is_nan() for amount in (*sums, timed, pooled))
    shared, worked = _known((pooled, timed))
    withheld = (labour + timed).is_infinite()
    return Summed(
        group, _known(sums), _known(posted), foreign, shared, worked, checked, missing, entries, hours, withheld
    )


def _known(lines: tuple[Decimal, ...]) -> tuple[Decimal | None, ...]:
    return tuple([amount if amount.is_finite() else None for amount in lines])


def _labels(name: str, values: Sequence[Any]) -> Iterator[str | None]:
    label: Callable[[Any], str | None] = partial(_period_label, name) if name in PERIODS else _text
    known = {value: label(value) for value in set(values)}
    return map(known.__getitem__, values)


def _text(value: str | None) -> str | None:
    return value or None


def _period_label(name: str, value: date) -> str:
    """2026-09, 2026-Q3, 2026, FY2026-Q3, FY2026; of a group's first month."""
    if name == "month":
        return format_month(date(value.year, value.month, 1))
    year = f"FY{value.year}" if name.startswith("fiscal") else str(value.year)
    return f"{year}-Q{(value.month + 2) // 3}" if name.endswith("quarter") else year


def check_total(basis: Basis, cut: Cut) -> Decimal:
    """The same check total of the posted cells (the entries themselves when the cut says raw), read apart from the
    rows and joins of a report. One query.
    """
    narrowing, narrow_params = narrowed(cut)
    params: list[Any] = [cut.read_first, cut.read_last]
    read = "coalesce(sum(m.checked), 0) FROM financials_ledgerladder m"
    if cut.raw or basis.historic:
        signed = "CASE m.line WHEN 'gross_revenue' THEN m.amount ELSE -m.amount END"
        read = f"coalesce(sum({signed}), 0) FROM financials_ledgerentry m"
        narrowing = f" AND m.posted_at <= %s{narrowing}"
        params.append(basis.as_of)
    params += narrow_params
    within = "m.client_id IS NOT NULL"
    if not cut.everyone:
        within = f"m.client_id IN ({cut.clients[0]})"
        params += cut.clients[1]
    text = f"SELECT {read} WHERE m.month BETWEEN %s AND %s{narrowing} AND {within}"
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return Decimal(cursor.fetchone()[0])


def load_missing(source: Source, basis: Basis, cut: Cut) -> frozenset[tuple[str, Month]]:
    """The currencies and months of the cut that have no rate. One query, made only when something is missing."""
    rates, rate_params = rate_values(basis, cut.read_first, cut.read_last)
    rows, row_params = source_sql(source, basis, cut, counted=False)
    worked = Asked(source, basis, cut, (), Pool(), counted=False).worked
    if worked is not None:
        labour, params = labour_cells(worked, salary=True)
        columns = "client_id, contract_id, service_line, month, currency"
        rows = f"SELECT {columns} FROM ({rows}) posted UNION ALL SELECT {columns} FROM ({labour}) timed"
        row_params = [*row_params, *params]
    narrowing, narrow_params = narrowed(cut)
    text = (
        f"WITH rate(currency, month, rate) AS (VALUES {rates}) SELECT DISTINCT m.currency, m.month FROM ({rows}) m "
        "LEFT JOIN rate r ON r.currency = m.currency AND r.month = m.month "
        f"WHERE r.rate IS NULL AND m.client_id IN ({cut.clients[0]}){narrowing}"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*rate_params, *row_params, *cut.clients[1], *narrow_params])
        return frozenset(cursor.fetchall())
