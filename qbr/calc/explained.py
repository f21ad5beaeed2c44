"""What can be said of a slide's figures in front of anybody: where they come from and what their names mean.

Nothing here reads more than the slide itself, so a client's slide explains itself with a client's words alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final, NamedTuple

from qbr.calc.slides import Deck, Slide
from qbr.calc.worked import Worked, worked

GLOSSARY: Final = (
    ("net fees", "Fees earned in the months, without what is passed through to third parties and without tax."),
    ("plan", "The budget agreed before the period began, for the same months."),
    ("budget", "The budget agreed before the period began, for the same months."),
    ("forecast", "Fees earned so far, and what contracts and open work make likely for the months ahead."),
    ("contracted", "What signed contracts schedule for the months ahead."),
    ("kept", "Promises done by their day, of all that fell due."),
    ("against plan", "The actual less the plan; with a percentage, that over the plan."),
    ("year-end", "Where the year ends if the rest of it goes as the months so far."),
    ("recommend", "Answers from 0 to 10: the share of 9 and 10 less the share of 0 to 6, in points."),
    ("satisfied", "Answers from 1 to 5: their mean."),
    ("value", "Benefits measured against the baseline named beside them."),
)
"""Words as they stand on slides, in lower case, and what they mean. Client-safe."""


class Term(NamedTuple):
    word: str
    meaning: str


class Explained(NamedTuple):
    """key: of the slide. drawn: what its headline was written from, as printed. worked: its figures with formula and
    inputs.
    """

    key: str
    section: str
    headline: str
    source: str
    drawn: tuple[tuple[str, str], ...]
    terms: tuple[Term, ...]
    worked: tuple[Worked, ...] = ()


def explained(deck: Deck) -> tuple[Explained, ...]:
    """One for each slide, in their order."""
    return tuple(_of(slide) for slide in deck.slides)


def _of(slide: Slide) -> Explained:
    said = " ".join(_texts(slide)).lower()
    return Explained(
        slide.key,
        slide.section or slide.headline,
        slide.headline,
        slide.source,
        tuple((one.label, one.text) for one in slide.drawn),
        tuple(Term(word.capitalize(), meaning) for word, meaning in GLOSSARY if word in said),
        worked(slide),
    )


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, tuple):
        for one in item:
            yield from _texts(one)
    elif is_dataclass(item):
        for field in fields(item):
            yield from _texts(getattr(item, field.name))
