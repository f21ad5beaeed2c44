"""The SQL under every P&L figure: cells converted once each, then summed by group and line.

A cell is client × contract × service line × month × line × source currency. It is converted at the month's average
and rounded to the minor unit, HALF_EVEN; every larger figure is the sum of those. Where the ledger has no labour for a
client and month, the cells of labour from time stand in the same place: see `financials.queries.labour`.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from django.db import connection

from common.fx import apply
from common.money import ZERO
from common.periods import Month, format_month, month_add
from financials.queries.basis import Basis, Sql, rate_values
from financials.queries.cost_cells import costs_sql
from financials.queries.labour import TimeCut, labour_cells, withheld_places
from financials.queries.overhead import DEFAULT, Pool, driver_sql, spread_sql

Source = Literal["actual", "budget", "forecast", "layers", "forecast_costs", "layer_costs", "schedule"]
"""forecast: net revenue of the runs that stand; layers: the same, each layer as a line. forecast_costs: what it costs,
by line of the ladder; layer_costs: the same, each layer as a line; cells whose cost is not known are withheld.
schedule: of contracts."""
Missing = frozenset[tuple[str, Month]]


@dataclass(frozen=True, slots=True)
class _Group:
    """keys: the columns that cells are first summed by; text: how the group reads, made of those; joins: for the text.

    Names and dates are written out once a sum, not once a cell: there are up to a hundred times as many cells.
    """

    text: str
    keys: tuple[str, ...]
    joins: tuple[str, ...] = ()


_CLIENT: Final = "JOIN visible v ON v.id = c.client_id"
_PARENT: Final = "LEFT JOIN visible p ON p.id = v.parent_id"  # a parent out of sight is not named
GROUPS: Final[dict[str, _Group]] = {
    "client": _Group("v.key", ("client_id",), (_CLIENT,)),
    "parent": _Group("coalesce(p.key, v.key)", ("client_id",), (_CLIENT, _PARENT)),
    "contract": _Group(
        "coalesce(k.number, '')", ("contract_id",), ("LEFT JOIN financials_contract k ON k.id = c.contract_id",)
    ),
    "service_line": _Group("c.service_line", ("service_line",)),
    "owner": _Group("coalesce(u.email, '')", ("owner_id",), ("LEFT JOIN people_user u ON u.id = c.owner_id",)),
    "tier": _Group("c.tier", ("tier",)),
    "industry": _Group("c.industry", ("industry",)),
    "month": _Group("c.label", ("label",)),
    "quarter": _Group("to_char(c.label, 'YYYY\"-Q\"Q')", ("label",)),
    "year": _Group("to_char(c.label, 'YYYY')", ("label",)),
    "fiscal_quarter": _Group('to_char(c.label + c.shift, \'"FY"YYYY"-Q"Q\')', ("label", "shift")),
    "fiscal_year": _Group("to_char(c.label + c.shift, '\"FY\"YYYY')", ("label", "shift")),
}
_OF_CLIENT: Final = frozenset({"owner_id", "tier", "industry", "shift"})
"""Keys that stand on the client's own row."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which cells: clients (a subquery of ids), months, and optionally some contracts or one service line.

    years_back: read the same months that many years earlier and label them with these.
    raw: read the entries themselves, not the kept monthly sums.
    client_ids: the same clients as a list, where the caller has read them already. everyone: they are all there are.
    no_contract: only what stands under no contract. fiscal: only months of this fiscal_year or fiscal_quarter of each
    client's own, named by the first month it would have if its year began in January.
    """

    clients: Sql
    first: Month
    last: Month
    contract_ids: tuple[int, ...] | None = None
    service_line: str | None = None
    years_back: int = 0
    raw: bool = False
    client_ids: tuple[int, ...] | None = None
    no_contract: bool = False
    everyone: bool = False
    fiscal: tuple[str, Month] | None = None

    @property
    def read_first(self) -> Month:
        return month_add(self.first, -12 * self.years_back)

    @property
    def read_last(self) -> Month:
        return month_add(self.last, -12 * self.years_back)

    @property
    def whole(self) -> bool:
        """Everything of every client."""
        narrowed = self.client_ids is not None or self.contract_ids is not None or self.service_line is not None
        return self.everyone and not (narrowed or self.no_contract or self.fiscal)

    def worked(self, basis: Basis, group_by: Iterable[str] = ()) -> TimeCut:
        """The hours whose cost is labour of these cells."""
        of_parts = self.contract_ids is not None or self.no_contract or self.service_line is not None
        parts = of_parts or not _OF_PARTS.isdisjoint(group_by)
        return TimeCut(basis, self.read_first, self.read_last, self.client_ids, parts)


_OF_PARTS: Final = frozenset({"contract", "service_line"})
"""Groups that part a client."""


class Cell(NamedTuple):
    """One group × line. missing: at least one of its cells has no exchange rate or is withheld from this reader, so
    amount is not the whole; withheld: a cell of it is, and none lacks a rate.
    """

    group: tuple[str | None, ...]
    line: str
    amount: Decimal
    entries: int
    missing: bool
    foreign: bool
    withheld: bool = False


_COLUMNS = "client_id, contract_id, service_line, month, line, currency"


def _source(source: Source, basis: Basis, cut: Cut) -> Sql:
    months = [cut.read_first, cut.read_last]
    if source == "budget":
        return (
            f"SELECT {_COLUMNS}, amount, 1 AS entries FROM financials_budgetline "
            "WHERE version_name = %s AND month BETWEEN %s AND %s",
            [basis.budget_version, *months],
        )
    if source == "schedule":
        return (
            "SELECT k.client_id, k.id AS contract_id, k.service_line, s.month, 'scheduled' AS line, k.currency, "
            "s.amount, 1 AS entries FROM financials_scheduleline s JOIN financials_contract k ON k.id = s.contract_id "
            "WHERE s.month BETWEEN %s AND %s",
            months,
        )
    if source in ("forecast", "layers"):
        line = "l.layer" if source == "layers" else "'net_revenue'"
        return (
            f"SELECT r.client_id, l.contract_id, l.service_line, l.month, {line} AS line, l.currency, l.amount, "
            f"1 AS entries FROM ({RUNS_THEN if basis.historic else RUNS_NOW}) r "
            "JOIN financials_forecastline l ON l.run_id = r.id WHERE l.month BETWEEN %s AND %s",
            [*([basis.as_of] if basis.historic else []), *months],
        )
    if cut.raw or basis.historic:
        return (
            f"SELECT {_COLUMNS}, sum(amount) AS amount, count(*) AS entries FROM financials_ledgerentry "
            f"WHERE month BETWEEN %s AND %s AND posted_at <= %s GROUP BY {_COLUMNS}",
            [*months, basis.as_of],
        )
    return (
        f"SELECT {_COLUMNS}, amount, entries FROM financials_ledgermonth WHERE month BETWEEN %s AND %s",
        months,
    )


def _with_labour(rows: Sql, worked: TimeCut, *, salary: bool) -> Sql:
    """Ledger cells and, where the ledger has none, those of labour from time; thin: withheld from the reader."""
    labour, params = labour_cells(worked, salary=salary)
    columns = f"{_COLUMNS}, amount, entries"
    return (
        f"SELECT {columns}, false AS thin FROM ({rows[0]}) posted "
        f"UNION ALL SELECT {columns}, thin FROM ({labour}) timed",
        [*rows[1], *params],
    )


def _forecast_costs(basis: Basis, cut: Cut, worked: TimeCut, *, layers: bool) -> Sql:
    rows, params = _source("actual", basis, cut)
    actual: Sql = (f"SELECT {_COLUMNS}, amount, entries, false AS thin FROM ({rows}) posted", params)
    if worked.any:
        actual = _with_labour((rows, params), worked, salary=basis.salary)
    runs: Sql = (RUNS_THEN, [basis.as_of]) if basis.historic else (RUNS_NOW, [])
    return costs_sql(runs, cut.clients, actual, (cut.read_first, cut.read_last), layers=layers)


RUNS_NOW = "SELECT id, client_id FROM financials_forecastrun WHERE is_current"
RUNS_THEN = (
    "SELECT DISTINCT ON (client_id) id, client_id FROM financials_forecastrun WHERE computed_at <= %s "
    "ORDER BY client_id, computed_at DESC, id DESC"
)


def _cells(source: Source, basis: Basis, cut: Cut, group_by: Iterable[str] = (), *, posted_only: bool = False) -> Sql:
    """WITH rate, visible, cell: the converted cells of the cut, with their label month. The amount of a cell without a
    rate or withheld (thin) is NULL.
    """
    rates, rate_params = rate_values(basis, cut.read_first, cut.read_last)
    worked = cut.worked(basis, group_by)
    timed = source == "actual" and worked.any and not posted_only
    thinned = timed
    if source in ("forecast_costs", "layer_costs"):
        rows, row_params = _forecast_costs(basis, cut, worked, layers=source == "layer_costs")
        thinned = True
    else:
        rows, row_params = _source(source, basis, cut)
    if timed:
        rows, row_params = _with_labour((rows, row_params), worked, salary=basis.salary)
    narrowing, narrow_params = _narrowed(cut)
    if cut.fiscal:
        shifted = f"(m.month + make_interval(years => {int(cut.years_back)}) + f.shift)"
        narrowing += (
            f" AND (SELECT date_trunc('{cut.fiscal[0].removeprefix('fiscal_')}', {shifted}) FROM visible f "
            "WHERE f.id = m.client_id) = %s::timestamp"
        )
        narrow_params = [*narrow_params, cut.fiscal[1]]
    # A subquery of unknown size is planned as a scan of every cell; a list of ids goes through the index.
    within: Sql = ("m.client_id IN (SELECT id FROM visible)", [])
    if cut.client_ids is not None:
        within = ("m.client_id = ANY(%s::bigint[])", [list(cut.client_ids)])
    text = f"""
WITH rate(currency, month, rate) AS (VALUES {rates}),
visible AS (
  SELECT id, key, tier, industry, parent_id, owner_id, make_interval(months => (13 - fiscal_year_start) %% 12) AS shift
  FROM accounts_client WHERE id IN ({cut.clients[0]})
),
cell AS (
  SELECT m.client_id, m.contract_id, m.service_line, m.month, m.line, m.currency, m.entries,
         {_converted(basis, hidden="m.thin" if thinned else "")} AS amount, {"m.thin" if thinned else "false"} AS thin
  FROM ({rows}) m LEFT JOIN rate r ON r.currency = m.currency AND r.month = m.month
  WHERE {within[0]}{narrowing}
)"""
    params = [*rate_params, *cut.clients[1], *row_params, *within[1], *narrow_params]
    label = f"(month + make_interval(years => {int(cut.years_back)}))::date" if cut.years_back else "month"
    return f"{text},\nlabelled AS (SELECT cell.*, {label} AS label FROM cell)", params


def _converted(basis: Basis, row: str = "m", *, hidden: str = "") -> str:
    """The rounding is skipped where there is nothing to round: most cells are in the reporting currency, in cents.

    Such a cell keeps the places it is stored with, so sums of cells are rounded (to no other value) for their look.
    """
    withheld = f"WHEN {hidden} THEN NULL " if hidden else ""
    return (
        f"CASE {withheld}WHEN r.rate = 1 AND min_scale({row}.amount) <= {basis.places} THEN {row}.amount "
        f"ELSE half_even({row}.amount * r.rate, {basis.places}) END"
    )


def _narrowed(cut: Cut) -> Sql:
    text = ""
    params: list[Any] = []
    if cut.contract_ids is not None:
        text += " AND m.contract_id = ANY(%s::bigint[])"
        params.append(list(cut.contract_ids))
    if cut.no_contract:
        text += " AND m.contract_id IS NULL"
    if cut.service_line is not None:
        text += " AND m.service_line = %s"
        params.append(cut.service_line)
    return text, params


def spread(basis: Basis, cut: Cut, pool: Pool, group_by: Iterable[str] = (), *, told: bool = True) -> Sql:
    """Each month's overhead pool over every client's part of the driver, whoever the cut is about.

    told: to this basis's reader: a share by labour that is withheld is Infinity, for it tells the labour. One who sees
    the whole pool could work a share out from the others', so such a month is withheld from them whole.
    """
    everybody = replace(cut, raw=False, client_ids=None).worked(basis, group_by)
    rows = _source("actual", basis, replace(cut, raw=False))
    if everybody.any:
        rows = _with_labour(rows, everybody, salary=True)
    text, params = spread_sql(basis, rows, _converted(basis, "b"), pool)
    if basis.salary or not told or not everybody.any:
        return text, params
    by_labour = [month for month in pool.amounts if pool.drivers.get(month, DEFAULT.value) == DEFAULT.value]
    places, more = withheld_places(everybody)
    hidden = f"SELECT DISTINCT month FROM ({places}) p" if basis.whole_book else places
    same = "h.month = s.month" if basis.whole_book else "h.month = s.month AND h.client_id = s.client_id"
    return (
        "SELECT s.client_id, s.contract_id, s.service_line, s.month, "
        "CASE WHEN h.month IS NULL THEN s.amount ELSE 'Infinity'::numeric END AS amount "
        f"FROM ({text}) s LEFT JOIN ({hidden}) h ON {same} AND h.month = ANY(%s::date[])",
        [*params, *more, by_labour],
    )


def load_pool(basis: Basis, cut: Cut) -> tuple[Pool, Missing]:
    """The overhead without a client, by month in the basis's currency, and the rates it lacks. One query."""
    rows, params = _source("actual", basis, replace(cut, raw=False))
    driver, driver_params = driver_sql(basis, "m.month")
    amounts: dict[Month, Decimal] = {}
    drivers: dict[Month, str] = {}
    gaps: set[tuple[str, Month]] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.month, m.currency, m.amount, {driver} FROM ({rows}) m WHERE m.client_id IS NULL",
            [*driver_params, *params],
        )
        for month, currency, amount, named in cursor.fetchall():
            rate = basis.rate(currency, month)
            if rate is None:
                gaps.add((currency, month))
            else:
                amounts[month] = amounts.get(month, ZERO) + apply(amount, rate, basis.currency)
                drivers[month] = named
    return Pool(amounts, drivers), frozenset(gaps)


def load_cells(source: Source, basis: Basis, cut: Cut, group_by: tuple[str, ...]) -> list[Cell]:
    """Sums by group and line, one query. Group columns are text; a blank one is None (unknown)."""
    text, params = _cells(source, basis, cut, group_by)
    groups = [GROUPS[name] for name in group_by]
    keys = dict.fromkeys(key for group in groups for key in group.keys)
    by_key = "".join(f"{key}, " for key in keys)
    client = "JOIN visible w ON w.id = l.client_id" if _OF_CLIENT.intersection(keys) else ""
    whole = f"coalesce(round(sum(c.%s), {basis.places}), 0)"
    joins = " ".join(dict.fromkeys(join for group in groups for join in group.joins))
    # MATERIALIZED: where statistics are missing, a plan could sum everything up again for each client it joins.
    text += f""",
summed AS MATERIALIZED (
  SELECT {by_key}line, sum(l.amount) AS amount, sum(l.entries) AS entries, bool_or(l.amount IS NULL) AS missing,
         bool_or(l.currency <> %s) AS foreign_too,
         bool_or(l.thin) AND NOT bool_or(l.amount IS NULL AND NOT l.thin) AS withheld
  FROM labelled l {client} GROUP BY {by_key}line
)
SELECT {"".join(f"{group.text}, " for group in groups)}c.line, {whole % "amount"}, sum(c.entries), bool_or(c.missing),
       bool_or(c.foreign_too), bool_or(c.withheld) AND NOT bool_or(c.missing AND NOT c.withheld)
FROM summed c {joins} GROUP BY {", ".join(str(number + 1) for number in range(len(groups) + 1))}"""
    with connection.cursor() as cursor:
        cursor.execute(text, [*params, basis.currency])
        found = cursor.fetchall()
    width = len(group_by)
    return [Cell(tuple(_text(value) for value in row[:width]), *row[width:]) for row in found]


def _text(value: Any) -> str | None:
    return (format_month(value) if isinstance(value, date) else str(value)) if value else None


def load_missing(source: Source, basis: Basis, cut: Cut) -> Missing:
    """The currencies and months of the cut that have no rate. One query, made only when something is missing."""
    text, params = _cells(source, basis, cut)
    with connection.cursor() as cursor:
        cursor.execute(text + " SELECT DISTINCT currency, month FROM cell WHERE amount IS NULL AND NOT thin", params)
        return frozenset(cursor.fetchall())


def load_line_totals(basis: Basis, cut: Cut) -> dict[str, Decimal]:
    """Line → posted amount of the whole cut, read without any of the group joins: the ledger's side of the tie-out."""
    text, params = _cells("actual", basis, cut, posted_only=True)
    with connection.cursor() as cursor:
        whole = f"coalesce(round(sum(amount), {basis.places}), 0)"
        cursor.execute(f"{text} SELECT line, {whole} FROM cell GROUP BY line", params)
        return dict(cursor.fetchall())


def load_unspread(basis: Basis, cut: Cut, pool: Pool) -> Decimal:
    """The part of the pool that no client carries: months without any of the driver, or with none set. One query."""
    rates, rate_params = rate_values(basis, cut.read_first, cut.read_last)
    shares, params = spread(basis, cut, pool, told=False)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH rate(currency, month, rate) AS (VALUES {rates}) SELECT coalesce(sum(amount), 0) FROM ({shares}) s",
            [*rate_params, *params],
        )
        return pool.total - Decimal(cursor.fetchone()[0])
