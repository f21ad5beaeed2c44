"""Moving one deal to another stage or category: what is asked before it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.forms.opportunities import OpportunityForm
from accounts.models import CloseReason, DealClosing
from accounts.queries.stages import Criterion
from common.forms import RecordForm


class MoveForm(forms.Form):
    """criteria: of the stage it leaves, those not met yet. A forward step needs them all, or a reason.

    to: the stage. The criteria and the reason are asked only when the deal leaves forwards.
    """

    to = forms.CharField(max_length=60, widget=forms.HiddenInput())

    def __init__(self, *args: Any, criteria: Sequence[Criterion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            self.fields[f"met_{one.pk}"] = forms.BooleanField(required=False, label=one.text)
            self.fields[f"evidence_{one.pk}"] = forms.CharField(
                required=False, max_length=300, label="What shows it", widget=forms.TextInput()
            )
        if criteria:
            self.fields["reason"] = forms.CharField(
                required=False,
                max_length=300,
                label="Or why it moves without",
                help_text="Kept with the move.",
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        open_still = [one for one in self.criteria if not data.get(f"met_{one.pk}")]
        if open_still and not str(data.get("reason", "")).strip():
            count = len(open_still)
            words = "one criterion is" if count == 1 else f"{count} criteria are"
            self.add_error("reason", f"Tick what holds, or say why it moves: {words} open.")
        return data

    def met(self) -> dict[int, str]:
        return {
            one.pk: str(self.cleaned_data.get(f"evidence_{one.pk}", "")).strip()
            for one in self.criteria
            if self.cleaned_data.get(f"met_{one.pk}")
        }


class ReasonForm(RecordForm):
    """What decided a closed deal. known: competitors named before, offered while typing."""

    class Meta:
        model = DealClosing
        fields = ["reason", "competitor", "lesson"]
        labels = {"reason": "What decided it", "competitor": "Against whom", "lesson": "What to do again, or not"}
        help_texts = {"competitor": "Blank: nobody, or not known."}
        widgets = {
            "competitor": forms.TextInput(attrs={"list": "competitors"}),
            "lesson": forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["reason"].choices = [("", "Choose"), *[one for one in fields["reason"].choices if one[0]]]

    def why(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("reason", "competitor", "lesson")}


class CloseForm(OpportunityForm):
    """Won or lost: the day and the amount it closed at, and why."""

    KEPT = ("stage", "amount", "currency", "close_on")
    WHY = ("reason", "competitor", "lesson")
    reason = forms.ChoiceField(label="What decided it", choices=[("", "Choose"), *CloseReason.choices])
    competitor = forms.CharField(
        label="Against whom",
        required=False,
        max_length=120,
        help_text="Blank: nobody, or not known.",
        widget=forms.TextInput(attrs={"list": "competitors"}),
    )
    lesson = forms.CharField(
        label="What to do again, or not", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name not in (*self.KEPT, *self.WHY):
                del self.fields[name]
        self.fields["stage"].widget = forms.HiddenInput()
        self.fields["close_on"].label = "Closed on"

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.KEPT}

    def why(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.WHY}
