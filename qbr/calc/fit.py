"""Fitting words to their regions: lines are broken here, with the font's own widths, and the page only prints them.

So the number of lines, and with it every height, is known before anything is rendered.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qbr.calc.measure import face

NBSP: Final = "\u00a0"
ELLIPSIS: Final = "…"
HEADLINE_STEPS: Final = ((28, 35), (25, 32), (22, 28))
NAME_STEPS: Final = ((42, 46), (34, 38), (28, 32), (24, 28), (20, 24))
HEADLINE_WIDTH: Final = 1089
MAX_CELL_LINES: Final = 3
SLACK: Final = 0.5  # px kept free, for the renderer's rounding of glyph positions
MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
)
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}}) ({MONTHS})\b(?: (\d{{4}})\b)?")
_LAST_WORD = re.compile(r" (\S{1,8})\Z")
# Control characters and the bidirectional overrides: invisible in a page, and able to reorder what it says.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class TextStyle:
    """face: a name of measure.FACES. size and line height in px. tabular: figures of one width."""

    face: str
    size: float
    line: int
    tabular: bool = False

    def width(self, text: str) -> float:
        return face(self.face).width(text, self.size, tabular=self.tabular)

    def ends(self, text: str) -> list[float]:
        """Where each character ends, in px from the start."""
        found = face(self.face)
        return [end * self.size / found.units for end in found.ends(text, self.tabular)]


@dataclass(frozen=True, slots=True)
class Fitted:
    """lines as they will print. cut: something was left out, ended by an ellipsis."""

    size: float
    line: int
    lines: tuple[str, ...]
    cut: bool = False

    @property
    def height(self) -> int:
        return len(self.lines) * self.line


def clean(text: str) -> str:
    """One paragraph of plain text: unseen characters removed, white space collapsed."""
    return re.sub(r"[ \t\r\n]+", " ", _UNSEEN.sub(" ", text)).strip()


def bound(text: str) -> str:
    """Ties day to month and year, and the last word of up to eight letters to the one before it."""
    text = _DAY_MONTH.sub(lambda found: NBSP.join(filter(None, found.groups())), text)
    return _LAST_WORD.sub(rf"{NBSP}\1", text) if text.count(" ") >= 2 else text


def wrapped(text: str, style: TextStyle, width: float) -> list[str]:
    """Lines no wider than width. A word that is wider breaks inside; nothing else does."""
    tied = bound(text)
    if any(NBSP in word and style.width(word) > width - SLACK for word in tied.split(" ")):
        tied = text  # rather apart than broken inside a word
    return _broken(tied, style, width) or [""]


@lru_cache(maxsize=8192)
def paragraph(text: str, style: TextStyle, width: float, max_lines: int = MAX_CELL_LINES) -> Fitted:
    """Wrapped and, past max_lines, cut at a word with an ellipsis."""
    lines = wrapped(clean(text), style, width)
    if len(lines) <= max_lines:
        return Fitted(style.size, style.line, tuple(lines))
    kept = lines[:max_lines]
    kept[-1] = clipped(kept[-1] + " " + lines[max_lines], style, width, force=True)
    return Fitted(style.size, style.line, tuple(kept), cut=True)


def clipped(text: str, style: TextStyle, width: float, *, force: bool = False) -> str:
    """The text, or as much of it as fits on one line with an ellipsis, whole words where one fits."""
    text = clean(text)
    limit = width - SLACK
    if style.width(text) <= limit and not force:
        return text
    text = text[: bisect_right(style.ends(text), limit - style.width(ELLIPSIS))]
    while text and style.width(text + ELLIPSIS) > limit:  # kerning with the ellipsis: a step or two at most
        text = text[:-1]
    word = text.rsplit(" ", 1)[0]
    if " " in text and len(text) - len(word) <= 12:
        text = word
    return text.rstrip(" ,;:–-" + NBSP) + ELLIPSIS


def headline(text: str) -> Fitted:
    """28, 25 or 22 px, two balanced lines of 1089 px; at 22 px cut at a word, which blocks the freeze."""
    text = clean(text)
    for size, line in HEADLINE_STEPS:
        style = TextStyle("serif", size, line)
        lines = wrapped(text, style, HEADLINE_WIDTH)
        if len(lines) <= 2:
            return Fitted(size, line, tuple(_balanced(lines, style)))
    return paragraph(text, style, HEADLINE_WIDTH, max_lines=2)


def client_name(text: str, width: float) -> Fitted:
    """The title slide's name: steps from 42 to 20 px in at most five lines, breaking first after hyphens and spaces."""
    text = clean(text)
    for size, line in NAME_STEPS:
        style = TextStyle("serif", size, line)
        parts = re.sub(r"(?<=\w-)(?=\w)", " \u200b", text)
        lines = [piece.replace(" \u200b", "") for piece in _broken(parts, style, width)]
        whole = all(style.width(word) <= width for word in re.split(r"(?<=-)| ", text) if word)
        if whole and len(lines) <= 5:
            return Fitted(size, line, tuple(lines))
    return paragraph(text, style, width, max_lines=5)


def _balanced(lines: list[str], style: TextStyle) -> list[str]:
    """Two lines of nearly equal length, the first the longer where both orders fit."""
    if len(lines) != 2:
        return lines
    words = " ".join(lines).split(" ")
    best: tuple[float, list[str]] | None = None
    for count in range(1, len(words)):
        pair = [" ".join(words[:count]), " ".join(words[count:])]
        first, second = style.width(pair[0]), style.width(pair[1])
        if max(first, second) > HEADLINE_WIDTH:
            continue
        cost = abs(first - second) + (40 if first < second else 0)
        if best is None or cost < best[0]:
            best = (cost, pair)
    return best[1] if best else lines


def _broken(text: str, style: TextStyle, width: float) -> list[str]:
    limit = width - SLACK
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        trial = f"{current} {word}" if current else word
        if style.width(trial) <= limit:
            current = trial
            continue
        if current:
            lines.append(current)
        pieces = _pieces(word, style, limit)
        lines.extend(pieces[:-1])
        current = pieces[-1]
    if current:
        lines.append(current)
    return lines


def _pieces(word: str, style: TextStyle, limit: float) -> list[str]:
    """A word cut into parts that each fit; one part when it fits as it is."""
    ends = style.ends(word)
    if not ends or ends[-1] <= limit:
        return [word]
    pieces, start, before = [], 0, 0.0
    while start < len(word):
        count = max(1, bisect_right(ends, before + limit, lo=start) - start)
        pieces.append(word[start : start + count])
        start += count
        before = ends[start - 1]
    return pieces
