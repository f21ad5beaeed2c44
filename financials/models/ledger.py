from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Client
from common.models import AmountField, CurrencyField, Record
from financials.models.contracts import Contract


class Line(models.TextChoices):
    """The posted lines of the P&L ladder; costs are positive amounts."""

    GROSS_REVENUE = "gross_revenue", "Gross revenue"
    PASS_THROUGH = "pass_through", "Pass-through"  # a P&L line, not a password
    DELIVERY_LABOUR = "delivery_labour", "Delivery labour"
    FREELANCERS = "freelancers", "Freelancers"
    DIRECT_EXPENSES = "direct_expenses", "Direct expenses"
    OVERHEAD = "overhead", "Account overhead"


COST_LINES = frozenset({Line.DELIVERY_LABOUR, Line.FREELANCERS, Line.DIRECT_EXPENSES, Line.OVERHEAD})
"""Lines of field class COST."""


class LedgerEntry(models.Model):
    """A posted row. Never updated: a changed amount is a reversal and a new row (a database trigger refuses edits).

    revision counts the amounts a source_ref has had; a reversal takes the revision it cancels.
    month is where it posts; service_month is set when the month it belongs to was already closed.
    """

    source_ref = models.CharField(max_length=120)
    revision = models.PositiveIntegerField(default=1)
    is_reversal = models.BooleanField(default=False)
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_entries", db_index=False
    )
    contract = models.ForeignKey(
        Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_entries", db_index=False
    )
    service_line = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    service_month = models.DateField(null=True, blank=True)
    line = models.CharField(max_length=16, choices=Line)
    amount = AmountField()
    currency = CurrencyField()
    description = models.CharField(max_length=300, blank=True, default="")
    batch_id = models.BigIntegerField(null=True, blank=True, help_text="the import that posted it")
    posted_at = models.DateTimeField()
    posted_by = models.CharField(max_length=254, blank=True, default="")

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [
            models.Index(fields=["client", "month", "line"], name="ledger_of_client"),
            models.Index(fields=["contract"], name="ledger_of_contract", condition=Q(contract__isnull=False)),
            models.Index(fields=["batch_id"], name="ledger_of_batch", condition=Q(batch_id__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source_ref", "revision", "is_reversal"], name="ledger_once"),
            models.CheckConstraint(condition=Q(line__in=Line.values), name="ledger_line_known"),
            models.CheckConstraint(
                condition=Q(client__isnull=False) | Q(line="overhead"), name="ledger_client_unless_overhead"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="ledger_month_first_day"),
            models.CheckConstraint(
                condition=Q(service_month=None) | Q(service_month__day=1), name="ledger_service_month_first_day"
            ),
        ]


class LedgerMonth(models.Model):
    """The ledger summed per client × contract × service line × month × line × currency.

    Kept by delta in the same transaction as each posting, so it is never stale.
    """

    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    contract = models.ForeignKey(Contract, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    service_line = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    line = models.CharField(max_length=16, choices=Line)
    currency = CurrencyField()
    amount = AmountField()
    entries = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "month", "line", "contract", "service_line", "currency"],
                name="ledger_month_cell",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["month", "line"], name="ledger_month_by_month")]


class BudgetLine(Record):
    """One version of the plan in money, at the ledger's grain."""

    version_name = models.CharField(max_length=40)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="budget_lines", db_index=False)
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    service_line = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    line = models.CharField(max_length=16, choices=Line)
    amount = AmountField()
    currency = CurrencyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version_name", "client", "month", "line", "contract", "service_line"],
                name="budget_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(line__in=Line.values), name="budget_line_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="budget_month_first_day"),
        ]
        indexes = [models.Index(fields=["client", "month"], name="budget_of_client")]
