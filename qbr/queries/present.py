"""A deck as it is presented: its pages in order, what explains them, and the speaker's notes beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from people.access import abilities_of
from qbr.calc.explained import Explained, explained
from qbr.calc.layout import laid_out
from qbr.models import Deck
from qbr.queries.decks import shown_of

if TYPE_CHECKING:
    from people.models import User


@dataclass(frozen=True, slots=True)
class PageOf:
    """One page of the deck; a long slide has several. first: whether it is the slide's first."""

    number: int
    key: str
    title: str
    first: bool


@dataclass(frozen=True, slots=True)
class NoteOf:
    """version: 0 where nothing is written yet."""

    key: str
    title: str
    text: str
    version: int


@dataclass(frozen=True, slots=True)
class Show:
    pages: tuple[PageOf, ...]
    explained: tuple[Explained, ...]
    as_of: str


def load_show(user: User, deck: Deck, now: datetime) -> Show:
    """As many queries as composing the deck takes, two for a frozen one. Nothing of the speaker's notes."""
    made = shown_of(user, deck, now)
    titles = {
        slide.key: made.title if slide.kind == "title" else slide.headline or slide.section for slide in made.slides
    }
    pages, seen = [], set()
    for page in laid_out(made).pages:
        pages.append(PageOf(page.number, page.key, titles.get(page.key, made.title), page.key not in seen))
        seen.add(page.key)
    return Show(tuple(pages), explained(made), made.as_of_text)


def load_notes(user: User, deck: Deck, now: datetime) -> tuple[Show, tuple[NoteOf, ...]]:
    """With one query more. Notes are for those who may read what people think of us; others get none."""
    show = load_show(user, deck, now)
    if not abilities_of(user).see_stance:
        return show, ()
    written = {note.slide: note for note in deck.notes.all()}
    found = []
    for page in show.pages:
        if page.first:
            note = written.get(page.key)
            said = (note.text, note.version) if note is not None else ("", 0)
            found.append(NoteOf(page.key, page.title, *said))
    return show, tuple(found)
