"""The list of contracts' address, and a contract's own form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from common.money import is_currency
from common.periods import YEARS
from financials.calc.notice import InvalidUplift, parse_uplift
from financials.forms.fields import DateInput
from financials.models import Contract, ContractKind, ContractStatus, Renewal
from financials.queries.contract_trees import ContractFilter

MOST_NOTICE = 1000  # days, as in files


class ContractFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="Search")
    status = forms.ChoiceField(required=False, choices=[("", "All"), *ContractStatus.choices])
    kind = forms.ChoiceField(required=False, choices=[("", "All"), *ContractKind.choices])
    client = forms.CharField(required=False, max_length=80)
    sort = forms.CharField(required=False, max_length=20)


def contract_filter(query: QueryDict) -> ContractFilter:
    """What cannot be read is left out."""
    form = ContractFilterForm(query)
    form.is_valid()
    return ContractFilter(**{name: form.cleaned_data.get(name, "") for name in ContractFilterForm.base_fields})


class ContractForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Contract
        fields = (
            "title",
            "start",
            "end",
            "amount",
            "currency",
            "billing",
            "service_line",
            "signed_on",
            "renewal",
            "notice_days",
            "notice_rule",
            "uplift",
            "probability",
            "billing_timing",
            "scope_hours",
            "scope",
            "new_end",
            "superseded_by",
        )
        labels = {
            "signed_on": "Signed on",
            "notice_days": "Notice, days",
            "billing_timing": "Invoiced",
            "scope_hours": "Hours in scope",
            "scope": "In scope, and not",
            "new_end": "Moves the end to",
            "superseded_by": "Superseded by",
        }
        help_texts = {
            "amount": "The fee, without pass-through and tax; a year's fee when the contract has no end.",
            "uplift": "A fraction such as 0.03, or index:floor:cap such as cpi:0.02:0.04.",
            "probability": "Of renewal, 0 to 1. Blank takes the default for its kind.",
            "new_end": "The day on which the contract it changes then ends.",
            "superseded_by": "The contract that took over.",
        }
        widgets = {
            "start": DateInput(),
            "end": DateInput(),
            "signed_on": DateInput(),
            "new_end": DateInput(),
            "scope": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("amount", "probability", "scope_hours"):
            stored = getattr(self.instance, name)
            if stored is not None:
                self.initial[name] = format(stored.normalize(), "f")
        if self.instance.kind != ContractKind.CHANGE_ORDER:
            del self.fields["new_end"]
        rivals: Any = self.fields["superseded_by"]
        rivals.queryset = (
            Contract.objects.filter(client=self.instance.client_id, kind=self.instance.kind)
            .exclude(pk=self.instance.pk)
            .order_by("number")
        )
        rivals.empty_label = "None"

    def clean_uplift(self) -> str:
        text = str(self.cleaned_data["uplift"])
        try:
            parse_uplift(text)
        except InvalidUplift as error:
            raise ValidationError(str(error)) from None
        return text

    def clean_currency(self) -> str:
        from_form = str(self.cleaned_data["currency"]).upper()
        if not is_currency(from_form):
            raise ValidationError("Write the currency as three letters, such as USD.")
        return from_form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        for name in ("start", "end", "signed_on", "new_end"):
            if data.get(name) and data[name].year not in YEARS:
                self.add_error(name, f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        if (data.get("notice_days") or 0) > MOST_NOTICE:
            self.add_error("notice_days", f"At most {MOST_NOTICE} days.")
        if start and end and end < start:
            self.add_error("end", "The end comes before the start.")
        if start and data.get("new_end") and data["new_end"] < start:
            self.add_error("new_end", "The new end comes before the change order's own start.")
        if data.get("renewal") == Renewal.EVERGREEN and end:
            self.add_error("end", "An evergreen contract has no end: leave it blank.")
        amount = data.get("amount")
        if amount is not None and amount < 0 and self.instance.kind != ContractKind.CHANGE_ORDER:
            self.add_error("amount", "Only a change order can be negative.")
        return data
