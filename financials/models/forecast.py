from __future__ import annotations

from django.db import models

from accounts.models import Client
from common.models import AmountField, CurrencyField
from financials.models.contracts import Contract


class Layer(models.TextChoices):
    """From certain to uncertain; renewal, run-rate and override join with their own release."""

    RECOGNISED = "recognised", "Recognised"
    CONTRACTED = "contracted", "Contracted"
    COMMIT = "commit", "Commit"
    BEST_CASE = "best_case", "Best case"
    PIPELINE = "pipeline", "Pipeline"


class ForecastRun(models.Model):
    """One client's forecast for one version of its inputs; kept for ever. The latest is the current one.

    The portfolio's forecast at an instant is each client's latest run before it.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="forecast_runs")
    input_version = models.BigIntegerField()
    as_of = models.DateField(help_text="the day it was computed for, in the client's time zone")
    closed_through = models.DateField(null=True, help_text="last closed month when it ran")
    computed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)
    formula_version = models.PositiveSmallIntegerField(default=1)
    unpriced = models.PositiveIntegerField(default=0, help_text="open deals without amount or probability")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "input_version", "as_of"], name="forecast_run_once"),
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(is_current=True), name="forecast_run_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class ForecastLine(models.Model):
    """Net revenue of a client by month and layer, in the currency of its source; never edited."""

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="lines", db_index=False)
    contract = models.ForeignKey(Contract, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    opportunity_key = models.CharField(max_length=80, blank=True, default="")
    service_line = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    layer = models.CharField(max_length=12, choices=Layer)
    amount = AmountField()
    currency = CurrencyField()

    class Meta:
        indexes = [models.Index(fields=["run", "month"], name="forecast_line_of_run")]
        constraints = [models.CheckConstraint(condition=models.Q(layer__in=Layer.values), name="forecast_layer_known")]
