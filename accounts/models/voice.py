"""The voice of the customer: surveys, what people answered, what it is about, and what we did about it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client
from accounts.models.stakeholders import Contact
from common.models import Record


class Scale(models.TextChoices):
    NPS = "nps", "Would recommend, 0 to 10"
    CSAT = "csat", "Satisfied, 1 to 5"


class QuoteState(models.TextChoices):
    """What the person allows their words to be used for; blank where nobody asked them."""

    OPEN = "may_quote", "May be quoted by name"
    ANONYMOUS = "anonymised", "May be quoted without a name"
    CLOSED = "not", "Not to be quoted"


def new_word() -> str:
    return secrets.token_urlsafe(12)


class Survey(Record):
    """One question put to people at one client, or at several (client empty). closes_on: the last day of its links."""

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="surveys")
    title = models.CharField(max_length=160)
    scale = models.CharField(max_length=4, choices=Scale, default=Scale.NPS)
    question = models.CharField(max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="surveys"
    )
    closes_on = models.DateField()

    class Meta:
        ordering = ["-closes_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(title="") & ~Q(question=""), name="survey_says_something"),
            models.CheckConstraint(condition=Q(scale__in=Scale.values), name="survey_scale_known"),
        ]

    def __str__(self) -> str:
        return self.title


class MailState(models.TextChoices):
    NONE = "", "Not mailed"
    QUEUED = "queued", "Waiting to be mailed"
    SENT = "sent", "Mailed"
    KEPT = "kept", "Kept, not sent: no mail server is set"
    FAILED = "failed", "Could not be mailed"


class Invitation(models.Model):
    """One person asked once. word: what a link is known by; a new one makes the links given out before worth nothing.

    mailed_at is set before the mail is handed over, so that a worker that dies in between loses it rather than doubling
    it.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="invitations")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="invitations")
    word = models.CharField(max_length=24, default=new_word)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    mail_state = models.CharField(max_length=6, choices=MailState, blank=True, default="")
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "contact"], name="invitation_once"),
            models.CheckConstraint(condition=Q(mail_state__in=MailState.values), name="invitation_mail_known"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Theme(Record):
    """What answers are about. words: whole words, comma-separated, whose presence in a comment suggests the theme."""

    name = models.CharField(max_length=60, unique=True)
    words = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="theme_named")]

    def __str__(self) -> str:
        return self.name


class InsightKind(models.TextChoices):
    PRODUCT = "product", "Product"
    SERVICE = "service", "Service"


class Insight(Record):
    """What we learnt from a client's answers and do about it; the loop closes when the client is told.

    raised_on to told_on is how long the client waited. told_on needs done or declined: said in told_how.
    """

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="insights")
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="insights")
    said = models.CharField(max_length=300, help_text="what the client said, in one sentence that may be shown to them")
    kind = models.CharField(max_length=8, choices=InsightKind)
    action = models.CharField(max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="insights"
    )
    raised_on = models.DateField()
    due = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    told_on = models.DateField(null=True, blank=True)
    told_how = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["client", "due"], name="insight_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(said="") & ~Q(action=""), name="insight_says_something"),
            models.CheckConstraint(condition=Q(kind__in=InsightKind.values), name="insight_kind_known"),
            models.CheckConstraint(
                condition=Q(told_on=None) | Q(told_on__gte=models.F("raised_on")), name="insight_told_after"
            ),
        ]

    def __str__(self) -> str:
        return self.said


class Feedback(Record):
    """What one person answered on one day: a score on a scale, words, or both. Field class STANCE.

    replied_on: when we came back to the person about it. Without a contact nobody knows who it was.
    """

    source_ref = models.CharField(max_length=120, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="feedback")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="feedback")
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="feedback"
    )
    date = models.DateField()
    scale = models.CharField(max_length=4, choices=Scale, blank=True, default="")
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True, default="")
    quote = models.CharField(max_length=10, choices=QuoteState, blank=True, default="")
    insight = models.ForeignKey(Insight, null=True, blank=True, on_delete=models.SET_NULL, related_name="feedback")
    themes: models.ManyToManyField[Theme, models.Model] = models.ManyToManyField(
        Theme, blank=True, related_name="feedback"
    )
    replied_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-date", "-id"]
        indexes = [models.Index(fields=["client", "-date"], name="feedback_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(source_ref=""), name="feedback_ref_given"),
            models.CheckConstraint(
                condition=Q(score=None)
                | Q(scale=Scale.NPS, score__gte=0, score__lte=10)
                | Q(scale=Scale.CSAT, score__gte=1, score__lte=5),
                name="feedback_score_on_scale",
            ),
            models.CheckConstraint(condition=~Q(score=None) | ~Q(comment=""), name="feedback_says_something"),
            models.CheckConstraint(condition=Q(quote__in=["", *QuoteState.values]), name="feedback_quote_known"),
            models.CheckConstraint(condition=Q(scale__in=["", *Scale.values]), name="feedback_scale_known"),
        ]

    def __str__(self) -> str:
        return f"answer of {self.date.isoformat()}"
