"""The door to reviews: through the client, by role, and an internal one only for those who may see its costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.access import NOT_FOUND
from accounts.models import Client, ClientMember, Commitment
from people.access import abilities_of
from qbr.models import Deck, SlideEdit

if TYPE_CHECKING:
    from people.models import User


def decks_for(user: User) -> QuerySet[Deck]:
    abilities = abilities_of(user)
    if not abilities.see_reviews:
        return Deck.objects.none()
    decks = Deck.objects.filter(client__in=Client.objects.visible_to(user))
    return decks if abilities.see_money else decks.filter(audience=Deck.Audience.CLIENT)


def get_deck_for(user: User, pk: int) -> Deck:
    """With its client and owner, and with `edit_rows`, `team_rows` and `promise_rows` as lists: one query."""
    edits = SlideEdit.objects.filter(deck=OuterRef("pk")).order_by("pk")
    members = ClientMember.objects.filter(client=OuterRef("client")).order_by("duty", "person__name")
    promises = Commitment.objects.filter(client=OuterRef("client")).order_by("side", "due", "pk")
    found = (
        decks_for(user)
        .select_related("client__owner", "client__parent")
        .annotate(
            edit_rows=ArraySubquery(
                edits.values(
                    row=JSONObject(slide=F("slide"), words=F("words"), hidden=F("hidden"), version=F("version"))
                )
            ),
            team_rows=ArraySubquery(
                members.values(row=JSONObject(person=F("person_id"), name=F("person__name"), duty=F("duty")))
            ),
            promise_rows=ArraySubquery(
                promises.values(
                    row=JSONObject(
                        side=F("side"),
                        text=F("text"),
                        due=F("due"),
                        kept_on=F("kept_on"),
                        dropped_on=F("dropped_on"),
                        owner=F("owner__name"),
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
