"""What hangs on a contract: dated terms, milestones, estimates, billing plan, documents, its way to signature."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from common.models import AmountField, Record
from financials.models.contracts import Contract, ContractStatus


class TermTopic(models.TextChoices):
    """What a term settles. Amount, dates and rates are on the contract, its change orders and the rate cards."""

    PAYMENT_DAYS = "payment_days", "Payment days"
    NOTICE_DAYS = "notice_days", "Notice period, days"
    NOTICE_RULE = "notice_rule", "How notice days count"
    UPLIFT = "uplift", "Uplift at renewal"
    LIABILITY_CAP = "liability_cap", "Liability cap"
    SCOPE_HOURS = "scope_hours", "Hours in scope"
    BILLING_TIMING = "billing_timing", "When the fee is invoiced"
    EXPENSES = "expenses", "Expenses"
    IP = "ip", "Intellectual property"
    CONFIDENTIALITY = "confidentiality", "Confidentiality"
    TERMINATION = "termination", "Termination"
    GOVERNING_LAW = "governing_law", "Governing law"
    OTHER = "other", "Other"


class Term(Record):
    """One position of a contract, in force from a date until a later row of the same topic or contract below says
    otherwise. Never edited once in force: a change is a new row from a date.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="terms")
    topic = models.CharField(max_length=20, choices=TermTopic)
    value = models.CharField(max_length=300)
    starts = models.DateField(help_text="in force from this day")
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["topic", "-starts"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "topic", "starts"], name="term_once"),
            models.CheckConstraint(condition=Q(topic__in=TermTopic.values), name="term_topic_known"),
            models.CheckConstraint(condition=~Q(value=""), name="term_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.value}"


class Milestone(Record):
    """A part of the fee earned when the client accepts something."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="milestones")
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    due = models.DateField()
    amount = AmountField()
    accepted_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due", "key"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "key"], name="milestone_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="milestone_amount"),
        ]

    def __str__(self) -> str:
        return self.title


class Estimate(Record):
    """What a fixed fee's work will still cost, as judged at a month's end. Field class COST."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="estimates")
    month = models.DateField()
    cost_to_go = AmountField(help_text="in the contract's currency")
    judged_by = models.CharField(max_length=254, blank=True, default="")

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "month"], name="estimate_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="estimate_month_first_day"),
            models.CheckConstraint(condition=Q(cost_to_go__gte=0), name="estimate_not_negative"),
        ]


class BillingPlanLine(Record):
    """An invoice that is to be raised; made from the contract's timing, then edited by hand where the deal differs."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="billing_plan")
    due = models.DateField(help_text="when the invoice is to be raised")
    amount = AmountField()
    label = models.CharField(max_length=200, blank=True, default="")
    by_hand = models.BooleanField(default=False, help_text="written by a person: a rebuild leaves it alone")

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["contract", "due"], name="billing_plan_of_contract")]


class ContractDocument(models.Model):
    """A signed PDF or a DOCX draft beside its contract; kept in the database with its hash, never changed."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    added_by = models.CharField(max_length=254)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["contract", "sha256"], name="contract_document_once")]

    def __str__(self) -> str:
        return self.name


class StatusChange(models.Model):
    """A step of a contract from draft to its end: who and when. Append-only."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="status_changes")
    before = models.CharField(max_length=12, choices=ContractStatus, blank=True, default="")
    after = models.CharField(max_length=12, choices=ContractStatus)
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="status_change_moves"),
            models.CheckConstraint(condition=Q(after__in=ContractStatus.values), name="status_change_known"),
        ]
