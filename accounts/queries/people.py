"""Whom a client's records can be given to."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from common.policies import ADMINISTRATOR
from people.models import User


def assignable(*keep: int | None) -> QuerySet[User]:
    """Active colleagues who work on clients, and whoever `keep` names: who holds a record now stays choosable."""
    working = Q(is_active=True) & ~Q(role=ADMINISTRATOR)
    return User.objects.filter(working | Q(pk__in=[pk for pk in keep if pk])).order_by("name", "id")
