"""The life of a review: planned, changed and taken from step to step, each with its trail in one transaction.

The row is held while a step is judged and taken, so that of two people at once one steps and the other is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.actions.commitments import add_commitment
from accounts.actions.edits import Subject, add, save_changes
from accounts.actions.stakeholders import Touch, log_touchpoint
from accounts.actions.surveys import add_survey, ask
from accounts.models import Client, Commitment, Contact, Scale, Survey
from common import audit
from common.formats import day as day_text
from common.records import StaleRecord, put_versioned, update_versioned
from financials.models.forecast import ForecastRun
from people.models import User
from qbr.actions.decks import AlreadyThere, create_deck
from qbr.calc.cadence import DEFAULTS, Cadence
from qbr.calc.life import AHEAD, OVER, refused
from qbr.models import Deck, Review, ReviewCadence, ReviewRating, ReviewState, ReviewStep
from qbr.queries.meetings import known_of, last_before, with_known

PLANNED: Final = ("kind", "period", "day", "starts_at", "length", "place", "owner", "agenda")
SAID: Final = ("minutes", "decisions")
ANSWER_DAYS: Final = 14
"""How long their side can rate a review."""


class StepRefused(Exception):
    """reasons: what must be true first, or why there is no such step."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NotNow(Exception):
    """The review is not at a point where this can be done. The text says why."""


class PlannedAlready(Exception):
    """There is a review of this client, kind and period: `review`."""

    def __init__(self, review: Review) -> None:
        super().__init__(str(review))
        self.review = review


def _subject(review: Review) -> Subject:
    return Subject("review", str(review), review.client_id)


def tell(review: Review, actor: User, verb: str, changes: Mapping[str, Any], field_class: str = "") -> None:
    audit.record(
        actor=actor.email,
        verb=verb,
        kind="review",
        object_id=review.pk,
        label=str(review),
        client_id=review.client_id,
        changes=dict(changes),
        field_class=field_class,
    )


def held_row(review: Review) -> Review:
    """As it stands, and staying so until the transaction ends."""
    return Review.objects.select_for_update(of=("self",)).select_related("client").get(pk=review.pk)


def plan_review(*, client: Client, values: Mapping[str, Any], actor: User, now: datetime) -> Review:
    """ours, theirs: who comes; not given, those of the last review. Raises PlannedAlready."""
    given = {name: values[name] for name in PLANNED if name in values}
    given.setdefault("owner", client.owner)
    review = Review(client=client, **given)
    try:
        with transaction.atomic():
            add(review, actor=actor.email, subject=_subject(review), values=given)
            ours, theirs = _carried(review)
            review.ours.set(values.get("ours", ours))
            review.theirs.set(values.get("theirs", theirs))
            ReviewStep.objects.create(review=review, after=review.state, at=now, by=actor.email)
    except IntegrityError as error:
        same = Review.objects.filter(client=client, kind=review.kind, period=review.period)
        there = same.exclude(state=ReviewState.CANCELLED).first()
        if there is None:
            raise
        raise PlannedAlready(there) from error
    return review


def _carried(review: Review) -> tuple[list[Any], list[Contact]]:
    """Who came last time and can come again; else whoever leads it."""
    last = last_before(review).first()
    if last is None:
        return [review.owner] if review.owner else [], []
    return list(last.ours.filter(is_active=True)), list(last.theirs.filter(identified=True))


def change_review(*, review: Review, values: Mapping[str, Any], expected: int | None, actor: User) -> Review:
    """Day, place, people, agenda, minutes. Raises StaleRecord, NotNow and PlannedAlready."""
    given = {name: values[name] for name in (*PLANNED, *SAID) if name in values}
    try:
        with transaction.atomic():
            standing = held_row(review)
            _may_change(standing, given)
            fresh = save_changes(standing, given, expected=expected, actor=actor.email, subject=_subject(standing))
            if "day" in given and given["day"] != standing.day:
                _move_decks(fresh)
            for side in ("ours", "theirs"):
                if side in values:
                    _set_people(fresh, side, values[side], actor)
    except IntegrityError as error:
        same = Review.objects.filter(client=review.client, kind=given.get("kind"), period=given.get("period"))
        there = same.exclude(state=ReviewState.CANCELLED).exclude(pk=review.pk).first()
        if there is None:
            raise
        raise PlannedAlready(there) from error
    return fresh


def _may_change(standing: Review, given: Mapping[str, Any]) -> None:
    if standing.state in OVER:
        raise NotNow(f"The review is {standing.get_state_display().lower()}: take it a step back to change it.")
    about = [name for name in ("kind", "period") if name in given and given[name] != getattr(standing, name)]
    if about and standing.state != ReviewState.PLANNED:
        raise NotNow("What a review looks at stands once its data is frozen: take it back to planned first.")
    if standing.state not in AHEAD and "day" in given and given["day"] > standing.day:
        raise NotNow("It has been held: its day can be put right, not moved on.")


def _move_decks(review: Review) -> None:
    """Drafts say the day of the meeting; frozen ones said what they said."""
    drafts = Deck.objects.filter(client_id=review.client_id, kind=review.kind, period=review.period)
    for deck in drafts.filter(status=Deck.Status.DRAFT).exclude(held_on=review.day):
        update_versioned(deck, {"held_on": review.day}, expected=None)


def _set_people(review: Review, side: str, people: Iterable[Any], actor: User) -> None:
    rows: Any = getattr(review, side)
    before, after = sorted(one.name for one in rows.all()), sorted(one.name for one in people)
    if before != after:
        rows.set(people)
        tell(review, actor, "changed", {side: (before, after)})


def step(
    *, review: Review, to: str, actor: User, now: datetime, expected: int | None = None, reason: str = ""
) -> Review:
    """On, back or off by one step. Raises StepRefused with all that is missing, and StaleRecord."""
    with transaction.atomic():
        standing = held_row(review)
        if expected is not None and standing.version != expected:
            raise StaleRecord(standing)
        found = with_known(Review.objects.select_related("client", "survey")).get(pk=standing.pk)
        today = standing.client.local_date(now)
        if reasons := refused(standing.state, to, known_of(found, today), reason.strip()):
            raise StepRefused(reasons)
        return taken(standing, to, actor=actor, now=now, reason=reason.strip()[:300])


def taken(standing: Review, to: str, *, actor: User, now: datetime, reason: str = "") -> Review:
    """The step itself, with what comes of it. standing: held, and found fit for it."""
    try:
        with transaction.atomic():
            fresh = update_versioned(standing, {"state": to, **_fixed(standing, to, now)}, expected=standing.version)
    except IntegrityError as error:  # raised again from the cancelled, and another was planned meanwhile
        raise StepRefused(("Another review of this period has been planned since.",)) from error
    fresh.client = standing.client
    ReviewStep.objects.create(review=fresh, before=standing.state, after=to, at=now, by=actor.email, reason=reason)
    told = {"state": (standing.state, to), **({"reason": (None, reason)} if reason else {})}
    tell(fresh, actor, "cancelled" if to == ReviewState.CANCELLED else "took a step with", told)
    if to == ReviewState.DRAFT and standing.state == ReviewState.DATA:
        _begin_decks(fresh, actor)
    if to == ReviewState.HELD and standing.state == ReviewState.SENT:
        _log_meeting(fresh, actor)
    return fresh


def _fixed(standing: Review, to: str, now: datetime) -> dict[str, Any]:
    """Freezing the data fixes the moment and the forecast run that decks read; back to planned lets go of them."""
    if to == ReviewState.PLANNED:
        return {"as_of": None, "run": None}
    if to != ReviewState.DATA or standing.state != ReviewState.PLANNED:
        return {}
    run = ForecastRun.objects.filter(client_id=standing.client_id, is_current=True).values_list("pk", flat=True)
    return {"as_of": now, "run": run.first()}


def _begin_decks(review: Review, actor: User) -> None:
    """The client's and ours, unless they were begun before."""
    for audience in Deck.Audience.values:
        try:
            create_deck(
                client=review.client, period=review.period, kind=review.kind, audience=audience, held_on=review.day,
                actor=actor,
            )  # fmt: skip
        except AlreadyThere:
            continue


def _log_meeting(review: Review, actor: User) -> None:
    """What was held is a touch of everybody who came."""
    notes = "\n".join([str(review), *(f"Decided: {line}" for line in review.decided())])
    theirs, ours = list(review.theirs.all()), list(User.objects.filter(reviews=review))
    touch = Touch(f"review:{review.key}", review.day, "meeting", notes, theirs, ours)
    log_touchpoint(client=review.client, touch=touch, actor=actor)


# --- what comes of it --------------------------------------------------------------------------------------------


def _after_it(review: Review, what: str) -> None:
    if review.state in AHEAD or review.state == ReviewState.CANCELLED:
        raise NotNow(f"{what} once it has been held.")


def follow_up(*, review: Review, values: Mapping[str, Any], actor: User) -> Commitment:
    """One promise of either side that came of the review. Raises NotNow before it is held and once it is closed."""
    with transaction.atomic():
        standing = held_row(review)
        _after_it(standing, "Follow-up is noted")
        if standing.state == ReviewState.CLOSED:
            raise NotNow("The review is closed: take it a step back, or note the promise under Activity.")
        promise = add_commitment(client=standing.client, values=values, actor=actor)
        standing.promises.add(promise)
    return promise


def rate(*, review: Review, score: int, note: str, actor: User) -> ReviewRating:
    """One's own, once a person; saying it again changes it. Raises NotNow before it is held."""
    with transaction.atomic():
        standing = held_row(review)
        _after_it(standing, "A review is rated")
        before = ReviewRating.objects.filter(review=standing, person=actor).first()
        values = {"score": score, "note": note}
        rating, _ = ReviewRating.objects.update_or_create(review=standing, person=actor, defaults=values)
        was = None if before is None else before.score
        if was != score or (before is not None and before.note != note):
            tell(standing, actor, "rated", {"score": (was, score)})
    return rating


def ask_to_rate(*, review: Review, contacts: Iterable[Contact], mail: bool, actor: User, now: datetime) -> int:
    """Their side, each by a link of their own that takes one answer; returns how many were asked now.

    The answers are answers of a survey: they are throttled, told and counted as such. Raises NotNow.
    """
    with transaction.atomic():
        standing = held_row(review)
        _after_it(standing, "Their side is asked")
        # Not the one that came along with the row: who waited for the lock was read beside the row as it stood before.
        survey = Survey.objects.filter(review=standing).first()
        if survey is None:
            values = {
                "title": f"{standing} on {day_text(standing.day)}"[:160],
                "scale": Scale.CSAT,
                "question": "How much was our review worth your time?",
                "closes_on": standing.client.local_date(now) + timedelta(days=ANSWER_DAYS),
                "owner": standing.owner or actor,
            }
            survey = add_survey(client=standing.client, values=values, actor=actor)
            update_versioned(standing, {"survey": survey}, expected=None)
        return ask(survey=survey, contacts=contacts, mail=mail, actor=actor, now=now)


# --- the cadence -------------------------------------------------------------------------------------------------


def set_cadence(*, tier: str, cadence: Cadence, expected: int, actor: User) -> None:
    """expected: the version that was seen, 0 where the product's own stood. Raises StaleRecord."""
    with transaction.atomic():
        was, row = put_versioned(ReviewCadence, {"tier": tier}, cadence._asdict(), expected=expected)
        before = Cadence(was.months, was.annual) if was is not None else DEFAULTS[tier]
        changes = audit.changes_between(before._asdict(), cadence._asdict())
        if changes:
            audit.record(
                actor=actor.email, verb="changed", kind="review cadence", object_id=row.pk, label=str(row),
                changes=changes,
            )  # fmt: skip


def plan_all(*, planned: Iterable[tuple[Client, str, str, date]], actor: User, now: datetime) -> int:
    """Reviews as the cadence proposes them (client, kind, period, day); returns how many were not there yet."""
    made = 0
    for client, kind, period, day in planned:
        try:
            plan_review(client=client, values={"kind": kind, "period": period, "day": day}, actor=actor, now=now)
            made += 1
        except PlannedAlready:
            continue
    return made
