"""Reads over people."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

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


WITHOUT_PASSWORD: Final = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
MAY_SIGN_IN: Final = Q(is_active=True) & ~WITHOUT_PASSWORD
SIGN_IN: Final = {"yes": "May sign in", "waiting": "No password", "off": "Switched off"}
_STATES: Final = {
    "yes": MAY_SIGN_IN,
    "waiting": Q(is_active=True) & WITHOUT_PASSWORD,
    "off": Q(is_active=False),
}


def people_found(*, text: str = "", role: str = "", sign_in: str = "") -> QuerySet[User]:
    """For administrators. Those who are switched off come last."""
    people = User.objects.select_related("manager").order_by("-is_active", "name", "pk")
    if text:
        people = people.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if role:
        people = people.filter(role=role)
    return people.filter(_STATES[sign_in]) if sign_in in _STATES else people
