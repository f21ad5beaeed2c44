"""Who moves whom at a client, and who of ours stands how with whom."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models.clients import Client
from accounts.models.stakeholders import Contact, Level, Stakeholding
from common.models import Record


class LineKind(models.TextChoices):
    INFLUENCE = "influence", "Influence"
    ALLIANCE = "alliance", "Alliance"
    CONFLICT = "conflict", "Conflict"


class Influence(Record):
    """A line between two people at one client. An influence has a direction; the other kinds hold both ways.

    strength is None where nobody has judged it.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="influences")
    source = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="influences_from")
    target = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="influences_to")
    kind = models.CharField(max_length=10, choices=LineKind)
    strength = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "source", "target", "kind"], name="influence_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="influence_between_two"),
            models.CheckConstraint(condition=Q(kind__in=LineKind.values), name="influence_kind_known"),
            models.CheckConstraint(
                condition=Q(strength=None) | Q(strength__gte=1, strength__lte=5), name="influence_strength"
            ),
        ]

    def __str__(self) -> str:
        joint = {"influence": "→", "alliance": "with", "conflict": "against"}[self.kind]
        return f"{self.source.name} {joint} {self.target.name}"


class Bond(Record):
    """How one of ours stands with a stakeholder, beside the relationship owner, whose level is the stakeholding's."""

    stake = models.ForeignKey(Stakeholding, on_delete=models.CASCADE, related_name="bonds")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bonds")
    level = models.PositiveSmallIntegerField(choices=Level)
    level_wanted = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stake", "person"], name="bond_once"),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=4), name="bond_level"),
            models.CheckConstraint(
                condition=Q(level_wanted=None) | Q(level_wanted__gte=0, level_wanted__lte=4), name="bond_level_wanted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} with {self.stake.contact.name}"
