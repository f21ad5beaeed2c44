"""What our work is worth to a client: benefits with how they are measured, and who of theirs confirmed them."""

from __future__ import annotations

import secrets
import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Client, Contact
from common.models import AmountField, CurrencyField, Record


class Driver(models.TextChoices):
    REVENUE = "revenue", "Revenue"
    COST = "cost", "Cost"
    RISK = "risk", "Risk"
    TIME = "time", "Time"


class Confidence(models.TextChoices):
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class BenefitState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    SENT = "sent", "Waits for the client"
    ACCEPTED = "accepted", "Accepted"
    EDITED = "edited", "Accepted at another amount"
    DECLINED = "declined", "Declined"


def new_benefit_key() -> str:
    return f"B-{uuid.uuid4().hex[:12]}"


def new_cost_key() -> str:
    return f"VC-{uuid.uuid4().hex[:12]}"


def new_ask_word() -> str:
    return secrets.token_urlsafe(18)


class ValueAsk(models.Model):
    """Somebody of the client's asked, by a link, to confirm benefits: until a day, or until it is taken back."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="value_asks")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="value_asks")
    word = models.CharField(max_length=32, default=new_ask_word)
    expires_on = models.DateField(help_text="the last day it opens")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"value ask {self.pk}"


class Benefit(Record):
    """Something that got better for the client, and the share of it that is our doing.

    baseline, method, share_reason, evidence are shown to the client; note never is. share: 0–1 of the amounts.
    confirmed: the total the client took as right; empty while they have not, 0 never.
    """

    key = models.CharField(max_length=80, unique=True, default=new_benefit_key)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="benefits")
    title = models.CharField(max_length=160)
    driver = models.CharField(max_length=7, choices=Driver)
    hard = models.BooleanField(default=False, help_text="seen in money: more billed or less spent")
    baseline = models.CharField(max_length=300, blank=True, default="")
    method = models.CharField(max_length=500, blank=True, default="")
    share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal(1))
    share_reason = models.CharField(max_length=300, blank=True, default="")
    evidence = models.CharField(max_length=500, blank=True, default="")
    evidence_url = models.URLField(max_length=500, blank=True, default="")
    confidence = models.CharField(max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    currency = CurrencyField()
    note = models.CharField(max_length=500, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="benefits"
    )
    state = models.CharField(max_length=8, choices=BenefitState, default=BenefitState.PROPOSED)
    ask = models.ForeignKey(ValueAsk, null=True, blank=True, on_delete=models.SET_NULL, related_name="benefits")
    confirmed = AmountField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True, default="")
    answer_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["client_id", "id"]
        indexes = [models.Index(fields=["client", "state"], name="benefit_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(title=""), name="benefit_named"),
            models.CheckConstraint(condition=Q(driver__in=Driver.values), name="benefit_driver_known"),
            models.CheckConstraint(condition=Q(confidence__in=Confidence.values), name="benefit_confidence_known"),
            models.CheckConstraint(condition=Q(state__in=BenefitState.values), name="benefit_state_known"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="benefit_share_of_one"),
            models.CheckConstraint(condition=Q(share=1) | ~Q(share_reason=""), name="benefit_share_reasoned"),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "edited"], confirmed__isnull=False)
                | (~Q(state__in=["accepted", "edited"]) & Q(confirmed=None)),
                name="benefit_confirmed_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BenefitAmount(Record):
    """What got better in one month, before the share."""

    benefit = models.ForeignKey(Benefit, on_delete=models.CASCADE, related_name="amounts")
    month = models.DateField()
    amount = AmountField()

    class Meta:
        ordering = ["month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["benefit", "month"], name="benefit_amount_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="benefit_amount_month"),
        ]


class ValueCost(Record):
    """What the client spent besides our fees to get there, in one month."""

    key = models.CharField(max_length=80, unique=True, default=new_cost_key)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="value_costs")
    title = models.CharField(max_length=160)
    month = models.DateField()
    amount = AmountField()
    currency = CurrencyField()

    class Meta:
        ordering = ["month", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(title=""), name="value_cost_named"),
            models.CheckConstraint(condition=Q(month__day=1), name="value_cost_month"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="value_cost_positive"),
        ]

    def __str__(self) -> str:
        return self.title
