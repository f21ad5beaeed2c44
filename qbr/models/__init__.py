"""What reviews are made of: meetings with a life, decks and their links; what our work was worth to the client."""

from qbr.models.decks import Deck, DeckLink, SlideEdit, SlideNote, Snapshot, new_word
from qbr.models.reviews import PreRead, Review, ReviewCadence, ReviewRating, ReviewState, ReviewStep

__all__ = [
    "Deck",
    "DeckLink",
    "PreRead",
    "Review",
    "ReviewCadence",
    "ReviewRating",
    "ReviewState",
    "ReviewStep",
    "SlideEdit",
    "SlideNote",
    "Snapshot",
    "new_word",
]
