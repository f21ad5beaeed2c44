"""How near the forecasts that were made came: the last run of each month against the closed months after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection

from common.money import ZERO
from common.periods import Month, month_add, month_index
from financials.calc.backtest import UP_TO

LEADS: Final = 12
YEAR: Final = 12
_NAIVE_LAYERS: Final = ("contracted", "commit", "best_case", "pipeline")
PERSON: Final = "person"
"""The method of a row about one person's changes."""

_RUNS: Final = """
SELECT DISTINCT ON (client_id, date_trunc('month', as_of)) id, client_id, date_trunc('month', as_of)::date AS made
FROM financials_forecastrun WHERE client_id = ANY(%s) AND as_of <= %s
ORDER BY client_id, date_trunc('month', as_of), computed_at DESC, id DESC
"""
_TOLD: Final = f"""
WITH kept AS ({_RUNS})
SELECT k.client_id, k.made, l.month, l.layer, coalesce(o.author, ''), l.currency, sum(l.amount)
FROM kept k JOIN financials_forecastline l ON l.run_id = k.id
LEFT JOIN financials_forecastoverride o ON o.id = l.override_id
WHERE l.month > k.made AND l.month <= %s AND l.month <= (k.made + interval '{LEADS} months')::date
GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608  # put together of this module's own pieces
_CAME: Final = """
SELECT client_id, month, currency, sum(CASE WHEN line = 'gross_revenue' THEN amount ELSE -amount END)
FROM financials_ledgermonth
WHERE client_id = ANY(%s) AND line IN ('gross_revenue', 'pass_through') AND month <= %s GROUP BY 1, 2, 3
"""
_BANDS: Final = f"""
WITH kept AS ({_RUNS})
SELECT k.client_id, k.made, b.first_month, b.currency, sum(b.low), sum(b.high), count(*)
FROM kept k JOIN financials_forecastband b ON b.run_id = k.id AND b.first_month = b.last_month
WHERE b.first_month > k.made AND b.first_month <= %s GROUP BY 1, 2, 3, 4
"""  # noqa: S608  # as above


class Key(NamedTuple):
    client: int
    method: str
    layer: str
    person: str
    lead: int


@dataclass(slots=True)
class Sums:
    """Of the months of one key, in the firm's currency."""

    n: int = 0
    missed: Decimal = ZERO
    signed: Decimal = ZERO
    actual: Decimal = ZERO
    size: Decimal = ZERO
    banded: int = 0
    inside: int = 0
    before: Decimal | None = None

    def add(self, told: Decimal, came: Decimal, band: tuple[Decimal, Decimal] | None = None) -> None:
        self.n += 1
        self.missed += abs(told - came)
        self.signed += told - came
        self.actual += came
        self.size += abs(came)
        if band is not None:
            self.banded += 1
            self.inside += told + band[0] <= came <= told + band[1]


@dataclass(slots=True)
class _Month:
    layers: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    people: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def kept_scores(client_ids: Sequence[int], closed: Month, rates: dict[str, Decimal]) -> dict[Key, Sums]:
    """Three queries. A client whose money is in a currency without a rate is left out."""
    ids = list(client_ids)
    told: dict[tuple[int, Month, Month], _Month] = defaultdict(_Month)
    blind: set[int] = set()
    for client, made, month, layer, author, currency, amount in _rows(_TOLD, [ids, closed, closed]):
        if currency not in rates:
            blind.add(client)
            continue
        one, worth = told[client, made, month], amount * rates[currency]
        one.layers[layer] += worth
        if author:
            one.people[author] += worth
    came: dict[tuple[int, Month], Decimal] = defaultdict(Decimal)
    for client, month, currency, amount in _rows(_CAME, [ids, closed]):
        if currency in rates:
            came[client, month] += amount * rates[currency]
        else:
            blind.add(client)
    bands = {
        (client, made, month): (low * rates[currency], high * rates[currency])
        for client, made, month, currency, low, high, count in _rows(_BANDS, [ids, closed, closed])
        if currency in rates and count == 1
    }
    found: dict[Key, Sums] = defaultdict(Sums)
    first = _first_months(came)
    for (client, made, month), one in told.items():
        if client not in blind:
            for method, naive in _naive(client, made, month, one, came, first).items():
                found[Key(client, method, "", "", month_index(month) - month_index(made))].add(
                    naive, came[client, month]
                )
            _judge(found, client, month_index(month) - month_index(made), one, came[client, month],
                   bands.get((client, made, month)))  # fmt: skip
    return dict(found)


def _first_months(came: Mapping[tuple[int, Month], Decimal]) -> dict[int, Month]:
    first: dict[int, Month] = {}
    for client, month in came:
        first[client] = min(month, first.get(client, month))
    return first


def _naive(
    client: int,
    made: Month,
    month: Month,
    one: _Month,
    came: Mapping[tuple[int, Month], Decimal],
    first: Mapping[int, Month],
) -> dict[str, Decimal]:
    """What the naive ones said on the day, where the client had a year of closed months by then."""
    told = {"weighted_pipeline": sum((one.layers.get(layer, ZERO) for layer in _NAIVE_LAYERS), ZERO)}
    if client in first and month_add(made, -YEAR) >= first[client]:
        told["seasonal_naive"] = came.get((client, month_add(month, -YEAR)), ZERO)
        past = [came.get((client, month_add(made, -back)), ZERO) for back in range(1, YEAR + 1)]
        told["last_twelve"] = sum(past, ZERO) / YEAR
    return told


def _judge(
    found: dict[Key, Sums],
    client: int,
    lead: int,
    one: _Month,
    came: Decimal,
    band: tuple[Decimal, Decimal] | None,
) -> None:
    whole = sum(one.layers.values(), ZERO)
    found[Key(client, "ours", "", "", lead)].add(whole, came, band)
    for name, held in UP_TO.items():
        found[Key(client, "", name, "", lead)].add(
            sum((amount for layer, amount in one.layers.items() if layer in held), ZERO), came
        )
    for person, change in one.people.items():
        sums = found[Key(client, PERSON, "", person, lead)]
        sums.add(whole, came)
        sums.before = (sums.before or ZERO) + abs(whole - change - came)


def _rows(text: str, params: list[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        yield from cursor.fetchall()
