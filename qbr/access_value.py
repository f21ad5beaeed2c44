"""The door to what our work is worth to a client: read with the reviews, written by who writes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.access import NOT_FOUND, contacts_for, get_client_for
from accounts.models import Client
from people.access import abilities_of
from qbr.models import Benefit, BenefitAmount, ValueAsk, ValueCost

if TYPE_CHECKING:
    from people.models import User


def benefits_for(user: User) -> QuerySet[Benefit]:
    if not abilities_of(user).see_reviews:
        return Benefit.objects.none()
    return Benefit.objects.filter(client__in=Client.objects.visible_to(user))


def benefit_amounts_for(user: User) -> QuerySet[BenefitAmount]:
    return BenefitAmount.objects.filter(benefit__in=benefits_for(user))


def value_costs_for(user: User) -> QuerySet[ValueCost]:
    if not abilities_of(user).see_reviews:
        return ValueCost.objects.none()
    return ValueCost.objects.filter(client__in=Client.objects.visible_to(user))


def value_asks_for(user: User) -> QuerySet[ValueAsk]:
    if not abilities_of(user).see_reviews:
        return ValueAsk.objects.none()
    return ValueAsk.objects.filter(client__in=Client.objects.visible_to(user))


def get_benefit_for(user: User, client_key: str, pk: int) -> Benefit:
    client = get_client_for(user, client_key)
    found = benefits_for(user).select_related("client", "owner", "ask__contact").filter(client=client, pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def get_value_client_for(user: User, client_key: str) -> Client:
    """The client, for somebody who writes what our work is worth to it."""
    client = get_client_for(user, client_key)
    if not abilities_of(user).edit_reviews:
        raise PermissionDenied("Your role reads benefits but does not change them.")
    return client


def get_editable_benefit_for(user: User, client_key: str, pk: int) -> Benefit:
    get_value_client_for(user, client_key)
    return get_benefit_for(user, client_key, pk)


def get_editable_cost_for(user: User, client_key: str, pk: int) -> ValueCost:
    client = get_value_client_for(user, client_key)
    found = value_costs_for(user).filter(client=client, pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def benefits_named(user: User, client: Client, keys: Collection[str]) -> dict[str, int]:
    """Key and id of those of the client that are in sight."""
    return dict(benefits_for(user).filter(client=client, key__in=keys).values_list("key", "pk"))


def person_named(user: User, client: Client, key: str) -> int | None:
    """The id of somebody at the client, where the user sees them."""
    return contacts_for(user).filter(client=client, key=key).values_list("pk", flat=True).first()


def get_editable_ask_for(user: User, client_key: str, pk: int) -> ValueAsk:
    client = get_value_client_for(user, client_key)
    found = ValueAsk.objects.select_related("contact").filter(client=client, pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found
