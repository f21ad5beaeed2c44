"""The order of a deck's slides as a person set it: moved, doubled, added. Keys alone tell what a slide is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from qbr.calc.slides import KINDS, Deck, Slide

KEY: Final = re.compile(r"(?P<base>[a-z]{1,12})(?:~(?P<number>[1-9]\d?))?\Z")
"""`dive` is made from the figures, `dive~2` a second one of it, `own~1` a slide of somebody's own words."""
OWN: Final = "own"
MOST_ADDED: Final = 30


def base_of(key: str) -> str:
    return key.partition("~")[0]


def is_added(key: str) -> bool:
    """Whether a person added it, so that a person may take it away."""
    return "~" in key


def is_key(key: str) -> bool:
    found = KEY.match(key)
    return found is not None and found["base"] in KINDS and (found["base"] != OWN or found["number"] is not None)


def arranged(deck: Deck, outline: Sequence[str]) -> Deck:
    """The title, then the slides as the outline has them. A slide it does not name stands after the one before it in
    the composed order; a name whose slide is not composed this time is passed over.
    """
    title, *others = deck.slides
    composed = {slide.key: slide for slide in others}
    keys = [key for key in dict.fromkeys(outline) if base_of(key) in composed or base_of(key) == OWN]
    before = ""
    for slide in others:
        if slide.key not in keys:
            keys.insert(keys.index(before) + 1 if before in keys else 0, slide.key)
        before = slide.key
    return replace(deck, slides=(title, *(_slide(key, composed) for key in keys)))


def _slide(key: str, composed: dict[str, Slide]) -> Slide:
    if base_of(key) == OWN:
        return Slide(key=key, kind="own", section="In our own words", headline="")
    return replace(composed[base_of(key)], key=key)


def keys_of(deck: Deck) -> list[str]:
    """As an outline: all but the title."""
    return [slide.key for slide in deck.slides if slide.kind != "title"]


def moved(keys: Sequence[str], key: str, step: int) -> list[str]:
    """One place up (−1) or down (+1); at the end it stays."""
    found = list(keys)
    at = found.index(key)
    to = min(max(at + step, 0), len(found) - 1)
    found.insert(to, found.pop(at))
    return found


def with_added(keys: Sequence[str], base: str, after: str) -> tuple[list[str], str]:
    """The outline with one more slide of a kind after another, and its key."""
    taken = {int(key.partition("~")[2]) for key in keys if base_of(key) == base and is_added(key)}
    number = next(n for n in range(1 if base == OWN else 2, 100) if n not in taken)
    key = f"{base}~{number}"
    found = list(keys)
    found.insert(found.index(after) + 1 if after in found else len(found), key)
    return found, key
