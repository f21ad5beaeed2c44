"""Short text from an address or a form that has no form class: a search, a filter, a note."""

from __future__ import annotations

from collections.abc import Mapping


def short_text(params: Mapping[str, str], name: str, most: int = 100, default: str = "") -> str:
    """Without the characters that no text column holds or page shows, and no longer than the column is."""
    said = params.get(name) or default
    return "".join(letter for letter in said[: most * 2] if letter.isprintable()).strip()[:most]
