"""Rates: which clients a card prices, and which closed months stand on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from common.audit import record
from common.periods import format_month
from financials.actions.ledger import lock_ledger
from financials.actions.time import rebuild_time_months
from financials.models import Rate, RateKind


class Card(NamedTuple):
    """What tells one rate from another; ids. person None: of the role."""

    kind: str
    person: int | None
    role: str
    client: int | None
    contract: int | None
    starts: date

    @classmethod
    def of(cls, rate: Rate) -> Card:
        return cls(rate.kind, rate.person_id, rate.role, rate.client_id, rate.contract_id, rate.starts)

    def as_fields(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "person_id": self.person,
            "role": self.role,
            "client_id": self.client,
            "contract_id": self.contract,
            "starts": self.starts,
        }


# Of the hours a card fits, those no more telling card (calc.rates.rate_on's order) holds for.
_USED: Final = """
SELECT w.number, min(e.month)
FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::date[])
  AS w(number, kind, person_id, role, client_id, contract_id, starts)
JOIN financials_timeentry e ON e.date >= w.starts AND e.status <> 'rejected'
  AND (e.person_id = w.person_id OR (w.person_id IS NULL AND e.role = w.role))
  AND (w.client_id IS NULL OR w.client_id = e.client_id)
  AND (w.contract_id IS NULL OR w.contract_id = e.contract_id)
  AND (w.kind = 'cost' OR e.billable)
JOIN common_closedperiod p ON p.month = e.month
WHERE NOT EXISTS (
  SELECT 1 FROM financials_rate r WHERE r.kind = w.kind AND r.starts <= e.date
    AND (r.person_id = e.person_id OR (r.person_id IS NULL AND r.role = e.role))
    AND (r.client_id IS NULL OR r.client_id = e.client_id)
    AND (r.contract_id IS NULL OR r.contract_id = e.contract_id)
    AND (r.person_id IS NOT NULL, r.contract_id IS NOT NULL, r.client_id IS NOT NULL, r.starts)
      > (w.person_id IS NOT NULL, w.contract_id IS NOT NULL, w.client_id IS NOT NULL, w.starts))
GROUP BY w.number
"""


def closed_months_using(cards: Sequence[Card]) -> dict[Card, date]:
    """The first closed month with hours that each card decides, or would decide; none for the others. One query."""
    if not cards:
        return {}
    columns = [[card[at] for card in cards] for at in range(6)]
    with connection.cursor() as cursor:
        cursor.execute(_USED, [list(range(len(cards))), *columns])
        return {cards[number]: month for number, month in cursor.fetchall()}


_PRICED: Final = """
SELECT DISTINCT e.client_id FROM financials_rate r JOIN financials_timeentry e ON e.date >= r.starts
  AND (e.person_id = r.person_id OR (r.person_id IS NULL AND e.role = r.role))
  AND (r.client_id IS NULL OR r.client_id = e.client_id)
WHERE r.id = ANY(%s::bigint[])
"""


def clients_priced_by(rate_ids: Iterable[int]) -> list[int]:
    """The clients with hours on or after these rates' first day, of their person or role. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PRICED, [list(rate_ids)])
        return [pk for (pk,) in cursor.fetchall()]


class StandsOnClosedMonth(ValueError):
    """Hours of a closed month would change their rate; `month` is the first of them."""

    def __init__(self, month: date) -> None:
        super().__init__(f"There are hours from that day on in {format_month(month)}, which is closed.")
        self.month = month


class RateThere(ValueError):
    """There is a rate of this card from this day already."""


@transaction.atomic
def add_rate(*, card: Card, rate: Decimal, currency: str, actor: str) -> Rate:
    """A new row from a date: it prices hours of open months from then on. Raises StandsOnClosedMonth, RateThere."""
    lock_ledger()
    if used := closed_months_using([card]):
        raise StandsOnClosedMonth(used[card])
    made, new = Rate.objects.get_or_create(**card.as_fields(), defaults={"rate": rate, "currency": currency})
    if not new:
        raise RateThere
    cost = card.kind == RateKind.COST
    record(
        actor=actor,
        verb="added",
        kind="rate",
        object_id=made.pk,
        label=f"{made.get_kind_display()} of {made.person.name if made.person else made.role} from {made.starts}",
        client_id=None if cost else card.client,
        changes={"rate": (None, rate), "currency": (None, currency)},
        field_class="SALARY" if cost else "",
    )
    rebuild_time_months(clients_priced_by([made.pk]))
    return made
