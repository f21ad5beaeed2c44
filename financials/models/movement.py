from __future__ import annotations

from django.conf import settings
from django.db import models


class ForecastLook(models.Model):
    """When a person last looked at what moved in the forecast, and the time before that."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="forecast_look"
    )
    looked_at = models.DateTimeField()
    before = models.DateTimeField(null=True)
