"""Reads over people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
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


def reporting_line_ids(user: User) -> models.expressions.BaseExpression:
    """This person and everyone who reports to them, directly or through others, as a subquery (no query of its own)."""
    return RawSQL(_LINE, [user.pk])  # noqa: S611  # the one parameter is bound, the text is ours
