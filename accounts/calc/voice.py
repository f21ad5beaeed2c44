"""Scores of what clients answer, and what their words are about. Source: docs/definitions.md#nps"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Final, Literal, NamedTuple

from common.money import ratio

Class = Literal["promoter", "passive", "detractor"]
HUNDRED: Final = Decimal(100)
FEW: Final = 10
"""Under so many answers a score says that they are few: one answer more or less moves it by ten points and more."""
ROLE_WEIGHTS: Final[Mapping[str, int]] = {
    "economic": 3, "sponsor": 3, "champion": 2, "technical": 2, "influencer": 2, "coach": 1, "user": 1, "": 1,
}  # fmt: skip
"""How much an answer counts by the buying role of who gave it, in the role-weighted score."""


def class_of(score: int) -> Class:
    """9 and 10 promote, 0 to 6 detract."""
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


def sign_of(score: int) -> int:
    return {"promoter": 1, "passive": 0, "detractor": -1}[class_of(score)]


@dataclass(frozen=True, slots=True)
class Nps:
    """score: −100 to 100, None without an answer."""

    score: Decimal | None
    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        return self.promoters + self.passives + self.detractors


def nps(scores: Iterable[int]) -> Nps:
    """% of 9–10 less % of 0–6."""
    found = dict.fromkeys(("promoter", "passive", "detractor"), 0)
    for score in scores:
        found[class_of(score)] += 1
    share = ratio(found["promoter"] - found["detractor"], sum(found.values()))
    return Nps(None if share is None else share * HUNDRED, found["promoter"], found["passive"], found["detractor"])


@dataclass(frozen=True, slots=True)
class Csat:
    """share: of the top two boxes, 0 to 1; None without an answer."""

    share: Decimal | None
    satisfied: int
    answers: int


def csat(scores: Sequence[int]) -> Csat:
    """4 and 5 of 5 are the top two boxes."""
    satisfied = sum(score >= 4 for score in scores)
    return Csat(ratio(satisfied, len(scores)), satisfied, len(scores))


def weighted_nps(answers: Iterable[tuple[int, Decimal | int]]) -> Decimal | None:
    """Σ weight × (+1, 0 or −1) ÷ Σ weight × 100 over (score, weight); None when nothing has a weight above 0."""
    known = [(score, Decimal(weight)) for score, weight in answers if weight > 0]
    share = ratio(sum(sign_of(score) * weight for score, weight in known), sum(weight for _, weight in known))
    return None if share is None else share * HUNDRED


def weighted_mean(values: Iterable[tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    """Σ weight × value ÷ Σ weight over those where both are known and the weight is above 0; else None."""
    known = [(value, weight) for value, weight in values if value is not None and weight is not None and weight > 0]
    return ratio(sum(value * weight for value, weight in known), sum(weight for _, weight in known))


class Answer(NamedTuple):
    """who: the contact's id, None where nobody knows. at: orders answers of one day."""

    who: int | None
    on: date
    at: int
    score: int


def newest_each(answers: Iterable[Answer]) -> list[Answer]:
    """The last answer of each person, and all whose giver is unknown: nobody counts twice for answering often."""
    last: dict[int, Answer] = {}
    unknown = []
    for answer in answers:
        if answer.who is None:
            unknown.append(answer)
        elif answer.who not in last or (answer.on, answer.at) > (last[answer.who].on, last[answer.who].at):
            last[answer.who] = answer
    return sorted([*last.values(), *unknown], key=lambda answer: (answer.on, answer.at))


def words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", text.lower()))


def suggested(comment: str, themes: Iterable[tuple[int, str]]) -> list[int]:
    """Ids of the themes one of whose words stands in the comment as a whole word, in the order given.

    themes: (id, words separated by commas). A word of several parts needs them all.
    """
    said = words_of(comment)
    found = []
    for pk, listed in themes:
        parts = (words_of(word) for word in listed.split(","))
        if any(part and part <= said for part in parts):
            found.append(pk)
    return found


@dataclass(frozen=True, slots=True)
class Loop:
    """days: median from raising to telling, of those told; None where nobody was told yet."""

    open: int
    done_untold: int
    told: int
    days: Decimal | None


def loop_of(insights: Iterable[tuple[date, date | None, date | None]]) -> Loop:
    """Over (raised, done, told)."""
    days, waiting, ready = [], 0, 0
    for raised, done, told in insights:
        if told is not None:
            days.append(Decimal((told - raised).days))
        elif done is not None:
            ready += 1
        else:
            waiting += 1
    return Loop(waiting, ready, len(days), median(days) if days else None)
