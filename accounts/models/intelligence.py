"""What we know of clients, industries, rivals and rules: each with what it means, an owner and a day it goes off."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from common.models import Record


class NoteKind(models.TextChoices):
    INDUSTRY = "industry", "Industry"
    CLIENT = "client", "Client"
    COMPETITOR = "competitor", "Competitor"
    REGULATORY = "regulatory", "Regulation"


def new_note_key() -> str:
    return f"N-{uuid.uuid4().hex[:12]}"


class IntelligenceNote(Record):
    """One thing known, about some clients or a whole industry. so_what: what it means for them and for us.

    for_client: what it means for them, in words they may read in a review; blank keeps the note ours.
    noted_on: when it was found, or said to hold still; expires_on: the day after which it must be looked at again.
    happens_on: the day it is about, for the calendar. source: an http(s) address or words.
    """

    key = models.CharField(max_length=80, unique=True, default=new_note_key)
    kind = models.CharField(max_length=10, choices=NoteKind)
    title = models.CharField(max_length=200)
    so_what = models.CharField(max_length=600)
    for_client = models.CharField(max_length=600, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    source = models.CharField(max_length=500, blank=True, default="")
    industry = models.CharField(max_length=80, blank=True, default="", help_text="of all clients of this industry")
    clients: models.ManyToManyField[Client, models.Model] = models.ManyToManyField(
        Client, blank=True, related_name="intelligence"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="intelligence"
    )
    noted_on = models.DateField()
    expires_on = models.DateField()
    happens_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-noted_on", "-id"]
        indexes = [models.Index(fields=["expires_on"], name="intelligence_expires")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(title="") & ~Q(so_what=""), name="intelligence_says"),
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="intelligence_kind_known"),
            models.CheckConstraint(condition=Q(expires_on__gte=F("noted_on")), name="intelligence_expires_after"),
        ]

    def __str__(self) -> str:
        return self.title
