"""A campaign, a channel's budget, a month's spend."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from accounts.models import Campaign, Client, Kpi
from accounts.queries.people import assignable
from common.forms import RecordForm
from common.money import is_currency
from common.periods import InvalidPeriod, parse_month

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CampaignForm(RecordForm):
    class Meta:
        model = Campaign
        fields = ["name", "aim", "state", "starts_on", "ends_on", "currency", "owner", "kpis"]
        labels = {"aim": "What it is to bring", "starts_on": "Runs from", "ends_on": "To", "kpis": "KPIs it is to move"}
        widgets = {"starts_on": _DAY, "ends_on": _DAY, "kpis": forms.SelectMultiple(attrs={"size": 5})}

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["owner"].empty_label = "Nobody yet"
        fields["kpis"].queryset = Kpi.objects.filter(client=client)

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if not is_currency(code):
            raise forms.ValidationError("Write an ISO 4217 code such as USD.")
        return code

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "It ends before it starts.")
        return data


class ChannelForm(forms.Form):
    channel = forms.CharField(label="Channel", max_length=80)
    budget = forms.DecimalField(label="Budget", min_value=0, max_digits=18, decimal_places=4)


class SpendForm(forms.Form):
    month = forms.CharField(label="Month", max_length=7, help_text="As 2026-09.")
    amount = forms.DecimalField(label="Spent in it", max_digits=18, decimal_places=4)

    def clean_month(self) -> date:
        try:
            return parse_month(str(self.cleaned_data["month"]))
        except InvalidPeriod as error:
            raise forms.ValidationError(str(error)) from error
