"""Hours against scope and fee, by statement of work; its change orders count with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import QuerySet

from common.fx import apply
from common.money import ZERO
from common.periods import month_of
from financials.calc.servicing import WEEKS, RunDry, Service, earned_by, run_dry
from financials.models import Contract, ContractKind, Renewal, TimeEntry
from financials.queries.basis import Basis, load_basis

if TYPE_CHECKING:
    from datetime import datetime

    from people.models import User

# A change order's scope and fee count once it is signed; its hours count whatever it is.
_FAMILY: Final = """
WITH RECURSIVE family(root, id, counts) AS (
  SELECT id, id, status IN ('signed', 'active', 'completed') FROM financials_contract WHERE id = ANY(%(ids)s::bigint[])
  UNION ALL
  SELECT f.root, k.id, k.status IN ('signed', 'active', 'completed')
  FROM family f JOIN financials_contract k ON k.parent_id = f.id AND k.kind = 'change_order'
)"""
_SERVICE: Final = f"""{_FAMILY}
SELECT f.root, sum(k.scope_hours) FILTER (WHERE f.counts),
       coalesce(sum(t.hours), 0), sum(s.fee) FILTER (WHERE f.counts),
       coalesce(sum(s.before) FILTER (WHERE f.counts), 0),
       coalesce(sum(s.now) FILTER (WHERE f.counts), 0)
FROM family f JOIN financials_contract k ON k.id = f.id
LEFT JOIN LATERAL (SELECT sum(hours) AS hours FROM financials_timemonth WHERE contract_id = f.id) t ON true
LEFT JOIN LATERAL (
  SELECT sum(amount) AS fee, sum(amount) FILTER (WHERE month < %(month)s) AS before,
         sum(amount) FILTER (WHERE month = %(month)s) AS now
  FROM financials_scheduleline WHERE contract_id = f.id
) s ON true
GROUP BY f.root
"""  # noqa: S608  # this module's own pieces; every value is a bound parameter
_VALUE: Final = f"""{_FAMILY}
SELECT f.root, t.month, t.value_currency, sum(t.value), sum(t.uncarded_hours)
FROM family f JOIN financials_timemonth t ON t.contract_id = f.id GROUP BY 1, 2, 3
"""  # noqa: S608  # as above


def load_services(contracts: Sequence[Contract], today: date, basis: Basis | None = None) -> dict[int, Service]:
    """By id. basis: whose rates bring the value at card into each contract's currency; None leaves the value unknown.

    One query, two with a basis. An evergreen contract's fee has no end, so its share of work done is unknown.
    """
    ids = [contract.pk for contract in contracts]
    if not ids:
        return {}
    values = _values(ids, {contract.pk: contract.currency for contract in contracts}, basis) if basis else {}
    endless = {contract.pk for contract in contracts if contract.renewal == Renewal.EVERGREEN}
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_SERVICE, {"ids": ids, "month": month_of(today)})
        for root, scope, hours, fee, before, now in cursor.fetchall():
            whole = None if root in endless else fee
            found[root] = Service(
                scope_hours=scope,
                hours=hours,
                fee=whole,
                earned=None if whole is None else earned_by(today, before, now),
                value=values.get(root),
            )
    return found


def _values(ids: list[int], currencies: dict[int, str], basis: Basis) -> dict[int, Decimal | None]:
    """Value at card by contract, in its currency; None where a rate of exchange is missing."""
    sums: dict[int, Decimal | None] = defaultdict(Decimal)
    with connection.cursor() as cursor:
        cursor.execute(_VALUE, {"ids": ids})
        for root, month, currency, value, _uncarded in cursor.fetchall():
            before = sums[root]
            if not currency or before is None:
                continue
            if currency == currencies[root]:
                sums[root] = before + value
                continue
            rate = basis.rate(currency, month)
            sums[root] = None if rate is None else before + apply(value, rate, basis.currency)
    return sums


@dataclass(frozen=True, slots=True)
class ServicePage:
    """One statement of work. weeks: hours of each of the four weeks that end today, oldest first."""

    contract: Contract
    basis: Basis
    service: Service
    weeks: tuple[Decimal, ...]
    dry: RunDry | None
    uncarded: Decimal


def load_service(user: User, contract: Contract, *, now: datetime) -> ServicePage | None:
    """None for what is no statement of work, and where no hour was ever booked and no scope is known. Six queries."""
    if contract.kind != ContractKind.SOW:
        return None
    basis = load_basis(user, now=now, currency=contract.currency)
    service = load_services([contract], basis.today, basis).get(contract.pk)
    if service is None or (not service.hours and service.scope_hours is None):
        return None
    weeks = _weeks(contract, basis.today)
    dry = None if service.left is None else run_dry(service.left, weeks, basis.today)
    return ServicePage(contract, basis, service, weeks, dry, _uncarded(contract))


def _weeks(contract: Contract, today: date) -> tuple[Decimal, ...]:
    sums = [ZERO] * WEEKS
    for day, hours in (
        _entries(contract)
        .filter(date__gt=today - timedelta(days=7 * WEEKS), date__lte=today)
        .values_list("date", "hours")
    ):
        sums[WEEKS - 1 - (today - day).days // 7] += hours
    return tuple(sums)


def _uncarded(contract: Contract) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(_VALUE, {"ids": [contract.pk]})
        return sum((row[4] for row in cursor.fetchall()), ZERO)


def _entries(contract: Contract) -> QuerySet[TimeEntry]:
    """The hours that count of a statement of work and its change orders."""
    orders = Contract.objects.filter(parent=contract, kind="change_order").values_list("pk", flat=True)
    family = {contract.pk, *orders}
    return TimeEntry.objects.filter(contract__in=family).exclude(status="rejected")


@dataclass(frozen=True, slots=True)
class Beyond:
    """An entry past the scope. hours: of it, those beyond."""

    entry: TimeEntry
    hours: Decimal


def entries_beyond(contract: Contract, scope_hours: Decimal) -> list[Beyond]:
    """In the order they were worked, from the hour on that passed the scope. Two queries."""
    rows = _entries(contract).select_related("person").order_by("date", "id")
    worked, found = ZERO, []
    for entry in rows:
        worked += entry.hours
        if worked > scope_hours:
            found.append(Beyond(entry, min(entry.hours, worked - scope_hours)))
    return found
