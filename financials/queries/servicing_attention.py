"""Statements of work on which more is worked than paid for, as things that need a person."""

# The text below is put together from this module's own pieces; every value a user can give is a bound parameter.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from django.urls import reverse

from accounts.access import clients_for
from common.attention import TODAY, WEEK, AttentionItem
from common.formats import number
from common.money import ZERO
from common.periods import month_of
from financials.calc.servicing import Service, earned_by
from financials.queries.basis import Sql, ids_sql

if TYPE_CHECKING:
    from people.models import User

MOST: Final = 10
_ROWS: Final = """
WITH RECURSIVE family(root, id) AS (
  SELECT k.id, k.id FROM financials_contract k
  WHERE k.kind = 'sow' AND k.status IN ('signed', 'active') AND k.scope_hours > 0 AND k.renewal <> 'evergreen'
    AND k.client_id IN ({clients})
  UNION ALL
  SELECT f.root, k.id FROM family f JOIN financials_contract k ON k.parent_id = f.id AND k.kind = 'change_order'
    AND k.status IN ('signed', 'active', 'completed')
),
scope AS (
  SELECT f.root, sum(k.scope_hours) AS hours FROM family f JOIN financials_contract k ON k.id = f.id GROUP BY 1
),
month AS (
  SELECT f.root, t.month, sum(t.hours) AS hours, sum(sum(t.hours)) OVER (PARTITION BY f.root ORDER BY t.month) AS upto
  FROM family f JOIN financials_timemonth t ON t.contract_id = f.id GROUP BY 1, 2
),
worked AS (
  SELECT m.root, sum(m.hours) AS hours, min(m.month) FILTER (WHERE m.upto > s.hours) AS passed
  FROM month m JOIN scope s USING (root) GROUP BY 1
),
paid AS (
  SELECT f.root, sum(s.amount) AS fee, coalesce(sum(s.amount) FILTER (WHERE s.month < %s), 0) AS before,
         coalesce(sum(s.amount) FILTER (WHERE s.month = %s), 0) AS now
  FROM family f JOIN financials_scheduleline s ON s.contract_id = f.id GROUP BY 1
)
SELECT 'service'::varchar, v.key, v.name, k.currency, worked.hours, scope.hours, 0, worked.passed,
       concat_ws('|', paid.fee, paid.before, paid.now)::varchar, k.number
FROM worked JOIN scope USING (root) LEFT JOIN paid USING (root)
JOIN financials_contract k ON k.id = worked.root JOIN accounts_client v ON v.id = k.client_id
"""


class ServiceRow(NamedTuple):
    """The columns of attention's one query. paid: fee, its months before this one, and this one, by schedule; blank
    where nothing is scheduled. since: the month that passed the scope; None where none did.
    """

    kind: str
    client_key: str
    client_name: str
    currency: str
    hours: Decimal
    scope: Decimal
    several: int
    since: date | None
    paid: str
    contract: str

    def service(self, today: date) -> Service:
        fee, before, now = map(Decimal, self.paid.split("|")) if self.paid else (None, ZERO, ZERO)
        earned = None if fee is None else earned_by(today, before, now)
        return Service(scope_hours=self.scope, hours=self.hours, fee=fee, earned=earned, value=None)


def service_sql(user: User, today: date) -> Sql:
    """Statements of work in force with hours and a scope, as ServiceRow."""
    clients, params = ids_sql(clients_for(user).order_by().values("pk"))
    return _ROWS.format(clients=clients), [*params, month_of(today), month_of(today)]


def service_items(rows: Iterable[ServiceRow], today: date) -> Sequence[AttentionItem]:
    """The worst few, by hours beyond those paid for."""
    found = [(row.service(today), row) for row in rows]
    worst = [pair for pair in found if pair[0].status in ("watch", "at_risk")]
    worst.sort(key=lambda pair: (pair[0].status, -(pair[0].over_hours or pair[0].beyond), pair[1].contract))
    return [_item(service, row, today) for service, row in worst[:MOST]]


def _item(service: Service, row: ServiceRow, today: date) -> AttentionItem:
    beyond = service.beyond
    lead = (
        f"{row.contract} is {number(beyond)} hours beyond its scope" if beyond else f"{row.contract} is over-serviced"
    )
    more = f"{number(service.over_hours)} hours more than paid for by now, " if service.over_hours else ""
    return AttentionItem(
        client_key=row.client_key,
        client_name=row.client_name,
        shape=service.status,
        lead=lead,
        why=f"{more}{number(service.hours)} worked of {number(service.scope_hours)} in scope.",
        action_label="Draft a change order" if beyond else "Open contract",
        url=reverse("contract_hours", args=[row.contract]),
        due=row.since or today,
        group=TODAY if beyond else WEEK,
    )
