"""The life of a review: planned, prepared, held, rated by both sides, and what came of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Client, Commitment, Contact, MailState, Survey, Tier
from common.models import Record
from qbr.models.decks import Deck, DeckLink


class ReviewState(models.TextChoices):
    """In the order of a review's life; a cancelled one has left it."""

    PLANNED = "planned", "Planned"
    DATA = "data", "Data frozen"
    DRAFT = "draft", "Draft"
    REHEARSAL = "rehearsal", "Rehearsal"
    SENT = "sent", "Pre-read sent"
    HELD = "held", "Held"
    RATED = "rated", "Rated by both"
    LIVE = "live", "Actions live"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


def new_review_key() -> str:
    return f"R-{uuid.uuid4().hex[:12]}"


class Review(Record):
    """One meeting with one client about one period. Its decks are those of the same client, period and kind.

    starts_at: by the client's clock; None: not said. as_of, run: the moment whose entries its decks read, and the
    number of the forecast run, once its data is frozen. minutes, decisions: what was said, and what was decided, one a
    line. promises: the follow-up of this review, with which the next one opens. survey: asks their side to rate it.
    """

    key = models.CharField(max_length=80, unique=True, default=new_review_key)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=8, choices=Deck.Kind, default=Deck.Kind.QBR)
    period = models.CharField(max_length=12, help_text="what it looks at: 2026-Q3, 2026, FY2026-Q3")
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.PLANNED)
    day = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    length = models.PositiveSmallIntegerField(
        default=75, validators=[MinValueValidator(15), MaxValueValidator(720)], help_text="minutes"
    )
    place = models.CharField(max_length=200, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="reviews_led"
    )
    ours: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="reviews"
    )
    theirs: models.ManyToManyField[Contact, models.Model] = models.ManyToManyField(
        Contact, blank=True, related_name="reviews"
    )
    agenda = models.TextField(blank=True, default="")
    minutes = models.TextField(blank=True, default="")
    decisions = models.TextField(blank=True, default="")
    promises: models.ManyToManyField[Commitment, models.Model] = models.ManyToManyField(
        Commitment, blank=True, related_name="reviews"
    )
    survey = models.OneToOneField(Survey, null=True, blank=True, on_delete=models.SET_NULL, related_name="review")
    as_of = models.DateTimeField(null=True, blank=True)
    run = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["day", "id"]
        indexes = [models.Index(fields=["client", "day"], name="review_of_client")]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "period", "kind"], condition=~Q(state="cancelled"), name="review_once"
            ),
            models.CheckConstraint(condition=~Q(key="") & ~Q(period=""), name="review_named"),
            models.CheckConstraint(condition=Q(kind__in=["qbr", "annual"]), name="review_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="review_state_known"),
            models.CheckConstraint(condition=Q(length__gte=15, length__lte=720), name="review_length"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.period}"

    def begins(self) -> datetime | None:
        """The moment it starts, where the hour is said."""
        if self.starts_at is None:
            return None
        return datetime.combine(self.day, self.starts_at, tzinfo=self.client.zone())

    def decided(self) -> list[str]:
        return [line.strip() for line in self.decisions.splitlines() if line.strip()]


class ReviewStep(models.Model):
    """One step of a review's life: from where, to where, when, by whom, and why where it went back or was skipped."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="steps")
    before = models.CharField(max_length=10, choices=ReviewState, blank=True, default="")
    after = models.CharField(max_length=10, choices=ReviewState)
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(after__in=ReviewState.values), name="review_step_known"),
            models.CheckConstraint(condition=Q(before__in=["", *ReviewState.values]), name="review_step_from_known"),
        ]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class ReviewRating(Record):
    """What one of ours says a review was worth, 1 to 5. Their side's ratings are answers to the review's survey."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="ratings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_ratings")
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "person"], name="review_rating_once"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="review_rating_score"),
        ]


class PreRead(models.Model):
    """The pre-read for one person, with a link of its own. mailed_at is set before the mail is handed over, so that a
    worker that dies in between loses it rather than doubling it.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="prereads")
    link = models.OneToOneField(DeckLink, on_delete=models.CASCADE, related_name="preread")
    name = models.CharField(max_length=161)
    email = models.EmailField(blank=True, default="")
    asked_at = models.DateTimeField()
    mail_state = models.CharField(max_length=6, choices=MailState, blank=True, default="")
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(mail_state__in=MailState.values), name="preread_mail_known"),
        ]

    def __str__(self) -> str:
        return f"pre-read for {self.name}"


class ReviewCadence(Record):
    """How often clients of a tier are reviewed, where it differs from what the product proposes. months: between
    business reviews, 0 for none. annual: whether there is a strategic meeting each year.
    """

    tier = models.CharField(max_length=10, choices=Tier, unique=True)
    months = models.PositiveSmallIntegerField(default=3, validators=[MaxValueValidator(24)])
    annual = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="cadence_tier_known"),
            models.CheckConstraint(condition=Q(months__lte=24), name="cadence_months"),
        ]

    def __str__(self) -> str:
        return str(self.get_tier_display())
