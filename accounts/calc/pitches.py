"""Whether to pitch: six questions, weighted. Source: docs/definitions.md#pitch-score"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

WEIGHTS: Final[Mapping[str, int]] = {
    "fit": 20,
    "relationship": 20,
    "odds": 20,
    "margin": 15,
    "capacity": 15,
    "strategic": 10,
}
QUESTIONS: Final[Mapping[str, str]] = {
    "fit": "It is the work we want to do",
    "relationship": "We know the people who decide",
    "odds": "We can win it",
    "margin": "It would earn its margin",
    "capacity": "The team is free for it",
    "strategic": "It opens something for us",
}
GO: Final = 65
NO_GO: Final = 45
KNOWN: Final = Decimal("0.6")


@dataclass(frozen=True, slots=True)
class Score:
    """value: 0 to 100, None where nothing is known. known: the share of the weights that is answered."""

    value: Decimal | None
    known: Decimal

    @property
    def advice(self) -> str:
        if self.value is None or self.known < KNOWN:
            return "Not enough known"
        if self.value >= GO:
            return "Go"
        return "No-go" if self.value < NO_GO else "Talk it over"


def pitch_score(answers: Mapping[str, int | None]) -> Score:
    """Each answer from 1 to 5 counts as 0, 25, 50, 75, 100; Σ weight × that ÷ Σ weight over the known."""
    known = {name: answer for name, answer in answers.items() if name in WEIGHTS and answer is not None}
    weight = sum(WEIGHTS[name] for name in known)
    share = Decimal(weight) / sum(WEIGHTS.values())
    if not weight:
        return Score(None, share)
    total = sum(WEIGHTS[name] * (answer - 1) * 25 for name, answer in known.items())
    return Score((Decimal(total) / weight).quantize(Decimal("0.1"), ROUND_HALF_EVEN), share)
