"""How well clients do: the rules in force, and what they read on a day."""

from __future__ import annotations

from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client


class HealthRules(models.Model):
    """One version of the rules; the newest is in force. Never changed: a change is a new row.

    weights: by component; 0 leaves one out. margin_target: what the commercial component compares with where a client
    has no budget.
    """

    weights = models.JSONField(default=dict)
    margin_target = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.4000"))
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(margin_target__gt=0, margin_target__lte=1), name="health_margin_target")
        ]

    def __str__(self) -> str:
        return f"rules {self.pk}"


class HealthReading(models.Model):
    """What the rules read for a client on a day: the day's last reading, kept for good.

    components: [{name, weight, score, field_class, inputs: [{label, value, unit}]}], score null where unknown. caps:
    [{name, label, limit, why}]. score, known and status are of all components; for a reader without the field class of
    one they follow from the others (accounts.queries.health).
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="health_readings")
    day = models.DateField()
    rules = models.ForeignKey(HealthRules, on_delete=models.PROTECT, related_name="readings")
    components = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    caps = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    score = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    known = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    status = models.CharField(max_length=8, default="unknown")
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["client", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["client", "day"], name="health_reading_once"),
            models.CheckConstraint(
                condition=Q(status__in=["on_track", "watch", "at_risk", "unknown"]), name="health_status_known"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=100), name="health_score_range"
            ),
        ]
        indexes = [models.Index(fields=["client", "-day"], name="health_of_client")]

    def __str__(self) -> str:
        return f"reading of {self.day.isoformat()}"
