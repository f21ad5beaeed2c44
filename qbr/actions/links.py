"""Links to frozen reviews of the client's, for people without a sign-in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Q

from accounts.models import Contact
from accounts.queries.personal import names_of
from common import audit
from qbr.actions.decks import NotFrozen, record
from qbr.models import Deck, DeckLink

if TYPE_CHECKING:
    from people.models import User

LONGEST_LINK: Final = timedelta(days=90)


class LinkRefused(Exception):
    """The message says why no link was made."""


def make_link(*, deck: Deck, label: str, expires_on: date, actor: User, now: datetime) -> DeckLink:
    """For a frozen review of the client's alone; LONGEST_LINK days at most. Raises NotFrozen or LinkRefused."""
    if deck.status != Deck.Status.FROZEN:
        raise NotFrozen(deck.title)
    today = deck.client.local_date(now)
    if deck.audience != Deck.Audience.CLIENT:
        raise LinkRefused("An internal review is never shared: make the client's version and share that.")
    if not today <= expires_on <= today + LONGEST_LINK:
        raise LinkRefused(f"Choose a day from today on, within {LONGEST_LINK.days} days.")
    with transaction.atomic():
        link = DeckLink.objects.create(deck=deck, label=label, expires_on=expires_on, made_at=now, made_by=actor.email)
        changes = {"for": (None, label), "until": (None, expires_on.isoformat())}
        record(deck, actor, "shared review", changes)
    return link


def revoke_link(*, link: DeckLink, actor: User, now: datetime) -> None:
    """From now on its address opens nothing. Done twice, it is told once."""
    with transaction.atomic():
        if DeckLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
            record(link.deck, actor, "took link back", {"for": (link.label, None)})


def end_links_of(contact: Contact, actor: User, now: datetime) -> int:
    """Those still open that were made for somebody who is erased, told by label or pre-read: whoever holds the address
    is nobody we know. Returns how many.
    """
    names = names_of(contact)
    theirs = Q(deck__client__in=names.clients)
    if names.email:
        theirs |= Q(label__icontains=names.email) | Q(preread__email__iexact=names.email)
    ended = 0
    for link in DeckLink.objects.filter(theirs, revoked_at=None).select_related("deck__client", "preread"):
        preread = getattr(link, "preread", None)
        said = f"{link.label}\n{preread.name}\n{preread.email}" if preread else link.label
        open_now = link.deck.client.local_date(now) <= link.expires_on
        if open_now and names.clean(said, by_name=link.deck.client_id in names.clients) != said:
            revoke_link(link=link, actor=actor, now=now)
            ended += 1
    return ended


def note_opening(*, link: DeckLink, what: str, now: datetime) -> None:
    """Counts it, and writes into the trail that somebody with the link saw the pages or took the file."""
    with transaction.atomic():
        DeckLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_opened_at=now)
        audit.record(
            actor=f"link: {link.label}",
            verb=what,
            kind="deck",
            object_id=link.deck_id,
            label=link.deck.title,
            client_id=link.deck.client_id,
            changes={},
        )
