"""Widths of text in the deck's own fonts, read from the files that the PDF embeds.

Advances and pair kerning come from the static TTFs; nothing else in them changes a width (calt is left out of them).
A glyph that a face lacks counts one em when East Asian wide and 0.6 em otherwise: an estimate for the fallback font.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Final

from fontTools.ttLib import TTFont

FONT_DIR: Final = Path(__file__).resolve().parent.parent.parent / "static" / "fonts" / "deck"
FACES: Final = {
    "regular": "Inter-400.ttf",
    "medium": "Inter-500.ttf",
    "bold": "Inter-600.ttf",
    "serif": "SourceSerif4-600.ttf",
}

Kerning = dict[str, dict[str, int]]


class Face:
    """One font file. Widths are in the unit of the size given, normally CSS px."""

    def __init__(self, path: Path) -> None:
        font = TTFont(path, lazy=True)
        self.units: int = font["head"].unitsPerEm
        self._glyphs: dict[int, str] = font.getBestCmap()
        self._advances = {name: advance for name, (advance, _) in font["hmtx"].metrics.items()}
        self._tabular = _single_substitutions(font, "tnum")
        self._pairs = _PairKerning(font)

    def has(self, char: str) -> bool:
        return ord(char) in self._glyphs

    def width(self, text: str, size: float, *, tabular: bool = False) -> float:
        return self.ends(text, tabular)[-1] * size / self.units if text else 0.0

    def ends(self, text: str, tabular: bool = False) -> list[float]:
        """Where each character ends, in font units from the start: the widths of all prefixes at once."""
        total = 0.0
        found = []
        before = ""
        for char in text:
            glyph = self._glyphs.get(ord(char))
            if glyph is None:
                total += self._estimate(char)
                before = ""
            else:
                if tabular:
                    glyph = self._tabular.get(glyph, glyph)
                total += self._advances[glyph]
                if before:
                    total += self._pairs.between(before, glyph)
                before = glyph
            found.append(total)
        return found

    def _estimate(self, char: str) -> float:
        if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
            return 0.0
        wide = unicodedata.east_asian_width(char) in "WF"
        return self.units * (1.0 if wide else 0.6)


@cache
def face(name: str) -> Face:
    return Face(FONT_DIR / FACES[name])


def _subtables(font: TTFont, table: str, feature: str) -> list[list[Any]]:
    """The subtables of each lookup of a feature in the default script, extensions unwrapped."""
    if table not in font:
        return []
    layout = font[table].table
    wanted: list[int] = []
    for record in layout.FeatureList.FeatureRecord:
        if record.FeatureTag == feature:
            wanted.extend(index for index in record.Feature.LookupListIndex if index not in wanted)
    found = []
    for index in sorted(wanted):
        lookup = layout.LookupList.Lookup[index]
        found.append([getattr(sub, "ExtSubTable", sub) for sub in lookup.SubTable])
    return found


def _single_substitutions(font: TTFont, feature: str) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for lookup in _subtables(font, "GSUB", feature):
        for sub in lookup:
            mapping.update(getattr(sub, "mapping", {}))
    return mapping


class _PairKerning:
    """Horizontal kerning by pair: the first subtable that speaks for the left glyph decides, as OpenType has it."""

    def __init__(self, font: TTFont) -> None:
        lookups = _subtables(font, "GPOS", "kern")
        # Contextual kerning (Source Serif has a little) is left out: it moves a pair by less than a hundredth of an em.
        self._lookups = [[_Pairs(sub) for sub in lookup if sub.LookupType == 2] for lookup in lookups]
        self._known: dict[tuple[str, str], int] = {}

    def between(self, left: str, right: str) -> int:
        key = (left, right)
        if key not in self._known:
            self._known[key] = sum(self._first(lookup, left, right) for lookup in self._lookups)
        return self._known[key]

    @staticmethod
    def _first(lookup: list[_Pairs], left: str, right: str) -> int:
        for pairs in lookup:
            value = pairs.value(left, right)
            if value is not None:
                return value
        return 0


class _Pairs:
    """One PairPos subtable, format 1 (glyphs) or 2 (classes)."""

    def __init__(self, sub: Any) -> None:
        self._sub = sub
        self._index = {glyph: number for number, glyph in enumerate(sub.Coverage.glyphs)}

    def value(self, left: str, right: str) -> int | None:
        position = self._index.get(left)
        if position is None:
            return None
        if self._sub.Format == 1:
            for record in self._sub.PairSet[position].PairValueRecord:
                if record.SecondGlyph == right:
                    return _advance(record.Value1)
            return None
        first = self._sub.ClassDef1.classDefs.get(left, 0)
        second = self._sub.ClassDef2.classDefs.get(right, 0)
        return _advance(self._sub.Class1Record[first].Class2Record[second].Value1)


def _advance(value: Any) -> int:
    return int(getattr(value, "XAdvance", 0) or 0)
