"""What reviews are made of: decks and their links; what our work was worth to the client."""

from qbr.models.decks import Deck, DeckLink, SlideEdit, Snapshot, new_word

__all__ = ["Deck", "DeckLink", "SlideEdit", "Snapshot", "new_word"]
