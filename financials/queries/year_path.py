"""How the forecast of the year went from month to month as it was made, with its 80% band: the call's own history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import connection

from common import charts
from common.formats import money, money_words, month_short
from common.periods import Month, month_add, month_label, month_of, months_between
from financials.calc.simulation import BandSpan
from financials.queries.bands import reaches_of
from financials.queries.basis import Basis, rate_values
from financials.queries.forecast import cut_of
from financials.queries.ladders import load_ladders

if TYPE_CHECKING:
    from people.models import User

LEVEL: Final = Decimal("0.001")
"""A change under a thousandth of the forecast is none."""

_KEPT: Final = """
WITH kept AS (
  SELECT DISTINCT ON (m.made, r.client_id) m.made, r.id
  FROM unnest(%s::date[]) AS m(made) JOIN financials_forecastrun r ON r.as_of < m.made + interval '1 month'
  WHERE r.client_id IN ({clients}) ORDER BY m.made, r.client_id, r.computed_at DESC, r.id DESC
)
"""
_TOLD: Final = f"""{_KEPT}, held(currency, month, rate) AS (VALUES {{rates}})
SELECT k.made, sum(half_even(l.amount * h.rate, {{places}})), bool_or(h.rate IS NULL)
FROM kept k JOIN financials_forecastline l ON l.run_id = k.id
LEFT JOIN held h ON h.currency = l.currency AND h.month = l.month
WHERE l.month BETWEEN %s AND %s GROUP BY 1
"""  # noqa: S608  # put together of this module's own pieces
"""Line by line, rounded once, as the forecast converts them: the newest point is the page's forecast to the cent."""
_BANDS: Final = f"""{_KEPT}
SELECT b.first_month, b.last_month, b.currency, count(*), min(b.low), min(b.mid), max(b.high), sum(b.mean),
       sum(b.spread ^ 2), sum(b.lean * b.spread ^ 3), false
FROM kept k JOIN financials_forecastrun r ON r.id = k.id
JOIN financials_forecastband b ON b.run_id = k.id AND b.last_month = %s
  AND b.first_month = (date_trunc('month', r.as_of) + interval '1 month')::date
WHERE date_trunc('month', r.as_of)::date = k.made GROUP BY 1, 2, 3
"""  # noqa: S608  # as above
"""Only of runs made in that very month: an older one's band reaches over months that have since been closed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the forecast of the year was at the end of a month, or now. None: unknown."""

    made: Month
    total: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class YearPath:
    year: int
    told: tuple[Told, ...]
    chart: charts.BandLine | None
    """None until two months were forecast: one point is no path."""


def load_year_path(user: User, basis: Basis) -> YearPath:
    """Every amount at the rates held now, so that the line moves by the forecast alone. Three queries."""
    first, last = date(basis.today.year, 1, 1), date(basis.today.year, 12, 1)
    cut = cut_of(user, "", first, last)
    made = months_between(first, month_of(basis.today))
    (text, params), (rates, held) = cut.clients, rate_values(basis, first, last)
    with connection.cursor() as cursor:
        cursor.execute(
            _TOLD.format(clients=text, rates=rates, places=basis.places), [made, *params, *held, first, last]
        )
        totals = {month: None if missing else total for month, total, missing in cursor.fetchall()}
        cursor.execute(_BANDS.format(clients=text), [made, *params, last])
        reaches = reaches_of(cursor.fetchall(), 0, basis)
    told = []
    for month in made:
        if month in totals:
            total, reach = totals[month], reaches.get(((), BandSpan(month_add(month, 1), last)))
            low, _, high = reach.around(total) if reach else (None, None, None)
            told.append(Told(month, total, low, high))
    budget = load_ladders("budget", basis, cut, ())
    plan = budget[0].net_revenue if budget else None
    return YearPath(first.year, tuple(told), _chart(told, plan, basis))


def _chart(told: list[Told], plan: Decimal | None, basis: Basis) -> charts.BandLine | None:
    known = [one for one in told if one.total is not None]
    if len(known) < 2:
        return None
    return charts.BandLine(
        finding=path_finding(known[0], known[-1], basis.currency),
        sub=f"Full-year forecast by month made, {money_words(basis.currency, 'M')}",
        source=f"Runs kept to {month_label(known[-1].made)}, at the rates held now",
        unit=basis.currency,
        value_label="Forecast",
        points=tuple(
            charts.BandPoint(month_short(one.made), one.total, one.low, one.high, plan)
            for one in (_at(month, told) for month in months_between(told[0].made, told[-1].made))
        ),
    )


def _at(month: Month, told: list[Told]) -> Told:
    return next((one for one in told if one.made == month), Told(month, None))


def path_finding(first: Told, last: Told, currency: str) -> str:
    """'Forecast eased $1.2M since January'."""
    if first.total is None or last.total is None:
        return "Full-year forecast by month made"
    moved, since = last.total - first.total, f"{first.made:%B}"
    if abs(moved) < abs(first.total) * LEVEL:
        return f"Forecast as it was in {since}"
    return f"Forecast {'rose' if moved > 0 else 'eased'} {money(abs(moved), currency)} since {since}"
