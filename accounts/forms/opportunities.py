"""Deals, and the filters of the pipeline."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from accounts.actions.edits import plain
from accounts.calc.deals import outcome_of
from accounts.forms.clients import clean_key
from accounts.forms.white_space import OfferingField
from accounts.models import BusinessUnit, Category, Client, Opportunity, OpportunityKind, Outcome
from accounts.queries.hygiene import ANY, FAULTS
from accounts.queries.people import assignable
from accounts.queries.pipeline import NO_CATEGORY, Scope
from common.forms import RecordForm
from common.money import is_currency
from common.periods import YEARS
from common.short_text import short_text
from people.models import User

MOST_MONTHS = 240
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_REQUIRED_WHEN_WON = {
    "amount": "A won deal needs its amount.",
    "close_on": "A won deal needs the day it closed.",
    "currency": "A won deal needs the currency of its amount.",
}


class ShareField(forms.DecimalField):
    """A probability from 0 to 1, typed as 0.4, 40% or 40: shown as 40%, so a person types it so too."""

    def prepare_value(self, value: Any) -> Any:
        """What stands, in percent; what was typed as it was typed."""
        return f"{(value * 100).normalize():f}%" if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        number = text.removesuffix("%").strip()
        if number.replace(".", "", 1).isdecimal() and (text.endswith("%") or Decimal(number) > 1):
            share = Decimal(number) / 100
            if share > 1:
                raise forms.ValidationError("A probability is at most 100%.")
            return super().to_python(str(share))
        return super().to_python(value)


class OpportunityForm(RecordForm):
    CELLS: ClassVar = ("stage", "amount", "probability", "category", "close_on", "next_step")
    probability = ShareField(
        required=False,
        min_value=0,
        max_value=1,
        max_digits=7,
        decimal_places=6,
        help_text="Such as 40%.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )

    class Meta:
        model = Opportunity
        fields = [
            "name", "stage", "amount", "currency", "probability", "category", "close_on", "next_step", "owner", "kind",
            "offering", "business_unit", "delivery_start", "delivery_months",
        ]  # fmt: skip
        labels = {"close_on": "Closes on", "delivery_start": "Delivery starts"}
        help_texts = {
            "stage": "Your own word. Won or Lost closes the deal.",
            "amount": "Fees, without pass-through and tax.",
            "category": "How sure we are of it in the forecast.",
            "delivery_start": "Blank: the month after it closes.",
            "delivery_months": "Blank: twelve.",
        }
        widgets = {"close_on": _DAY, "delivery_start": _DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["category"].choices = [("", "None"), *Category.choices]
        fields["offering"] = OfferingField(self.instance.offering, help_text="One of the catalogue.")
        if "business_unit" in fields:  # a new deal has no client yet whose units could be told
            fields["business_unit"].queryset = BusinessUnit.objects.filter(client=self.instance.client_id)
            fields["business_unit"].empty_label = "Not said"
        fields["kind"].choices = [("", "Not said"), *OpportunityKind.choices]
        fields["amount"].widget.attrs["inputmode"] = "decimal"
        if isinstance(self.initial.get("amount"), Decimal):  # 120000, not 120000.0000
            self.initial["amount"] = plain(self.initial["amount"])

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code and not is_currency(code):
            raise forms.ValidationError(f"{code} is not an ISO 4217 currency code.")
        return code

    def clean(self) -> dict[str, Any]:
        """Whether the deal as a whole still holds, fields not in the form included."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data

        def of(name: str) -> Any:
            return data[name] if name in self.fields else getattr(self.instance, name)

        for name in ("close_on", "delivery_start"):
            if of(name) is not None and of(name).year not in YEARS:
                self._say(name, f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        if (of("delivery_months") or 0) > MOST_MONTHS:
            self._say("delivery_months", f"At most {MOST_MONTHS} months.")
        if outcome_of(of("stage") or "") == "won":
            for name, message in _REQUIRED_WHEN_WON.items():
                if of(name) in (None, ""):
                    self._say(name, message)
        elif of("amount") is not None and not of("currency"):
            self._say("currency", "An amount needs its currency.")
        return data

    def _say(self, name: str, message: str) -> None:
        self.add_error(name if name in self.fields else None, message)


class BulkDealForm(forms.Form):
    """What to set on every chosen deal; blank leaves it as it is. picks: "KEY@version" of each."""

    MOST = 100
    stage = forms.CharField(max_length=60, required=False)
    category = forms.ChoiceField(choices=[("", "As it is"), *Category.choices], required=False)
    close_on = forms.DateField(label="Closes on", required=False, widget=_DAY)
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="As it is")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(None)

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


def read_picks(values: list[str]) -> dict[str, int]:
    """Version by key of the chosen deals; what is no pick is left out."""
    picks: dict[str, int] = {}
    for value in values[: BulkDealForm.MOST + 1]:
        key, at, version = value.rpartition("@")
        if at and version.isdecimal() and len(version) < 10 and "\x00" not in key:
            picks[key] = int(version)
    return picks


def faults_of(deal: Opportunity, data: QueryDict, names: list[str]) -> list[str]:
    """Why this deal would not hold with these fields set; writes into `deal`, as forms do."""
    form = OpportunityForm(data, instance=deal)
    for name in list(form.fields):
        if name not in names:
            del form.fields[name]
    return [str(error) for errors in form.errors.values() for error in errors]


class NewOpportunityForm(OpportunityForm):
    class Meta(OpportunityForm.Meta):
        fields = ["client", "key", *(name for name in OpportunityForm.Meta.fields if name != "business_unit")]
        help_texts = {**OpportunityForm.Meta.help_texts, "key": "What your other systems call it; stays for good."}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["client"].queryset = Client.objects.visible_to(user).order_by("name")
        fields["client"].empty_label = "Choose a client"

    def clean_key(self) -> str:
        return clean_key(str(self.cleaned_data["key"]).strip())


def deal_scope(params: QueryDict, *, client: str = "") -> Scope:
    """Which deals the address asks for: open ones unless it says otherwise. What no deal can have is left out."""
    category, outcome = params.get("category", ""), params.get("outcome", Outcome.OPEN.value)
    kind, year, fault = params.get("kind", ""), params.get("year", ""), params.get("untidy", "")
    return Scope(
        client=client or short_text(params, "client", 80),
        owner=short_text(params, "owner", 254),
        stage=short_text(params, "stage", 60),
        category=category if category in (*Category.values, NO_CATEGORY) else "",
        outcome=outcome if outcome in Outcome.values else "",
        kind=kind if kind in OpportunityKind.values else "",
        q=short_text(params, "q"),
        year=year if len(year) == 4 and year.isdecimal() and year >= "1900" else "",
        untidy=fault if fault in (ANY, *FAULTS) else "",
    )
