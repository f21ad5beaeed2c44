from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.models import CurrencyField, Record
from common.policies import ACCOUNT_MANAGER, DELIVERY, DIRECTOR, FINANCE, LEADERSHIP, LEGAL
from people.queries import reporting_line_ids

if TYPE_CHECKING:
    from people.models import User


class Tier(models.TextChoices):
    STRATEGIC = "strategic", "Strategic"
    KEY = "key", "Key"
    GROWTH = "growth", "Growth"
    MAINTAIN = "maintain", "Maintain"


class ClientStatus(models.TextChoices):
    PROSPECT = "prospect", "Prospect"
    ONBOARDING = "onboarding", "Onboarding"
    ACTIVE = "active", "Active"
    AT_RISK = "at_risk", "At risk"
    LOST = "lost", "Lost"


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: User) -> ClientQuerySet:
        """Clients this person may see. The one rule from which every other sight of a client follows."""
        if not user.is_active:
            return self.none()
        if user.role in (FINANCE, LEGAL, LEADERSHIP):
            return self
        if user.role == DIRECTOR:
            return self.filter(Q(owner_id__in=reporting_line_ids(user)) | Q(pk__in=_member_of(user)))
        if user.role in (ACCOUNT_MANAGER, DELIVERY):
            return self.filter(Q(owner_id=user.pk) | Q(pk__in=_member_of(user)))
        return self.none()


def _member_of(user: User) -> models.QuerySet[ClientMember, int]:
    return ClientMember.objects.filter(person_id=user.pk).values_list("client_id", flat=True)


class Client(Record):
    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    tier = models.CharField(max_length=10, choices=Tier, blank=True, default="")
    status = models.CharField(max_length=10, choices=ClientStatus, default=ClientStatus.ACTIVE)
    industry = models.CharField(max_length=80, blank=True, default="")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    currency = CurrencyField(default="USD")
    country = models.CharField(max_length=6, blank=True, default="")
    timezone = models.CharField(max_length=40, default="UTC")
    fiscal_year_start = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_clients"
    )
    salesforce_id = models.CharField(max_length=40, blank=True, default="")
    hubspot_id = models.CharField(max_length=40, blank=True, default="")
    finance_code = models.CharField(max_length=40, blank=True, default="")
    notes = models.TextField(blank=True, default="")

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(tier__in=["", *Tier.values]), name="client_tier_known"),
            models.CheckConstraint(condition=Q(status__in=ClientStatus.values), name="client_status_known"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="client_not_own_parent"),
            models.CheckConstraint(
                condition=Q(fiscal_year_start__gte=1, fiscal_year_start__lte=12), name="client_fiscal_start"
            ),
            models.CheckConstraint(condition=~Q(key="") & ~Q(name=""), name="client_named"),
        ]

    def __str__(self) -> str:
        return self.name

    def local_date(self, now: datetime) -> date:
        """The day it is at the client: what is due, late or held "today" is judged by it."""
        return now.astimezone(self.zone()).date()

    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):  # imported from a system that does not use IANA names
            return ZoneInfo("UTC")


class Duty(models.TextChoices):
    MANAGER = "manager", "Account manager"
    FINANCE = "finance", "Finance partner"
    DELIVERY = "delivery", "Delivery lead"
    MEMBER = "member", "Team member"


class ClientMember(models.Model):
    """Who works on a client: this makes the client visible to account managers and delivery."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="client_duties")
    duty = models.CharField(max_length=10, choices=Duty, default=Duty.MEMBER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "person"], name="client_member_once"),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="client_member_duty"),
        ]
