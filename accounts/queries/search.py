"""What the search box finds among clients, people and deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from accounts.access import clients_for, contacts_for, opportunities_for
from common.search import Hit, Source, sources

if TYPE_CHECKING:
    from people.models import User


def find_clients(user: User, text: str, limit: int) -> list[Hit]:
    rows = clients_for(user).filter(Q(name__icontains=text) | Q(key__iexact=text)).order_by("name")[:limit]
    return [
        Hit(
            row.name,
            " · ".join(filter(None, [row.get_tier_display(), row.industry])),
            reverse("client", args=[row.key]),
        )
        for row in rows
    ]


def find_contacts(user: User, text: str, limit: int) -> list[Hit]:
    wanted = Q(email__icontains=text) | Q(title__icontains=text)
    for word in text.split()[:3]:
        wanted |= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    rows = contacts_for(user).filter(wanted, erasure=None).select_related("client")[:limit]
    return [
        Hit(
            row.name,
            " · ".join(filter(None, [row.title, row.client.name if row.client else row.employer])),
            reverse("contact", args=[row.key]),
        )
        for row in rows
    ]


def find_opportunities(user: User, text: str, limit: int) -> list[Hit]:
    wanted = Q(name__icontains=text) | Q(key__iexact=text)
    rows = opportunities_for(user).filter(wanted).select_related("client").order_by("-close_on", "-pk")[:limit]
    return [Hit(row.name, f"{row.client.name} · {row.stage}", reverse("opportunity", args=[row.key])) for row in rows]


def register() -> None:
    sources.register("clients", Source("Clients", find_clients))
    sources.register("contacts", Source("People", find_contacts))
    sources.register("opportunities", Source("Deals", find_opportunities))
