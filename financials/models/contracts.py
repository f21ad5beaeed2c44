from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import BusinessUnit, Client, Opportunity
from common.models import AmountField, CurrencyField, Record


class ContractKind(models.TextChoices):
    MSA = "msa", "Master services agreement"
    SOW = "sow", "Statement of work"
    CHANGE_ORDER = "change_order", "Change order"


class ContractStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    REVIEW = "review", "Internal review"
    NEGOTIATION = "negotiation", "Negotiation"
    SIGNED = "signed", "Signed"
    ACTIVE = "active", "Active"
    COMPLETED = "completed", "Completed"
    TERMINATED = "terminated", "Terminated"
    EXPIRED = "expired", "Expired"


SCHEDULED_STATUSES = (ContractStatus.SIGNED, ContractStatus.ACTIVE, ContractStatus.COMPLETED)
"""Only these have schedules (contract.md)."""


class Billing(models.TextChoices):
    RETAINER = "retainer", "Retainer"
    TIME_AND_MATERIALS = "time_and_materials", "Time and materials"
    FIXED_FEE = "fixed_fee", "Fixed fee"
    MILESTONE = "milestone", "Milestone"


class Renewal(models.TextChoices):
    FIXED = "fixed", "Fixed term"
    AUTO = "auto", "Renews automatically"
    EVERGREEN = "evergreen", "Evergreen"


class BillingTiming(models.TextChoices):
    """When the fee is invoiced; the billing plan follows from it."""

    MONTHLY_ADVANCE = "monthly_advance", "Monthly in advance"
    MONTHLY_ARREARS = "monthly_arrears", "Monthly in arrears"
    QUARTERLY_ADVANCE = "quarterly_advance", "Quarterly in advance"
    QUARTERLY_ARREARS = "quarterly_arrears", "Quarterly in arrears"
    UPFRONT = "upfront", "All at the start"
    COMPLETION = "completion", "All at the end"
    MILESTONES = "milestones", "On acceptance of each milestone"
    AS_WORKED = "as_worked", "As worked, monthly in arrears"


class NoticeRule(models.TextChoices):
    CALENDAR = "calendar", "Calendar days"
    BUSINESS = "business", "Business days"


class Contract(Record):
    """MSA → SOW → change order. amount: the fee, without pass-through and tax; an evergreen's is per year."""

    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=12, choices=ContractKind)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contracts")
    title = models.CharField(max_length=200)
    start = models.DateField()
    end = models.DateField(null=True, blank=True)
    amount = AmountField(null=True, blank=True)
    currency = CurrencyField()
    billing = models.CharField(max_length=20, choices=Billing, blank=True, default="")
    service_line = models.CharField(max_length=80, blank=True, default="")
    offering = models.CharField(
        max_length=120, blank=True, default="", help_text="key or name of one of ours; blank: its opportunity's"
    )
    business_unit = models.ForeignKey(
        BusinessUnit, null=True, blank=True, on_delete=models.SET_NULL, related_name="contracts"
    )
    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.SET_NULL, related_name="contracts"
    )
    status = models.CharField(max_length=12, choices=ContractStatus, default=ContractStatus.DRAFT)
    signed_on = models.DateField(null=True, blank=True)
    country = models.CharField(max_length=6, blank=True, default="")
    renewal = models.CharField(max_length=10, choices=Renewal, blank=True, default="")
    notice_days = models.PositiveSmallIntegerField(null=True, blank=True)
    notice_rule = models.CharField(max_length=10, choices=NoticeRule, blank=True, default="")
    uplift = models.CharField(max_length=40, blank=True, default="")
    probability = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    billing_timing = models.CharField(max_length=20, choices=BillingTiming, blank=True, default="")
    scope_hours = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text="hours the fee pays for"
    )
    scope = models.TextField(blank=True, default="", help_text="what is and is not in scope, in words")
    ended_on = models.DateField(null=True, blank=True, help_text="last day in force, where terminated before the end")
    new_end = models.DateField(
        null=True, blank=True, help_text="of a change order: the day the contract it changes then ends on"
    )
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="supersedes"
    )

    class Meta:
        ordering = ["start", "number"]
        indexes = [models.Index(fields=["client", "kind"], name="contract_of_client")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ContractKind.values), name="contract_kind_known"),
            models.CheckConstraint(condition=Q(status__in=ContractStatus.values), name="contract_status_known"),
            models.CheckConstraint(condition=Q(billing__in=["", *Billing.values]), name="contract_billing_known"),
            models.CheckConstraint(condition=Q(renewal__in=["", *Renewal.values]), name="contract_renewal_known"),
            models.CheckConstraint(
                condition=Q(notice_rule__in=["", *NoticeRule.values]), name="contract_notice_rule_known"
            ),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="contract_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(renewal="evergreen") | Q(end=None), name="contract_evergreen_has_no_end"
            ),
            models.CheckConstraint(condition=~Q(kind="msa") | Q(parent=None), name="contract_msa_is_a_root"),
            models.CheckConstraint(
                condition=~Q(kind="change_order") | Q(parent__isnull=False), name="contract_change_order_has_parent"
            ),
            models.CheckConstraint(
                condition=Q(kind="change_order") | Q(amount=None) | Q(amount__gte=0), name="contract_amount_sign"
            ),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__gte=0, probability__lte=1),
                name="contract_probability",
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="contract_not_own_parent"),
            models.CheckConstraint(
                condition=Q(billing_timing__in=["", *BillingTiming.values]), name="contract_billing_timing_known"
            ),
            models.CheckConstraint(condition=Q(scope_hours=None) | Q(scope_hours__gte=0), name="contract_scope_hours"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("start")), name="contract_ended_after_start"
            ),
            models.CheckConstraint(
                condition=Q(new_end=None) | Q(kind="change_order", new_end__gte=F("start")),
                name="contract_new_end_of_a_change_order",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by=None) | ~Q(superseded_by=F("id")), name="contract_not_its_own_successor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ScheduleLine(models.Model):
    """A contract's amount by month, straight line by day. Rewritten with its contract, never edited."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="schedule")
    month = models.DateField()
    amount = AmountField()

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "month"], name="schedule_line_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="schedule_month_first_day"),
        ]
