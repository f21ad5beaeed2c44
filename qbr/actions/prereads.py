"""The pre-read: each of its readers a link of their own to the frozen deck, mailed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction

from accounts.models import Contact, MailState
from common.jobs import enqueue
from people.models import User
from qbr.actions.links import make_link
from qbr.actions.reviews import NotNow, StepRefused, held_row, taken, tell
from qbr.calc.life import AHEAD, next_of, refused
from qbr.models import Deck, PreRead, Review, ReviewState
from qbr.queries.meetings import known_of, with_known

MAIL: Final = "review-preread"


@dataclass(frozen=True, slots=True)
class Reader:
    name: str
    email: str


def readers_of(contacts: Iterable[Contact], colleagues: Iterable[User]) -> list[Reader]:
    theirs = [Reader(one.name, one.email) for one in contacts]
    return theirs + [Reader(one.name, one.email) for one in colleagues]


def send_preread(
    *, review: Review, readers: Iterable[Reader], until: date, mail: bool, actor: User, now: datetime
) -> int:
    """Queue it for whoever has not had this edition yet; returns how many. A rehearsed review is then “pre-read sent”.

    mail: by e-mail; else their links are there to copy. Raises NotNow, StepRefused and LinkRefused.
    """
    with transaction.atomic():
        standing = held_row(review)
        if standing.state not in (ReviewState.REHEARSAL, ReviewState.SENT):
            first = "rehearse it first" if standing.state in AHEAD else "it has been held"
            raise NotNow(f"The pre-read is not sent now: {first}.")
        deck = _frozen(standing)
        had = set(PreRead.objects.filter(link__deck=deck).values_list("name", "email"))
        fresh = [one for one in dict.fromkeys(readers) if (one.name, one.email) not in had]
        for reader in fresh:
            link = make_link(deck=deck, label=f"{reader.name}, pre-read"[:120], expires_on=until, actor=actor, now=now)
            state = MailState.QUEUED if mail and reader.email else MailState.NONE
            made = PreRead.objects.create(
                review=standing, link=link, name=reader.name, email=reader.email, asked_at=now, mail_state=state
            )
            if state == MailState.QUEUED:
                enqueue(MAIL, f"preread:{made.pk}", input_version=1, asked_by=actor.email)
        if fresh:
            tell(standing, actor, "sent pre-read of", {"readers": (None, ", ".join(one.name for one in fresh))})
        _sent(standing, actor, now)
    return len(fresh)


def _frozen(review: Review) -> Deck:
    deck = Deck.objects.select_related("client").filter(
        client_id=review.client_id, kind=review.kind, period=review.period, audience=Deck.Audience.CLIENT
    )
    newest = deck.filter(status=Deck.Status.FROZEN).order_by("-edition").first()
    if newest is None:
        raise NotNow("Freeze the client's deck: what they are sent must not move.")
    return newest


def _sent(standing: Review, actor: User, now: datetime) -> None:
    if next_of(standing.state) != ReviewState.SENT:
        return
    found = with_known(Review.objects.select_related("client", "survey")).get(pk=standing.pk)
    if reasons := refused(standing.state, ReviewState.SENT, known_of(found, standing.client.local_date(now)), ""):
        raise StepRefused(reasons)
    taken(standing, ReviewState.SENT, actor=actor, now=now)
