from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models import AmountField, CurrencyField, Record
from financials.models.forecast import OverrideLevel


class ForecastCall(Record):
    """What a person calls for a year: net revenue of the clients in their sight. Never edited: a new one follows.

    system: what the forecast said at that moment, kept apart. It changes no forecast; an override does. The newest of a
    person stands; once that one is withdrawn, none does until another is made.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="forecast_calls")
    level = models.CharField(max_length=10, choices=OverrideLevel)
    year = models.PositiveSmallIntegerField()
    amount = AmountField()
    system = AmountField(null=True, help_text="the forecast then; null while a rate was missing")
    currency = CurrencyField()
    reason = models.CharField(max_length=500)
    asks = models.CharField(max_length=1000, blank=True, default="", help_text="what leadership is asked for")
    client_ids = models.JSONField(default=list, help_text="ids of the clients it is about: those in sight that day")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["person", "year", "-made_at"], name="forecast_call_of_person")]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=OverrideLevel.values), name="forecast_call_level_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="forecast_call_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"call for {self.year}"
