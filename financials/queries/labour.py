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
from typing import Final, NamedTuple

from django.db import connection

from common.fx import apply
from common.money import ZERO
from common.periods import Month
from financials.queries.basis import Basis, Sql

FEW: Final = 3
"""A sum over fewer people than this is field class SALARY."""

# The ledger's word for a client and month, if it has any: a posting and its reversal are none.
_SPOKEN_FOR: Final = """
EXISTS (SELECT 1 FROM financials_ledgermonth l WHERE l.client_id = t.client_id AND l.month = t.month
        AND l.line = 'delivery_labour' AND l.amount <> 0)"""
_SPOKEN_FOR_THEN: Final = """
EXISTS (SELECT 1 FROM financials_ledgerentry l WHERE l.client_id = t.client_id AND l.month = t.month
        AND l.line = 'delivery_labour' AND l.posted_at <= %s
        GROUP BY l.contract_id, l.service_line, l.currency HAVING sum(l.amount) <> 0)"""


def labour_cells(basis: Basis, first: Month, last: Month, *, salary: bool) -> Sql:
    """client_id, contract_id, service_line, month, line ('delivery_labour'), currency, amount, entries, thin: labour of
    the clients and months for which the ledger has none, in the rates' own currencies, unconverted.

    thin: NULL, or the ids of the people (one or two) whose cost alone the client's month is: a sum that holds a thin
    cell is not shown (`shown`). salary: the reader may know what
    a person costs; then thin is always NULL. Without it a client's month is split by contract only where every
    contract's part covers at least FEW people; else it stands under no contract and no service line.
    Hours without a cost rate are not in it: load_unpriced counts them.
    """
    spoken, params = (_SPOKEN_FOR_THEN, [basis.as_of]) if basis.historic else (_SPOKEN_FOR, [])
    worked = f"""
  SELECT t.client_id, t.contract_id, t.month, t.person_id, t.cost_currency AS currency, t.cost, t.entries
  FROM financials_timemonth t
  WHERE t.month BETWEEN %s AND %s AND t.cost_currency <> '' AND NOT {spoken}"""
    all_params = [first, last, *params]
    if salary:
        return (
            f"SELECT w.client_id, w.contract_id, coalesce(k.service_line, '') AS service_line, w.month, "
            "'delivery_labour' AS line, w.currency, sum(w.cost) AS amount, sum(w.entries) AS entries, "
            f"NULL::bigint[] AS thin FROM ({worked}) w LEFT JOIN financials_contract k ON k.id = w.contract_id "
            "GROUP BY 1, 2, 3, 4, 6",
            all_params,
        )
    text = f"""
SELECT w.client_id, CASE WHEN w.split THEN w.contract_id END AS contract_id,
       CASE WHEN w.split THEN coalesce(k.service_line, '') ELSE '' END AS service_line, w.month,
       'delivery_labour' AS line, w.currency, sum(w.cost) AS amount, sum(w.entries) AS entries,
       CASE WHEN w.people < {FEW} THEN array_agg(DISTINCT w.person_id) END AS thin
FROM (
  SELECT p.*, min(p.of_contract) OVER (PARTITION BY client_id, month) >= {FEW} AS split FROM (
    SELECT c.*, m.people, k.people AS of_contract FROM ({worked}) c
    JOIN (SELECT client_id, month, count(DISTINCT person_id) AS people FROM ({worked}) a GROUP BY 1, 2) m
      USING (client_id, month)
    JOIN (SELECT client_id, month, contract_id, count(DISTINCT person_id) AS people FROM ({worked}) b GROUP BY 1, 2, 3)
      k ON k.client_id = c.client_id AND k.month = c.month AND k.contract_id IS NOT DISTINCT FROM c.contract_id
  ) p
) w LEFT JOIN financials_contract k ON k.id = w.contract_id
GROUP BY 1, 2, 3, 4, 6, w.people"""
    return text, all_params * 3


def shown(thin: Iterable[Iterable[int] | None]) -> bool:
    """Whether a sum over cells with these `thin` lists gives nobody away: only where none is thin.

    That thin cells name enough people between them is not enough: of two such sums the difference is one cell.
    """
    return not any(cell for cell in thin)


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

    people: how many the time is of; a reader without SALARY gets time None where they are fewer than FEW (withheld).
    missing: a part has no exchange rate, so neither amount is the whole.
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
SELECT v.id, v.key, v.name, b.month, b.source, b.currency, b.amount, b.hours, b.unpriced, b.people FROM (
  SELECT client_id, month, 'ledger' AS source, currency, sum(amount) AS amount, 0 AS hours, 0 AS unpriced,
         NULL::bigint[] AS people
  FROM financials_ledgermonth WHERE line = 'delivery_labour' AND client_id = ANY(%(ids)s::bigint[])
   AND month BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 4 HAVING sum(amount) <> 0
  UNION ALL
  SELECT client_id, month, 'time', cost_currency, sum(cost), sum(hours), sum(unpriced_hours),
         array_agg(DISTINCT person_id)
  FROM financials_timemonth WHERE client_id = ANY(%(ids)s::bigint[]) AND month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 4
) b JOIN accounts_client v ON v.id = b.client_id ORDER BY v.name, v.id, b.month
"""


def compare_sources(
    basis: Basis, client_ids: Iterable[int], first: Month, last: Month, *, salary: bool
) -> list[LabourSources]:
    """Every client and month with labour in either source, by client's name, then month. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BOTH, {"ids": list(client_ids), "first": first, "last": last})
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
    """One source and currency of a place; currency blank: hours without a cost rate."""

    source: str
    currency: str
    amount: Decimal
    hours: Decimal
    unpriced: Decimal
    people: list[int] | None


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
    withheld = not salary and 0 < len(people) < FEW
    return LabourSources(
        *place,
        ledger=sums.get("ledger"),
        time=None if withheld else sums.get("time"),
        hours=sum((part.hours for part in parts), ZERO),
        unpriced_hours=sum((part.unpriced for part in parts), ZERO),
        people=len(people),
        withheld=withheld,
        missing=missing,
    )
