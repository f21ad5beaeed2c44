"""Deals, proposals, pitches, targets and the white space: fetch and check in one call."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.access.clients import NOT_FOUND, by_key, get_editable_client_for, or_not_found
from accounts.models import (
    BusinessUnit,
    Client,
    Offering,
    Opportunity,
    Pitch,
    Proposal,
    ProposalDocument,
    Target,
    WhiteSpaceCell,
)
from common.policies import FINANCE, LEADERSHIP
from people.access import abilities_of
from people.queries import reporting_line_ids

if TYPE_CHECKING:
    from people.models import User


def opportunities_for(user: User) -> QuerySet[Opportunity]:
    if not abilities_of(user).see_relationships:
        return Opportunity.objects.none()
    return Opportunity.objects.filter(client__in=Client.objects.visible_to(user))


def targets_for(user: User) -> QuerySet[Target]:
    """Of clients in sight, and those of one's own line that name no client; all of them for who sees every client."""
    if not abilities_of(user).see_money:
        return Target.objects.none()
    if user.role in (FINANCE, LEADERSHIP):
        return Target.objects.all()
    line: Any = reporting_line_ids(user)
    clients = Client.objects.visible_to(user).order_by().values("pk")
    return Target.objects.filter(Q(client__in=clients) | Q(client=None, owner__in=line))


def get_opportunity_for(user: User, key: str) -> Opportunity:
    """With what its client's header shows, as get_client_for has it."""
    return by_key(opportunities_for(user).select_related("client__owner", "client__parent", "owner"), key)


def get_editable_opportunities_for(user: User, keys: Collection[str]) -> list[Opportunity]:
    """All of them or 404; by name."""
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads opportunities but does not change them.")
    found = list(opportunities_for(user).select_related("client", "owner").filter(key__in=keys).order_by("name", "pk"))
    if len(found) != len(keys):
        raise Http404(NOT_FOUND)
    return found


def get_editable_opportunity_for(user: User, key: str) -> Opportunity:
    found = get_opportunity_for(user, key)
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads opportunities but does not change them.")
    return found


def proposals_for(user: User) -> QuerySet[Proposal]:
    if not abilities_of(user).see_relationships:
        return Proposal.objects.none()
    return Proposal.objects.filter(opportunity__client__in=Client.objects.visible_to(user))


def get_proposal_for(user: User, key: str) -> Proposal:
    return by_key(proposals_for(user).select_related("opportunity__client"), key)


def get_editable_proposal_for(user: User, key: str) -> Proposal:
    found = get_proposal_for(user, key)
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads proposals but does not change them.")
    return found


def get_proposal_document_for(user: User, pk: int) -> ProposalDocument:
    found = ProposalDocument.objects.filter(pk=pk, proposal__in=proposals_for(user)).first()
    return or_not_found(found)


def pitches_for(user: User) -> QuerySet[Pitch]:
    if not abilities_of(user).see_relationships:
        return Pitch.objects.none()
    return Pitch.objects.filter(client__in=Client.objects.visible_to(user))


def get_pitch_for(user: User, key: str) -> Pitch:
    return by_key(pitches_for(user).select_related("client", "opportunity"), key)


def get_editable_pitch_for(user: User, key: str) -> Pitch:
    found = get_pitch_for(user, key)
    if not abilities_of(user).edit_opportunities:
        raise PermissionDenied("Your role reads pitches but does not change them.")
    return found


def offerings_for(user: User) -> QuerySet[Offering]:
    """The company's own catalogue, of no client; what an offering leaves is of the class COST: see the fields."""
    return Offering.objects.all() if abilities_of(user).see_relationships else Offering.objects.none()


def get_offering_for(user: User, pk: int) -> Offering:
    return or_not_found(offerings_for(user).filter(pk=pk).first())


def get_editable_offering_for(user: User, pk: int) -> Offering:
    found = get_offering_for(user, pk)
    if not abilities_of(user).edit_client:
        raise PermissionDenied("Only an account director changes what we offer.")
    return found


def units_for(user: User) -> QuerySet[BusinessUnit]:
    if not abilities_of(user).see_relationships:
        return BusinessUnit.objects.none()
    return BusinessUnit.objects.filter(client__in=Client.objects.visible_to(user))


def get_editable_unit_for(user: User, client_key: str, pk: int) -> BusinessUnit:
    client = get_editable_client_for(user, client_key)
    found = BusinessUnit.objects.select_related("client", "parent", "owner").filter(client=client, pk=pk).first()
    return or_not_found(found)


def cells_for(user: User) -> QuerySet[WhiteSpaceCell]:
    if not abilities_of(user).see_relationships:
        return WhiteSpaceCell.objects.none()
    return WhiteSpaceCell.objects.filter(unit__client__in=Client.objects.visible_to(user))
