"""The whole book by periods: light cells summed from an index that holds all of them that is needed.

Every cell of the months stands in exactly one branch: the reporting currency, which is added up; currencies with a
rate that floating point will do for; and the rest, which is converted in exact arithmetic: cells that are not light,
rates too large or missing, and currencies of which no rate is known at all.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, Literal

from common.periods import months_between
from financials.calc.ladder import LINES
from financials.queries.basis import Basis, Sql
from financials.queries.cuts import Cut
from financials.queries.ladder_rates import MOST, RATED, STATE, converted, hundredths

_INDEXED: Final = "m.light AND m.client_id IS NOT NULL"
"""As the indexes `ledger_ladder_light` and `budget_ladder_light` say it."""
_NO_LINES: Final = ", ".join(f"NULL::numeric AS {line}" for line in LINES)
_NO_MINOR: Final = ", ".join(f"NULL::numeric AS {line}_h" for line in LINES)
_NO_PLACE: Final = "0::bigint AS client_id, NULL::bigint AS contract_id, ''::varchar AS service_line"


def period_rows(source: Literal["actual", "budget"], basis: Basis, cut: Cut) -> Sql:
    """client_id (0: all), contract_id, service_line, month, state, six lines, six in minor units, checked; one row a
    month where it is summed. Reads rate.
    """
    table, of_version, version = "financials_ledgerladder", "", list[Any]()
    if source == "budget":
        table, of_version, version = "financials_budgetladder", "m.version_name = %s AND ", [basis.budget_version]
    span, months = f"{of_version}m.month BETWEEN %s AND %s", [*version, cut.read_first, cut.read_last]
    sums = ", ".join(f"sum(m.{line}_h) AS {line}_h" for line in LINES)
    own = (
        f"SELECT {_NO_PLACE}, m.month, 0 AS state, {_NO_LINES}, {sums}, sum(m.checked) AS checked FROM {table} m "
        f"WHERE {span} AND m.currency = %s AND {_INDEXED} GROUP BY m.month"
    )
    sums = ", ".join(f"sum({hundredths(line, basis.places, own=False)}) AS {line}_h" for line in LINES)
    names = ", ".join(f"s.{line}_h" for line in LINES)
    # Rate by rate, for which the index has the cells side by side: joined plainly, they would be sorted by month.
    foreign = (
        f"SELECT {_NO_PLACE}, r.month, 1 AS state, {_NO_LINES}, {names}, s.checked FROM rate r "
        f"CROSS JOIN LATERAL (SELECT {sums}, sum(m.checked) AS checked FROM {table} m "
        f"WHERE {of_version}m.currency = r.currency AND m.month = r.month AND {_INDEXED}) s "
        "WHERE NOT r.own AND r.times IS NOT NULL AND s.checked IS NOT NULL"
    )
    rest, rest_params = _rest(table, span, months, basis, cut)
    lines = ", ".join(converted(line, basis.places, kept=False) for line in LINES)
    exact = (
        f"SELECT m.client_id, m.contract_id, m.service_line, m.month, {STATE} AS state, {lines}, {_NO_MINOR}, "
        "m.checked "
        f"FROM ({rest}) m {RATED}"
    )
    return f"{own} UNION ALL {foreign} UNION ALL {exact}", [*months, basis.currency, *version, *rest_params]


def _rest(table: str, span: str, months: list[Any], basis: Basis, cut: Cut) -> Sql:
    """The cells of neither sum, in three places that hold next to nothing, each found through an index."""
    names = ", ".join(f"m.{name}" for name in (*_KEYS, *LINES, "cents", "checked"))
    heavy = f"SELECT {names} FROM {table} m WHERE {span} AND NOT m.light"
    known = sorted(basis.rate_currencies | {basis.currency})
    text = f"{heavy} UNION ALL SELECT {names} FROM {table} m WHERE {span} AND {_INDEXED} AND m.currency < %s"
    text += f" UNION ALL SELECT {names} FROM {table} m WHERE {span} AND {_INDEXED} AND m.currency > %s"
    params = [*months, *months, known[0], *months, known[-1]]
    if len(known) > 1:
        between = ", ".join(["(%s::varchar, %s::varchar)"] * (len(known) - 1))
        # OFFSET 0 keeps it one look into the index a pair; joined plainly, the plan is a scan of every cell.
        text += (
            f" UNION ALL SELECT {names} FROM (VALUES {between}) g(after, before) CROSS JOIN LATERAL ("
            f"SELECT {names} FROM {table} m WHERE {span} AND {_INDEXED} AND m.currency > g.after "
            "AND m.currency < g.before OFFSET 0) m"
        )
        params += [*(code for pair in pairwise(known) for code in pair), *months]
    odd = [pair for code in known for pair in _without_times(code, basis, cut)]
    if odd:
        values = ", ".join(["(%s::varchar, %s::date)"] * len(odd))
        text += (
            f" UNION ALL SELECT {names} FROM (VALUES {values}) o(currency, month) JOIN {table} m "
            f"ON m.currency = o.currency AND m.month = o.month WHERE {span} AND {_INDEXED}"
        )
        params += [*(value for pair in odd for value in pair), *months]
    return text, params


_KEYS: Final = ("client_id", "contract_id", "service_line", "month", "currency")


def _without_times(code: str, basis: Basis, cut: Cut) -> list[tuple[str, Any]]:
    """The months in which the currency has no rate, or one that is too large for floating point."""
    if code == basis.currency:
        return []
    rates = [(month, basis.rate(code, month)) for month in months_between(cut.read_first, cut.read_last)]
    return [(code, month) for month, rate in rates if rate is None or rate.value > MOST]
