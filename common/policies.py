"""Who may call a route. A view without a declared policy fails the build (tests/sweeps/test_policies.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

DIRECTOR = "director"
ACCOUNT_MANAGER = "account_manager"
FINANCE = "finance"
LEGAL = "legal"
DELIVERY = "delivery"
LEADERSHIP = "leadership"
ADMINISTRATOR = "administrator"

EVERYONE = frozenset({DIRECTOR, ACCOUNT_MANAGER, FINANCE, LEGAL, DELIVERY, LEADERSHIP, ADMINISTRATOR})
CLIENT_READERS = EVERYONE - {ADMINISTRATOR}
"""Roles that see clients at all."""
MONEY_READERS = frozenset({DIRECTOR, ACCOUNT_MANAGER, FINANCE, DELIVERY, LEADERSHIP})
"""Roles of field class COST: P&L, margin and forecast."""

Audience = Literal["public", "signed_in"]


@dataclass(frozen=True, slots=True)
class Policy:
    """audience: public needs no sign-in. roles: who may call it. client: the route kwarg that names a client."""

    audience: Audience
    roles: frozenset[str]
    client: str = ""


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """A route anyone may call: sign-in, health checks, the API schema."""
    view.policy = Policy("public", frozenset())  # type: ignore[attr-defined]  # the sweep reads it off the function
    return view


def allow(*, roles: frozenset[str] = EVERYONE, client: str = "") -> Callable[[View], View]:
    """Signed-in users of these roles. Others: to the sign-in page if anonymous, else 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                target = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=401, headers={"HX-Redirect": target})
                return HttpResponseRedirect(target)
            if request.user.role not in roles:
                raise PermissionDenied("Your role does not include this page.")
            return view(request, *args, **kwargs)

        checked.policy = Policy("signed_in", roles, client)  # type: ignore[attr-defined]  # the sweep reads it
        return checked  # type: ignore[return-value]  # wraps() keeps the view's own signature

    return decorate
