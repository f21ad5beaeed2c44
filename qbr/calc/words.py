"""What people write over a composed deck: words that stand until reset, and a check of the numbers in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, Final

from common import formats
from financials.calc import findings
from qbr.calc.compose_moves import in_unit, move_of, written_finding
from qbr.calc.slides import Cell, Decision, Deck, Person, Point, Slide, TextColumn

Words = Mapping[str, Any]
"""Texts by name (headline, dek, note, …). columns: [{head, points: [[lead, text]]}]. decisions: rows."""

TEXTS: Final = ("headline", "dek", "note", "notes")
DECISION_FIELDS: Final = ("what", "recommend", "if_not", "cost", "worth", "decider", "when")
LONGEST: Final = {
    "section": 60,
    "headline": 220,
    "dek": 300,
    "note": 400,
    "notes": 2000,
    "verdict": 220,
    "meeting": 300,
    "theirs": 600,
}
MOST_DECISIONS: Final = 5
MOST_POINTS: Final = 6
_NUMBER = re.compile(
    r"(?<![\w.,])([−-]?)([$€£])?(\d[\d,]*(?:\.\d+)?)(%|[kKmMB]\b|bn\b|\s(?:thousand|million|billion|percent)\b)?"
)
_SCALE: Final = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "%": -2, "percent": -2}
_POWERS: Final = (("000", 3), ("k", 3), ("M", 6), ("B", 9))


def with_words(deck: Deck, words: Mapping[str, Words], hidden: Collection[str]) -> Deck:
    """The deck with each slide's words in place, by its key; hidden ones are left out, and those nobody wrote yet."""
    kept = []
    for slide in deck.slides:
        if slide.key in hidden and slide.kind != "title":
            continue
        slide = worded(slide, words.get(slide.key, {}))
        if not is_unwritten(slide):
            kept.append(slide)
    return replace(deck, slides=tuple(kept))


def is_unwritten(slide: Slide) -> bool:
    """A slide that only a person can fill and nobody has."""
    if slide.kind == "decisions":
        return not slide.decisions
    return slide.kind == "own" and not slide.headline


def worded(slide: Slide, words: Words) -> Slide:
    changes: dict[str, Any] = {name: words[name] for name in TEXTS if words.get(name)}
    if slide.kind == "own" and words.get("section"):
        changes["section"] = words["section"]
    if "columns" in words:
        changes["columns"] = tuple(
            TextColumn(column["head"], tuple(Point(lead, text) for lead, text in column["points"]))
            for column in words["columns"]
            if column["points"]
        )
    if "decisions" in words:
        decisions = tuple(decision_of(item) for item in words["decisions"])
        changes["decisions"] = decisions
        changes["decision_total"] = _totals([(item.cost, item.worth) for item in decisions])
        changes["note"] = words.get("note", "")
        changes["decision_unit"] = words.get("unit", "")
        changes.setdefault("headline", decisions_finding(decisions, words.get("unit", "")))
    if "moves" in words:
        listed = tuple(move_of(item, _typed) for item in words["moves"])
        totals = _totals([(move.benefit, move.cost) for move in listed])
        changes |= {"moves": listed, "move_total": totals, "move_unit": words.get("unit", "")}
        changes.setdefault("dek", "")
        changes["note"] = words.get("note", "")
        changes.setdefault("headline", written_finding(listed, words.get("unit", "")))
    if slide.cover is not None:
        cover: dict[str, Any] = {}
        if words.get("verdict"):
            cover["verdict"] = words["verdict"]
        if "meeting" in words:
            cover["meeting"] = tuple(filter(None, (line.strip() for line in words["meeting"].splitlines())))
        if "theirs" in words:
            cover["theirs"] = tuple(Person(lead, text) for lead, text in words["theirs"])
        changes["cover"] = replace(slide.cover, **cover)
    return replace(slide, **changes)


def decision_of(item: Mapping[str, str]) -> Decision:
    cost, worth = (_typed(item.get(name, "")) for name in ("cost", "worth"))
    texts = {name: item.get(name, "") for name in DECISION_FIELDS if name not in ("cost", "worth")}
    return Decision(**texts, cost=cost, worth=worth)


_PLAIN: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?")


def _typed(text: str) -> Cell:
    """As the author typed it; a plain number also has its value."""
    text = text.strip()
    return Cell(text or None, _decimal(text))


def _decimal(text: str) -> Decimal | None:
    """Digits, a sign and a point. What else Decimal reads (1e309, NaN) is no sum that anybody commits."""
    plain = text.replace(",", "").replace("−", "-")
    return Decimal(plain) if _PLAIN.fullmatch(plain) else None


def _totals(pairs: Sequence[tuple[Cell, Cell]]) -> tuple[Cell, Cell] | None:
    """Only where every row has a plain number; one without would make the total untrue."""
    if len(pairs) < 2:
        return None
    cells = []
    for values in ([one for one, _ in pairs], [other for _, other in pairs]):
        known = [cell.value for cell in values if cell.value is not None]
        if len(known) == len(pairs):
            places = max(-int(value.as_tuple().exponent) for value in known)
            total = sum(known, Decimal(0))
            cells.append(Cell(formats.number(total, max(places, 0)), total))
        else:
            cells.append(Cell(None))
    return (cells[0], cells[1]) if any(cell.text for cell in cells) else None


def decisions_finding(decisions: tuple[Decision, ...], unit: str = "") -> str:
    """'Two decisions today, for Ann and Bo, commit $2.5M and are worth $7.3M a year'; sums only where all are known."""
    count = findings.count(len(decisions)).capitalize()
    one = len(decisions) == 1
    noun = "decision is" if one else "decisions are"
    deciders = sorted({item.decider for item in decisions if item.decider})
    who = f", for {findings.names(deciders)}," if 0 < len(deciders) <= 3 else ""
    cost, worth = (_sum([getattr(item, name).value for item in decisions]) for name in ("cost", "worth"))
    if unit and cost is not None:
        claim = f"{count} {'decision' if one else 'decisions'} today{who} {'commits' if one else 'commit'} "
        claim += in_unit(cost, unit)
        if worth is not None:
            claim += f" and {'is' if one else 'are'} worth {in_unit(worth, unit)} a year"
        if len(claim) <= findings.LONGEST:
            return claim
    if 0 < len(deciders) <= 3:
        return f"{count} {noun} sought today, for {findings.names(deciders)}"
    return f"{count} {noun} sought today"


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


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
    values = [*_values(slide), *_in_units(slide), *(_meant(match)[0] for match in _NUMBER.finditer(trusted))]
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


def _meant(match: re.Match[str]) -> tuple[Decimal, int]:
    """The number a text stands for, and the exponent of its last digit: $1.2M is 1,200,000 to the 5th."""
    _, _, digits, suffix = match.groups()
    scale = _SCALE.get((suffix or "").strip().lower(), 0)
    number = Decimal(digits.replace(",", ""))
    return number.scaleb(scale), scale - len(digits.partition(".")[2])


def _carried(match: re.Match[str], values: list[Decimal]) -> bool:
    """Whether it is one of the values, rounded as far as it says; a bare one may be in thousands or millions."""
    number, last = _meant(match)
    bare = not match.group(4)
    for value in values:
        for scale in (0, 3, 6) if bare else (0,):
            if abs(abs(value).scaleb(-scale) - number) * 2 <= Decimal(1).scaleb(last):
                return True
    return False


def _in_units(slide: Slide) -> Iterator[Decimal]:
    """Typed numbers of decisions and moves as their head's unit means them: 6.09 under $M is 6,090,000."""
    decisions, moves = (slide.decisions, slide.decision_total), (slide.moves, slide.move_total)
    for unit, item in ((slide.decision_unit, decisions), (slide.move_unit, moves)):
        power = next((power for suffix, power in _POWERS if unit.endswith(suffix)), 0)
        if power:
            yield from (value.scaleb(power) for value in _values(item))


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


def lines_from_people(people: Sequence[Person]) -> str:
    return "\n".join(f"{one.name} | {one.title}" if one.title else one.name for one in people)
