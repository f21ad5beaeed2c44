"""What a contract, or a milestone, is for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import Client, Imperative


class TieForm(forms.Form):
    imperative = forms.ModelChoiceField(label="Serves", queryset=Imperative.objects.none(), empty_label=None)
    share = forms.DecimalField(
        label="Share of the contract",
        min_value=Decimal("0.01"),
        max_value=Decimal(1),
        max_digits=7,
        decimal_places=6,
        initial=1,
        help_text="A fraction: 0.5 is half. Milestones that are tied by themselves are taken out first.",
    )

    def __init__(self, *args: Any, client: Client, whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["imperative"].queryset = Imperative.objects.filter(plan__client=client)
        if whole:
            del fields["share"]
