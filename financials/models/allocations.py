"""Who is planned to work for whom, week by week."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Client, Opportunity
from common.models import Record
from financials.models.contracts import Contract


class Allocation(Record):
    """Hours planned for one week: of a person, or of a role nobody is named for yet. week: its Monday.

    firm: booked, whatever becomes of any deal. A soft row takes the probability of its opportunity; without one, or
    while the deal has none, how likely it is is unknown and its hours are in no demand. docs/definitions.md#demand
    """

    week = models.DateField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_index=False,
    )
    role = models.CharField(max_length=80, blank=True, default="")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="allocations", db_index=False)
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations")
    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.PROTECT, related_name="allocations"
    )
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    firm = models.BooleanField(default=True)

    class Meta:
        ordering = ["week", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["week", "person", "role", "client", "contract"], name="allocation_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="allocation_week_is_a_monday"),
            models.CheckConstraint(condition=Q(hours__gte=0), name="allocation_hours_not_negative"),
            models.CheckConstraint(
                condition=Q(person=None) & ~Q(role="") | Q(person__isnull=False, role=""),
                name="allocation_person_or_role",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "week"], name="allocation_of_client"),
            models.Index(fields=["person", "week"], name="allocation_of_person"),
        ]

    def __str__(self) -> str:
        return f"week of {self.week}"


class RoleLead(Record):
    """How many weeks pass from the decision to hire for a role to the first day at work."""

    role = models.CharField(max_length=80, unique=True)
    weeks = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["role"]
        constraints = [
            models.CheckConstraint(condition=~Q(role=""), name="role_lead_named"),
            models.CheckConstraint(condition=Q(weeks__lte=104), name="role_lead_two_years"),
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.weeks} weeks"
