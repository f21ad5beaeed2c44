"""Why deals were won and lost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models.growth import Opportunity
from common.models import Record


class CloseReason(models.TextChoices):
    PRICE = "price", "Price"
    FIT = "fit", "Fit of the proposal"
    RELATIONSHIP = "relationship", "Relationship"
    CAPABILITY = "capability", "Capability or proof"
    CAPACITY = "capacity", "Our capacity or timing"
    INCUMBENT = "incumbent", "Incumbent kept or replaced"
    TERMS = "terms", "Contract terms"
    NO_DECISION = "no_decision", "No decision, or budget gone"
    OTHER = "other", "Something else"


class DealClosing(Record):
    """What decided a closed deal, and against whom; a reopened one keeps it until it closes again."""

    opportunity = models.OneToOneField(Opportunity, on_delete=models.CASCADE, related_name="closing")
    reason = models.CharField(max_length=12, choices=CloseReason)
    competitor = models.CharField(max_length=120, blank=True, default="")
    lesson = models.CharField(max_length=500, blank=True, default="")
    by = models.CharField(max_length=254)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=CloseReason.values), name="deal_closing_reason_known")
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
