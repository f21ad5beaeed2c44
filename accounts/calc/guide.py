"""Plain questions that lead to a rating, so that two people who saw the same give the same.

Source: docs/definitions.md#guided-ratings
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

What = Literal["power", "interest", "level", "stance"]
YES_NO: Final = (("yes", "Yes"), ("no", "No"), ("", "We do not know"))


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    text: str
    answers: tuple[tuple[str, str], ...] = YES_NO


QUESTIONS: Final[dict[What, tuple[Question, ...]]] = {
    "power": (
        Question("signs", "Can they sign the money, or refuse it?"),
        Question("stops", "Can they stop it alone, whatever others want?"),
        Question("waits", "Does a decision wait for them when they are away?"),
        Question("asked", "Do people above them ask what they think?"),
    ),
    "interest": (
        Question("bonus", "Is a target or budget of their own tied to it?"),
        Question("comes", "Do they come to meetings on it without being asked?"),
        Question("between", "Do they ask how it goes between meetings?"),
        Question("speaks", "Do they speak of it to others when we are not there?"),
    ),
    "level": (
        Question("answers", "Do they answer us when they want to buy something?"),
        Question("believes", "Do they take what we say without checking it elsewhere?"),
        Question("early", "Have they brought us a problem before there was a brief?"),
        Question("advice", "Do they ask what we would do in matters we do not sell?"),
    ),
    "stance": (
        Question("room", "When we were not in the room, they spoke",
                 (("for", "for us"), ("against", "against us"), ("", "We do not know"))),
        Question("choice", "When there was a choice, they wanted",
                 (("for", "us"), ("against", "somebody else"), ("", "We do not know"))),
        Question("tells", "What they hear about us, they",
                 (("for", "tell us"), ("against", "keep to themselves"), ("", "We do not know"))),
    ),
}  # fmt: skip


def rate(what: What, answers: Mapping[str, str]) -> int | None:
    """None where too little is known: of power and interest more than half, of the others everything."""
    said = [answers.get(question.key, "") for question in QUESTIONS[what]]
    if what in ("power", "interest"):
        return None if said.count("") * 2 > len(said) else 1 + said.count("yes")
    if not any(said):
        return None
    if what == "level":
        return next((rung for rung, answer in enumerate(said) if answer != "yes"), len(said))
    return max(-2, min(2, said.count("for") - said.count("against")))
