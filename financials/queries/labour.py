"""Labour from time, where the ledger has none: one source each, never both. docs/definitions.md#labour-from-time

For the P&L: `labour_cells` is a source of cells beside the ledger's own, outside its tie-out. For the close page:
`compare_sources` lays both side by side.

Field class SALARY: what fewer than three people cost together. A reader without it is told nothing that gives one
person's rate away when divided by hours, which everybody sees: see `labour_cells`.
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection

from common.fx import apply
from common.money import ZERO
from common.periods import Month
from financials.queries.basis import Basis, Sql

FEW: Final = 3
"""A sum over fewer people than this is field class SALARY."""
REST: Final = "0.1"
"""What all but the two dearest must come to, of the dearest: minutes of two more people hide nobody's rate."""
WITHHELD: Final = "labour from time of fewer than three people, or of an open month, is not shown to your role"

# The ledger's word as it was known then; what it says now stands in the rows themselves (`TimeMonth.in_ladder`).
# NOT IN: the ledger is summed once and looked up in, where NOT EXISTS sums a part of it for each row of time.
_SILENT_THEN: Final = """
(t.client_id, t.month) NOT IN (
  SELECT l.client_id, l.month FROM financials_ledgerentry l
  WHERE l.client_id IS NOT NULL AND l.line = 'delivery_labour' AND l.posted_at <= %s
  GROUP BY l.client_id, l.month, l.contract_id, l.service_line, l.currency HAVING sum(l.amount) <> 0)"""


@dataclass(frozen=True, slots=True)
class TimeCut:
    """Which hours. client_ids: of these alone. parts: by contract or service line. every: those beside labour in the
    ledger too, as the close page lays both side by side.
    """

    basis: Basis
    first: Month
    last: Month
    client_ids: tuple[int, ...] | None = None
    parts: bool = False
    every: bool = False

    @property
    def any(self) -> bool:
        """Whether there can be any: told by the basis, without a query."""
        if self.basis.historic:
            return True
        timed = self.basis.timed
        return timed is not None and timed[0] <= self.last and self.first <= timed[1]

    @property
    def rows(self) -> Sql:
        """client_id, contract_id, person_id, month, currency, cost, entries of what the ledger has no labour for."""
        silent, params = (_SILENT_THEN, [self.basis.as_of]) if self.basis.historic else ("t.in_ladder", [])
        if self.every:
            silent, params = "true", []
        chosen, ids = "", []
        if self.client_ids is not None:
            chosen, ids = " AND t.client_id = ANY(%s::bigint[])", [list(self.client_ids)]
        text = (
            "SELECT t.client_id, t.contract_id, t.person_id, t.month, t.cost_currency AS currency, t.cost, t.entries "
            "FROM financials_timemonth t "
            f"WHERE t.month BETWEEN %s AND %s AND t.cost_currency <> '' AND {silent}{chosen}"
        )
        return text, [self.first, self.last, *params, *ids]


def labour_cells(worked: TimeCut, *, salary: bool) -> Sql:
    """client_id, contract_id, service_line, month, line ('delivery_labour'), currency, amount, entries, thin: labour of
    the clients and months for which the ledger has none, in the rates' own currencies, unconverted.

    salary: the reader may know what a person costs; then thin is always false. thin: to others no sum that holds this
    cell is shown, however many people it is of: of two such sums the difference is one cell. Hours without a cost rate
    are not in it: load_unpriced counts them.
    """
    rows, params = worked.rows
    thin, places = "false", ""
    if not salary:
        withheld, more = withheld_places(worked)
        thin = "h.client_id IS NOT NULL"
        places = f" LEFT JOIN ({withheld}) h ON h.client_id = w.client_id AND h.month = w.month"
        params = [*params, *more]
    return (
        "SELECT w.client_id, w.contract_id, coalesce(k.service_line, '') AS service_line, w.month, "
        "'delivery_labour' AS line, w.currency, sum(w.cost) AS amount, sum(w.entries) AS entries, "
        f"{thin} AS thin FROM ({rows}) w LEFT JOIN financials_contract k ON k.id = w.contract_id{places} "
        "GROUP BY 1, 2, 3, 4, 6, 9",
        params,
    )


def withheld_places(worked: TimeCut) -> Sql:
    """client_id, month whose labour from time gives one or two people away: it is of fewer than three, of one beside
    minutes of others, or the month is open still, where who adds an hour of a colleague reads its cost off the sum.

    Each currency counts apart, because rates can be held at any month and the difference of two such reports is one
    currency's part; where parts are asked for, each contract counts apart too, and one that is too small withholds all:
    the rest of the client's month would tell it.
    """
    rows, params = worked.rows
    by = "client_id, month, currency, contract_id" if worked.parts else "client_id, month, currency"
    each = f"SELECT {by}, person_id, sum(cost) AS cost FROM ({rows}) p GROUP BY {by}, person_id"
    ranked = f"SELECT e.*, row_number() OVER (PARTITION BY {by} ORDER BY cost DESC) AS place FROM ({each}) e"
    text = (
        f"SELECT DISTINCT client_id, month FROM ({ranked}) q GROUP BY {by} HAVING count(*) < {FEW} "
        f"OR coalesce(sum(cost) FILTER (WHERE place > 2), 0) < {REST} * max(cost) OR month >= %s"
    )
    return text, [*params, worked.basis.open_month]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Hours of a client and month that count but have no cost rate, so that labour from time is short of them."""

    client: str
    month: Month
    hours: Decimal


def load_unpriced(client_ids: Iterable[int], first: Month, last: Month) -> list[Unpriced]:
    """One query; empty when every hour is priced."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.key, t.month, sum(t.unpriced_hours) FROM financials_timemonth t "
            "JOIN accounts_client v ON v.id = t.client_id WHERE t.client_id = ANY(%s::bigint[]) "
            "AND t.month BETWEEN %s AND %s AND t.unpriced_hours > 0 GROUP BY 1, 2 ORDER BY 1, 2",
            [list(client_ids), first, last],
        )
        return [Unpriced(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class LabourSources:
    """Both sources of one client and month, in the basis's currency. ledger, time: None where the source has nothing.

    people: how many the time is of; a reader without SALARY gets time None by the P&L's own rule, `withheld_places`.
    missing: a part has no exchange rate, so neither amount is the whole. currencies: those of the time.
    """

    client_id: int
    client: str
    client_name: str
    month: Month
    ledger: Decimal | None
    time: Decimal | None
    hours: Decimal
    unpriced_hours: Decimal
    people: int
    withheld: bool
    missing: bool
    currencies: frozenset[str]

    @property
    def used(self) -> str:
        """Which one the ladder shows: ledger, time, or none."""
        if self.ledger is not None:
            return "ledger"
        return "time" if self.people else "none"

    @property
    def difference(self) -> Decimal | None:
        """Ledger − time, where both are known."""
        return None if self.ledger is None or self.time is None else self.ledger - self.time


_BOTH: Final = """
SELECT v.id, v.key, v.name, b.month, b.source, b.currency, b.amount, b.hours, b.unpriced, b.people,
       thin.client_id IS NOT NULL
FROM (
  SELECT client_id, month, 'ledger' AS source, currency, sum(amount) AS amount, 0 AS hours, 0 AS unpriced,
         NULL::bigint[] AS people
  FROM financials_ledgermonth WHERE line = 'delivery_labour' AND client_id = ANY(%s::bigint[])
   AND month BETWEEN %s AND %s GROUP BY 1, 2, 4 HAVING bool_or(amount <> 0)
  UNION ALL
  SELECT client_id, month, 'time', cost_currency, sum(cost), sum(hours), sum(unpriced_hours),
         array_agg(DISTINCT person_id)
  FROM financials_timemonth WHERE client_id = ANY(%s::bigint[]) AND month BETWEEN %s AND %s
  GROUP BY 1, 2, 4
) b JOIN accounts_client v ON v.id = b.client_id
LEFT JOIN ({withheld}) thin ON thin.client_id = b.client_id AND thin.month = b.month
ORDER BY v.name, v.id, b.month
"""


def compare_sources(
    basis: Basis, client_ids: Iterable[int], first: Month, last: Month, *, salary: bool
) -> list[LabourSources]:
    """Every client and month with labour in either source, by client's name, then month. One query."""
    ids = tuple(client_ids)
    withheld, params = withheld_places(TimeCut(basis, first, last, ids, every=True))
    asked: list[Any] = [list(ids), first, last]
    with connection.cursor() as cursor:
        cursor.execute(_BOTH.format(withheld=withheld), [*asked, *asked, *params])
        found: dict[_Place, list[_Part]] = defaultdict(list)
        for pk, key, name, month, *rest in cursor.fetchall():
            found[_Place(pk, key, name, month)].append(_Part(*rest))
    return [_compared(basis, place, parts, salary=salary) for place, parts in found.items()]


class _Place(NamedTuple):
    client_id: int
    client: str
    client_name: str
    month: date


class _Part(NamedTuple):
    """One source and currency of a place; currency blank: hours without a cost rate. thin: see `withheld_places`."""

    source: str
    currency: str
    amount: Decimal
    hours: Decimal
    unpriced: Decimal
    people: list[int] | None
    thin: bool


def _compared(basis: Basis, place: _Place, parts: Sequence[_Part], *, salary: bool) -> LabourSources:
    sums: dict[str, Decimal] = {}
    people: set[int] = set()
    missing = False
    for part in parts:
        if not part.currency:
            continue
        people.update(part.people or ())
        rate = basis.rate(part.currency, place.month)
        if rate is None:
            missing = True
            continue
        sums[part.source] = sums.get(part.source, ZERO) + apply(part.amount, rate, basis.currency)
    withheld = not salary and any(part.thin for part in parts)
    return LabourSources(
        *place,
        ledger=sums.get("ledger"),
        time=None if withheld else sums.get("time"),
        hours=sum((part.hours for part in parts), ZERO),
        unpriced_hours=sum((part.unpriced for part in parts), ZERO),
        people=len(people),
        withheld=withheld,
        missing=missing,
        currencies=frozenset(part.currency for part in parts if part.currency and part.source == "time"),
    )
