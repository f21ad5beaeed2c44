"""What a client's web analytics said, figure by figure, as its exports gave it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from common.models import Record


class WebMetric(Record):
    """One figure of one report over some days. dimensions: what it is cut by, as "source + channel"; value: of which
    source and channel it is. channel: where the report names one. key: made of all that tells a figure apart.
    """

    key = models.CharField(max_length=40, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="web_metrics")
    property = models.CharField(max_length=120, blank=True, default="")
    report = models.CharField(max_length=120)
    first = models.DateField()
    last = models.DateField()
    dimensions = models.CharField(max_length=120, blank=True, default="")
    value = models.CharField(max_length=600, blank=True, default="")
    channel = models.CharField(max_length=80, blank=True, default="")
    metric = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        ordering = ["-last", "report", "id"]
        indexes = [models.Index(fields=["client", "metric", "first"], name="web_metric_of_client")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(report="") & ~Q(metric=""), name="web_metric_says_something"
            ),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="web_metric_days"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.report}"
