"""Contacts that may be one person: the same address, or much the same name at the same employer."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

from rapidfuzz import fuzz, process

ALIKE: Final = 88.0
"""Names this much alike, of 100, are offered."""
_CROWD: Final = 2_000
"""More people at one employer than this are compared only within the first letter of their last names."""


class Person(NamedTuple):
    """employer: a client's number as text, or a name."""

    pk: int
    name: str
    email: str
    employer: str


@dataclass(frozen=True, slots=True)
class Pair:
    """one has the smaller number. score: 100 for one address, else how alike the names are."""

    one: int
    other: int
    score: float
    why: str


def plain_name(name: str) -> str:
    """Without accents, case or dots: “Łukasz” and “Lukasz” are one spelling of one name."""
    flat = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("ß", "ss"))
    letters = "".join(" " if letter in ".,-_'’" else letter for letter in flat if not unicodedata.combining(letter))
    return " ".join(letters.casefold().split())


def pairs(people: Iterable[Person]) -> list[Pair]:
    """The likeliest first. People without an employer are compared by address only."""
    everyone = list(people)
    found: dict[tuple[int, int], Pair] = {}
    by_email: dict[str, list[int]] = defaultdict(list)
    by_employer: dict[str, list[Person]] = defaultdict(list)
    for person in everyone:
        if person.email:
            by_email[person.email.casefold()].append(person.pk)
        if person.employer and person.name.strip():
            by_employer[plain_name(person.employer)].append(person)
    for same in by_email.values():
        for one, other in combinations(sorted(set(same)), 2):
            found[one, other] = Pair(one, other, 100.0, "Same e-mail address")
    for crowd in by_employer.values():
        for one, other, score in _alike(crowd):
            found.setdefault((one, other), Pair(one, other, score, f"Names {round(score)}% alike, same employer"))
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.one, pair.other))


def _alike(crowd: Sequence[Person]) -> Iterable[tuple[int, int, float]]:
    if len(crowd) > _CROWD:
        groups: dict[str, list[Person]] = defaultdict(list)
        for person in crowd:
            groups[plain_name(person.name).rpartition(" ")[2][:1]].append(person)
        for group in groups.values():
            yield from _compared(group)
    else:
        yield from _compared(crowd)


def _compared(crowd: Sequence[Person]) -> Iterable[tuple[int, int, float]]:
    names = [plain_name(person.name) for person in crowd]
    scores = process.cdist(names, names, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
    for at, row in enumerate(scores):
        for beside in range(at + 1, len(crowd)):
            if row[beside] >= ALIKE and _may_be_one(crowd[at], crowd[beside]):
                one, other = sorted((crowd[at].pk, crowd[beside].pk))
                yield one, other, float(row[beside])


def _may_be_one(one: Person, other: Person) -> bool:
    """Two different addresses at one domain, with names that differ, are two people: Jon and Joan Marsh."""
    if not one.email or not other.email or one.email.casefold() == other.email.casefold():
        return True
    here, there = one.email.casefold().rpartition("@"), other.email.casefold().rpartition("@")
    return here[2] != there[2] or plain_name(one.name) == plain_name(other.name)
