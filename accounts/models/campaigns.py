"""Campaigns of a client: channels with budgets, what is spent by month, and the KPIs they are to move."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from accounts.models.kpis import Kpi
from common.models import AmountField, CurrencyField, Record


class CampaignState(models.TextChoices):
    PLANNED = "planned", "Planned"
    RUNNING = "running", "Running"
    ENDED = "ended", "Ended"
    STOPPED = "stopped", "Stopped"


def new_campaign_key() -> str:
    return f"C-{uuid.uuid4().hex[:12]}"


class Campaign(Record):
    """What runs from one day to another for one client. Its budget is the sum of its channels'."""

    key = models.CharField(max_length=80, unique=True, default=new_campaign_key)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=160)
    aim = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=7, choices=CampaignState, default=CampaignState.PLANNED)
    starts_on = models.DateField()
    ends_on = models.DateField()
    currency = CurrencyField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="campaigns"
    )
    kpis: models.ManyToManyField[Kpi, models.Model] = models.ManyToManyField(Kpi, blank=True, related_name="campaigns")

    class Meta:
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["client", "-starts_on"], name="campaign_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(name=""), name="campaign_named"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="campaign_ends_after"),
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaign_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignChannel(Record):
    """A channel of a campaign and its budget."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="channels")
    channel = models.CharField(max_length=80)
    budget = AmountField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "channel"], name="campaign_channel_once"),
            models.CheckConstraint(condition=~Q(channel="") & Q(budget__gte=0), name="campaign_channel_holds"),
        ]

    def __str__(self) -> str:
        return self.channel


class CampaignSpend(Record):
    """What a channel spent in a month."""

    channel = models.ForeignKey(CampaignChannel, on_delete=models.CASCADE, related_name="spend")
    month = models.DateField()
    amount = AmountField()

    class Meta:
        ordering = ["month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "month"], name="campaign_spend_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="campaign_spend_month"),
        ]
