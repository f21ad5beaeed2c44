"""The door to how reviews look: the firm's and its clients' colours and logos, and the slides reviews begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.models import Client
from common.policies import DIRECTOR
from people.access import abilities_of
from qbr.models import DeckBrand, DeckTemplate

if TYPE_CHECKING:
    from people.models import User


def looks_for(user: User) -> QuerySet[DeckBrand]:
    """Those of clients in sight, for who writes reviews; the firm's own, as its page, for directors."""
    if not abilities_of(user).edit_reviews:
        return DeckBrand.objects.none()
    seen = Q(client__in=Client.objects.visible_to(user).order_by().values("pk"))
    return DeckBrand.objects.filter(seen | Q(client=None) if user.role == DIRECTOR else seen)


def templates_for(user: User) -> QuerySet[DeckTemplate]:
    """A director's page."""
    return DeckTemplate.objects.all() if user.role == DIRECTOR else DeckTemplate.objects.none()


def template_of(user: User, kind: str) -> DeckTemplate | None:
    return templates_for(user).filter(kind=kind).first()
