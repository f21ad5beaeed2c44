"""What we send and stage to win a deal: proposals and pitches."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client
from accounts.models.growth import Opportunity
from common.models import AmountField, CurrencyField, Record


class ProposalStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Proposal(Record):
    """One edition of what we offered for a deal. Amounts are fees, without pass-through and tax."""

    key = models.CharField(max_length=80, unique=True)
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="proposals")
    title = models.CharField(max_length=200)
    edition = models.PositiveSmallIntegerField(default=1)
    amount = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True, default="")
    status = models.CharField(max_length=10, choices=ProposalStatus, default=ProposalStatus.DRAFT)
    sent_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-sent_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "edition"], name="proposal_edition_once"),
            models.CheckConstraint(condition=Q(status__in=ProposalStatus.values), name="proposal_status_known"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="proposal_amount"),
            models.CheckConstraint(condition=Q(amount=None) | ~Q(currency=""), name="proposal_currency"),
            models.CheckConstraint(condition=Q(edition__gte=1), name="proposal_edition"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | Q(sent_on__isnull=False), name="proposal_sent_on"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProposalDocument(models.Model):
    """A PDF or DOCX beside its proposal; kept in the database with its hash, never changed."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    added_by = models.CharField(max_length=254)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["proposal", "sha256"], name="proposal_document_once")]

    def __str__(self) -> str:
        return self.name


class PitchStatus(models.TextChoices):
    CONSIDERING = "considering", "To be decided"
    PITCHING = "pitching", "Pitching"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    DECLINED = "declined", "Declined by us"


class Decision(models.TextChoices):
    GO = "go", "Go"
    NO_GO = "no_go", "No-go"


class Pitch(Record):
    """A competition for work, mostly at a prospect. The six scores run from 1 to 5; blank is not known.

    cost: what pitching costs us, field class COST.
    """

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="pitches")
    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.SET_NULL, related_name="pitches"
    )
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=PitchStatus, default=PitchStatus.CONSIDERING)
    due_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=5, choices=Decision, blank=True, default="")
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.CharField(max_length=254, blank=True, default="")
    cost = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True, default="")
    fit = models.PositiveSmallIntegerField(null=True, blank=True)
    relationship = models.PositiveSmallIntegerField(null=True, blank=True)
    odds = models.PositiveSmallIntegerField(null=True, blank=True)
    margin = models.PositiveSmallIntegerField(null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    strategic = models.PositiveSmallIntegerField(null=True, blank=True)
    team = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="pitches")
    note = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name_plural = "pitches"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PitchStatus.values), name="pitch_status_known"),
            models.CheckConstraint(condition=Q(decision__in=["", *Decision.values]), name="pitch_decision_known"),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0) & ~Q(currency=""), name="pitch_cost"),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__range": (1, 5)}), name=f"pitch_{name}_1_to_5"
                )
                for name in ("fit", "relationship", "odds", "margin", "capacity", "strategic")
            ),
        ]

    def __str__(self) -> str:
        return self.name
