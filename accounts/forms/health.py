"""The rules of health: a weight for each component, and the margin that counts as full."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from accounts.actions.edits import plain
from accounts.models import HealthRules
from common.health import components


class RulesForm(forms.Form):
    """A field `weight_NAME` for each component; 0 leaves it out."""

    def __init__(self, *args: Any, rules: HealthRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, component in sorted(components, key=lambda entry: entry[1].order):
            self.fields[f"weight_{name}"] = forms.IntegerField(
                label=f"{component.label}, weight",
                min_value=0,
                max_value=100,
                initial=rules.weights.get(name, 0),
                help_text=component.rule,
            )
        self.fields["margin_target"] = forms.DecimalField(
            label="Target margin, where a client has no budget, %",
            min_value=Decimal("0.01"),
            max_value=Decimal(100),
            decimal_places=2,
            initial=plain(rules.margin_target * 100),
            help_text="Gross profit over net revenue that counts as 100.",
        )
        self.fields["note"] = forms.CharField(label="Why", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(self.weights.values()):
            raise forms.ValidationError("At least one component needs a weight above 0.")
        return data

    @property
    def weights(self) -> dict[str, int]:
        return {name: self.cleaned_data[f"weight_{name}"] for name in components.names()}

    @property
    def margin_target(self) -> Decimal:
        return Decimal(self.cleaned_data["margin_target"]) / 100
