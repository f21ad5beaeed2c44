"""Who can introduce whom; contacts merged, kept apart, or erased."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models.stakeholders import Contact
from common.models import Record


class IntroductionState(models.TextChoices):
    POSSIBLE = "possible", "Could be made"
    ASKED = "asked", "Asked for"
    MADE = "made", "Made"
    DECLINED = "declined", "Declined"


class Introduction(Record):
    """source knows target and could introduce us. strength: how well, 1 to 5; None where nobody has judged it.

    evidence: how we know. on: the day the state came about.
    """

    source = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="introduces")
    target = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="introduced_by")
    strength = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    evidence = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=8, choices=IntroductionState, default=IntroductionState.POSSIBLE)
    on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="introduction_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="introduction_between_two"),
            models.CheckConstraint(condition=Q(state__in=IntroductionState.values), name="introduction_state_known"),
            models.CheckConstraint(
                condition=Q(strength=None) | Q(strength__gte=1, strength__lte=5), name="introduction_strength"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source.name} to {self.target.name}"


class ContactMerge(models.Model):
    """Two entries of one person made one. record: what the other said and which rows were moved, so that it can be
    taken apart again.
    """

    kept = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    gone_key = models.CharField(max_length=80)
    gone_name = models.CharField(max_length=161)
    record = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.gone_name} into {self.kept.name}"


class DistinctPair(models.Model):
    """Two contacts that look alike and are not the same person: nobody is asked again. one has the smaller id."""

    one = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="distinct_pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="distinct_pair_in_order"),
        ]


class Erasure(models.Model):
    """A person asked that what we hold of them be erased. The contact stays as a number without a name.

    The hashes (SHA-256, salted with the installation's key) keep the person from coming back with the next file.
    counts: rows changed or removed, by what they are. remains: where the name still stands, or may, without the name:
    see `accounts.queries.name_remains`.
    """

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="erasure")
    reason = models.CharField(max_length=300)
    done_at = models.DateTimeField()
    done_by = models.CharField(max_length=254)
    key_hash = models.CharField(max_length=64, db_index=True)
    email_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    counts = models.JSONField(default=dict)
    remains = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"erasure {self.pk}"
