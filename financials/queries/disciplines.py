"""Which role a person counts under where people are planned. docs/definitions.md#capacity"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import connection

from common.periods import month_add, month_of

MONTHS: Final = 12
"""How far back worked hours tell a person's role."""

_READ: Final = """
SELECT u.id, coalesce(nullif(u.discipline, ''), worked.role, u.role)
FROM people_user u LEFT JOIN (
  SELECT DISTINCT ON (person_id) person_id, role FROM (
    SELECT person_id, role, sum(hours) AS hours FROM financials_timemonth
    WHERE person_id = ANY(%(ids)s::bigint[]) AND role <> '' AND month >= %(since)s GROUP BY 1, 2
  ) t ORDER BY person_id, hours DESC, role
) worked ON worked.person_id = u.id
WHERE u.id = ANY(%(ids)s::bigint[])
"""


def load_disciplines(person_ids: Iterable[int], today: date) -> dict[int, str]:
    """Their own discipline; while that is blank the role most of their hours of the last twelve months were worked in;
    else their role here. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"ids": list(person_ids), "since": month_add(month_of(today), -MONTHS)})
        return dict(cursor.fetchall())
