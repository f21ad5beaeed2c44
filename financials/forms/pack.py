"""A call as people type it."""

from __future__ import annotations

from decimal import Decimal

from django import forms


class CallForm(forms.Form):
    amount = forms.DecimalField(
        label="Net revenue of the year", min_value=Decimal(0), max_digits=14, decimal_places=2,
        help_text="In your reporting currency, in full: 73100000",
    )  # fmt: skip
    reason = forms.CharField(max_length=500, label="Why")
    asks = forms.CharField(
        max_length=1000, required=False, label="What you ask of leadership", widget=forms.Textarea(attrs={"rows": 3})
    )


class WithdrawForm(forms.Form):
    why = forms.CharField(max_length=500, label="Why it is withdrawn")
