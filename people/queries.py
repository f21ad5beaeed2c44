"""Reads over people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from people.models import User

_LINE = """
WITH RECURSIVE line(id) AS (
    SELECT %s::bigint
    UNION
    SELECT u.id FROM people_user u JOIN line ON u.manager_id = line.id
)
SELECT id FROM line
"""


_UPWARDS = """
WITH RECURSIVE line(id, manager_id, currency, depth) AS (
    SELECT id, manager_id, reporting_currency, 0 FROM people_user WHERE id = %s
    UNION ALL
    SELECT u.id, u.manager_id, u.reporting_currency, line.depth + 1
    FROM people_user u JOIN line ON u.id = line.manager_id WHERE line.depth < 20
)
SELECT currency FROM line WHERE currency <> '' ORDER BY depth LIMIT 1
"""


def reporting_line_ids(user: User) -> models.expressions.BaseExpression:
    """This person and everyone who reports to them, directly or through others, as a subquery (no query of its own)."""
    return RawSQL(_LINE, [user.pk])  # noqa: S611  # the one parameter is bound, the text is ours


def reporting_currency(user: User, default: str) -> str:
    """The currency of this person's portfolio: their own, else the nearest manager's, else `default`. One query."""
    if user.reporting_currency:
        return str(user.reporting_currency)
    with connection.cursor() as cursor:
        cursor.execute(_UPWARDS, [user.pk])
        found = cursor.fetchone()
    return str(found[0]) if found else default
