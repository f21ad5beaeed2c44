"""Days people are away."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.models import Record


class Leave(Record):
    """One person's absence, both days included. hours: how many of it in all, spread over its working days; None is
    whole days. Why somebody is away is not kept. Overlapping rows never take more than the day has.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leave", db_index=False)
    starts = models.DateField()
    ends = models.DateField()
    hours = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["starts", "id"]
        verbose_name_plural = "leave"
        constraints = [
            models.UniqueConstraint(fields=["person", "starts"], name="leave_once"),
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="leave_ends_after_start"),
            models.CheckConstraint(condition=Q(hours=None) | Q(hours__gt=0), name="leave_hours_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.starts} to {self.ends}"
