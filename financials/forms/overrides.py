"""A person's own figure beside the forecast."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from common.money import is_currency
from common.periods import Month
from financials.actions.overrides import Wanted
from financials.forms.fields import MonthField


class OverrideForm(forms.Form):
    """levels: those the person may enter at. today: an override that has expired already would count on no day; one of
    closed months alone would change nothing."""

    first = MonthField(label="First month")
    last = MonthField(label="Last month")
    level = forms.ChoiceField(label="As")
    amount = forms.DecimalField(label="The months come to", max_digits=18, decimal_places=4, required=False)
    delta = forms.DecimalField(label="Or add to the forecast", max_digits=18, decimal_places=4, required=False)
    currency = forms.CharField(label="Currency", max_length=3)
    reason = forms.CharField(label="Reason", max_length=500)
    expires_on = forms.DateField(label="Counts to", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, levels: tuple[str, ...], today: date, closed: Month | None, **kwargs: Any) -> None:
        """closed: the last closed month."""
        super().__init__(*args, **kwargs)
        self.today, self.closed = today, closed
        field = self.fields["level"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(level, level.capitalize()) for level in reversed(levels)]

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if not is_currency(code):
            raise forms.ValidationError("Write the currency as three letters, such as USD.")
        return code

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        if day < self.today:
            raise forms.ValidationError("This day has passed: give the last day the figure counts.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "The last month lies before the first.")
        elif data.get("last") and self.closed and data["last"] <= self.closed:
            self.add_error("last", "This month is closed: a figure for closed months changes nothing.")
        if (data.get("amount") is None) == (data.get("delta") is None):
            self.add_error("amount", "Give what the months come to, or what to add: one of the two.")
        return data

    def wanted(self, client_id: int | None) -> Wanted:
        data = self.cleaned_data
        return Wanted(
            client_id=client_id,
            level=data["level"],
            first=data["first"],
            last=data["last"],
            currency=data["currency"],
            amount=data["amount"],
            delta=data["delta"],
            reason=data["reason"],
            expires_on=data["expires_on"],
        )


class RevokeForm(forms.Form):
    why = forms.CharField(max_length=500, required=False)
