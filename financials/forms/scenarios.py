"""What people type into a scenario: a name, and steps one at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError

from accounts.access import clients_for, opportunities_for
from common.periods import format_month
from financials.forms.fields import MonthField

if TYPE_CHECKING:
    from people.models import User

MOST_MONTHS = 24
MOST_DEALS = 60
MOST_GIVEN: Final = 40
"""Steps that are read before a list is refused as too long."""


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


FRACTION: Final = "a fraction from -0.9 to 3, as in 0.05 for 5%"


def read_steps(user: User, given: Any) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Steps as `Scenario.steps` keeps them, checked by the forms of the page; and what is wrong, by pointer."""
    if not isinstance(given, list):
        return [], [("/steps", "a list of steps")]
    steps: list[dict[str, Any]] = []
    wrong: list[tuple[str, str]] = []
    for place, one in enumerate(given[: MOST_GIVEN + 1]):
        at = f"/steps/{place}"
        made = STEP_FORMS.get(str(one.get("kind", ""))) if isinstance(one, dict) else None
        if made is None:
            wrong.append((f"{at}/kind", f"one of {', '.join(STEP_FORMS)}"))
            continue
        if strange := sorted(one.keys() - {"kind", *STEP_FIELDS[one["kind"]]}):
            wrong += [(f"{at}/{name}", "no such field") for name in strange]
            continue
        form = made(user, _typed(one))
        if form.is_valid():
            steps.append(form.step())
        else:
            # What the page asks in percent is a fraction here, and so is what is said of it.
            said = {name: FRACTION if name == "by" else str(text[0]) for name, text in form.errors.items()}
            wrong += [(f"{at}/{name.rstrip('_')}", text) for name, text in said.items()]
    return steps, wrong


def _typed(step: dict[str, Any]) -> dict[str, Any]:
    """A kept step as the page's fields would send it: what is raised is typed in percent there."""
    typed = {name: value if isinstance(value, list) else str(value) for name, value in step.items()}
    if step["kind"] == "raise":
        try:
            by = Decimal(str(step.get("by", "")))
            typed["by"] = f"{by * 100:f}" if abs(by) < 100 else "beyond"
        except ArithmeticError:
            typed["by"] = "no number"
    if isinstance(typed.get("deals"), list):
        typed["deals"] = [str(key) for key in typed["deals"]]
    return typed


def field(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices


STEP_FORMS: dict[str, type[LoseForm | SlipForm | RaiseForm]] = {"lose": LoseForm, "slip": SlipForm, "raise": RaiseForm}
STEP_FIELDS: Final = {"lose": ("client", "from"), "slip": ("deals", "months"), "raise": ("client", "by", "from")}
