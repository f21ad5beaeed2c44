"""The close of a month: what was ticked, what stood when it closed, and how overhead is spread."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Client
from common.models import AmountField, CurrencyField
from financials.models.contracts import Contract
from financials.models.ledger import Line


class CloseCheck(models.Model):
    """A line of a month's checklist that a person answers; what the product can see itself is computed, not ticked."""

    month = models.DateField()
    name = models.CharField(max_length=40)
    done = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True, default="")
    by = models.CharField(max_length=254, blank=True, default="")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["month", "name"]
        constraints = [
            models.UniqueConstraint(fields=["month", "name"], name="close_check_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="close_check_month_first_day"),
        ]


class CloseEvent(models.Model):
    """A month closed or opened again: who, when, why. Append-only; common.ClosedPeriod says which months are shut."""

    class Kind(models.TextChoices):
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Opened again"

    month = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    reason = models.CharField(max_length=300, blank=True, default="")
    ledger_no = models.BigIntegerField(help_text="the newest ledger entry then")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["month", "-id"], name="close_event_of_month")]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="close_event_month_first_day"),
            models.CheckConstraint(condition=Q(kind="closed") | ~Q(reason=""), name="close_event_reopened_why"),
        ]


class CloseLine(models.Model):
    """The ledger's sums of the month as they stood at a close; two closes of a month differ by what was restated."""

    event = models.ForeignKey(CloseEvent, on_delete=models.CASCADE, related_name="lines")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(Contract, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    service_line = models.CharField(max_length=80, blank=True, default="")
    line = models.CharField(max_length=16, choices=Line)
    currency = CurrencyField()
    amount = AmountField()
    entries = models.IntegerField()


class OverheadDriver(models.TextChoices):
    """By what the pool of overhead without a client is spread within a month."""

    DELIVERY_LABOUR = "delivery_labour", "Delivery labour"
    NET_REVENUE = "net_revenue", "Net revenue"
    HOURS = "hours", "Hours worked"
    NONE = "none", "Not spread"


class OverheadRule(models.Model):
    """The driver in force from a month; the newest row at or before a month decides. Delivery labour while there is
    none."""

    starts = models.DateField(unique=True)
    driver = models.CharField(max_length=16, choices=OverheadDriver)
    set_by = models.CharField(max_length=254)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["starts"]
        constraints = [
            models.CheckConstraint(condition=Q(starts__day=1), name="overhead_rule_first_day"),
            models.CheckConstraint(condition=Q(driver__in=OverheadDriver.values), name="overhead_driver_known"),
        ]
