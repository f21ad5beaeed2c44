"""Calls: a person's figure for a year beside the forecast's, made, followed by another, or withdrawn."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import clients_for
from common.audit import record
from common.records import update_versioned
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
    clients = list(clients_for(person).order_by("pk").values_list("pk", flat=True))
    made = ForecastCall.objects.create(
        person=person, level=level, year=year, amount=amount, system=system, currency=currency, reason=reason.strip(),
        asks=asks.strip(), client_ids=clients, made_at=now,
    )  # fmt: skip
    record(
        actor=person.email, verb="called", kind="forecast call", object_id=made.pk, label=str(made),
        changes={"amount": (system, amount), "reason": (None, reason.strip())},
    )  # fmt: skip
    return made


class CallRefused(ValueError):
    """It cannot be done so. The text says why, to a person."""


@transaction.atomic
def withdraw_call(*, call: ForecastCall, why: str, now: datetime) -> ForecastCall:
    """Take one's standing call back: it stays in the history, and none of the person stands any more.

    Raises CallRefused for one that a later call has followed, and for one withdrawn already.
    """
    newest = (
        ForecastCall.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(person_id=call.person_id, year=call.year)
        .order_by("-made_at", "-pk")
        .first()
    )
    if newest is None or newest.pk != call.pk:
        raise CallRefused("A later call stands in its place: withdraw that one.")
    if newest.withdrawn_at is not None:
        raise CallRefused("This call was withdrawn already.")
    fresh = update_versioned(newest, {"withdrawn_at": now, "withdrawn_why": why.strip()}, expected=newest.version)
    record(
        actor=newest.person.email, verb="withdrew", kind="forecast call", object_id=newest.pk, label=str(newest),
        changes={"withdrawn_why": (None, why.strip())},
    )  # fmt: skip
    return fresh
