"""The signed-in person of a request."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from people.models import User


def signed_in(request: HttpRequest) -> User:
    """For views behind `allow`, where nobody is anonymous any more."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user
