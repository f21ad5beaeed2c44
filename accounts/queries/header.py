"""What stands above every page of a client: who it is, its family, its tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from accounts.models import Client
from accounts.queries.health import latest, seen_by
from common.formats import number
from common.tabs import TabLink, client_tabs
from people.access import Abilities, abilities_of

if TYPE_CHECKING:
    from people.models import User

MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True, slots=True)
class Relative:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ClientHeader:
    """parent and children: only those the reader may see."""

    client_id: int
    key: str
    name: str
    url: str
    log_url: str
    tier: str
    status: str
    status_word: str
    industry: str
    owner: str
    country: str
    currency: str
    fiscal_year: str
    parent: Relative | None
    children: tuple[Relative, ...]
    tabs: tuple[TabLink, ...]
    can: Abilities
    health: HealthMark | None = None


@dataclass(frozen=True, slots=True)
class HealthMark:
    """What the last reading says, as this reader may see it."""

    shape: str
    words: str
    url: str


def _health_of(user: User, client: Client) -> HealthMark | None:
    """One query; nothing for readers of contracts alone, nor before the first reading."""
    can = abilities_of(user)
    reading = latest([client.pk]).get(client.pk) if can.see_relationships else None
    if reading is None:
        return None
    seen = seen_by(reading, can)
    words = (
        f"Health {number(seen.health.score)}, {seen.words.lower()}"
        if seen.shape != "unknown"
        else ("Health: not enough known")
    )
    return HealthMark(seen.shape, words, reverse("client_health", args=[client.key]))


def client_header(user: User, client: Client, *, active: str) -> ClientHeader:
    """active: the name of the open tab. Two queries, with owner and parent already joined by get_client_for."""
    family = Q(parent_id=client.pk) | Q(pk=client.parent_id) if client.parent_id else Q(parent_id=client.pk)
    relatives = Client.objects.visible_to(user).filter(family).order_by("name").values_list("pk", "key", "name")
    named = {pk: Relative(name, reverse("client", args=[key])) for pk, key, name in relatives}
    parent = named.pop(client.parent_id, None) if client.parent_id else None
    return ClientHeader(
        client_id=client.pk,
        key=client.key,
        name=client.name,
        url=reverse("client", args=[client.key]),
        log_url=reverse("client_log", args=[client.key]),
        tier=client.get_tier_display() if client.tier else "",
        status=client.status,
        status_word=client.get_status_display(),
        industry=client.industry,
        owner=client.owner.name if client.owner else "",
        country=client.country,
        currency=client.currency,
        fiscal_year=MONTH_NAMES[client.fiscal_year_start - 1],
        parent=parent,
        children=tuple(named.values()),
        tabs=tuple(client_tabs(user.role, client.key, active)),
        can=abilities_of(user),
        health=_health_of(user, client),
    )
