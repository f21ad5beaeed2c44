"""The SQL of the P&L: rows of six lines, each line of each cell converted once, then summed by group.

A cell is client × contract × service line × month × line × source currency. It is converted at the month's average
and rounded to the minor unit, HALF_EVEN; every larger figure is the sum of those. The six lines of a cell lie beside
each other (`LedgerLadder`, `BudgetLadder`), so that a pivot reads a sixth of the rows.

A light cell (whole hundredths, each line below a thousand million) is converted as hundredths × rate in floating point
and summed as whole numbers. Its product is below 10^12 (`_MOST`), where a double is off by less than 0.0004; whatever
lies within 0.001 of a half is converted again exactly. So every cell has the cents that exact arithmetic gives it.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from django.db import connection

from common.money import ZERO
from common.periods import Month, format_month
from financials.calc.ladder import LINES
from financials.queries.basis import Basis, Sql, rate_values
from financials.queries.cells import Cut, spread
from financials.queries.overhead import Pool

Source = Literal["actual", "budget"]
Group = tuple[str | None, ...]

_QUARTER: Final = "date_trunc('quarter', {})"
_YEAR: Final = "date_trunc('year', {})"
_FISCAL: Final = "({} + v.shift)"
GROUPS: Final[dict[str, str]] = {
    "client": "v.key",
    "parent": "v.parent_key",
    "contract": "k.number",
    "service_line": "c.service_line",
    "owner": "v.email",
    "tier": "v.tier",
    "industry": "v.industry",
    "month": "{}",
    "quarter": _QUARTER,
    "year": _YEAR,
    "fiscal_quarter": _QUARTER.format(_FISCAL),
    "fiscal_year": _YEAR.format(_FISCAL),
}
"""How each group is read; {} is the month it is labelled with."""
OF_CLIENT: Final = frozenset(GROUPS) - {"contract", "service_line", "month", "quarter", "year"}
"""Groups that read the client's own row."""
PERIODS: Final = frozenset({"month", "quarter", "year", "fiscal_quarter", "fiscal_year"})


class Summed(NamedTuple):
    """One group. lines: the six in the ladder's order, None where a cell has no exchange rate.

    pooled: the part of overhead that is a share of the pool, which has no entries under it. checked: a check total of
    what was read, before conversion. entries: rows behind each
    line, empty unless counted.
    """

    group: Group
    lines: tuple[Decimal | None, ...]
    foreign: bool
    pooled: Decimal
    checked: Decimal
    entries: tuple[int, ...]


_KEYS: Final = "client_id, contract_id, service_line, month, currency"
_NAMES: Final = ", ".join([*LINES, *(f"{line}_h" for line in LINES), "light", "cents", "checked"])
_MOST: Final = 10
"""The most a light cell's hundredths are multiplied by; cells with a larger rate are converted exactly."""
_BESIDE: Final = (
    ", ".join(f"coalesce(sum(amount) FILTER (WHERE line = '{line}'), 0) AS {line}" for line in LINES)
    + ", bool_and(amount = round(amount, 2)) AS cents"
    + ", sum(CASE line WHEN 'gross_revenue' THEN amount ELSE -amount END) AS checked"
)
"""checked: a check total over whatever currencies: no sum of money, but if it differs something is amiss."""


def _counts(each: str) -> str:
    return "".join(f", coalesce(sum({each}) FILTER (WHERE line = '{line}'), 0) AS n_{line}" for line in LINES)


def _source(source: Source, basis: Basis, cut: Cut, *, counted: bool) -> Sql:
    months = [cut.read_first, cut.read_last]
    if source == "budget":
        given = [basis.budget_version, *months]
        where = "WHERE version_name = %s AND month BETWEEN %s AND %s"
        if counted:
            rows = f"SELECT {_KEYS}, {_BESIDE}{_counts('1')} FROM financials_budgetline {where} GROUP BY {_KEYS}"
            return rows, given
        return f"SELECT {_KEYS}, {_NAMES} FROM financials_budgetladder {where}", given
    if cut.raw or basis.historic:
        return (
            f"SELECT {_KEYS}, {_BESIDE}{_counts('1') if counted else ''} FROM financials_ledgerentry "
            f"WHERE month BETWEEN %s AND %s AND posted_at <= %s GROUP BY {_KEYS}",
            [*months, basis.as_of],
        )
    if counted:
        return (
            f"SELECT {_KEYS}, {_BESIDE}{_counts('entries')} FROM financials_ledgermonth "
            f"WHERE month BETWEEN %s AND %s GROUP BY {_KEYS}",
            months,
        )
    return f"SELECT {_KEYS}, {_NAMES} FROM financials_ledgerladder WHERE month BETWEEN %s AND %s", months


def _is_kept(source: Source, basis: Basis, cut: Cut, group_by: tuple[str, ...], *, counted: bool) -> bool:
    """Whether the rows have hundredths, as the kept ladders do, and are summed enough for these to be worth it."""
    if "month" in group_by and not {"client", "contract"}.isdisjoint(group_by):
        return False
    return not counted and (source == "budget" or not (cut.raw or basis.historic))


def _converted(line: str, places: int, *, kept: bool) -> str:
    """Nothing is rounded where there is nothing to round: most cells are in the reporting currency, in cents.

    Without a rate the line is NaN, which every sum above it keeps. kept: light cells are left to `_minor`.
    """
    amount = f"m.{line}"
    whole = "r.own AND m.cents" if places >= 2 else "false"
    return (
        f"CASE {f'WHEN {_LIGHT} THEN NULL ' if kept else ''}WHEN {whole} THEN {amount} "
        f"WHEN r.rate IS NULL THEN CASE {amount} WHEN 0 THEN 0 ELSE 'NaN'::numeric END "
        f"ELSE half_even({amount} * r.rate, {places}) END AS {line}"
    )


_LIGHT: Final = "m.light AND r.times IS NOT NULL"


def _minor(line: str, places: int) -> str:
    """A light cell's line in minor units of the reporting currency, as a whole number; NULL for the others."""
    product = f"m.{line}_h * r.times"
    return (
        f"CASE WHEN {_LIGHT} THEN CASE WHEN abs({product} - round({product})) < 0.499 THEN ({product})::bigint "
        f"ELSE (half_even(m.{line} * r.rate, {places}) * {10**places})::bigint END END AS {line}_h"
    )


def _times(places: int) -> str:
    """What hundredths are multiplied by to give minor units; NULL where floating point would not do."""
    times = f"q.rate * {Decimal(10) ** (places - 2)}"
    return f"CASE WHEN {times} <= {_MOST} THEN ({times})::float8 END"


def _sum(line: str, places: int, *, kept: bool) -> str:
    if not kept:
        return f"round(sum(c.{line}), {places})"
    light = f"coalesce(sum(c.{line}_h), 0) * {Decimal(10) ** -places}"
    return f"round(coalesce(sum(c.{line}), 0) + {light}, {places})"


def _visible(cut: Cut, wanted: frozenset[str]) -> Sql:
    """The clients of the cut with what the groups read of them."""
    columns = ["c.id", "c.key", "c.tier", "c.industry"]
    joins = ""
    if cut.fiscal or wanted & {"fiscal_quarter", "fiscal_year"}:
        columns.append("make_interval(months => (13 - c.fiscal_year_start) %% 12) AS shift")
    params = list(cut.clients[1])
    if "owner" in wanted:
        columns.append("coalesce(u.email, '') AS email")
        joins += " LEFT JOIN people_user u ON u.id = c.owner_id"
    if "parent" in wanted:  # a parent out of sight is not named
        columns.append("coalesce(p.key, c.key) AS parent_key")
        joins += f" LEFT JOIN accounts_client p ON p.id = c.parent_id AND p.id IN ({cut.clients[0]})"
        params = [*cut.clients[1], *params]
    text = f"SELECT {', '.join(columns)} FROM accounts_client c{joins} WHERE c.id IN ({cut.clients[0]})"
    return text, params


def _narrowed(cut: Cut) -> Sql:
    text = ""
    params: list[Any] = []
    if cut.client_ids is not None:
        text += " AND m.client_id = ANY(%s::bigint[])"
        params.append(list(cut.client_ids))
    if cut.contract_ids is not None:
        text += " AND m.contract_id = ANY(%s::bigint[])"
        params.append(list(cut.contract_ids))
    if cut.no_contract:
        text += " AND m.contract_id IS NULL"
    if cut.service_line is not None:
        text += " AND m.service_line = %s"
        params.append(cut.service_line)
    return text, params


def _cells(source: Source, basis: Basis, cut: Cut, pool: Pool, *, counted: bool, kept: bool) -> Sql:
    rows, row_params = _source(source, basis, cut, counted=counted)
    narrowing, narrow_params = _narrowed(cut)
    lines = ", ".join(_converted(line, basis.places, kept=kept) for line in LINES)
    if kept:
        lines += "".join(f", {_minor(line, basis.places)}" for line in LINES)
    counts = "".join(f", m.n_{line}" for line in LINES) if counted else ""
    text = (
        f"SELECT m.client_id, m.contract_id, m.service_line, m.month, r.own IS NOT TRUE AS foreign, {lines}, "
        f"0 AS pooled, m.checked{counts} "
        f"FROM ({rows}) m LEFT JOIN rate r ON r.currency = m.currency AND r.month = m.month WHERE true{narrowing}"
    )
    if not (pool and source == "actual"):
        return text, [*row_params, *narrow_params]
    shares = spread(basis, cut, pool)
    text += (
        " UNION ALL SELECT m.client_id, m.contract_id, m.service_line, m.month, false, 0, 0, 0, 0, 0, "
        f"{'m.amount' + ', NULL::bigint' * len(LINES) if kept else 'm.amount'}, "
        f"m.amount, 0{', 0' * len(LINES) if counted else ''} FROM ({shares[0]}) m WHERE true{narrowing}"
    )
    return text, [*row_params, *narrow_params, *shares[1], *narrow_params]


def _statement(
    source: Source,
    basis: Basis,
    cut: Cut,
    group_by: tuple[str, ...],
    pool: Pool,
    *,
    counted: bool,
    ordered: bool,
) -> Sql:
    rates, rate_params = rate_values(basis, cut.read_first, cut.read_last)
    kept = _is_kept(source, basis, cut, group_by, counted=counted)
    cells, cell_params = _cells(source, basis, cut, pool, counted=counted, kept=kept)
    label = f"(c.month::timestamp + make_interval(years => {int(cut.years_back)}))" if cut.years_back else "c.month"
    stamp = label if cut.years_back else "c.month::timestamp"
    groups = [GROUPS[name].format(label if name == "month" else stamp) for name in group_by]
    sums = [_sum(line, basis.places, kept=kept) for line in LINES]
    sums += ["bool_or(c.foreign)", f"round(sum(c.pooled), {basis.places})", "sum(c.checked)"]
    sums += [f"sum(c.n_{line})::int" for line in LINES] if counted else []
    joined, join_params = _joined(cut, group_by, stamp)
    text = (
        f"WITH rate AS (SELECT q.*, q.currency = %s AS own, {_times(basis.places)} AS times "
        f"FROM (VALUES {rates}) q(currency, month, rate)) "
        f"SELECT {', '.join([*groups, *sums])} FROM ({cells}) c{joined}"
    )
    if groups:
        text += f" GROUP BY {', '.join(str(number + 1) for number in range(len(groups)))}"
        if ordered:
            text += f" ORDER BY {', '.join(_order(name, group) for name, group in zip(group_by, groups, strict=True))}"
    return text, [basis.currency, *rate_params, *cell_params, *join_params]


def _joined(cut: Cut, group_by: tuple[str, ...], stamp: str) -> Sql:
    """What the cells are joined to, and which of them are in sight."""
    contract = " LEFT JOIN financials_contract k ON k.id = c.contract_id" if "contract" in group_by else ""
    if cut.everyone and not (cut.fiscal or OF_CLIENT.intersection(group_by)):
        return f"{contract} WHERE c.client_id IS NOT NULL", []
    visible, params = _visible(cut, frozenset(group_by))
    text = f" JOIN ({visible}) v ON v.id = c.client_id{contract}"
    if cut.fiscal:
        text += f" WHERE {GROUPS[cut.fiscal[0]].format(stamp)} = %s::timestamp"
        params = [*params, cut.fiscal[1]]
    return text, params


def _order(name: str, group: str) -> str:
    """As Python sorts the labels: by code point, unknown first."""
    return f"{group} NULLS FIRST" if name in PERIODS else f"coalesce({group}, '') COLLATE \"C\""


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
    text, params = _statement(source, basis, cut, group_by, pool or Pool(), counted=counted, ordered=False)
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(_read(cursor.fetchall(), group_by))


def stream_ladders(
    source: Source, basis: Basis, cut: Cut, group_by: tuple[str, ...], pool: Pool | None = None
) -> Iterator[Summed]:
    """The same, sorted by the groups and read in pieces from a cursor that the database keeps."""
    text, params = _statement(source, basis, cut, group_by, pool or Pool(), counted=False, ordered=True)
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, params)
        while found := cursor.fetchmany(2000):
            yield from _read(found, group_by)


def _read(found: list[tuple[Any, ...]], group_by: tuple[str, ...]) -> Iterator[Summed]:
    width, end = len(group_by), len(group_by) + len(LINES)
    labels = [_LABELLED.get(name, _text) for name in group_by]
    for row in found:
        if row[end] is None:  # no groups and no rows: the sum of nothing
            continue
        group = tuple([label(value) for label, value in zip(labels, row[:width], strict=True)])
        yield Summed(
            group, _known(row[width:end]), row[end], row[end + 1] or ZERO, row[end + 2] or ZERO, row[end + 3 :]
        )


def _known(lines: tuple[Decimal, ...]) -> tuple[Decimal | None, ...]:
    return tuple([None if amount.is_nan() else amount for amount in lines])


def _text(value: str | None) -> str | None:
    return value or None


_SEEN: dict[tuple[str, date], str] = {}


def _period(name: str) -> Any:
    def label(value: date) -> str:
        known = _SEEN.get((name, value))
        if known is None:
            known = _SEEN[name, value] = _period_label(name, value)
        return known

    return label


def _period_label(name: str, value: date) -> str:
    """2026-09, 2026-Q3, 2026, FY2026-Q3, FY2026; of a group's first month."""
    if name == "month":
        return format_month(date(value.year, value.month, 1))
    year = f"FY{value.year}" if name.startswith("fiscal") else str(value.year)
    return f"{year}-Q{(value.month + 2) // 3}" if name.endswith("quarter") else year


_LABELLED: Final = {name: _period(name) for name in PERIODS}


def check_total(basis: Basis, cut: Cut) -> Decimal:
    """The same check total of the posted cells (the entries themselves when the cut says raw), read apart from the
    rows and joins of a report. One query.
    """
    narrowing, narrow_params = _narrowed(cut)
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
    rows, row_params = _source(source, basis, cut, counted=False)
    narrowing, narrow_params = _narrowed(cut)
    text = (
        f"WITH rate(currency, month, rate) AS (VALUES {rates}) SELECT DISTINCT m.currency, m.month FROM ({rows}) m "
        "LEFT JOIN rate r ON r.currency = m.currency AND r.month = m.month "
        f"WHERE r.rate IS NULL AND m.client_id IN ({cut.clients[0]}){narrowing}"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*rate_params, *row_params, *cut.clients[1], *narrow_params])
        return frozenset(cursor.fetchall())
