"""Rate limits, counted per web process. Headers say how many requests are left, and a 429 when to come back."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle

from people.access import client_address
from portfolio.api.problems import TYPE, problem_body


def rate_headers(throttle: Any) -> dict[str, str]:
    """After allow_request: the limit, what is left of it, and the seconds until the oldest request is forgotten."""
    history: list[float] = getattr(throttle, "history", [])
    limit, window = throttle.num_requests or 0, throttle.duration or 60
    reset = max(0, round(window - (throttle.now - history[-1]))) if history else window
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(0, limit - len(history))),
        "RateLimit-Reset": str(reset),
    }


class Rate(UserRateThrottle):
    """So many requests a minute and person."""

    scope = "api"
    num_requests: int | None
    duration: int | None

    def allow_request(self, request: Any, view: Any) -> bool:
        allowed = super().allow_request(request, view)
        view.rate = rate_headers(self)
        return allowed


class AddressRate(SimpleRateThrottle):
    """So many requests a minute and address, where nobody has signed in yet."""

    scope = "public"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


class TokenRate(AddressRate):
    """Asking for tokens tries secrets, so fewer are allowed."""

    scope = "token"


def limited(rate: type[AddressRate], view: Callable[..., Any]) -> Any:
    """A public view behind a limit by address. Its answers carry the headers; beyond it is 429 with Retry-After."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        throttle: Any = rate()
        if throttle.allow_request(request, None):
            response = view(request, *args, **kwargs)
        else:
            text = f"More than {throttle.num_requests} requests in {throttle.duration} seconds. Wait, then go on."
            response = HttpResponse(orjson.dumps(problem_body(429, text)), status=429, content_type=TYPE)
            response["Retry-After"] = str(math.ceil(throttle.wait() or throttle.duration))
        for name, value in rate_headers(throttle).items():
            response[name] = value
        return response

    return checked
