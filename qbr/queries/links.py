"""The links by which people without a sign-in see a frozen review."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from qbr.models import Deck, DeckLink

SALT: Final = "review"


def token_of(link: DeckLink) -> str:
    return signing.dumps([link.pk, link.word], salt=SALT, compress=True)


def url_of(link: DeckLink) -> str:
    """The whole address, as it is mailed or copied."""
    return f"{settings.PUBLIC_URL}{reverse('shared_review', args=[token_of(link)])}"


def link_of(token: str) -> DeckLink | None:
    """Whose link this is; None where it was never given out or was tampered with. Only a client's frozen review."""
    try:
        pk, word = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if not isinstance(pk, int):
        return None
    found = (
        DeckLink.objects.select_related("deck__client")
        .filter(pk=pk, deck__status=Deck.Status.FROZEN, deck__audience=Deck.Audience.CLIENT)
        .first()
    )
    return found if found is not None and secrets.compare_digest(found.word, str(word)) else None


def is_open(link: DeckLink, now: datetime) -> bool:
    """A link is good through its last day, where the client is, unless it was taken back."""
    return link.revoked_at is None and link.deck.client.local_date(now) <= link.expires_on


@dataclass(frozen=True, slots=True)
class LinkRow:
    """url: '' once it opens nothing."""

    pk: int
    label: str
    expires_on: date
    made_by: str
    opened: int
    last_opened_at: datetime | None
    state: str
    word: str
    url: str


def link_rows(deck: Deck, now: datetime) -> list[LinkRow]:
    """The newest first. One query."""
    found = []
    for link in deck.links.all():
        link.deck = deck
        open_now = is_open(link, now)
        ended = "Taken back" if link.revoked_at else "Ended"
        url = url_of(link) if open_now else ""
        found.append(
            LinkRow(
                link.pk, link.label, link.expires_on, link.made_by, link.opened, link.last_opened_at,
                "on_track" if open_now else "unknown", "Open" if open_now else ended, url,
            )
        )  # fmt: skip
    return found
