"""Planning sessions: people gather ideas for a client's plan, weigh them with dots, and make plan objects of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.clients import Client
from common.models import Record


class Phase(models.TextChoices):
    GATHER = "gather", "Gather ideas"
    VOTE = "vote", "Vote"
    DECIDE = "decide", "Decide"
    CLOSED = "closed", "Closed"


class ItemKind(models.TextChoices):
    """What an item of the agenda asks for. A pre-mortem asks what could make us fail: its ideas become risks."""

    IDEAS = "ideas", "Ideas"
    PREMORTEM = "premortem", "Pre-mortem"
    TALK = "talk", "Talk, no ideas"


def new_session_key() -> str:
    return f"PS-{uuid.uuid4().hex[:12]}"


class PlanningSession(Record):
    """One meeting about one client's plan. dots: how many each person has. hidden: others' ideas are not shown until
    `revealed_at`, which comes with the vote at the latest.
    """

    key = models.CharField(max_length=80, unique=True, default=new_session_key)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="planning_sessions")
    title = models.CharField(max_length=160)
    purpose = models.CharField(max_length=300, blank=True, default="")
    held_on = models.DateField()
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="led_sessions"
    )
    people: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="planning_sessions"
    )
    phase = models.CharField(max_length=6, choices=Phase, default=Phase.GATHER)
    dots = models.PositiveSmallIntegerField(default=5)
    hidden = models.BooleanField(default=False)
    revealed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, default="", help_text="what was concluded, in the minutes' own words")

    class Meta:
        ordering = ["-held_on", "-id"]
        indexes = [models.Index(fields=["client", "-held_on"], name="planning_session_of_client")]
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(title=""), name="planning_session_titled"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="planning_session_phase_known"),
            models.CheckConstraint(condition=Q(dots__gte=1, dots__lte=20), name="planning_session_dots"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def covered(self) -> bool:
        """Whether others' ideas are still hidden."""
        return self.hidden and self.revealed_at is None


class SessionItem(Record):
    """One item of the agenda."""

    session = models.ForeignKey(PlanningSession, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=9, choices=ItemKind, default=ItemKind.IDEAS)
    minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="session_item_titled"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="session_item_kind_known"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=480), name="session_item_minutes"),
        ]

    def __str__(self) -> str:
        return self.title


class Idea(Record):
    """What one person wrote under an item. part_kind, part_key: the plan object it became, "" while it is none."""

    item = models.ForeignKey(SessionItem, on_delete=models.PROTECT, related_name="ideas")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="ideas"
    )
    text = models.CharField(max_length=200)
    part_kind = models.CharField(max_length=10, blank=True, default="")
    part_key = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["part_key"], condition=~Q(part_key=""), name="idea_of_part")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="idea_says_something"),
            models.CheckConstraint(condition=Q(part_kind="", part_key="") | ~Q(part_kind="") & ~Q(part_key=""),
                                   name="idea_became_one_thing"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text


class Dots(models.Model):
    """How many of one person's dots lie on one idea."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="dots")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idea_dots")
    count = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "person"], name="dots_once"),
            models.CheckConstraint(condition=Q(count__gte=1), name="dots_are_some"),
        ]

    def __str__(self) -> str:
        return f"{self.count} of person {self.person_id} on idea {self.idea_id}"
