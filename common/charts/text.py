"""How wide words are, from the metrics of the very font they are set in: labels never collide or leave the box."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from fontTools.ttLib import TTFont

_FONTS = Path(__file__).resolve().parent.parent.parent / "static" / "fonts"
_FILES = ("inter-latin.woff2", "inter-latin-ext.woff2")


_reading = Lock()
"""A font is read from its file bit by bit, as it is asked for: two threads at once would read each other's bits."""


@cache
def _font(name: str) -> TTFont:
    return TTFont(_FONTS / name)


def _tabular(font: TTFont) -> dict[str, str]:
    """Glyph → its tabular form (feature tnum): figures are set so."""
    table: Any = font["GSUB"].table
    swaps: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for subtable in table.LookupList.Lookup[index].SubTable:
                inner = getattr(subtable, "ExtSubTable", subtable)
                swaps.update(getattr(inner, "mapping", {}))
    return swaps


@cache
def _widths(name: str, weight: int) -> dict[int, float]:
    """Code point → advance in em."""
    with _reading:
        font = _font(name)
        glyphs = font.getGlyphSet(location={"wght": weight, "opsz": 14})
        em = font["head"].unitsPerEm
        swaps = _tabular(font)
        return {
            point: glyphs[swaps.get(glyph, glyph) if 0x30 <= point <= 0x39 else glyph].width / em
            for point, glyph in font.getBestCmap().items()
        }


@lru_cache(maxsize=4096)  # a chart is drawn in several sizes, and its words come again on the next page
def width(words: str, size: float, weight: int = 400) -> float:
    """In CSS pixels, without kerning. A letter the fonts lack counts as one em."""
    total = 0.0
    for letter in words:
        point = ord(letter)
        for name in _FILES:
            found = _widths(name, weight).get(point)
            if found is not None:
                break
        total += 1.0 if found is None else found
    return total * size


def clip(words: str, room: float, size: float, weight: int = 400) -> str:
    """Cut to fit, with an ellipsis. The whole text is in the chart's table."""
    if width(words, size, weight) <= room:
        return words
    kept = words
    while kept and width(kept.rstrip() + "…", size, weight) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept else ""


def wrap(words: str, room: float, size: float, weight: int = 400, lines: int = 2) -> list[str]:
    """At spaces, in at most so many lines; the last is clipped."""
    done: list[str] = []
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if not line or width(longer, size, weight) <= room or len(done) == lines - 1:
            line = longer
        else:
            done.append(line)
            line = word
    return [clip(text, room, size, weight) for text in [*done, line] if text]
