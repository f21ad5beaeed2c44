"""The company's own closed deals as passages, and what they say of the open ones.

All clients count, in sight or not: a rate is the company's, like the probability it states for a stage. Rows behind it
are only those in sight.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection

from accounts.calc.win_rates import AGES, Passage, WinRates, win_rates
from accounts.models import Stage

MONTHS: Final = 36
"""How far back closed deals count."""

# Stays at one stage are joined for each deal; a stay without a known beginning counts as the shortest.
_PASSAGES = """
WITH steps AS (
    SELECT m.opportunity_id, m.before, m.stated, m.at, m.id, o.outcome,
           lag(m.at) OVER (PARTITION BY m.opportunity_id ORDER BY m.at, m.id) AS since, o.opened_on
    FROM accounts_stagemove m JOIN accounts_opportunity o ON o.id = m.opportunity_id
    WHERE o.outcome IN ('won', 'lost') AND o.close_on >= %s AND o.close_on <= %s
), stays AS (
    SELECT opportunity_id, lower(btrim(before)) AS stage, outcome = 'won' AS won,
           sum(greatest(0, extract(day FROM at - coalesce(since, opened_on, at)))) AS days,
           (array_agg(stated ORDER BY at DESC, id DESC))[1] AS stated
    FROM steps WHERE before <> '' AND lower(btrim(before)) NOT IN ('won', 'lost')
    GROUP BY opportunity_id, lower(btrim(before)), outcome
)
SELECT stage, (%s::int[])[width_bucket(days::int, %s::int[])] AS age, won, stated, count(*)
FROM stays GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def load_passages(today: date) -> list[Passage]:
    """Stays of deals closed within MONTHS, those alike in one row. One query."""
    ages = list(AGES)
    since = date(today.year - MONTHS // 12, today.month, 1)
    with connection.cursor() as cursor:
        cursor.execute(_PASSAGES, [since, today, ages, ages])
        return [Passage(stage, age, won, stated, deals) for stage, age, won, stated, deals in cursor.fetchall()]


def stated_by_stage() -> dict[str, Decimal]:
    """The probability the company states for each of its stages, by casefolded name. One query."""
    rows = Stage.objects.filter(probability__isnull=False).values_list("name", "probability")
    return {name.casefold(): probability for name, probability in rows if probability is not None}


def load_win_rates(today: date) -> WinRates:
    """What own history says of a deal by its stage and the days it has been there. Two queries."""
    return win_rates(load_passages(today), stated_by_stage())
