"""What people write over a composed deck: words that stand until reset, and a check of the numbers in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from common import formats
from financials.calc import findings
from qbr.calc.slides import Cell, Decision, Deck, Kind, Point, Slide, TextColumn

Words = Mapping[str, Any]
"""Texts by name (headline, dek, note, …). columns: [{head, points: [[lead, text]]}]. decisions: rows."""

TEXTS: Final = ("headline", "dek", "note", "notes")
DECISION_FIELDS: Final = ("what", "recommend", "if_not", "cost", "worth", "decider", "when")
LONGEST: Final = {"headline": 220, "dek": 300, "note": 400, "notes": 2000, "verdict": 220, "meeting": 300}
MOST_DECISIONS: Final = 5
MOST_POINTS: Final = 6
_NUMBER = re.compile(r"(?<![\w.,])([−-]?)([$€£])?(\d[\d,]*(?:\.\d+)?)(%|[kMB]\b)?")
_SCALE: Final = {"k": 3, "M": 6, "B": 9}


def with_words(deck: Deck, words: Mapping[str, Words], hidden: Collection[str]) -> Deck:
    """The deck with each kind's words in place and hidden slides left out; decisions nobody wrote are left out too."""
    kept = []
    for slide in deck.slides:
        if slide.kind in hidden and slide.kind != "title":
            continue
        slide = worded(slide, words.get(slide.kind, {}))
        if slide.kind != "decisions" or slide.decisions:
            kept.append(slide)
    return replace(deck, slides=tuple(kept))


def worded(slide: Slide, words: Words) -> Slide:
    changes: dict[str, Any] = {name: words[name] for name in TEXTS if words.get(name)}
    if "columns" in words:
        changes["columns"] = tuple(
            TextColumn(column["head"], tuple(Point(lead, text) for lead, text in column["points"]))
            for column in words["columns"]
            if column["points"]
        )
    if "decisions" in words:
        decisions = tuple(decision_of(item) for item in words["decisions"])
        changes["decisions"] = decisions
        changes["decision_total"] = _totals(decisions)
        changes["note"] = words.get("note", "")
        changes["decision_unit"] = words.get("unit", "")
        changes.setdefault("headline", decisions_finding(decisions))
    if slide.cover is not None:
        cover = {}
        if words.get("verdict"):
            cover["verdict"] = words["verdict"]
        if "meeting" in words:
            cover["meeting"] = tuple(filter(None, (line.strip() for line in words["meeting"].splitlines())))
        changes["cover"] = replace(slide.cover, **cover)
    return replace(slide, **changes)


def decision_of(item: Mapping[str, str]) -> Decision:
    cost, worth = (_typed(item.get(name, "")) for name in ("cost", "worth"))
    texts = {name: item.get(name, "") for name in DECISION_FIELDS if name not in ("cost", "worth")}
    return Decision(**texts, cost=cost, worth=worth)


def _typed(text: str) -> Cell:
    """As the author typed it; a plain number also has its value."""
    text = text.strip()
    return Cell(text or None, _decimal(text))


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").replace("−", "-"))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _totals(decisions: tuple[Decision, ...]) -> tuple[Cell, Cell] | None:
    """Only where every decision has a plain number; one without would make the total untrue."""
    if len(decisions) < 2:
        return None
    cells = []
    for values in ([item.cost for item in decisions], [item.worth for item in decisions]):
        known = [cell.value for cell in values if cell.value is not None]
        if len(known) == len(decisions):
            places = max(-int(value.as_tuple().exponent) for value in known)
            total = sum(known, Decimal(0))
            cells.append(Cell(formats.number(total, max(places, 0)), total))
        else:
            cells.append(Cell(None))
    return (cells[0], cells[1]) if any(cell.text for cell in cells) else None


def decisions_finding(decisions: tuple[Decision, ...]) -> str:
    count = findings.count(len(decisions)).capitalize()
    noun = "decision is" if len(decisions) == 1 else "decisions are"
    deciders = sorted({item.decider for item in decisions if item.decider})
    if 0 < len(deciders) <= 3:
        return f"{count} {noun} sought today, of {findings.names(deciders)}"
    return f"{count} {noun} sought today"


# --- numbers in headlines ----------------------------------------------------------------------------------------


def unsupported(slide: Slide, composed: Slide | None) -> list[str]:
    """Numbers of a headline or verdict that no figure of the slide, nor the composed sentence, carries.

    Small bare counts and years are words, not figures, and pass.
    """
    texts = [slide.headline] + ([slide.cover.verdict] if slide.cover else [])
    trusted = " ".join(_texts(replace(slide, headline="", cover=None)))
    if composed is not None:
        trusted += " " + composed.headline + (f" {composed.cover.verdict}" if composed.cover else "")
    printed = {match.group(0).strip() for match in _NUMBER.finditer(trusted)}
    values = list(_values(slide))
    found = []
    for text in texts:
        for match in _NUMBER.finditer(text):
            said = match.group(0).strip()
            if said not in printed and not _is_word(match) and not _carried(match, values) and said not in found:
                found.append(said)
    return found


def _is_word(match: re.Match[str]) -> bool:
    sign, symbol, digits, suffix = match.groups()
    if symbol or suffix or "." in digits or sign:
        return False
    number = int(digits.replace(",", ""))
    return number <= 31 or 1990 <= number <= 2100


def _carried(match: re.Match[str], values: list[Decimal]) -> bool:
    _, _, digits, suffix = match.groups()
    number = Decimal(digits.replace(",", ""))
    places = len(digits.partition(".")[2])
    for value in values:
        for scale in (_SCALE.get(suffix or "", 0), 0, 3, 6) if suffix != "%" else (-2,):
            if formats.quantize(abs(value).scaleb(-scale), places) == number:
                return True
    return False


def _values(item: object) -> Iterator[Decimal]:
    if isinstance(item, Decimal):
        yield item
    elif isinstance(item, tuple):
        for part in item:
            yield from _values(part)
    elif is_dataclass(item) and not isinstance(item, type):
        for part in fields(item):
            yield from _values(getattr(item, part.name))


def _texts(item: object) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, tuple):
        for part in item:
            yield from _texts(part)
    elif is_dataclass(item) and not isinstance(item, type):
        for part in fields(item):
            yield from _texts(getattr(item, part.name))


# --- the form's side ---------------------------------------------------------------------------------------------


def points_from_lines(text: str) -> list[list[str]]:
    """'Lead | detail' a line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [[part.strip() for part in (line + "|").split("|")[:2]] for line in lines[:MOST_POINTS]]


def lines_from_points(column: TextColumn) -> str:
    return "\n".join(f"{point.lead} | {point.text}" if point.text else point.lead for point in column.points)


def kinds_of(deck: Deck) -> list[Kind]:
    return [slide.kind for slide in deck.slides]
