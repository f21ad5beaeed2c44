"""What an administrator looks after: who may sign in, which programs hold a key, work that waits or is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q

from common.formats import plural
from common.models import Job, JobState
from people.models import ApiToken, Role, ServiceScopes, User
from people.queries import MAY_SIGN_IN, WITHOUT_PASSWORD
from portfolio.queries.audit import AuditRow, audit_page
from portfolio.queries.jobs import OPEN

SEEN_WITHIN: Final = timedelta(days=30)
ENDS_WITHIN: Final = timedelta(days=30)
ROWS: Final = 12


@dataclass(frozen=True, slots=True)
class RoleLine:
    role: str
    label: str
    may: int
    """May sign in: switched on, with a password."""
    seen: int
    """Of these, signed in lately."""
    waiting: int
    """Switched on, and nobody has set a password yet."""
    off: int


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A program's key: a person's token, or a service that acts as a person."""

    name: str
    kind: str
    person: str
    person_id: int
    scopes: str
    ends: datetime | None
    used: datetime | None
    soon: bool


@dataclass(frozen=True, slots=True)
class Housekeeping:
    roles: Sequence[RoleLine]
    keys: Sequence[KeyLine]
    more_keys: int
    waiting: int
    dead: int
    acts: Sequence[AuditRow]

    @property
    def may(self) -> int:
        return sum(line.may for line in self.roles)

    @property
    def without_password(self) -> int:
        return sum(line.waiting for line in self.roles)

    @property
    def ending(self) -> int:
        return sum(1 for line in self.keys if line.soon)


def housekeeping(user: User, *, now: datetime) -> Housekeeping:
    keys = [*_tokens(now), *_services()]
    jobs = Job.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=OPEN)), dead=Count("pk", filter=Q(state=JobState.DEAD))
    )
    return Housekeeping(
        roles=_roles(now),
        keys=keys[:ROWS],
        more_keys=max(0, len(keys) - ROWS),
        waiting=jobs["waiting"],
        dead=jobs["dead"],
        acts=audit_page(user, text="", before=None, limit=8),
    )


def _roles(now: datetime) -> list[RoleLine]:
    found = {
        row["role"]: row
        for row in User.objects.order_by()
        .values("role")
        .annotate(
            may=Count("pk", filter=MAY_SIGN_IN),
            seen=Count("pk", filter=MAY_SIGN_IN & Q(last_login__gte=now - SEEN_WITHIN)),
            waiting=Count("pk", filter=Q(is_active=True) & WITHOUT_PASSWORD),
            off=Count("pk", filter=Q(is_active=False)),
        )
    }
    return [
        RoleLine(value, str(label), *(found[value][name] if value in found else 0 for name in _COUNTS))
        for value, label in Role.choices
    ]


_COUNTS: Final = ("may", "seen", "waiting", "off")


def _tokens(now: datetime) -> list[KeyLine]:
    """Those that still work, the first to end first."""
    tokens = ApiToken.objects.filter(Q(expiry=None) | Q(expiry__gt=now)).select_related("user").order_by("expiry", "pk")
    return [
        KeyLine(
            one.name, "token", one.user.name, one.user.pk, _scopes(one.scopes), one.expiry, one.last_used_at,
            one.expiry is not None and one.expiry <= now + ENDS_WITHIN,
        )
        for one in tokens
    ]  # fmt: skip


def _services() -> list[KeyLine]:
    allowed = ServiceScopes.objects.select_related("application__user").order_by("application__name", "pk")
    return [
        KeyLine(
            one.application.name, "service", one.application.user.name, one.application.user.pk, _scopes(one.scopes),
            None, None, False,
        )
        for one in allowed
        if one.application.user is not None
    ]  # fmt: skip


def _scopes(scopes: Sequence[str]) -> str:
    if "*" in scopes:
        return "everything"
    return ", ".join(scopes) if len(scopes) <= 3 else plural(len(scopes), "scope")
