from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Client
from common.models import AmountField


class ForecastScore(models.Model):
    """How near forecasts of one client came, as sums that add up over clients; ratios are taken when they are read.

    Amounts are in the firm's currency at one rate each. A row is about a method (layer blank), about the forecast with
    all layers up to one (method blank), or about one person's changes (method "person"): before is then what was missed
    without them. lead: months from the as-of month to the month forecast.
    """

    class Source(models.TextChoices):
        KEPT = "kept", "Forecasts that were made"
        BACKTEST = "backtest", "Made again for past months"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="forecast_scores", db_index=False)
    source = models.CharField(max_length=8, choices=Source)
    method = models.CharField(max_length=20, blank=True, default="")
    layer = models.CharField(max_length=12, blank=True, default="")
    person = models.CharField(max_length=254, blank=True, default="", help_text="e-mail")
    lead = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    missed = AmountField()
    signed = AmountField()
    actual = AmountField()
    size = AmountField()
    banded = models.PositiveIntegerField(default=0)
    inside = models.PositiveIntegerField(default=0)
    before = AmountField(null=True)
    closed_through = models.DateField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "source", "method", "layer", "person", "lead"], name="forecast_score_once"
            ),
            models.CheckConstraint(condition=Q(inside__lte=models.F("banded")), name="forecast_score_inside"),
        ]
