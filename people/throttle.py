"""How often a password may be tried: by person and address, by address, and by person from anywhere.

An attacker can use up the two wider counts, so they do not bind a browser that has signed in as the person before:
it carries a signed cookie, its wrong passwords are counted by themselves, and nobody else's count against it.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse

COOKIE = "known_browser"
KEPT = timedelta(days=180)
_SALT = "people.throttle"


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Give the browser that has just signed in the mark it is known by."""
    if _mark(request, email):
        return
    response.set_cookie(
        COOKIE,
        signing.dumps([email, secrets.token_hex(8)], salt=_SALT),
        max_age=KEPT,
        httponly=True,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        samesite="Lax",
    )


def _mark(request: HttpRequest, email: str) -> str:
    """The id of a browser that has signed in as this person; blank for any other."""
    try:
        known, mark = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(mark) if known == email else ""


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Whom a wrong password is counted for: the e-mail tried, or that e-mail in one known browser."""
    given = (credentials or {}).get("username") or request.POST.get("username", "")
    email = str(given).strip().lower()[:200]
    mark = _mark(request, email)
    return f"{email}#{mark}" if mark else email


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # axes ships no types
    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Each count has its own limit and runs out a quarter of an hour after its last wrong password."""
        name = counted_name(request, credentials)
        recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
        if "#" in name:
            return _failures(recent.filter(username=name)) >= settings.AXES_FAILURE_LIMIT
        address = recent.filter(ip_address=request.axes_ip_address)  # type: ignore[attr-defined]  # axes sets it
        return (
            _failures(address.filter(username=name)) >= settings.AXES_FAILURE_LIMIT
            or _failures(address) >= settings.SIGN_IN_ADDRESS_LIMIT
            or _failures(recent.filter(username=name)) >= settings.SIGN_IN_PERSON_LIMIT
        )


def _failures(attempts: Any) -> int:
    return int(attempts.aggregate(count=Sum("failures_since_start"))["count"] or 0)
