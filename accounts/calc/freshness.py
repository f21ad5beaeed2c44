"""How fresh a plan is: facts fade by half in a half-life. Source: docs/definitions.md#plan-freshness"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from common.money import ZERO

STALE: Final = Decimal("0.5")
"""A fact that has faded to this, at one half-life, wants another look."""


class Section(NamedTuple):
    """half_life: days. weight: its share of the plan. minutes: what it takes to look at one fact again."""

    half_life: int
    weight: int
    minutes: int


SECTIONS: Final[dict[str, Section]] = {
    "words": Section(180, 15, 10),
    "imperatives": Section(180, 20, 5),
    "objectives": Section(60, 15, 3),
    "work": Section(30, 20, 1),
    "measures": Section(45, 10, 3),
    "targets": Section(180, 5, 5),
    "context": Section(90, 15, 2),
}
SIX: Final = frozenset({"words", "objectives", "work", "context"})
"""What a small client's plan is asked for."""


class Fact(NamedTuple):
    """kind, pk: of the record; seen_on: when somebody last wrote or confirmed it."""

    section: str
    kind: str
    pk: int
    title: str
    seen_on: date


@dataclass(frozen=True, slots=True)
class SectionFreshness:
    """share: mean of its facts, 0 where nothing is written. oldest: None without facts."""

    name: str
    share: Decimal
    weight: int
    facts: int
    stale: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Refresh:
    """One fact worth another look. gain: points of the score; minutes: what it takes."""

    fact: Fact
    minutes: int
    gain: Decimal


@dataclass(frozen=True, slots=True)
class Freshness:
    """score: 0–100, None where no section is asked for. cheapest: most points for a minute first, at most three."""

    score: Decimal | None
    sections: tuple[SectionFreshness, ...]
    cheapest: tuple[Refresh, ...]


def fresh(age: int, half_life: int) -> Decimal:
    """½ ^ (age ÷ half-life), six places; a fact of today or later is whole."""
    if age <= 0:
        return Decimal(1)
    return Decimal(2 ** (-age / half_life)).quantize(Decimal("0.000001"))


def freshness(facts: Iterable[Fact], today: date, *, full: bool) -> Freshness:
    """Weighted mean over the sections asked for; one with nothing in it counts 0."""
    asked = {name: section for name, section in SECTIONS.items() if full or name in SIX}
    by_section: dict[str, list[Fact]] = {name: [] for name in asked}
    for fact in facts:
        if fact.section in by_section:
            by_section[fact.section].append(fact)
    whole = sum(section.weight for section in asked.values())
    sections = []
    refreshes: list[Refresh] = []
    for name, section in asked.items():
        rows = by_section[name]
        shares = [(fact, fresh((today - fact.seen_on).days, section.half_life)) for fact in rows]
        mean = sum((share for _, share in shares), ZERO) / len(rows) if rows else ZERO
        stale = [(fact, share) for fact, share in shares if share <= STALE]
        oldest = min((fact.seen_on for fact in rows), default=None)
        sections.append(SectionFreshness(name, mean, section.weight, len(rows), len(stale), oldest))
        for fact, share in stale:
            gain = 100 * (1 - share) / len(rows) * section.weight / whole
            refreshes.append(Refresh(fact, section.minutes, gain))
    score = 100 * sum((one.share * one.weight for one in sections), ZERO) / whole if whole else None
    refreshes.sort(key=lambda one: (-one.gain / one.minutes, one.fact.seen_on, one.fact.section, one.fact.pk))
    return Freshness(score, tuple(sections), tuple(refreshes[:3]))
