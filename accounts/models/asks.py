"""What somebody at a client asked of us and waits to hear about."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from accounts.models.stakeholders import Contact
from common.models import Record


class Ask(Record):
    """A question or wish of theirs. Waiting until answered_on; due: by when they want to hear, None: not said."""

    key = models.CharField(max_length=80, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="asks")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="asks")
    text = models.CharField(max_length=300)
    asked_on = models.DateField()
    due = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="asks"
    )
    answered_on = models.DateField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["asked_on", "id"]
        indexes = [models.Index(fields=["client", "asked_on"], name="ask_waiting", condition=Q(answered_on=None))]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(text=""), name="ask_says_something"),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("asked_on")), name="ask_answered_after"
            ),
        ]

    def __str__(self) -> str:
        return self.text
