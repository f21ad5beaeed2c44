"""What is expected, as cells: forecast, its costs and contracts' schedules, converted once each, then summed by group.

A cell is client × contract × service line × month × line × source currency. It is converted at the month's average
and rounded to the minor unit, HALF_EVEN; every larger figure is the sum of those. What is posted or budgeted is read
by `financials.queries.ladders`, six lines at a time: docs/decisions/0011-six-lines-at-a-time.md.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from django.db import connection

from common.periods import Month, format_month
from financials.queries.basis import Basis, Sql, rate_values
from financials.queries.cost_cells import costs_sql
from financials.queries.cuts import Cut, narrowed, of_clients, of_fiscal
from financials.queries.posted import cells_with_labour

Source = Literal["forecast", "layers", "forecast_costs", "layer_costs", "schedule"]
"""forecast: net revenue of the runs that stand; layers: the same, each layer as a line. forecast_costs: what it costs,
by line of the ladder; layer_costs: the same, each layer as a line; cells whose cost is not known are withheld.
schedule: of contracts.
"""
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
    "opportunity": _Group("c.opportunity_key", ("opportunity_key",)),  # of forecasts alone
    "unopened": _Group("CASE WHEN c.unopened THEN 'unopened' END", ("unopened",)),  # as above
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


class Cell(NamedTuple):
    """One group × line. missing: at least one of its cells has no exchange rate or is withheld (its cost is not known,
    or not told to this reader), so amount is not the whole; withheld: a cell of it is, and none lacks a rate.
    """

    group: tuple[str | None, ...]
    line: str
    amount: Decimal
    entries: int
    missing: bool
    foreign: bool
    withheld: bool = False


RUNS_NOW = "SELECT id, client_id FROM financials_forecastrun WHERE is_current"
RUNS_THEN = (
    "SELECT DISTINCT ON (client_id) id, client_id FROM financials_forecastrun WHERE computed_at <= %s "
    "ORDER BY client_id, computed_at DESC, id DESC"
)


def _source(source: Source, basis: Basis, cut: Cut, group_by: Iterable[str]) -> Sql:
    """client_id, contract_id, service_line, month, line, currency, amount, entries, thin (withheld)."""
    months = [cut.read_first, cut.read_last]
    runs: Sql = (RUNS_THEN, [basis.as_of]) if basis.historic else (RUNS_NOW, [])
    if source in ("forecast_costs", "layer_costs"):
        actual = cells_with_labour(basis, cut, cut.worked(basis, group_by), salary=basis.salary)
        return costs_sql(runs, cut.clients, actual, (cut.read_first, cut.read_last), layers=source == "layer_costs")
    if source == "schedule":
        return (
            "SELECT k.client_id, k.id AS contract_id, k.service_line, s.month, 'scheduled' AS line, k.currency, "
            "s.amount, 1 AS entries, false AS thin FROM financials_scheduleline s "
            "JOIN financials_contract k ON k.id = s.contract_id WHERE s.month BETWEEN %s AND %s",
            months,
        )
    line = "l.layer" if source == "layers" else "'net_revenue'"
    return (
        f"SELECT r.client_id, l.contract_id, l.opportunity_key, l.service_line, l.month, {line} AS line, l.currency, "
        f"l.amount, 1 AS entries, false AS thin, l.unopened FROM ({runs[0]}) r "
        "JOIN financials_forecastline l ON l.run_id = r.id WHERE l.month BETWEEN %s AND %s",
        [*runs[1], *months],
    )


def _cells(source: Source, basis: Basis, cut: Cut, group_by: Iterable[str] = ()) -> Sql:
    """WITH rate, visible, cell: the converted cells of the cut, with their label month. That of a cell without a rate
    or withheld (thin) is NULL.
    """
    rates, rate_params = rate_values(basis, cut.read_first, cut.read_last)
    rows, row_params = _source(source, basis, cut, group_by)
    narrowing, narrow_params = narrowed(cut)
    fiscal, fiscal_params = of_fiscal(cut)
    within: Sql = ("m.client_id IN (SELECT id FROM visible)", [])
    if cut.client_ids is not None:
        within = of_clients(cut, "m.client_id")
    seen, seen_params = of_clients(cut, "id")
    label = f"(m.month + make_interval(years => {int(cut.years_back)}))::date" if cut.years_back else "m.month"
    text = f"""
WITH rate(currency, month, rate) AS (VALUES {rates}),
visible AS (
  SELECT id, key, tier, industry, parent_id, owner_id, make_interval(months => (13 - fiscal_year_start) %% 12) AS shift
  FROM accounts_client WHERE {seen}
),
cell AS (
  SELECT m.*, {label} AS label, CASE WHEN NOT m.thin THEN {rounded(basis)} END AS rounded
  FROM ({rows}) m LEFT JOIN rate r ON r.currency = m.currency AND r.month = m.month
  WHERE {within[0]}{narrowing}{fiscal}
)"""
    return text, [*rate_params, *seen_params, *row_params, *within[1], *narrow_params, *fiscal_params]


def rounded(basis: Basis, row: str = "m") -> str:
    """The rounding is skipped where there is nothing to round: most cells are in the reporting currency, in cents.

    Such a cell keeps the places it is stored with, so sums of cells are rounded (to no other value) for their look.
    """
    return (
        f"CASE WHEN r.rate = 1 AND min_scale({row}.amount) <= {basis.places} THEN {row}.amount "
        f"ELSE half_even({row}.amount * r.rate, {basis.places}) END"
    )


def load_cells(source: Source, basis: Basis, cut: Cut, group_by: tuple[str, ...]) -> list[Cell]:
    """Sums by group and line, one query. Group columns are text; a blank one is None (unknown)."""
    text, params = _cells(source, basis, cut, group_by)
    groups = [GROUPS[name] for name in group_by]
    keys = dict.fromkeys(key for group in groups for key in group.keys)
    by_key = "".join(f"{key}, " for key in keys)
    client = "JOIN visible w ON w.id = l.client_id" if _OF_CLIENT.intersection(keys) else ""
    whole = f"coalesce(round(sum(c.amount), {basis.places}), 0)"
    joins = " ".join(dict.fromkeys(join for group in groups for join in group.joins))
    # MATERIALIZED: where statistics are missing, a plan could sum everything up again for each client it joins.
    text += f""",
summed AS MATERIALIZED (
  SELECT {by_key}line, sum(l.rounded) AS amount, sum(l.entries) AS entries, bool_or(l.rounded IS NULL) AS missing,
         bool_or(l.currency <> %s) AS foreign_too, bool_or(l.thin) AS thin,
         bool_or(l.rounded IS NULL AND NOT l.thin) AS rateless
  FROM cell l {client} GROUP BY {by_key}line
)
SELECT {"".join(f"{group.text}, " for group in groups)}c.line, {whole}, sum(c.entries)::bigint, bool_or(c.missing),
       bool_or(c.foreign_too), bool_or(c.thin) AND NOT bool_or(c.rateless)
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
        cursor.execute(text + " SELECT DISTINCT currency, month FROM cell WHERE rounded IS NULL AND NOT thin", params)
        return frozenset(cursor.fetchall())
