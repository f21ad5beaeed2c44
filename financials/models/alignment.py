"""Which of the client's imperatives a contract, or one of its milestones, serves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Imperative
from common.models import Record
from financials.models.contracts import Contract
from financials.models.terms import Milestone


class AlignmentTie(Record):
    """share: of the contract's fee and hours, beside those of its milestones that are tied by themselves. A milestone's
    tie carries the whole milestone. The shares of one contract never exceed 1. A change order without ties follows the
    contract that it changes.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="alignment")
    milestone = models.ForeignKey(Milestone, null=True, blank=True, on_delete=models.CASCADE, related_name="alignment")
    imperative = models.ForeignKey(Imperative, on_delete=models.PROTECT, related_name="alignment")
    share = models.DecimalField(max_digits=7, decimal_places=6, default=1)

    class Meta:
        ordering = ["contract_id", "milestone_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "milestone", "imperative"], name="alignment_once", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(milestone__isnull=False), name="alignment_milestone_once"
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="alignment_share"),
        ]

    def __str__(self) -> str:
        return f"{self.contract.number} for {self.imperative}"
