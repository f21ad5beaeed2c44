"""People of clients and of the wider industry: fetch and check in one call, as `accounts.access` does for clients.

Somebody of the wider industry is everyone's who reads relationships; whoever writes for a client may write them, and a
director takes them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.access import NOT_FOUND, contacts_for, get_editable_client_for
from accounts.models import Ask, Client, Contact, ContactMerge, Introduction, Touchpoint
from common.policies import DIRECTOR, LEADERSHIP
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

HOLDERS = frozenset({DIRECTOR, LEADERSHIP})
"""Who may be asked what we hold of a person."""


def get_contact_for(user: User, key: str) -> Contact:
    rows = contacts_for(user).select_related("client", "erasure")
    found = None if "\x00" in key else rows.filter(key=key).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def get_editable_contact_for(user: User, key: str) -> Contact:
    found = get_contact_for(user, key)
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads contacts but does not change them.")
    if hasattr(found, "erasure"):
        raise PermissionDenied("This person asked to be erased: nothing is written of them any more.")
    return found


def get_told_contact_for(user: User, key: str) -> Contact:
    """To be told what we hold of the person."""
    found = get_contact_for(user, key)
    if user.role not in HOLDERS:
        raise PermissionDenied("What is held of a person is given out by a director or by leadership.")
    return found


def get_erasable_contact_for(user: User, key: str) -> Contact:
    found = get_editable_contact_for(user, key)
    if not abilities_of(user).edit_client:
        raise PermissionDenied("Only an account director erases a person.")
    return found


def introductions_for(user: User) -> QuerySet[Introduction]:
    """Between two people in sight; who knows whom, and how we know, is of the class STANCE."""
    if not abilities_of(user).see_stance:
        return Introduction.objects.none()
    seen = contacts_for(user).order_by().values("pk")
    return Introduction.objects.filter(source__in=seen, target__in=seen)


def get_editable_introduction_for(user: User, pk: int) -> Introduction:
    rows = introductions_for(user).select_related("source__client", "target__client")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads introductions but does not change them.")
    return found


def merges_for(user: User) -> QuerySet[ContactMerge]:
    return ContactMerge.objects.filter(kept__in=contacts_for(user).order_by().values("pk"))


def get_undoable_merge_for(user: User, pk: int) -> ContactMerge:
    found = merges_for(user).select_related("kept__client").filter(pk=pk, undone_at=None).first()
    if found is None:
        raise Http404(NOT_FOUND)
    if not abilities_of(user).edit_relationships:
        raise PermissionDenied("Your role reads contacts but does not change them.")
    return found


def asks_for(user: User) -> QuerySet[Ask]:
    if not abilities_of(user).see_relationships:
        return Ask.objects.none()
    return Ask.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_ask_for(user: User, client_key: str, pk: int) -> Ask:
    client = get_editable_client_for(user, client_key)
    found = Ask.objects.select_related("client", "contact", "owner").filter(client=client, pk=pk).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def touchpoints_for(user: User) -> QuerySet[Touchpoint]:
    if not abilities_of(user).see_relationships:
        return Touchpoint.objects.none()
    return Touchpoint.objects.filter(client__in=Client.objects.visible_to(user))
