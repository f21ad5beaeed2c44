"""By how much each client's forecast changed since last week and since this person last looked.

The same runs and rates as what moved is told from, so that a change here is the sum of the terms there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.utils.http import urlencode

from common.figures import Figure
from common.formats import money
from common.money import ZERO
from common.periods import Month
from financials.figures import forecast_figure
from financials.queries.basis import Basis, load_basis, rate_values
from financials.queries.movement import last_look, rates_at, runs_at
from financials.queries.pnl_request import PnlRequest, clients_asked

if TYPE_CHECKING:
    from people.models import User

WEEK: Final = timedelta(days=7)
Totals = Mapping[int, Decimal | None]


@dataclass(frozen=True, slots=True)
class Change:
    """week, look: None where there was no forecast then, or a rate is missing. since_week, since_look: queries of what
    moved."""

    key: str
    name: str
    now: Figure
    week: Decimal | None
    look: Decimal | None
    since_week: str
    since_look: str


@dataclass(frozen=True, slots=True)
class Changes:
    """rows: the largest change first, those that did not change left out. looked: None for who never looked."""

    finding: str
    currency: str
    rows: tuple[Change, ...]
    total: Change | None
    looked: datetime | None
    still: int


def load_changes(user: User, *, now: datetime, year: int, client: str = "", owner: str = "") -> Changes:
    """Eleven queries. The year's net revenue, all layers."""
    asked = clients_asked(user, PnlRequest(client=client, owner=owner))
    names = {pk: (key, name) for pk, key, name in asked.values_list("pk", "key", "name")}
    basis = load_basis(user, now=now, newest_entry=False)
    looked = last_look(user, now=now)
    months = date(year, 1, 1), date(year, 12, 1)
    week = now - WEEK
    totals = _totals(names, {"now": now, "week": week, **({"look": looked} if looked else {})}, basis, months)

    def change(key: str, name: str, told: Mapping[str, Decimal | None], scope: dict[str, str]) -> Change:
        current = told.get("now")
        return Change(
            key, name, forecast_figure(current, basis, first=months[0], last=months[1], **scope),
            _less(current, told.get("week")), _less(current, told.get("look")),
            _since(week, months, scope), _since(looked, months, scope),
        )  # fmt: skip

    rows = [
        change(key, name, {side: totals[side].get(pk) for side in totals if pk in totals[side]}, {"client": key})
        for pk, (key, name) in names.items()
        if any(pk in side for side in totals.values())
    ]
    moved = [row for row in rows if row.week or row.look]
    scope = {"client": client} if client else {"owner": owner} if owner else {}
    sums = {side: _sum(values) for side, values in totals.items()}
    return Changes(
        finding=_finding(_less(sums.get("now"), sums.get("week")), basis.currency, year),
        currency=basis.currency,
        rows=tuple(sorted(moved, key=lambda row: (-max(abs(row.week or ZERO), abs(row.look or ZERO)), row.name))),
        total=change("", "All of them", sums, scope) if rows else None,
        looked=looked,
        still=len(rows) - len(moved),
    )


def _less(after: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if after is None or before is None else after - before


def _sum(values: Totals) -> Decimal | None:
    """Unknown where one of them is, and where nobody had a forecast yet."""
    known = [value for value in values.values() if value is not None]
    return sum(known, ZERO) if known and len(known) == len(values) else None


def _since(at: datetime | None, months: tuple[Month, Month], scope: dict[str, str]) -> str:
    span = {"from": f"{months[0]:%Y-%m}", "to": f"{months[1]:%Y-%m}"}
    return "" if at is None else urlencode({**scope, "since": f"{at:%Y-%m-%d}", **span})


def _finding(week: Decimal | None, currency: str, year: int) -> str:
    if week is None:
        return "What changed"
    if not week:
        return f"The forecast of {year} is where it was a week ago"
    return f"The forecast of {year} {'rose' if week > 0 else 'fell'} by {money(abs(week), currency)} in a week"


# A rate that was not known then is taken as it is known now, as where what moved is told.
_TOTAL: Final = """
SELECT %s, r.client_id, sum(half_even(l.amount * coalesce(t.rate, n.rate), {places})),
       bool_or(t.rate IS NULL AND n.rate IS NULL)
FROM financials_forecastline l JOIN financials_forecastrun r ON r.id = l.run_id
LEFT JOIN (VALUES {then}) AS t(currency, month, rate) ON t.currency = l.currency AND t.month = l.month
LEFT JOIN (VALUES {now}) AS n(currency, month, rate) ON n.currency = l.currency AND n.month = l.month
WHERE l.run_id = ANY(%s) AND l.month BETWEEN %s AND %s GROUP BY r.client_id
"""


def _totals(
    clients: Mapping[int, Any], instants: Mapping[str, datetime], basis: Basis, months: tuple[Month, Month]
) -> dict[str, dict[int, Decimal | None]]:
    """By instant and client; a client with a run but no line then is zero. One query, and two for each instant."""
    texts: list[str] = []
    params: list[Any] = []
    found: dict[str, dict[int, Decimal | None]] = {}
    ours, our_params = rate_values(basis, *months)
    for side, at in instants.items():
        runs = runs_at(clients, at)
        found[side] = dict.fromkeys(runs, ZERO)
        known = basis if side == "now" else replace(basis, rates=rates_at(at))
        then, then_params = rate_values(known, *months)
        texts.append(_TOTAL.format(places=basis.places, then=then, now=ours))
        params += [side, *then_params, *our_params, [run.id for run in runs.values()], *months]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(texts), params)
        for side, client, amount, missing in cursor.fetchall():
            found[side][client] = None if missing else amount
    return found
