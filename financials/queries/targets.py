"""What a person, or the clients in their sight, are to reach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.access import clients_for
from accounts.models import Target, TargetMeasure
from common.fx import apply
from common.money import ZERO
from common.periods import Month
from financials.queries.basis import Basis

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class TargetSum:
    """amount: None without any target, or when one lacks its rate. own: set for the person, not for clients."""

    amount: Decimal | None
    rows: int
    own: bool


def target_of(user: User, basis: Basis, months: Collection[Month]) -> TargetSum:
    """What is asked of this person in these months; else of the clients in sight. One query."""
    clients = clients_for(user).order_by().values("pk")
    found = Target.objects.filter(
        Q(owner=user) | Q(owner=None, client__in=clients), measure=TargetMeasure.NET_REVENUE, month__in=months
    ).values_list("owner_id", "month", "currency", "amount")
    own = [row for row in found if row[0] == user.pk]
    rows = own or list(found)
    total = ZERO
    for _, month, currency, amount in rows:
        rate = basis.rate(currency, month)
        if rate is None:
            return TargetSum(None, len(rows), bool(own))
        total += apply(amount, rate, basis.currency)
    return TargetSum(total if rows else None, len(rows), bool(own))
