"""Promises between us and a client, either way."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client
from common.models import Record


class Side(models.TextChoices):
    OURS = "ours", "Ours"
    THEIRS = "theirs", "Theirs"


class Commitment(Record):
    """A promise. owner: who of ours keeps it, or sees that theirs is kept. It ends by being kept or dropped."""

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="commitments")
    side = models.CharField(max_length=6, choices=Side)
    text = models.CharField(max_length=300)
    due = models.DateField()
    kept_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="commitments"
    )

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["client", "due"], name="commitment_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(text=""), name="commitment_says_something"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="commitment_side_known"),
            models.CheckConstraint(condition=Q(kept_on=None) | Q(dropped_on=None), name="commitment_ends_once"),
        ]

    def __str__(self) -> str:
        return self.text
