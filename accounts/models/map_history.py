"""What a stakeholder map said at an instant."""

from __future__ import annotations

from django.db import models


class StakeState(models.Model):
    """One person's part in one client as it stood from `at` on; written by a trigger, whoever writes the part.

    No foreign keys: it outlives what it tells of. present False: off the map from then on. stance: class STANCE.
    """

    client_id = models.BigIntegerField()
    contact_id = models.BigIntegerField()
    at = models.DateTimeField()
    present = models.BooleanField(default=True)
    name = models.CharField(max_length=161, blank=True, default="")
    title = models.CharField(max_length=120, blank=True, default="")
    reports_to_id = models.BigIntegerField(null=True)
    buying_role = models.CharField(max_length=12, blank=True, default="")
    power = models.PositiveSmallIntegerField(null=True)
    interest = models.PositiveSmallIntegerField(null=True)
    stance = models.SmallIntegerField(null=True)
    level = models.PositiveSmallIntegerField(null=True)
    level_wanted = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["client_id", "contact_id", "-at", "-id"], name="stake_state_of_client")]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d}"


class LineState(models.Model):
    """A line of influence, alliance or conflict as it stood from `at` on; written as `StakeState` is. All of it is of
    the class STANCE. present False: no longer drawn.
    """

    client_id = models.BigIntegerField()
    source_id = models.BigIntegerField()
    target_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    strength = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()
    present = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["client_id", "source_id", "target_id", "kind", "-at", "-id"], name="line_state_of_client"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d}"
