"""What own history says of open deals on a day, kept so that runs made together stand on the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from accounts.calc.win_rates import Rate, WinRates
from accounts.models import Outcome
from accounts.queries.win_rates import load_win_rates
from common.odds import ENOUGH
from financials.models import OwnRate

# The newest step that closed a deal is among the newest steps: read from the end, it is found after a few.
_KEPT: Final = """
WITH newest AS (
  SELECT coalesce((SELECT id FROM accounts_stagemove WHERE outcome <> %s ORDER BY id DESC LIMIT 1), 0) AS id
)
SELECT newest.id, r.stage, r.age, r.value, r.won, r.deals, r.prior, r.usual
FROM newest LEFT JOIN financials_ownrate r ON r.newest = newest.id AND r.taken_on = %s
ORDER BY r.stage, r.age
"""


OWN_ODDS: Final = f"""
LEFT JOIN LATERAL (
  SELECT r.value AS own, r.usual FROM financials_ownrate r
  WHERE (r.taken_on, r.newest) = (SELECT taken_on, newest FROM financials_ownrate ORDER BY id DESC LIMIT 1)
    AND r.stage = lower(btrim(o.stage)) AND r.deals >= {ENOUGH} AND r.age <= greatest(0, %s::date - coalesce(
      (SELECT (m.at AT TIME ZONE 'UTC')::date FROM accounts_stagemove m WHERE m.opportunity_id = o.id
       ORDER BY m.at DESC, m.id DESC LIMIT 1), o.opened_on, (o.created_at AT TIME ZONE 'UTC')::date))
  ORDER BY r.age DESC LIMIT 1
) w ON o.outcome = 'open'"""  # noqa: S608  # a number of this module's own
"""Joined to deals `o`: own and usual as the newest runs count them, null where too few closed. One parameter, today."""


def load_deal_odds(deal_ids: Iterable[int], today: date) -> dict[int, tuple[Decimal, Decimal]]:
    """own and usual of these deals, as `common.odds.weighed` takes them; without those that count as stated. One
    query, none without deals."""
    ids = sorted(set(deal_ids))
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.id, w.own, w.usual FROM accounts_opportunity o {OWN_ODDS} "  # noqa: S608  # as above
            "WHERE o.id = ANY(%s) AND w.own IS NOT NULL",
            [today, ids],
        )
        return {pk: (own, usual) for pk, own, usual in cursor.fetchall()}


def load_own_rates(day: date) -> tuple[WinRates, list[OwnRate]]:
    """The company's rates on the day, and the rows to keep where none are yet. One query, three the first time."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [Outcome.OPEN.value, day])
        rows = cursor.fetchall()
    newest = rows[0][0]
    if not newest:
        return WinRates(), []  # nothing has closed yet: what is stated counts
    if rows[0][1] is not None:
        return _read(row[1:] for row in rows), []
    found = load_win_rates(day)
    new = [
        OwnRate(
            taken_on=day, newest=newest, stage=stage, age=rate.age, value=rate.value, won=rate.won, deals=rate.deals,
            prior=rate.prior, usual=rate.prior if rate.usual is None else rate.usual,
        )
        for stage, rates in found.by_stage.items()
        for rate in rates
    ]  # fmt: skip
    return found, new


def _read(rows: Iterable[Any]) -> WinRates:
    by_stage: dict[str, list[Rate]] = defaultdict(list)
    for stage, age, value, won, deals, prior, usual in rows:
        by_stage[stage].append(Rate(value, won, deals, prior, age, usual))
    return WinRates({stage: tuple(rates) for stage, rates in by_stage.items()})
