"""What reviews are made of: meetings with a life, decks and their links; what our work was worth to the client."""

from qbr.models.brand import DeckBrand, DeckTemplate
from qbr.models.decks import Deck, DeckLink, SlideEdit, SlideNote, Snapshot, new_word
from qbr.models.reviews import PreRead, Review, ReviewCadence, ReviewRating, ReviewState, ReviewStep
from qbr.models.value import (
    Benefit,
    BenefitAmount,
    BenefitState,
    Confidence,
    Driver,
    ValueAsk,
    ValueCost,
    new_ask_word,
    new_benefit_key,
    new_cost_key,
)

__all__ = [
    "Benefit",
    "BenefitAmount",
    "BenefitState",
    "Confidence",
    "Deck",
    "DeckBrand",
    "DeckLink",
    "DeckTemplate",
    "Driver",
    "PreRead",
    "Review",
    "ReviewCadence",
    "ReviewRating",
    "ReviewState",
    "ReviewStep",
    "SlideEdit",
    "SlideNote",
    "Snapshot",
    "ValueAsk",
    "ValueCost",
    "new_ask_word",
    "new_benefit_key",
    "new_cost_key",
    "new_word",
]
