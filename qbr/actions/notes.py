"""What the speaker means to say beside a slide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from common.records import StaleRecord, update_versioned
from qbr.actions.decks import record
from qbr.models import Deck, SlideNote

if TYPE_CHECKING:
    from people.models import User


def set_note(*, deck: Deck, slide: str, text: str, expected: int, actor: User) -> int:
    """The version the note then has, 0 once it is blank. expected: the version that was seen, 0 for none.

    Of frozen decks too: no page of theirs carries it. The trail says that it changed and not what it says. Raises
    StaleRecord.
    """
    with transaction.atomic():
        note = SlideNote.objects.select_for_update().filter(deck=deck, slide=slide).first()
        if (note.version if note else 0) != expected:
            raise StaleRecord(note or SlideNote(deck=deck, slide=slide, version=0))
        if (note.text if note else "") == text:
            return expected
        record(deck, actor, "changed the speaker's notes of", {f"{slide} notes": ("(before)", "(changed)")})
        if note is None:
            return _first(deck, slide, text)
        if text:
            return update_versioned(note, {"text": text}, expected=expected).version
        note.delete()
    return 0


def _first(deck: Deck, slide: str, text: str) -> int:
    try:
        with transaction.atomic():
            return SlideNote.objects.create(deck=deck, slide=slide, text=text).version
    except IntegrityError as error:  # somebody wrote one at the same moment
        raise StaleRecord(SlideNote.objects.get(deck=deck, slide=slide)) from error
