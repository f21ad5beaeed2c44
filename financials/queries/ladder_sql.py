"""The SQL of the P&L: rows of six lines, each line of each cell converted once, then summed by group.

What is no posting stands apart until it is read: shares of the overhead pool, and labour from time.

A cell is client × contract × service line × month × line × source currency. It is converted at the month's average
and rounded to the minor unit, HALF_EVEN; every larger figure is the sum of those. The six lines of a cell lie beside
each other (`LedgerLadder`, `BudgetLadder`), so that a pivot reads a sixth of the rows.

Light cells are summed as whole numbers: see `ladder_rates`. By periods alone, for a reader who sees every client, they
are read from an index: see `ladder_periods`.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from financials.calc.ladder import LINES
from financials.queries.basis import Basis, Sql
from financials.queries.cuts import Cut, narrowed, of_clients
from financials.queries.labour import TimeCut, labour_cells
from financials.queries.ladder_periods import period_rows
from financials.queries.ladder_rates import RATED, STATE, converted, minor, rates_sql
from financials.queries.overhead import Pool
from financials.queries.pool_shares import spread

Source = Literal["actual", "budget"]

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


_KEYS: Final = "client_id, contract_id, service_line, month, currency"
_NAMES: Final = ", ".join([*LINES, *(f"{line}_h" for line in LINES), "light", "cents", "checked"])
_BESIDE: Final = (
    ", ".join(f"coalesce(sum(amount) FILTER (WHERE line = '{line}'), 0) AS {line}" for line in LINES)
    + ", bool_and(amount = round(amount, 2)) AS cents"
    + ", sum(CASE line WHEN 'gross_revenue' THEN amount ELSE -amount END) AS checked"
)
"""checked: a check total over whatever currencies: no sum of money, but if it differs something is amiss."""


def _counts(each: str) -> str:
    return "".join(f", coalesce(sum({each}) FILTER (WHERE line = '{line}'), 0) AS n_{line}" for line in LINES)


def source_sql(source: Source, basis: Basis, cut: Cut, *, counted: bool) -> Sql:
    """Rows of six lines of the cut's months, and of its clients where it names them."""
    months = [cut.read_first, cut.read_last]
    if source == "budget":
        given = [basis.budget_version, *months]
        where = "version_name = %s AND month BETWEEN %s AND %s"
        if counted:
            return _beside("financials_budgetline", (where, given), cut, _counts("1"))
        return _kept_rows("financials_budgetladder", (where, given), cut)
    if cut.raw or basis.historic:
        known = "month BETWEEN %s AND %s AND posted_at <= %s", [*months, basis.as_of]
        return _beside("financials_ledgerentry", known, cut, _counts("1") if counted else "")
    within: Sql = ("month BETWEEN %s AND %s", months)
    if counted:
        return _beside("financials_ledgermonth", within, cut, _counts("entries"))
    return _kept_rows("financials_ledgerladder", within, cut)


def _beside(table: str, where: Sql, cut: Cut, counts: str) -> Sql:
    text, params = where
    if cut.client_ids is not None:
        named, more = of_clients(cut, "client_id")
        text, params = f"{text} AND {named}", [*params, *more]
    return f"SELECT {_KEYS}, {_BESIDE}{counts} FROM {table} WHERE {text} GROUP BY {_KEYS}", params


def _kept_rows(table: str, where: Sql, cut: Cut) -> Sql:
    """Clients by name are looked up one by one: a plan that joins them reads every row of a book of middling size."""
    text, params = where
    rows = f"SELECT {_KEYS}, {_NAMES} FROM {table} WHERE {text}"
    if cut.client_ids is None:
        return rows, params
    return (
        "SELECT kept.* FROM unnest(%s::bigint[]) AS named(id) "
        f"CROSS JOIN LATERAL ({rows} AND client_id = named.id OFFSET 0) kept",
        [list(cut.client_ids), *params],
    )


def _is_kept(source: Source, basis: Basis, cut: Cut, group_by: tuple[str, ...], *, counted: bool) -> bool:
    """Whether the rows have hundredths, as the kept ladders do, and are summed enough for these to be worth it."""
    few = cut.client_ids is not None or ("month" in group_by and not {"client", "contract"}.isdisjoint(group_by))
    if few:
        return False
    return not counted and (source == "budget" or not (cut.raw or basis.historic))


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
    params: list[Any] = []
    if "owner" in wanted:
        columns.append("coalesce(u.email, '') AS email")
        joins += " LEFT JOIN people_user u ON u.id = c.owner_id"
    if "parent" in wanted:  # a parent out of sight is not named
        columns.append("coalesce(p.key, c.key) AS parent_key")
        parent, params = of_clients(cut, "p.id")
        joins += f" LEFT JOIN accounts_client p ON p.id = c.parent_id AND {parent}"
    seen, more = of_clients(cut, "c.id")
    return f"SELECT {', '.join(columns)} FROM accounts_client c{joins} WHERE {seen}", [*params, *more]


@dataclass(frozen=True, slots=True)
class Asked:
    """A report's rows in SQL. counted: with the number of rows behind each line, which costs more."""

    source: Source
    basis: Basis
    cut: Cut
    group_by: tuple[str, ...]
    pool: Pool
    counted: bool

    @property
    def kept(self) -> bool:
        return _is_kept(self.source, self.basis, self.cut, self.group_by, counted=self.counted)

    @property
    def worked(self) -> TimeCut | None:
        """The hours whose cost these rows take as labour, if there are any."""
        worked = self.cut.worked(self.basis, self.group_by)
        return worked if self.source == "actual" and worked.any else None

    def cells(self) -> Sql:
        """Postings, then shares of the pool, then labour from time: each part has the columns of the first."""
        parts = [self._posted()]
        if self.pool and self.source == "actual":
            parts.append(self._shares())
        if self.worked is not None:
            parts.append(self._timed(self.worked))
        narrowing, narrow_params = narrowed(self.cut)
        text = " UNION ALL ".join(f"{part} WHERE true{narrowing}" for part, _ in parts)
        return text, [value for _, params in parts for value in (*params, *narrow_params)]

    def _row(self, state: str, lines: str, pooled: str, checked: str, counts: str, *timed: str) -> str:
        """state: of the rate, as `STATE` has it. timed: the amount and its entries."""
        more = "" if self.worked is None else f", {timed[0]} AS timed, {timed[1]} AS hours"
        where = "m.client_id, m.contract_id, m.service_line, m.month"
        return f"SELECT {where}, {state} AS state, {lines}, {pooled} AS pooled, {checked} AS checked{counts}{more}"

    @property
    def by_period(self) -> bool:
        """Whether the index of light cells will do: every client, whole, by periods alone, in a currency of cents."""
        periods = {"month", "quarter", "year"}.issuperset(self.group_by)
        return self.kept and self.cut.whole and periods and self.basis.places == 2

    def _posted(self) -> Sql:
        if self.by_period:
            rows, params = period_rows(self.source, self.basis, self.cut)
            lines = ", ".join(f"m.{name}" for name in (*LINES, *(f"{line}_h" for line in LINES)))
            return f"{self._row('m.state', lines, '0', 'm.checked', '', '0', '0')} FROM ({rows}) m", params
        rows, params = source_sql(self.source, self.basis, self.cut, counted=self.counted)
        places = self.basis.places
        lines = ", ".join(converted(line, places, kept=self.kept) for line in LINES)
        if self.kept:
            lines += "".join(f", {minor(line, places)}" for line in LINES)
        counts = "".join(f", m.n_{line}" for line in LINES) if self.counted else ""
        row = self._row(STATE, lines, "0", "m.checked", counts, "0", "0")
        return f"{row} FROM ({rows}) m {RATED}", params

    @property
    def _no_lines(self) -> str:
        return "0, 0, 0, 0, 0, 0" + (", NULL::bigint" * len(LINES) if self.kept else "")

    @property
    def _no_counts(self) -> str:
        return ", 0" * len(LINES) if self.counted else ""

    def _shares(self) -> Sql:
        shares, params = spread(self.basis, self.cut, self.pool, self.group_by)
        row = self._row("0", self._no_lines, "m.amount", "0", self._no_counts, "0", "0")
        return f"{row} FROM ({shares}) m", params

    def _timed(self, worked: TimeCut) -> Sql:
        rows, params = labour_cells(worked, salary=self.basis.salary)
        amount = (
            "CASE WHEN m.thin THEN 'Infinity'::numeric "
            "WHEN r.rate IS NULL THEN CASE m.amount WHEN 0 THEN 0 ELSE 'NaN'::numeric END "
            f"ELSE half_even(m.amount * r.rate, {self.basis.places}) END"
        )
        row = self._row(STATE, self._no_lines, "0", "0", self._no_counts, amount, "m.entries")
        return f"{row} FROM ({rows}) m {RATED}", params

    def statement(self, *, ordered: bool) -> Sql:
        basis, cut, group_by = self.basis, self.cut, self.group_by
        rates, rate_params = rates_sql(basis, cut)
        cells, cell_params = self.cells()
        label = f"(c.month::timestamp + make_interval(years => {int(cut.years_back)}))" if cut.years_back else "c.month"
        stamp = label if cut.years_back else "c.month::timestamp"
        groups = [GROUPS[name].format(label if name == "month" else stamp) for name in group_by]
        sums = [_sum(line, basis.places, kept=self.kept) for line in LINES]
        sums += ["max(c.state)", f"round(sum(c.pooled), {basis.places})", "sum(c.checked)"]
        sums += [f"sum(c.n_{line})::int" for line in LINES] if self.counted else []
        sums += [f"round(sum(c.timed), {basis.places})", "sum(c.hours)::int"] if self.worked is not None else []
        joined, join_params = _joined(cut, group_by, stamp)
        text = f"WITH {rates} SELECT {', '.join([*groups, *sums])} FROM ({cells}) c{joined}"
        if groups:
            text += f" GROUP BY {', '.join(str(number + 1) for number in range(len(groups)))}"
            if ordered:
                order = (_order(name, group) for name, group in zip(group_by, groups, strict=True))
                text += f" ORDER BY {', '.join(order)}"
        return text, [*rate_params, *cell_params, *join_params]


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
