"""Changing people, their sign-in and their tokens. Every act leaves an audit entry in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from oauth2_provider.models import get_application_model

from common import audit
from common.records import update_versioned
from people.access import abilities_of
from people.models import ApiToken, Role, ServiceScopes, User
from people.scopes import all_scopes

TOKEN_PREFIX = "pr_"  # noqa: S105  # marks our tokens for secret scanners


class UnknownScope(ValueError):
    """A scope this product does not have. Carries the text to show."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """The one moment a token can be read: only its hash is stored."""

    token: ApiToken
    plain: str


def _check_scopes(scopes: list[str]) -> None:
    unknown = sorted(set(scopes) - set(all_scopes()) - {"*"})
    if unknown or not scopes:
        raise UnknownScope(
            f"Unknown scope: {', '.join(unknown) or 'none given'}. Choose from {', '.join(all_scopes())} or *."
        )


def issue_token(*, user: User, name: str, scopes: list[str], days: int, actor: str, now: datetime) -> IssuedToken:
    _check_scopes(scopes)
    if not 1 <= days <= 366:
        raise UnknownScope("A token lives 1 to 366 days.")
    with transaction.atomic():
        token, plain = ApiToken.objects.create(
            user=user, expiry=timedelta(days=days), prefix=TOKEN_PREFIX, name=name, scopes=sorted(set(scopes))
        )
        audit.record(
            actor=actor,
            verb="issued token",
            kind="token",
            object_id=token.token_key,
            label=name,
            changes={"scopes": (None, token.scopes), "expires": (None, token.expiry)},
        )
    return IssuedToken(token, plain)


def revoke_token(*, user: User, token_key: str, actor: str) -> None:
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().filter(user=user, token_key=token_key).first()
        if token is None:
            raise Http404("No such token.")
        audit.record(actor=actor, verb="revoked token", kind="token", object_id=token_key, label=token.name)
        token.delete()


def create_service(*, user: User, name: str, scopes: list[str], administrator: User) -> tuple[Any, str]:
    """An OAuth application acting as `user`, and its secret: readable only here."""
    with transaction.atomic():
        model = get_application_model()
        service = model(
            user=user,
            name=name,
            client_type=model.CLIENT_CONFIDENTIAL,
            authorization_grant_type=model.GRANT_CLIENT_CREDENTIALS,
        )
        secret = str(service.client_secret)
        service.save()
        allow_service(service=service, scopes=scopes, administrator=administrator)
    return service, secret


def allow_service(*, service: Any, scopes: list[str], administrator: User) -> None:
    """Say what an application may ask for; tokens it holds lose the rest with the next request."""
    _may_administer(administrator)
    _check_scopes(scopes)
    with transaction.atomic():
        before = ServiceScopes.objects.select_for_update().filter(application=service).first()
        given = sorted(set(scopes))
        ServiceScopes.objects.update_or_create(application=service, defaults={"scopes": given})
        audit.record(
            actor=administrator.email,
            verb="allowed scopes",
            kind="service",
            object_id=service.client_id,
            label=service.name,
            changes={"scopes": (before.scopes if before else None, given)},
        )


@dataclass(frozen=True, slots=True)
class PersonFields:
    """work: discipline, country, weekly_hours, starts and ends, as far as they are spoken of."""

    name: str
    email: str
    role: str
    manager_id: int | None
    is_active: bool
    work: Mapping[str, Any] = field(default_factory=dict)


def _may_administer(actor: User) -> None:
    if not abilities_of(actor).see_settings:
        raise PermissionDenied("Only administrators change people.")


def create_person(*, actor: User, fields: PersonFields, password: str | None) -> User:
    _may_administer(actor)
    with transaction.atomic():
        person = User.objects.create_user(
            fields.email,
            password or None,
            name=fields.name,
            role=fields.role,
            manager_id=fields.manager_id,
            is_active=fields.is_active,
            **fields.work,
        )
        audit.record(
            actor=actor.email,
            verb="created",
            kind="person",
            object_id=person.pk,
            label=person.name,
            changes={"email": (None, person.email), "role": (None, person.role)},
        )
    return person


def change_person(*, actor: User, person: User, fields: PersonFields, expected: int, password: str | None) -> User:
    """Role and sign-in of a person; nobody switches off or demotes themselves, so one administrator always stays."""
    _may_administer(actor)
    if person.pk == actor.pk and (fields.role != Role.ADMINISTRATOR or not fields.is_active):
        raise PermissionDenied("You cannot take your own administrator's right away: ask a colleague.")
    after: dict[str, Any] = {
        "name": fields.name,
        "email": fields.email,
        "role": fields.role,
        "manager_id": fields.manager_id,
        "is_active": fields.is_active,
        **fields.work,
    }
    before = {name: getattr(person, name) for name in after}
    with transaction.atomic():
        fresh = update_versioned(person, after, expected=expected)
        if password:
            fresh.set_password(password)
            fresh.save(update_fields=["password"])
        changes = audit.changes_between(before, after)
        if password:
            changes["password"] = ("(not shown)", "(changed)")
        audit.record(
            actor=actor.email, verb="changed", kind="person", object_id=person.pk, label=person.name, changes=changes
        )
        if not fields.is_active:
            ApiToken.objects.filter(user=fresh).delete()
    return fresh


def change_own_settings(*, user: User, timezone: str, reporting_currency: str) -> User:
    after = {"timezone": timezone, "reporting_currency": reporting_currency}
    before = {name: getattr(user, name) for name in after}
    with transaction.atomic():
        fresh = update_versioned(user, after, expected=None)
        audit.record(
            actor=user.email,
            verb="changed",
            kind="person",
            object_id=user.pk,
            label=user.name,
            changes=audit.changes_between(before, after),
        )
    return fresh
