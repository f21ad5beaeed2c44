"""The bands around a forecast: of one client as simulated, of several from the sums of their spreads.

Percentiles do not add up. Clients are simulated apart, so their variances and third moments do. Of contribution: what
strays of a client's net revenue costs its own rate, so its band is that of the revenue × (1 − rate).
"""

# The texts below are put together from this module's own pieces; every value a user can give is a bound parameter.

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import connection

from common.money import quantise
from common.periods import Month, month_add, month_of
from financials.calc.forecast_records import HORIZON_MONTHS
from financials.calc.simulation import BandSpan, together
from financials.queries.basis import Basis, Sql
from financials.queries.cells import GROUPS, RUNS_NOW, RUNS_THEN
from financials.queries.cuts import Cut

Key = tuple[str, ...]
_BY: Final = ("client", "owner", "tier")


@dataclass(frozen=True, slots=True)
class Reach:
    """What to add to the layers' total for the 10th, 50th and 90th percentile."""

    low: Decimal
    mid: Decimal
    high: Decimal

    def around(self, total: Decimal | None) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        if total is None:
            return None, None, None
        return total + self.low, total + self.mid, total + self.high


STILL: Final = Reach(Decimal(0), Decimal(0), Decimal(0))
"""Months that are closed do not stray."""


@dataclass(frozen=True, slots=True)
class Bands:
    """by: group key and span → reach; absent: unknown. as_of: when the oldest of them was simulated, None while any of
    the runs waits for its own."""

    by: Mapping[tuple[Key, BandSpan], Reach]
    as_of: datetime | None
    waiting: int

    def reach(self, key: Key, span: BandSpan | None) -> Reach | None:
        """span: None for months that are all behind."""
        return STILL if span is None else self.by.get((key, span))


def span_ahead(first: Month, last: Month, basis: Basis) -> BandSpan | None:
    """The part of the months that is forecast; None when nothing is."""
    begins = month_add(max(basis.open_month, month_of(basis.today)), 1)
    ends = min(last, month_add(begins, HORIZON_MONTHS - 2))
    return None if ends < max(first, begins) else BandSpan(max(first, begins), ends)


# A client whose money could not be brought into one currency has no bands: its group's is unknown.
_BANDS: Final = """
WITH visible AS (SELECT id, key, tier, parent_id, owner_id FROM accounts_client WHERE id IN ({clients})),
run AS (SELECT r.id, r.client_id FROM ({runs}) r JOIN visible v ON v.id = r.client_id)
SELECT {keys}b.first_month, b.last_month, b.currency, count(*), min(least(b.low * k.part, b.high * k.part)),
       min(b.mid * k.part), max(greatest(b.low * k.part, b.high * k.part)), sum(b.mean * k.part),
       sum((b.spread * k.part) ^ 2), sum(b.lean * (b.spread * k.part) ^ 3), bool_or(k.part IS NULL)
FROM run c JOIN visible v ON v.id = c.client_id JOIN financials_forecastband b ON b.run_id = c.id
{joins} {part}
JOIN unnest(%s::date[], %s::date[]) AS s(first, last) ON s.first = b.first_month AND s.last = b.last_month
GROUP BY {grouped}b.first_month, b.last_month, b.currency
"""
_REVENUE: Final = "CROSS JOIN (SELECT 1::numeric AS part) k"
_CONTRIBUTION: Final = """
CROSS JOIN LATERAL (
  SELECT 1 - f.labour_rate - f.freelancers_rate - f.direct_rate AS part FROM financials_forecastrun f WHERE f.id = c.id
) k"""
_STATE: Final = """
SELECT min(f.bands_at), count(*) FILTER (WHERE f.bands_at IS NULL)
FROM financials_forecastrun f JOIN ({runs}) r ON r.id = f.id WHERE r.client_id IN ({clients})
"""


def load_bands(
    basis: Basis,
    cut: Cut,
    group_by: tuple[str, ...],
    spans: list[BandSpan],
    *,
    state: bool = True,
    contribution: bool = False,
) -> Bands:
    """Two queries; one where it need not be told when they were made. group_by: of client, owner and tier; a band by
    contract is not known. contribution: of that, unknown where a client's rate of cost is; else of net revenue."""
    text, params = _bands_sql(basis, cut, group_by, spans, contribution=contribution)
    runs = _runs(basis)
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        rows = cursor.fetchall()
        as_of, waiting = None, 0
        if state:
            cursor.execute(_STATE.format(runs=runs[0], clients=cut.clients[0]), [*runs[1], *cut.clients[1]])
            as_of, waiting = cursor.fetchone()
    width = sum(name in _BY for name in group_by)
    return Bands(reaches_of(rows, width, basis), None if waiting else as_of, waiting)


def load_whole_and_parts(basis: Basis, cut: Cut, spans: list[BandSpan], whole: BandSpan | None) -> tuple[Bands, Bands]:
    """Of contribution: of all clients together over the spans, and of each over one of them. One query."""
    together_text, together_params = _bands_sql(basis, cut, (), spans, contribution=True)
    parts_text, parts_params = _bands_sql(basis, cut, ("client",), [whole] if whole else [], contribution=True)
    with connection.cursor() as cursor:
        # Two statements as one: the page has no question of the database to spare.
        cursor.execute(
            f"SELECT '' AS key, t.* FROM ({together_text}) t UNION ALL SELECT * FROM ({parts_text}) u",  # noqa: S608
            [*together_params, *parts_params],
        )
        rows = cursor.fetchall()
    of_all = reaches_of([row[1:] for row in rows if not row[0]], 0, basis)
    return Bands(of_all, None, 0), Bands(reaches_of([row for row in rows if row[0]], 1, basis), None, 0)


def _runs(basis: Basis) -> Sql:
    return (RUNS_THEN, [basis.as_of]) if basis.historic else (RUNS_NOW, [])


def _bands_sql(basis: Basis, cut: Cut, group_by: tuple[str, ...], spans: list[BandSpan], *, contribution: bool) -> Sql:
    runs = _runs(basis)
    groups = [GROUPS[name] for name in group_by if name in _BY]
    keys = "".join(
        f"{group.text.replace('c.owner_id', 'v.owner_id').replace('c.tier', 'v.tier')}, " for group in groups
    )
    joins = "LEFT JOIN people_user u ON u.id = v.owner_id" if "owner" in group_by else ""
    text = _BANDS.format(
        clients=cut.clients[0],
        runs=runs[0],
        keys=keys,
        joins=joins,
        grouped="".join(f"{number + 1}, " for number in range(len(groups))),
        part=_CONTRIBUTION if contribution else _REVENUE,
    )
    unique = list(dict.fromkeys(spans))
    firsts, lasts = [span.first for span in unique], [span.last for span in unique]
    return text, [*cut.clients[1], *runs[1], firsts, lasts]


def reaches_of(rows: list[tuple[object, ...]], width: int, basis: Basis) -> dict[tuple[Key, BandSpan], Reach]:
    """One client's own percentiles; several clients' from their moments, in the basis's currency.

    rows: `width` keys, the span's months, the currency, count, the edges, the moments, and whether it is unknown.
    """
    sums: dict[tuple[Key, BandSpan], list[tuple[Decimal, tuple[Decimal, ...]]]] = defaultdict(list)
    unknown: set[tuple[Key, BandSpan]] = set()
    for row in rows:
        key = tuple(str(part or "") for part in row[:width])
        first, last, currency, *numbers, unknown_cost = row[width:]
        where = key, BandSpan(first, last)  # type: ignore[arg-type]  # columns of the query above
        rate = basis.rate(str(currency), where[1].first)
        if rate is None or unknown_cost:
            unknown.add(where)
        else:
            sums[where].append((rate.value, tuple(Decimal(str(number)) for number in numbers)))
    return {where: _reach(found, basis.currency) for where, found in sums.items() if where not in unknown}


def _reach(found: list[tuple[Decimal, tuple[Decimal, ...]]], currency: str) -> Reach:
    if len(found) == 1 and found[0][1][0] == 1:
        rate, (_, low, mid, high, *_) = found[0]
        return Reach(*(quantise(value * rate, currency) for value in (low, mid, high)))
    mean = sum(rate * numbers[4] for rate, numbers in found)
    variance = sum(rate**2 * numbers[5] for rate, numbers in found)
    third = sum(rate**3 * numbers[6] for rate, numbers in found)
    told = together(float(mean), float(variance), float(third))
    return Reach(*(quantise(Decimal(f"{value:.4f}"), currency) for value in told))
