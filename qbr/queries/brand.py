"""Whose colours and logo a review carries, and what its colours become."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace

from django.db.models import Q

from accounts.models import Client
from qbr.calc import slides
from qbr.calc.colour import HOUSE, brand, contrast, darkened
from qbr.models import DeckBrand


@dataclass(frozen=True, slots=True)
class Look:
    colour: str = HOUSE
    accent: str = ""
    logo: str = ""


def look_of(client: Client) -> Look:
    """The client's own, and of what it does not say the firm's. One query."""
    found = list(DeckBrand.objects.filter(Q(client=client) | Q(client=None)).order_by("client_id"))
    found.sort(key=lambda one: one.client_id is None)
    logo = next((bytes(one.logo) for one in found if one.logo), b"")
    colours = next((one for one in found if one.colour), None)
    return Look(
        colours.colour if colours else HOUSE,
        colours.accent if colours else "",
        b64encode(logo).decode(),
    )


def branded(deck: slides.Deck, client: Client) -> slides.Deck:
    look = look_of(client)
    return replace(deck, brand=look.colour, accent=look.accent, logo=look.logo)


def advice_on(colour: str, accent: str) -> list[str]:
    """What becomes of colours that cannot be used as they are, in words for who chose them."""
    said = []
    chosen = accent or colour
    used = brand(colour, accent)
    if used.mark != chosen.upper() and chosen:
        if darkened(chosen, 4.5) == used.mark:
            ratio = contrast(chosen, "#FFFFFF")
            said.append(
                f"{chosen} stands out from white by {ratio:.1f} to 1, and 4.5 is the least: charts use {used.mark}."
            )
        else:
            said.append(f"{chosen} is too near a colour that means a status: charts use {used.mark}.")
    return said
