from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client
from accounts.models.stakeholders import Contact
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


class Depth(models.TextChoices):
    """How much of a plan is asked for. Blank follows the client's tier."""

    FULL = "full", "Full plan"
    SIX = "six", "Six questions"


class Known(models.TextChoices):
    """Whether the client knows what we mean to do with them."""

    NO = "no", "No, it is ours only"
    PARTLY = "partly", "In part"
    YES = "yes", "Yes, we made it with them"


def new_plan_key() -> str:
    return f"PL-{uuid.uuid4().hex[:12]}"


class Plan(Record):
    """What we mean to achieve with a client over some years. One living plan a client; `PlanVersion` keeps how it read.

    field_of_play, our_value, their_gain, our_gain: the charter. quarter_focus: what we go for now.
    """

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="plan")
    ambition = models.TextField(blank=True, default="", help_text="where this client and we want to be")
    starts_on = models.DateField()
    horizon_years = models.PositiveSmallIntegerField(default=3)
    depth = models.CharField(max_length=4, choices=Depth, blank=True, default="")
    known_to_client = models.CharField(max_length=6, choices=Known, blank=True, default="")
    quarter_focus = models.TextField(blank=True, default="")
    field_of_play = models.TextField(blank=True, default="")
    our_value = models.TextField(blank=True, default="")
    their_gain = models.TextField(blank=True, default="")
    our_gain = models.TextField(blank=True, default="")
    reviewed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(horizon_years__gte=1, horizon_years__lte=10), name="plan_horizon"),
            models.CheckConstraint(condition=Q(depth__in=["", *Depth.values]), name="plan_depth_known"),
            models.CheckConstraint(condition=Q(known_to_client__in=["", *Known.values]), name="plan_known_known"),
        ]

    @property
    def years(self) -> range:
        return range(self.starts_on.year, self.starts_on.year + self.horizon_years)


class PlanPart(Record):
    """What every part of a plan carries. key: names it in files, REST and kept versions. reviewed_on: the day somebody
    last said that it still holds; an edit says so too.
    """

    key = models.CharField(max_length=80, unique=True, default=new_plan_key)
    position = models.PositiveIntegerField(default=0)
    reviewed_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


class Imperative(PlanPart):
    """Something the client is trying to do. why: what presses them. sponsor: who of theirs answers for it.

    confirmed_on: the day the client said that we read it right.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="imperatives")
    title = models.CharField(max_length=200)
    why = models.TextField(blank=True, default="")
    sponsor = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="sponsored_imperatives"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="imperatives"
    )
    confirmed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="imperative_titled"),
        ]

    def __str__(self) -> str:
        return self.title


class Objective(PlanPart):
    """What we mean to achieve. imperative: which of theirs it serves; none makes it an orphan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="objectives")
    imperative = models.ForeignKey(
        Imperative, null=True, blank=True, on_delete=models.PROTECT, related_name="objectives"
    )
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="objectives"
    )
    due = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=WorkStatus, default=WorkStatus.NOT_STARTED)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WorkStatus.values), name="objective_status_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="objective_titled"),
        ]

    def __str__(self) -> str:
        return self.title


class Initiative(PlanPart):
    """A piece of work under an objective that takes months; its milestones and actions hang on it."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="initiatives")
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="initiatives"
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=WorkStatus, default=WorkStatus.NOT_STARTED)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WorkStatus.values), name="initiative_status_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="initiative_titled"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="initiative_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Action(PlanPart):
    """Something to be done. initiative: one of the same objective, or none."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="actions")
    initiative = models.ForeignKey(Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="actions")
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="plan_actions"
    )
    due = models.DateField(null=True, blank=True)
    next_step = models.CharField(max_length=300, blank=True, default="")
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.INTERNAL)
    status = models.CharField(max_length=12, choices=WorkStatus, default=WorkStatus.NOT_STARTED)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WorkStatus.values), name="action_status_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="action_titled"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="action_audience_known"),
        ]

    def __str__(self) -> str:
        return self.title
