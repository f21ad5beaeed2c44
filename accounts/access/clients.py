"""The one door to a client and who is there: fetch and check in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from accounts.models import Client, ClientMember, Commitment, Contact, Influence, Stakeholding, Touchpoint
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

NOT_FOUND = "No such page, or it is not yours to see."
R = TypeVar("R")
M = TypeVar("M", bound=Model)


def or_not_found(record: R | None) -> R:
    """What is not there and what may not be seen give one and the same answer."""
    if record is None:
        raise Http404(NOT_FOUND)
    return record


def by_key(rows: QuerySet[M], key: str, path: str = "key") -> M:
    return or_not_found(None if "\x00" in key else rows.filter(**{path: key}).first())  # the database takes no NUL


def get_client_for(user: User, key: str) -> Client:
    return by_key(Client.objects.visible_to(user).select_related("owner", "parent"), key)


def get_client_name_for(user: User, key: str) -> Client:
    """Id, key and name alone, for a part of a page that is read again and again."""
    return by_key(Client.objects.visible_to(user).only("key", "name"), key)


def get_editable_client_for(user: User, key: str) -> Client:
    """For plans, contacts, touchpoints and opportunities of a client."""
    client = get_client_for(user, key)
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads this client but does not change it.")
    return client


def get_manageable_client_for(user: User, key: str) -> Client:
    """For the client's own record and its team."""
    client = get_client_for(user, key)
    if not abilities_of(user).edit_client:
        raise PermissionDenied("Only an account director changes a client and its team.")
    return client


def get_manageable_member_for(user: User, client_key: str, pk: int) -> ClientMember:
    client = get_manageable_client_for(user, client_key)
    found = ClientMember.objects.select_related("person").filter(client=client, pk=pk).first()
    return or_not_found(found)


def get_editable_touchpoint_for(user: User, client_key: str, pk: int) -> Touchpoint:
    client = get_editable_client_for(user, client_key)
    found = Touchpoint.objects.filter(client=client, pk=pk).first()
    return or_not_found(found)


def clients_for(user: User) -> QuerySet[Client]:
    return Client.objects.visible_to(user)


def keys_in_sight(user: User, keys: frozenset[str]) -> frozenset[str]:
    return frozenset(clients_for(user).filter(key__in=keys).values_list("key", flat=True))


def contacts_for(user: User) -> QuerySet[Contact]:
    """Contacts of clients in sight, and those of the wider industry."""
    if not abilities_of(user).see_relationships:
        return Contact.objects.none()
    visible = Contact.objects.filter(client__in=Client.objects.visible_to(user))
    return visible | Contact.objects.filter(client=None)


def get_stakeholding_for(user: User, client_key: str, pk: int) -> Stakeholding:
    client = get_client_for(user, client_key)
    found = Stakeholding.objects.select_related("contact", "client").filter(client=client, pk=pk).first()
    if found is None or not abilities_of(user).see_relationships:
        raise Http404(NOT_FOUND)
    return found


def get_editable_stakeholding_for(user: User, client_key: str, pk: int) -> Stakeholding:
    client = get_editable_client_for(user, client_key)
    found = Stakeholding.objects.select_related("contact", "client", "owner").filter(client=client, pk=pk).first()
    return or_not_found(found)


def influences_for(user: User) -> QuerySet[Influence]:
    """Lines between people at clients in sight; what is thought of people's politics is of the class STANCE."""
    if not abilities_of(user).see_stance:
        return Influence.objects.none()
    return Influence.objects.filter(client__in=Client.objects.visible_to(user))


def commitments_for(user: User) -> QuerySet[Commitment]:
    if not abilities_of(user).see_relationships:
        return Commitment.objects.none()
    return Commitment.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_commitment_for(user: User, client_key: str, pk: int) -> Commitment:
    client = get_editable_client_for(user, client_key)
    found = Commitment.objects.select_related("owner", "client").filter(client=client, pk=pk).first()
    return or_not_found(found)


def get_editable_influence_for(user: User, client_key: str, pk: int) -> Influence:
    client = get_editable_client_for(user, client_key)
    found = Influence.objects.select_related("source", "target", "client").filter(client=client, pk=pk).first()
    return or_not_found(found)
