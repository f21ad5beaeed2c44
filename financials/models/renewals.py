"""What we mean to do about a contract's coming renewal, beside the contract itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models import AmountField, Record
from financials.models.contracts import Contract


class RenewalStatus(models.TextChoices):
    OPEN = "open", "Not begun"
    TALKING = "talking", "In talks"
    OFFERED = "offered", "Terms sent"
    AGREED = "agreed", "Agreed"
    SIGNED = "signed", "Signed"
    NOTICE = "notice", "Notice given"
    ENDING = "ending", "Will end"


class RenewalPlan(Record):
    """One for each contract and term. Three judgements stand apart and are never averaged: the system's is computed,
    the owner's is here, the final one is the contract's own probability, which the forecast reads.

    walk_away: the fee under which we do not renew, in the contract's currency. index_reading: the index's change, to
    see what an indexed uplift comes to.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="renewal_plans")
    term_end = models.DateField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="renewal_plans"
    )
    status = models.CharField(max_length=8, choices=RenewalStatus, default=RenewalStatus.OPEN)
    owner_says = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    owner_said_by = models.CharField(max_length=254, blank=True, default="")
    owner_said_at = models.DateTimeField(null=True, blank=True)
    final_by = models.CharField(max_length=254, blank=True, default="")
    final_at = models.DateTimeField(null=True, blank=True)
    walk_away = AmountField(null=True, blank=True)
    index_reading = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    next_step = models.CharField(max_length=300, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["term_end", "id"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "term_end"], name="renewal_plan_once"),
            models.CheckConstraint(condition=Q(status__in=RenewalStatus.values), name="renewal_plan_status_known"),
            models.CheckConstraint(
                condition=Q(owner_says=None) | Q(owner_says__gte=0, owner_says__lte=1), name="renewal_plan_owner_says"
            ),
            models.CheckConstraint(condition=Q(walk_away=None) | Q(walk_away__gte=0), name="renewal_plan_walk_away"),
        ]

    def __str__(self) -> str:
        return f"Renewal of {self.contract_id} at {self.term_end.isoformat()}"
