"""What clients owe: invoices, and the purchase orders they draw on."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import Client
from common.models import AmountField, CurrencyField, Record
from financials.models.contracts import Contract


class PurchaseOrder(Record):
    """A client's promise to pay for a contract up to an amount."""

    number = models.CharField(max_length=60)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="purchase_orders")
    contract = models.ForeignKey(
        Contract, null=True, blank=True, on_delete=models.SET_NULL, related_name="purchase_orders"
    )
    amount = AmountField()
    currency = CurrencyField()
    issued = models.DateField()
    expires = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["issued", "number"]
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="purchase_order_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="purchase_order_amount"),
            models.CheckConstraint(
                condition=Q(expires=None) | Q(expires__gte=F("issued")), name="purchase_order_expires_after_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Invoice(Record):
    """An invoice or, with a negative amount, a credit note. Paid in full on paid_on, or open."""

    number = models.CharField(max_length=60, unique=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="invoices")
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices")
    issued = models.DateField()
    due = models.DateField()
    amount = AmountField(help_text="as invoiced, tax included")
    currency = CurrencyField()
    paid_on = models.DateField(null=True, blank=True)
    po_number = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ["-issued", "number"]
        indexes = [
            models.Index(fields=["client", "issued"], name="invoice_of_client"),
            models.Index(fields=["due"], name="invoice_open", condition=Q(paid_on=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(due__gte=F("issued")), name="invoice_due_after_issue"),
            models.CheckConstraint(
                condition=Q(paid_on=None) | Q(paid_on__gte=F("issued")), name="invoice_paid_after_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.number
