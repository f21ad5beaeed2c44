"""Posted forms of the close: an answer of its checklist, and what spreads overhead."""

from __future__ import annotations

from django import forms

from financials.forms.fields import MonthField
from financials.models import OverheadDriver
from financials.queries.close_checks import MANUAL


class CheckForm(forms.Form):
    """One answer of a month's checklist."""

    name = forms.ChoiceField(choices=list(MANUAL.items()))
    done = forms.BooleanField(required=False)
    note = forms.CharField(required=False, max_length=300)


class DriverForm(forms.Form):
    starts = MonthField(label="From the month")
    driver = forms.ChoiceField(choices=OverheadDriver.choices, label="Spread by")
