"""Reviews with what is known of each: one query for however many, so that lists, pages and steps judge alike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.db.models import Avg, Count, FloatField, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Commitment, Feedback
from qbr.calc.life import Due, Known, due_of
from qbr.models import Deck, PreRead, Review, ReviewRating

HELD_STATES: Final = ("held", "rated", "live", "closed")


def _count(rows: QuerySet[Any], by: str, **where: Any) -> Coalesce:
    """How many rows hang on the review by their field `by`."""
    found = rows.order_by().filter(**{by: OuterRef("pk")}, **where).values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(found), 0, output_field=IntegerField())


def _mean(rows: QuerySet[Any], by: str, outer: str = "pk") -> Subquery:
    found = rows.order_by().filter(**{by: OuterRef(outer)}).values(by).annotate(n=Avg("score")).values("n")
    return Subquery(found, output_field=FloatField())


def with_known(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Each with what `known_of` reads: its people, deck, pre-reads, ratings and follow-up."""
    ours, theirs = Review.ours.through, Review.theirs.through
    same = {name: OuterRef(name) for name in ("client", "kind", "period")}
    deck = Deck.objects.filter(**same, audience=Deck.Audience.CLIENT).order_by("-edition")
    inside = Deck.objects.filter(**same, audience=Deck.Audience.INTERNAL).order_by("-edition")
    answers = Feedback.objects.filter(score__isnull=False)
    of_survey = answers.order_by().filter(invitation__survey=OuterRef("survey")).values("invitation__survey")
    follow = Commitment.objects.all()
    return reviews.annotate(
        ours_count=_count(ours._default_manager.all(), "review"),
        theirs_count=_count(theirs._default_manager.all(), "review"),
        deck_pk=Subquery(deck.values("pk")[:1]),
        deck_status=Coalesce(Subquery(deck.values("status")[:1]), Value("")),
        inside_pk=Subquery(inside.values("pk")[:1]),
        preread_count=_count(PreRead.objects.all(), "review"),
        our_ratings=_count(ReviewRating.objects.all(), "review"),
        our_score=_mean(ReviewRating.objects.all(), "review"),
        their_ratings=Coalesce(Subquery(of_survey.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField()),
        their_score=_mean(answers, "invitation__survey", "survey"),
        promise_count=_count(follow, "reviews"),
        promise_unowned=_count(follow, "reviews", owner=None),
        promise_open=_count(follow, "reviews", kept_on=None, dropped_on=None),
    )


def known_of(review: Any, today: date) -> Known:
    """review: as `with_known` gives it. today: where the client is."""
    return Known(
        day=review.day,
        today=today,
        led=review.owner_id is not None,
        ours=review.ours_count,
        theirs=review.theirs_count,
        deck=review.deck_status,
        prereads=review.preread_count,
        minutes=bool(review.minutes.strip()),
        our_ratings=review.our_ratings,
        their_ratings=review.their_ratings,
        asked_until=review.survey.closes_on if review.survey_id else None,
        promises=review.promise_count,
        unowned=review.promise_unowned,
    )


def due_now(review: Any, now: datetime) -> Due | None:
    """What is to be done for it next, and by when. review: as `with_known` gives it, with its client."""
    return due_of(review.state, review.day, known_of(review, review.client.local_date(now)))


def last_before(review: Review) -> QuerySet[Review]:
    """Reviews of the same client that were held before this one, the newest first."""
    held = Review.objects.filter(client_id=review.client_id, state__in=HELD_STATES)
    earlier = Q(day__lt=review.day) | Q(day=review.day, pk__lt=review.pk or 0)
    return held.filter(earlier).order_by("-day", "-pk")
