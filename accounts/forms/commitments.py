"""A promise, ours or theirs."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Commitment, Side
from accounts.queries.people import assignable
from people.models import User


def _day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class CommitmentForm(forms.Form):
    side = forms.ChoiceField(label="Whose promise", choices=Side.choices, widget=forms.RadioSelect, initial=Side.OURS)
    text = forms.CharField(label="What was promised", max_length=300)
    due = _day("Due", required=True)
    owner = forms.ModelChoiceField(
        label="Who of ours sees to it", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    kept_on = _day("Kept on", help_text="Blank while it is open.")
    dropped_on = _day("Dropped on", help_text="Both sides agreed to let it go.")

    def __init__(self, *args: Any, promise: Commitment | None = None, **kwargs: Any) -> None:
        if promise is not None:
            kwargs["initial"] = {name: getattr(promise, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(promise.owner_id if promise else None)
        if promise is None:
            del fields["kept_on"], fields["dropped_on"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kept_on") and data.get("dropped_on"):
            self.add_error("dropped_on", "A promise is kept or dropped, not both. Clear one of the two days.")
        return data
