"""The door to reviews: through the client, by role, and an internal one only for those who may see all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.access import NOT_FOUND
from accounts.models import Client
from people.access import abilities_of
from qbr.models import Deck, SlideEdit

if TYPE_CHECKING:
    from people.models import User


def decks_for(user: User) -> QuerySet[Deck]:
    abilities = abilities_of(user)
    if not abilities.see_reviews:
        return Deck.objects.none()
    decks = Deck.objects.filter(client__in=Client.objects.visible_to(user))
    # An internal review carries costs and what people think of us: whoever may not see both sees the client's alone.
    ours = abilities.see_money and abilities.see_stance
    return decks if ours else decks.filter(audience=Deck.Audience.CLIENT)


def get_deck_for(user: User, pk: int) -> Deck:
    """With its client and owner, and with `edit_rows`, people's words: one query."""
    edits = SlideEdit.objects.filter(deck=OuterRef("pk")).order_by("pk")
    found = (
        decks_for(user)
        .select_related("client__owner", "client__parent")
        .annotate(
            edit_rows=ArraySubquery(
                edits.values(
                    row=JSONObject(
                        slide=F("slide"),
                        words=F("words"),
                        basis=F("basis"),
                        hidden=F("hidden"),
                        version=F("version"),
                    )
                )
            ),
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def get_editable_deck_for(user: User, pk: int) -> Deck:
    found = get_deck_for(user, pk)
    if not abilities_of(user).edit_reviews:
        raise PermissionDenied("Your role reads reviews but does not change them.")
    return found
