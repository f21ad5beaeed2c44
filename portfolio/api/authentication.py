"""Bearer tokens: personal ones (hashed, scoped, expiring) and OAuth 2 client credentials for services."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from knox.auth import TokenAuthentication
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from oauth2_provider.scopes import BaseScopes
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from people.actions import TOKEN_PREFIX
from people.models import ApiToken, ServiceScopes, User
from people.scopes import all_scopes

_TOUCH_EVERY = timedelta(minutes=5)


class PersonalToken(TokenAuthentication):  # type: ignore[misc]  # knox ships no types
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = request.headers.get("Authorization", "").split()
        if len(words) != 2 or words[0].lower() != "bearer" or not words[1].startswith(TOKEN_PREFIX):
            return None
        user, token = self.authenticate_credentials(words[1].encode())
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > _TOUCH_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return user, token

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        """Whether it has expired. The library's own also reads all the person's other tokens at every call, to delete
        those past their day; they are refused when they are tried, and Settings lists them until then.
        """
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class ServiceToken(OAuth2Authentication):  # type: ignore[misc]  # oauth2_provider ships no types
    """A client-credentials token acts as the person its application belongs to, and sees no more."""

    def authenticate(self, request: Request) -> tuple[User, object] | None:
        if not request.headers.get("Authorization", "").lower().startswith("bearer "):
            return None
        found = super().authenticate(request)
        if found is None:
            raise AuthenticationFailed("The token is unknown, revoked or expired. Make a new one under Settings.")
        token = found[1]
        user = token.user or (token.application.user if token.application else None)
        if user is None or not user.is_active:
            raise AuthenticationFailed("The token belongs to nobody who may sign in.")
        return user, token


def scopes_of(token: object) -> frozenset[str]:
    if isinstance(token, ApiToken):
        return frozenset(token.scopes)
    held = frozenset(str(getattr(token, "scope", "")).split())
    return held & frozenset(allowed_scopes(getattr(token, "application", None)))


def require_scope(request: Request, scope: str) -> None:
    held = scopes_of(request.auth)
    if scope not in held and "*" not in held:
        raise PermissionDenied(f"The token lacks the scope {scope}.")


def allowed_scopes(application: object) -> list[str]:
    """What an administrator lets an application ask for: nothing unless it was said, `*` only where it was named."""
    pk = getattr(application, "pk", None)
    found = ServiceScopes.objects.filter(application_id=pk).values_list("scopes", flat=True).first() if pk else None
    return list(found or [])


class Scopes(BaseScopes):  # type: ignore[misc]  # oauth2_provider ships no types
    """The scopes there are, and which of them a service may ask for."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope: scope for scope in (*all_scopes(), "*")}

    def get_available_scopes(
        self, application: object = None, request: object = None, *args: object, **kwargs: object
    ) -> list[str]:
        return allowed_scopes(application)

    def get_default_scopes(
        self, application: object = None, request: object = None, *args: object, **kwargs: object
    ) -> list[str]:
        return [scope for scope in allowed_scopes(application) if scope != "*"]
