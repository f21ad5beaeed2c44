"""Objectives, actions and the ambition above them."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from accounts.models import Action, Objective, Plan
from accounts.queries.people import assignable

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AmbitionForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Plan
        fields = ["ambition", "horizon_years"]
        labels = {"horizon_years": "Horizon, years"}
        widgets = {"ambition": forms.Textarea(attrs={"rows": 3})}


class _WorkForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["owner"].empty_label = "Nobody yet"
        if "audience" in fields:
            fields["audience"].required = False

    def clean_audience(self) -> str:
        """A form that does not say keeps what stands: nothing is shared by an omission."""
        return self.cleaned_data.get("audience") or str(self.instance.audience)


class ObjectiveForm(_WorkForm):
    CELLS: ClassVar = ("title", "owner", "due", "status")

    class Meta:
        model = Objective
        fields = ["title", "owner", "due", "status"]
        labels = {"title": "Objective"}
        widgets = {"due": _DAY}


class ActionForm(_WorkForm):
    CELLS: ClassVar = ("title", "owner", "due", "next_step", "status", "audience")

    class Meta:
        model = Action
        fields = ["title", "owner", "due", "next_step", "status", "audience"]
        labels = {"title": "Action", "audience": "Seen by"}
        widgets = {"due": _DAY}
