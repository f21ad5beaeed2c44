"""What the P&L's filters offer: of the clients in sight only, and the versions of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from accounts.access import clients_for
from accounts.models import Tier
from financials.queries.basis import ids_sql

if TYPE_CHECKING:
    from people.models import User

LISTED: Final = 60
Choice = tuple[str, str]
# Version by version through the index: there are a handful among a great many rows.
_CHOICES: Final = """
WITH RECURSIVE seen AS MATERIALIZED (
  SELECT id, key, name, owner_id, parent_id FROM accounts_client WHERE id IN ({seen})
),
found AS (
  SELECT min(version_name) AS name FROM financials_budgetladder
  UNION ALL
  SELECT (SELECT min(version_name) FROM financials_budgetladder WHERE version_name > found.name)
  FROM found WHERE found.name IS NOT NULL
)
(SELECT 'client', key, name FROM seen ORDER BY name, id LIMIT {most})
UNION ALL
(SELECT 'parent', key, name FROM seen WHERE id IN (SELECT parent_id FROM seen) ORDER BY name, id LIMIT {most})
UNION ALL
(SELECT 'owner', email, name FROM people_user WHERE id IN (SELECT owner_id FROM seen) ORDER BY name, id LIMIT {most})
UNION ALL
(SELECT 'version', name, name FROM found WHERE name IS NOT NULL LIMIT {most})"""


@dataclass(frozen=True, slots=True)
class PnlChoices:
    """Value and how it reads. A list that was cut at LISTED still takes any other value from the address."""

    clients: Sequence[Choice]
    parents: Sequence[Choice]
    owners: Sequence[Choice]
    tiers: Sequence[Choice]
    versions: Sequence[str]


def load_choices(user: User) -> PnlChoices:
    """One query."""
    seen, params = ids_sql(clients_for(user).order_by().values("pk"))
    found: dict[str, list[Choice]] = {"client": [], "parent": [], "owner": [], "version": []}
    with connection.cursor() as cursor:
        cursor.execute(_CHOICES.format(seen=seen, most=LISTED), params)
        for kind, value, name in cursor.fetchall():
            found[kind].append((value, name))
    return PnlChoices(
        clients=found["client"],
        parents=found["parent"],
        owners=found["owner"],
        tiers=[(str(value), str(label)) for value, label in Tier.choices],
        versions=[value for value, _ in found["version"]],
    )
