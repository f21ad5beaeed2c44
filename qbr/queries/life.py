"""One review as its page shows it: where it stands, what is missing, who comes, what was said and what follows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse

from accounts.calc.promises import Promise, state_of
from accounts.models import Client, Contact, MailState
from accounts.queries.commitments import WORDS as PROMISE_WORDS
from accounts.queries.invitations import link_of
from people.access import abilities_of
from people.models import User
from qbr.access import decks_for
from qbr.calc.life import AHEAD, ORDER, OVER, WORDS, Lack, back_of, lacks, late_words, next_of
from qbr.models import Deck, PreRead, Review, ReviewRating, ReviewStep
from qbr.queries.links import is_open, url_of
from qbr.queries.meetings import due_now, known_of, last_before, with_known

if TYPE_CHECKING:
    from collections.abc import Iterable

FORWARD: Final = {
    "data": "Freeze the data",
    "draft": "Begin the decks",
    "rehearsal": "On to rehearsal",
    "sent": "Pre-read is sent",
    "held": "It was held",
    "rated": "Both sides have rated",
    "live": "Actions are live",
    "closed": "Close the review",
}
MENDS: Final = {
    "edit": ("client_review_edit", "Change the review"),
    "preread": ("client_review_preread", "Send the pre-read"),
    "minutes": ("client_review_minutes", "Write the minutes"),
    "rate": ("client_review_rate", "Rate it"),
    "ask": ("client_review_ask", "Ask their side to rate it"),
    "follow": ("client_review_follow", "Note a follow-up"),
}


@dataclass(frozen=True, slots=True)
class StepView:
    """state: done, now, or ahead. by, at: of the newest time it was reached."""

    code: str
    word: str
    state: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LackView:
    text: str
    label: str
    url: str
    panel: bool


@dataclass(frozen=True, slots=True)
class PromiseView:
    pk: int
    side: str
    text: str
    owner: str
    due: Any
    shape: str
    word: str
    url: str


@dataclass(frozen=True, slots=True)
class PreReadView:
    """url: blank once the link opens nothing, and for readers who may not share it."""

    name: str
    email: str
    mail: str
    error: str
    opened: int
    last_opened_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class AskedView:
    """One of theirs who was asked, and what they answered. Field class STANCE. url: of a link not used yet."""

    who: str
    answered: bool
    mail: str
    url: str
    score: int | None
    comment: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """forward, back: the step on and the one back; blank where there is none. lacks: what is missing for the one on."""

    review: Any
    steps: tuple[StepView, ...]
    forward: str
    forward_word: str
    back: str
    back_word: str
    cancels: bool
    over: bool
    lacks: tuple[LackView, ...]
    due: str
    shape: str
    decks: tuple[Deck, ...]
    ours: tuple[User, ...]
    theirs: tuple[Contact, ...]
    last: Review | None
    carried: tuple[PromiseView, ...]
    follow: tuple[PromiseView, ...]
    prereads: tuple[PreReadView, ...]
    ratings: tuple[dict[str, Any], ...]
    answers: tuple[AskedView, ...] | None
    asked: tuple[AskedView, ...]
    history: tuple[ReviewStep, ...]
    after: bool


def load_page(user: User, review: Review, now: datetime) -> ReviewPage:
    """review: as access gives it. Nine queries at most."""
    rated = ReviewRating.objects.filter(review=OuterRef("pk")).order_by("pk")
    rows = rated.values(row=JSONObject(name=F("person__name"), score=F("score"), note=F("note")))
    found: Any = with_known(Review.objects.filter(pk=review.pk)).annotate(rating_rows=ArraySubquery(rows)).get()
    found.client, found.owner, found.survey = review.client, review.owner, review.survey
    can, today = abilities_of(user), review.client.local_date(now)
    may_write = can.edit_reviews
    history = list(found.steps.all())
    known, to = known_of(found, today), next_of(found.state)
    due = due_now(found, now)
    last = last_before(found).first()
    decks = tuple(
        decks_for(user)
        .filter(client=found.client_id, kind=found.kind, period=found.period)
        .order_by("audience", "-edition")
    )
    after = found.state not in AHEAD and found.state != "cancelled"
    promises = _promises([found, last] if last else [found], found.client, now)
    theirs = _theirs(found, may_write, today) if found.survey_id and after and can.see_stance else ()
    shape = "" if due is None else "at_risk" if due.on < today else "watch" if (due.on - today).days <= 7 else ""
    return ReviewPage(
        review=found,
        steps=_steps(found.state, history),
        forward=to,
        forward_word=FORWARD.get(to, ""),
        back=back_of(found.state),
        back_word=WORDS.get(back_of(found.state), ""),
        cancels=found.state in AHEAD,
        over=found.state in OVER,
        lacks=tuple(_lack(one, found, decks) for one in lacks(to, known)) if to else (),
        due=f"{due.what[:1].upper()}{due.what[1:]}: {late_words(due, today)}" if due else "",
        shape=shape,
        decks=decks,
        ours=tuple(User.objects.filter(reviews=found).order_by("name", "pk")),
        theirs=tuple(found.theirs.order_by("last_name", "first_name", "pk")),
        last=last,
        carried=promises.get(last.pk, ()) if last else (),
        follow=promises.get(found.pk, ()),
        prereads=_prereads(found, now, may_write) if found.preread_count else (),
        ratings=tuple(found.rating_rows) if after else (),
        answers=tuple(one for one in theirs if one.answered) if can.see_stance and after else None,
        asked=tuple(one for one in theirs if not one.answered),
        history=tuple(history),
        after=after,
    )


def _steps(state: str, history: Iterable[ReviewStep]) -> tuple[StepView, ...]:
    reached = {step.after: step for step in history}
    at = ORDER.index(state) if state in ORDER else -1
    found = []
    for place, code in enumerate(ORDER):
        where = "done" if place < at or state == "closed" else "now" if place == at else "ahead"
        step = reached.get(code) if where != "ahead" else None
        found.append(StepView(code, WORDS[code], where, step.by if step else "", step.at if step else None))
    return tuple(found)


def _lack(lack: Lack, review: Review, decks: Iterable[Deck]) -> LackView:
    if lack.mend in ("deck", "freeze"):
        deck = next((one for one in decks if one.audience == Deck.Audience.CLIENT), None)
        if deck is not None:
            return LackView(lack.text, "Open the client's deck", reverse("review", args=[deck.pk]), False)
        url = f"{reverse('new_review')}?client={review.client.key}&period={review.period}&kind={review.kind}"
        return LackView(lack.text, "Begin the deck", url, False)
    route, label = MENDS.get(lack.mend, ("", ""))
    url = reverse(route, args=[review.client.key, review.pk]) if route else ""
    return LackView(lack.text, label, url, True)


def _promises(reviews: list[Review], client: Client, now: datetime) -> dict[int, tuple[PromiseView, ...]]:
    """By review. One query."""
    today = client.local_date(now)
    found: dict[int, list[PromiseView]] = defaultdict(list)
    through: Any = Review.promises.through
    rows = through._default_manager.filter(review__in=reviews).select_related("commitment__owner")
    for row in rows.order_by("commitment__side", "commitment__due", "commitment_id"):
        one = row.commitment
        shape, word = PROMISE_WORDS[state_of(Promise(one.due, one.kept_on, one.dropped_on), today)]
        url = reverse("commitment", args=[client.key, one.pk])
        owner = one.owner.name if one.owner else ""
        found[row.review_id].append(PromiseView(one.pk, one.side, one.text, owner, one.due, shape, word, url))
    return {pk: tuple(views) for pk, views in found.items()}


def _prereads(review: Review, now: datetime, may_write: bool) -> tuple[PreReadView, ...]:
    found = []
    for one in PreRead.objects.filter(review=review).select_related("link__deck"):
        one.link.deck.client = review.client
        url = url_of(one.link) if may_write and is_open(one.link, now) else ""
        mail = MailState(one.mail_state).label if one.mail_state else ""
        found.append(
            PreReadView(one.name, one.email, str(mail), one.mail_error, one.link.opened, one.link.last_opened_at, url)
        )
    return tuple(found)


def _theirs(review: Any, may_write: bool, today: date) -> tuple[AskedView, ...]:
    """Who was asked to rate it, with the answer, and with their link while it takes one. One query."""
    may_answer = may_write and today <= review.survey.closes_on
    found = []
    for one in review.survey.invitations.select_related("contact", "feedback").order_by("pk"):
        answer = getattr(one, "feedback", None)
        open_link = may_answer and one.answered_at is None and answer is None
        found.append(
            AskedView(
                one.contact.name, answer is not None, str(MailState(one.mail_state).label),
                link_of(one) if open_link else "", answer.score if answer else None, answer.comment if answer else "",
            )
        )  # fmt: skip
    return tuple(found)
