"""The address of the track record."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from financials.queries.accuracy import AccuracyRequest


class AccuracyForm(forms.Form):
    client = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    source = forms.ChoiceField(required=False, choices=[("kept", "As made"), ("backtest", "Made again")])


def accuracy_request(query: QueryDict) -> tuple[AccuracyRequest, list[str]]:
    """What cannot be read is said above the page, and the default shown."""
    form = AccuracyForm(query)
    form.is_valid()
    data = form.cleaned_data
    asked = AccuracyRequest(data.get("source", ""), data.get("client", ""), data.get("owner", ""))
    return asked, [str(error) for several in form.errors.values() for error in several]
