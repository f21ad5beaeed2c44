"""The form of an absence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from people.models import User
from people.queries_leave import line_of


class _Day(forms.DateInput):
    input_type = "date"


class LeaveForm(forms.Form):
    person = forms.ModelChoiceField(User.objects.none(), empty_label=None)
    starts = forms.DateField(widget=_Day(format="%Y-%m-%d"), label="From")
    ends = forms.DateField(widget=_Day(format="%Y-%m-%d"), label="To")
    hours = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=7,
        decimal_places=2,
        help_text="Of the whole absence; blank: whole days.",
    )

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        super().__init__(data, initial={"person": user.pk})
        self.fields["person"].queryset = line_of(user)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends < starts:
            raise ValidationError("The last day lies before the first: swap the two, or mend the wrong one.")
        if starts and not 1900 < starts.year < 2199:
            raise ValidationError("Years run from 1900 to 2199.")
        if data.get("hours") == 0:
            raise ValidationError("Leave the hours blank for whole days.")
        return data
