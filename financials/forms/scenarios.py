"""What people type into a scenario: a name, and steps one at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError

from accounts.access import clients_for, opportunities_for
from common.periods import format_month
from financials.forms.fields import MonthField

if TYPE_CHECKING:
    from people.models import User

MOST_MONTHS = 24
MOST_DEALS = 60


class ScenarioForm(forms.Form):
    name = forms.CharField(max_length=80, label="Name")
    note = forms.CharField(max_length=500, required=False, label="Why it is asked")


class LoseForm(forms.Form):
    client = forms.ChoiceField(label="Client")
    from_ = MonthField(label="From")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "lose-%s", **kwargs})
        field(self, "client", list(clients_for(user).order_by("name").values_list("key", "name")))

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name

    def step(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"kind": "lose", "client": data["client"], "from": format_month(data["from_"])}


class SlipForm(forms.Form):
    deals = forms.MultipleChoiceField(label="Deals", widget=forms.SelectMultiple(attrs={"size": 6}))
    months = forms.IntegerField(
        label="Months later", min_value=-MOST_MONTHS, max_value=MOST_MONTHS, help_text="Below zero for earlier"
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "slip-%s", **kwargs})
        rows = opportunities_for(user).filter(outcome="open").order_by("client__name", "name")
        deals = [(key, f"{client}: {name}") for key, client, name in rows.values_list("key", "client__name", "name")]
        field(self, "deals", deals)

    def clean_months(self) -> int:
        months: int = self.cleaned_data["months"]
        if months == 0:
            raise ValidationError("Say by how many months the deals move.")
        return months

    def clean_deals(self) -> list[str]:
        deals: list[str] = self.cleaned_data["deals"]
        if len(deals) > MOST_DEALS:
            raise ValidationError(f"Move at most {MOST_DEALS} deals in one step.")
        return deals

    def step(self) -> dict[str, Any]:
        return {"kind": "slip", "deals": self.cleaned_data["deals"], "months": self.cleaned_data["months"]}


class RaiseForm(forms.Form):
    client = forms.ChoiceField(label="Client", required=False)
    by = forms.DecimalField(
        label="By, in percent", min_value=Decimal(-90), max_value=Decimal(300), max_digits=6, decimal_places=2
    )
    from_ = MonthField(label="From")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "raise-%s", **kwargs})
        clients = list(clients_for(user).order_by("name").values_list("key", "name"))
        field(self, "client", [("", "All clients"), *clients])

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name

    def step(self) -> dict[str, Any]:
        data = self.cleaned_data
        by = (data["by"] / 100).normalize()
        return {"kind": "raise", "client": data["client"], "by": f"{by:f}", "from": format_month(data["from_"])}


def field(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices


STEP_FORMS: dict[str, type[LoseForm | SlipForm | RaiseForm]] = {"lose": LoseForm, "slip": SlipForm, "raise": RaiseForm}
