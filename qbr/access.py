"""The door to reviews: through the client, by role, and an internal one only for those who may see all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.access import NOT_FOUND, get_client_for, get_editable_client_for
from accounts.models import Client
from common.policies import ADMINISTRATOR, DIRECTOR
from people.access import abilities_of
from qbr.models import Deck, DeckLink, Review, ReviewState, SlideEdit

if TYPE_CHECKING:
    from people.models import User

CADENCE_SETTERS: Final = frozenset({DIRECTOR, ADMINISTRATOR})


def decks_for(user: User) -> QuerySet[Deck]:
    abilities = abilities_of(user)
    if not abilities.see_reviews:
        return Deck.objects.none()
    decks = Deck.objects.filter(client__in=Client.objects.visible_to(user))
    # An internal review carries costs and what people think of us: whoever may not see both sees the client's alone.
    ours = abilities.see_money and abilities.see_stance
    return decks if ours else decks.filter(audience=Deck.Audience.CLIENT)


def get_deck_for(user: User, pk: int) -> Deck:
    """With its client and owner, with `edit_rows`, people's words, and with `data_as_of` and `data_run`, the moment and
    forecast run that its review fixed, if any (`review_pk`): one query.
    """
    edits = SlideEdit.objects.filter(deck=OuterRef("pk")).order_by("pk")
    same = {name: OuterRef(name) for name in ("client", "kind", "period")}
    frozen = Review.objects.filter(**same).exclude(state=ReviewState.CANCELLED)
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
            data_as_of=Subquery(frozen.values("as_of")[:1]),
            data_run=Subquery(frozen.values("run")[:1]),
            review_pk=Subquery(frozen.values("pk")[:1]),
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


def get_link_of(deck: Deck, pk: int) -> DeckLink:
    """A link of a deck that was fetched through this door."""
    found = DeckLink.objects.select_related("deck").filter(deck=deck, pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def reviews_for(user: User) -> QuerySet[Review]:
    if not abilities_of(user).see_reviews:
        return Review.objects.none()
    return Review.objects.filter(client__in=Client.objects.visible_to(user))


def get_review_for(user: User, client_key: str, pk: int) -> Review:
    """With its client as a client's page needs it. Two queries."""
    client = get_client_for(user, client_key)
    found = reviews_for(user).select_related("owner", "survey").filter(client=client, pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    found.client = client
    return found


def get_editable_review_for(user: User, client_key: str, pk: int) -> Review:
    found = get_review_for(user, client_key, pk)
    get_editable_client_for(user, client_key)
    if not abilities_of(user).edit_reviews:
        raise PermissionDenied("Your role reads reviews but does not change them.")
    return found


def may_set_cadence(user: User) -> bool:
    return user.is_active and user.role in CADENCE_SETTERS
