"""A person's own figure entered, spread over a portfolio, revoked: never changed, never deleted.

Each act leaves its trail and queues the forecasts it is about.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Q

from common import audit
from common.models import Job, JobState
from common.money import ZERO, allocate
from common.periods import Month
from financials.actions.contracts import RECOMPUTE, mark_clients_dirty
from financials.actions.forecast import FORMULA_VERSION
from financials.models import ForecastOverride, ForecastRun
from financials.queries.override_basis import portfolio_by_client
from people.models import User


@dataclass(frozen=True, slots=True)
class Wanted:
    """client_id: None for the author's whole portfolio. amount or delta, the other None. key: blank makes one."""

    client_id: int | None
    level: str
    first: Month
    last: Month
    currency: str
    amount: Decimal | None
    delta: Decimal | None
    reason: str
    expires_on: date
    key: str = ""


@transaction.atomic
def make_override(*, wanted: Wanted, author: User, now: datetime) -> ForecastOverride:
    made = ForecastOverride.objects.create(
        key=wanted.key or new_key(now),
        client_id=wanted.client_id,
        owner=author if wanted.client_id is None else None,
        level=wanted.level,
        first_month=wanted.first,
        last_month=wanted.last,
        amount=wanted.amount,
        delta=wanted.delta,
        currency=wanted.currency,
        reason=wanted.reason,
        expires_on=wanted.expires_on,
        author=author.email,
        made_at=now,
    )
    audit.record(
        actor=author.email,
        verb="added",
        kind="override",
        object_id=made.pk,
        label=str(made),
        client_id=made.client_id,
        changes={
            name: (None, str(value))
            for name in ("level", "first_month", "last_month", "amount", "delta", "currency", "reason", "expires_on")
            if (value := getattr(made, name)) is not None
        },
    )
    follow_overrides([made], actor=author.email, now=now)
    return made


def new_key(now: datetime) -> str:
    return f"O-{now:%Y%m%d}-{secrets.token_hex(4)}"


def follow_overrides(several: Sequence[ForecastOverride], *, actor: str, now: datetime) -> None:
    """Spread those of a portfolio over its clients, and queue the forecasts of all. In the caller's transaction."""
    clients = {one.client_id for one in several if one.client_id is not None}
    for one in several:
        if one.client_id is None:
            parts = _spread(one, now=now)
            clients.update(part.client_id for part in parts if part.client_id is not None)
    mark_clients_dirty(clients, asked_by=actor, priority=3)


def _spread(whole: ForecastOverride, *, now: datetime) -> list[ForecastOverride]:
    """The difference to what the portfolio's forecast comes to, shared by the size of each client's part of it.

    Shared once, when it is made: what one client's forecast does later is not taken from another's.
    """
    owner = whole.owner
    if owner is None:
        return []
    held = portfolio_by_client(owner, whole.first_month, whole.last_month, whole.currency, now=now)
    if not held:
        return []
    delta = whole.delta if whole.amount is None else whole.amount - sum(held.values(), ZERO)
    weights = [max(amount, ZERO) for amount in held.values()]
    shares = allocate(delta or ZERO, weights if any(weights) else [1] * len(held), whole.currency)
    return ForecastOverride.objects.bulk_create(
        [
            ForecastOverride(
                key=f"{whole.key}/{client}",
                client_id=client,
                parent=whole,
                level=whole.level,
                first_month=whole.first_month,
                last_month=whole.last_month,
                delta=share,
                currency=whole.currency,
                reason=whole.reason,
                expires_on=whole.expires_on,
                author=whole.author,
                made_at=whole.made_at,
            )
            for client, share in zip(held, shares, strict=True)
            if share
        ]
    )


@transaction.atomic
def revoke_override(*, override: ForecastOverride, why: str, actor: str, now: datetime) -> bool:
    """Take it out of every run to come, its parts too. False when somebody has already."""
    fresh = ForecastOverride.objects.select_for_update().get(pk=override.pk)
    if fresh.revoked_at is not None:
        return False
    several = [
        fresh,
        *ForecastOverride.objects.select_for_update().filter(parent=fresh, revoked_at=None).order_by("pk"),
    ]
    for one in several:
        one.revoked_at, one.revoked_by, one.revoked_why, one.version = now, actor, why, one.version + 1
        one.save(update_fields=["revoked_at", "revoked_by", "revoked_why", "version", "updated_at"])
    audit.record(
        actor=actor,
        verb="revoked",
        kind="override",
        object_id=fresh.pk,
        label=str(fresh),
        client_id=fresh.client_id,
        changes={"revoked_why": (None, why)},
    )
    mark_clients_dirty({one.client_id for one in several if one.client_id}, asked_by=actor, priority=3)
    return True


_A_DAY: Final = timedelta(days=1)
_OPEN: Final = (JobState.READY, JobState.LEASED, JobState.FAILED)


@transaction.atomic
def forget_expired(*, now: datetime) -> int:
    """Queue the clients whose current run still holds an override that has expired, those whose run is of another month
    than today's, and those that an earlier version of the formula computed: time alone changes their forecast. Returns
    how many. Again changes nothing."""
    yesterday = now.date() - _A_DAY
    runs = ForecastRun.objects.filter(is_current=True)
    expired = ForecastOverride.objects.filter(client__isnull=False, expires_on__lt=yesterday).values("pk")
    late = set(runs.filter(lines__override__in=expired).values_list("client_id", flat=True))
    old = Q(as_of__lt=yesterday.replace(day=1)) | Q(formula_version__lt=FORMULA_VERSION)
    late |= set(runs.filter(old).values_list("client_id", flat=True))
    refs = {f"client:{pk}": pk for pk in late}
    open_jobs = Job.objects.filter(kind=RECOMPUTE, state__in=_OPEN, object_ref__in=list(refs))
    late -= {refs[ref] for ref in open_jobs.values_list("object_ref", flat=True)}
    mark_clients_dirty(late, asked_by="calendar")
    return len(late)
