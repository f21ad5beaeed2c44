"""Making a call: a person's figure for a year beside the forecast's, with its reason and what is asked for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from common.audit import record
from financials.models import ForecastCall, OverrideLevel

if TYPE_CHECKING:
    from people.models import User


@transaction.atomic
def make_call(
    *,
    person: User,
    year: int,
    amount: Decimal,
    system: Decimal | None,
    currency: str,
    reason: str,
    asks: str,
    now: datetime,
) -> ForecastCall:
    """The level is the role's: a director's call is the final one."""
    level = OverrideLevel.DIRECTOR if person.role == "director" else OverrideLevel.MANAGER
    made = ForecastCall.objects.create(
        person=person, level=level, year=year, amount=amount, system=system, currency=currency, reason=reason.strip(),
        asks=asks.strip(), made_at=now,
    )  # fmt: skip
    record(
        actor=person.email, verb="called", kind="forecast call", object_id=made.pk, label=str(made),
        changes={"amount": (system, amount), "reason": (None, reason.strip())},
    )  # fmt: skip
    return made
