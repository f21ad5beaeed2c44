"""Hours worked, what an hour costs and what it is sold for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Client
from common.models import AmountField, CurrencyField, Record
from financials.models.contracts import Contract


class RateKind(models.TextChoices):
    BILL = "bill", "Bill rate"
    COST = "cost", "Cost rate"  # field class SALARY


class Rate(Record):
    """What an hour of a person or a role is sold for (bill) or costs (cost), from a day until the next row of the same
    kind, person, role, client and contract. A change is a new row from a date.

    Precedence on a day, most telling first: person before role; contract before client before neither; then the
    newest `starts`. docs/definitions.md#rates
    """

    kind = models.CharField(max_length=4, choices=RateKind)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="rates"
    )
    role = models.CharField(max_length=80, blank=True, default="")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="rates")
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.CASCADE, related_name="rates")
    rate = AmountField(help_text="for one hour")
    currency = CurrencyField()
    starts = models.DateField()

    class Meta:
        ordering = ["kind", "role", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person", "role", "client", "contract", "starts"],
                name="rate_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(kind__in=RateKind.values), name="rate_kind_known"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="rate_not_negative"),
            models.CheckConstraint(
                condition=Q(person=None) & ~Q(role="") | Q(person__isnull=False, role=""), name="rate_person_or_role"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "kind", "starts"], name="rate_of_person"),
            models.Index(fields=["role", "kind", "starts"], name="rate_of_role"),
        ]


class TimeStatus(models.TextChoices):
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Sent back"


class TimeEntry(Record):
    """Hours of one person on one day. month: where they count: the day's own month, or the first open one when that
    was already closed. Rejected hours count nowhere; hours of a closed month are never changed.
    """

    source_ref = models.CharField(max_length=120, unique=True)
    date = models.DateField()
    month = models.DateField(editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="time_entries")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="time_entries", db_index=False)
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="time_entries")
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    billable = models.BooleanField(default=True)
    role = models.CharField(max_length=80, blank=True, default="")
    notes = models.CharField(max_length=300, blank=True, default="")
    status = models.CharField(max_length=10, choices=TimeStatus, default=TimeStatus.SUBMITTED)
    decided_by = models.CharField(max_length=254, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-date", "-id"]
        verbose_name_plural = "time entries"
        indexes = [
            models.Index(fields=["client", "month"], name="time_of_client"),
            models.Index(fields=["person", "date"], name="time_of_person"),
            models.Index(fields=["-date", "-id"], name="time_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0, hours__lte=24), name="time_hours_of_a_day"),
            models.CheckConstraint(condition=Q(status__in=TimeStatus.values), name="time_status_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="time_month_first_day"),
            models.CheckConstraint(
                condition=Q(status="submitted") | Q(decided_at__isnull=False), name="time_decided_when"
            ),
        ]

    @property
    def late(self) -> bool:
        """Counted in a later month than its day's, which was closed already."""
        return (self.date.year, self.date.month) != (self.month.year, self.month.month)


class TimeMonth(models.Model):
    """Hours that count, summed per client × contract × person × role × month, with their cost and card value.

    Rewritten for the touched clients and months in the transaction of each edit of time or rates, so never stale; a
    closed month is left as it stands. hours = priced + unpriced; cost is of the priced ones alone, likewise value of
    the carded. One person's cost is field class SALARY.

    in_ladder: the ledger has no delivery labour for the client and month, so the P&L takes this cost. Database triggers
    keep it, from here and from `LedgerMonth`, in the transaction of the write: never written by hand.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False)
    contract = models.ForeignKey(Contract, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    hours = models.DecimalField(max_digits=12, decimal_places=2)
    billable_hours = models.DecimalField(max_digits=12, decimal_places=2)
    unpriced_hours = models.DecimalField(max_digits=12, decimal_places=2, help_text="no cost rate on the day")
    uncarded_hours = models.DecimalField(
        max_digits=12, decimal_places=2, help_text="billable, with no bill rate on the day"
    )
    cost = AmountField()
    cost_currency = CurrencyField(blank=True, default="")
    value = AmountField(help_text="billable hours at the bill rate of the day")
    value_currency = CurrencyField(blank=True, default="")
    entries = models.IntegerField()
    in_ladder = models.BooleanField(default=True, db_default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "month", "contract", "person", "role", "cost_currency", "value_currency"],
                name="time_month_cell",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(unpriced_hours__lte=F("hours")), name="time_month_unpriced"),
        ]
        indexes = [
            models.Index(fields=["contract", "month"], name="time_month_of_contract"),
            models.Index(
                fields=["month", "client"],
                name="time_month_in_ladder",
                condition=Q(in_ladder=True) & ~Q(cost_currency=""),
            ),
        ]
