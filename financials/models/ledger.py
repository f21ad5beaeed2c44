from __future__ import annotations

from functools import reduce
from operator import and_, sub
from typing import Any, Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Round

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


ACCRUAL = "accrual:"
"""How the source_ref of a row begins that the close posts: accrual:CONTRACT:MONTH."""


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
            models.Index(fields=["client", "id"], name="ledger_newest_of_client"),
            models.Index(fields=["contract"], name="ledger_of_contract", condition=Q(contract__isnull=False)),
            models.Index(fields=["batch_id"], name="ledger_of_batch", condition=Q(batch_id__isnull=False)),
            models.Index(fields=["service_month"], name="ledger_late", condition=Q(service_month__isnull=False)),
            models.Index(fields=["contract"], name="ledger_accruals", condition=Q(source_ref__startswith=ACCRUAL)),
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


WORKED_LINES: Final = (Line.DELIVERY_LABOUR.value, Line.FREELANCERS.value)
"""Lines whose amount pays for hours."""


class BudgetLine(Record):
    """One version of the plan in money, at the ledger's grain.

    hours: planned to be worked for the amount, on the lines people are paid by; None is not planned, not zero.
    """

    version_name = models.CharField(max_length=40)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="budget_lines", db_index=False)
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    service_line = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    line = models.CharField(max_length=16, choices=Line)
    amount = AmountField()
    currency = CurrencyField()
    hours = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version_name", "client", "month", "line", "contract", "service_line"],
                name="budget_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(line__in=Line.values), name="budget_line_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="budget_month_first_day"),
            models.CheckConstraint(
                condition=Q(hours=None) | Q(hours__gte=0, line__in=WORKED_LINES), name="budget_hours_of_work"
            ),
        ]
        indexes = [models.Index(fields=["client", "month"], name="budget_of_client")]


_COSTS_AND_PASSED = [F(line) for line in Line.values if line != Line.GROSS_REVENUE]
_CHECKED: Any = reduce(sub, _COSTS_AND_PASSED, F("gross_revenue"))
_CENTS: Any = reduce(and_, (Q(**{line: Round(F(line), 2)}) for line in Line.values))
LIGHT_BELOW: Final = 1_000_000_000
"""Amounts smaller than this may be converted in floating point: see `financials.queries.ladder_sql`."""
_LIGHT: Any = _CENTS & reduce(
    and_, (Q(**{f"{line}__gt": -LIGHT_BELOW, f"{line}__lt": LIGHT_BELOW}) for line in Line.values)
)


def _hundredths(line: str) -> models.GeneratedField:
    whole: Any = Cast(F(line) * 100, models.BigIntegerField())
    return models.GeneratedField(expression=whole, output_field=models.BigIntegerField(), db_persist=True)


class LadderCell(models.Model):
    """Six lines beside each other: client × contract × service line × month × currency, one row for up to six cells.

    Kept by database triggers in the transaction of whatever writes the cells beneath, so never stale and never written
    by hand. cells: how many lie beneath; a row without any goes. cents: no line has more than two decimals, so that in
    its own currency nothing is left to round. checked: what is left of the lines, to hold a report against. light:
    cents, and no line reaches LIGHT_BELOW; then *_h are the lines in hundredths, which add up several times faster.
    No constraint to the client: the cells have theirs.
    """

    client = models.ForeignKey(
        Client, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    contract = models.ForeignKey(
        Contract, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    service_line = models.CharField(max_length=80, blank=True, default="")
    month = models.DateField()
    currency = CurrencyField()
    gross_revenue = AmountField()
    pass_through = AmountField()
    delivery_labour = AmountField()
    freelancers = AmountField()
    direct_expenses = AmountField()
    overhead = AmountField()
    cents = models.GeneratedField(expression=_CENTS, output_field=models.BooleanField(), db_persist=True)
    checked = models.GeneratedField(expression=_CHECKED, output_field=AmountField(), db_persist=True)
    cells = models.IntegerField()
    light = models.GeneratedField(expression=_LIGHT, output_field=models.BooleanField(), db_persist=True)
    gross_revenue_h = _hundredths("gross_revenue")
    pass_through_h = _hundredths("pass_through")
    delivery_labour_h = _hundredths("delivery_labour")
    freelancers_h = _hundredths("freelancers")
    direct_expenses_h = _hundredths("direct_expenses")
    overhead_h = _hundredths("overhead")

    class Meta:
        abstract = True


_INDEXED: Final = Q(light=True, client__isnull=False)
_INCLUDED: Final = (*(f"{line}_h" for line in Line.values), "checked")
"""All that a sum of light cells reads, so that it reads nothing but the index: `financials.queries.ladder_periods`."""


class LedgerLadder(LadderCell):
    """Of `LedgerMonth`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "month", "contract", "service_line", "currency"],
                name="ledger_ladder_cell",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["month"], name="ledger_ladder_by_month", include=["client", "checked"]
            ),  # a check total
            models.Index(fields=["id"], name="ledger_ladder_empty", condition=Q(cells=0)),
            models.Index(
                fields=["currency", "month"], name="ledger_ladder_light", condition=_INDEXED, include=_INCLUDED
            ),
            models.Index(fields=["month"], name="ledger_ladder_heavy", condition=Q(light=False)),
        ]


class BudgetLadder(LadderCell):
    """Of `BudgetLine`, each version apart."""

    version_name = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version_name", "client", "month", "contract", "service_line", "currency"],
                name="budget_ladder_cell",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["version_name", "month"], name="budget_ladder_by_month"),
            models.Index(fields=["id"], name="budget_ladder_empty", condition=Q(cells=0)),
            models.Index(
                fields=["version_name", "currency", "month"],
                name="budget_ladder_light",
                condition=_INDEXED,
                include=_INCLUDED,
            ),
            models.Index(fields=["version_name", "month"], name="budget_ladder_heavy", condition=Q(light=False)),
        ]
