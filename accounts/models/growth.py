from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client
from accounts.models.white_space import BusinessUnit
from common.models import AmountField, CurrencyField, Record


class Category(models.TextChoices):
    COMMIT = "commit", "Commit"
    BEST_CASE = "best_case", "Best case"
    PIPELINE = "pipeline", "Pipeline"
    OMITTED = "omitted", "Omitted"


class OpportunityKind(models.TextChoices):
    NEW = "new", "New"
    EXPANSION = "expansion", "Expansion"
    RENEWAL = "renewal", "Renewal"


class Outcome(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class Opportunity(Record):
    """A deal. stage is the company's own word; won or lost (any case) closes it and sets outcome."""

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="opportunities")
    name = models.CharField(max_length=200)
    stage = models.CharField(max_length=60)
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.OPEN)
    amount = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True, default="")
    opened_on = models.DateField(null=True, blank=True)
    close_on = models.DateField(null=True, blank=True)
    probability = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    category = models.CharField(max_length=10, choices=Category, blank=True, default="")
    delivery_start = models.DateField(null=True, blank=True)
    delivery_months = models.PositiveSmallIntegerField(null=True, blank=True)
    offering = models.CharField(
        max_length=120, blank=True, default="", help_text="key or name of one of ours; other words stand as they are"
    )
    business_unit = models.ForeignKey(
        BusinessUnit, null=True, blank=True, on_delete=models.SET_NULL, related_name="opportunities"
    )
    kind = models.CharField(max_length=10, choices=OpportunityKind, blank=True, default="")
    renews = models.CharField(max_length=60, blank=True, default="", help_text="number of the contract it renews")
    contract = models.CharField(max_length=60, blank=True, default="", help_text="number of the contract it became")
    next_step = models.CharField(max_length=300, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="opportunities"
    )

    class Meta:
        ordering = ["close_on", "id"]
        verbose_name_plural = "opportunities"
        indexes = [
            models.Index(fields=["client", "outcome"], name="opportunity_of_client"),
            models.Index(fields=["outcome", "close_on"], name="opportunity_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="opportunity_outcome_known"),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__gte=0, probability__lte=1),
                name="opportunity_probability",
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="opportunity_amount"),
            models.CheckConstraint(condition=Q(amount=None) | ~Q(currency=""), name="opportunity_currency"),
            models.CheckConstraint(
                condition=~Q(outcome="won") | Q(amount__isnull=False, close_on__isnull=False),
                name="opportunity_won_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(delivery_months=None) | Q(delivery_months__gte=1), name="opportunity_delivery_months"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TargetMeasure(models.TextChoices):
    NET_REVENUE = "net_revenue", "Net revenue"
    GROSS_PROFIT = "gross_profit", "Gross profit"
    BOOKINGS = "bookings", "Bookings"


class Target(Record):
    """What a client or a person is asked to bring in a month."""

    measure = models.CharField(max_length=12, choices=TargetMeasure)
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="targets")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="targets"
    )
    month = models.DateField()
    amount = AmountField()
    currency = CurrencyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "client", "owner", "month"], name="target_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(measure__in=TargetMeasure.values), name="target_measure_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="target_month_first_day"),
        ]
