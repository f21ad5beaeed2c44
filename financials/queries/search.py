"""What the search box finds among contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from common.search import Hit, Source, sources
from financials.access import contracts_for

if TYPE_CHECKING:
    from people.models import User


def find_contracts(user: User, text: str, limit: int) -> list[Hit]:
    wanted = Q(number__icontains=text) | Q(title__icontains=text)
    rows = contracts_for(user).filter(wanted).select_related("client").order_by("-start", "number")[:limit]
    return [
        Hit(
            f"{row.number} {row.title}",
            f"{row.client.name} · {row.get_status_display()}",
            reverse("contract", args=[row.number]),
        )
        for row in rows
    ]


def register() -> None:
    sources.register("contracts", Source("Contracts", find_contracts))
