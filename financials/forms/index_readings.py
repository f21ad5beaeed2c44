"""A reading of a price index."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import forms

from financials.forms.fields import MonthField
from financials.models import IndexReading


class ReadingForm(forms.Form):
    index = forms.CharField(max_length=20, help_text="As contracts name it in their uplift, such as cpi.")
    month = MonthField(label="Month")
    value = forms.DecimalField(
        label="Level", max_digits=12, decimal_places=4, help_text="The index itself, not its change: 134.2."
    )
    source = forms.CharField(max_length=200, help_text="Who published it, and where.")

    def __init__(self, *args: object, reading: IndexReading | None = None, **kwargs: object) -> None:
        """reading: the one changed; its index and month stay."""
        if reading is not None:
            kwargs["initial"] = {"value": f"{reading.value.normalize():f}", "source": reading.source}
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through as given
        if reading is not None:
            del self.fields["index"], self.fields["month"]

    def clean_index(self) -> str:
        name = str(self.cleaned_data["index"]).lower()
        if ":" in name:
            raise forms.ValidationError("An index's name has no colon: it ends there in an uplift.")
        return name

    def clean_month(self) -> date:
        found: date = self.cleaned_data["month"]
        return found

    def clean_value(self) -> Decimal:
        level: Decimal = self.cleaned_data["value"]
        if level <= 0:
            raise forms.ValidationError("A level is above zero.")
        return level
