from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client
from common.models import Record


class WorkStatus(models.TextChoices):
    NOT_STARTED = "not_started", "Not started"
    ON_TRACK = "on_track", "On track"
    WATCH = "watch", "Watch"
    AT_RISK = "at_risk", "At risk"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


class Audience(models.TextChoices):
    """Whom an action may be shown to: internal unless somebody says otherwise. A client deck holds only shared ones."""

    INTERNAL = "internal", "Ours only"
    CLIENT = "client", "Shared with client"


class Plan(Record):
    """What we mean to achieve with a client over some years. One plan a client, for now."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="plan")
    ambition = models.TextField(blank=True, default="", help_text="where this client and we want to be")
    starts_on = models.DateField()
    horizon_years = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(horizon_years__gte=1, horizon_years__lte=10), name="plan_horizon")
        ]


class Objective(Record):
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="objectives")
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="objectives"
    )
    due = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=WorkStatus, default=WorkStatus.NOT_STARTED)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WorkStatus.values), name="objective_status_known"),
            models.CheckConstraint(condition=~Q(title=""), name="objective_titled"),
        ]

    def __str__(self) -> str:
        return self.title


class Action(Record):
    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="actions")
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="plan_actions"
    )
    due = models.DateField(null=True, blank=True)
    next_step = models.CharField(max_length=300, blank=True, default="")
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.INTERNAL)
    status = models.CharField(max_length=12, choices=WorkStatus, default=WorkStatus.NOT_STARTED)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WorkStatus.values), name="action_status_known"),
            models.CheckConstraint(condition=~Q(title=""), name="action_titled"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="action_audience_known"),
        ]

    def __str__(self) -> str:
        return self.title
