"""Whose colours and logo a review carries, and what its colours become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import Client
from qbr.calc.colour import brand, contrast, darkened
from qbr.calc.review import Look
from qbr.models import DeckBrand, DeckTemplate


def look_in(rows: Sequence[Mapping[str, Any]]) -> Look:
    """The client's own, which comes first, and of what it does not say the firm's."""
    colours = next((row for row in rows if row["colour"]), None)
    logo = next((row["logo"] for row in rows if row["logo"]), "")
    plain = logo.replace("\n", "")  # PostgreSQL breaks its base64 into lines
    return Look(colours["colour"], colours["accent"], plain) if colours else Look(logo=plain)


def own_look(client: Client | None) -> DeckBrand | None:
    """What the client, or without one the firm, has chosen for itself."""
    return DeckBrand.objects.filter(client=client).first()


def kept_templates() -> dict[str, list[str]]:
    """The slides that a new review of each kind begins with, where the firm has chosen them."""
    return {one.kind: one.slides for one in DeckTemplate.objects.all()}


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
