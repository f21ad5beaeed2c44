"""A promise, ours or theirs."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms.owed import OwedForm, day_field
from accounts.models import Commitment, Side


class CommitmentForm(OwedForm):
    ended = past = ("kept_on", "dropped_on")

    side = forms.ChoiceField(label="Whose promise", choices=Side.choices, widget=forms.RadioSelect, initial=Side.OURS)
    due = day_field("Due", required=True)
    kept_on = day_field("Kept on", help_text="Blank while it is open.")
    dropped_on = day_field("Dropped on", help_text="Both sides agreed to let it go.")
    field_order = ("side", "text", "due", "owner", "kept_on", "dropped_on")

    def __init__(self, *args: Any, promise: Commitment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, held=promise, **kwargs)
        fields: Any = self.fields
        fields["text"].label, fields["owner"].label = "What was promised", "Who of ours sees to it"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kept_on") and data.get("dropped_on"):
            self.add_error("dropped_on", "A promise is kept or dropped, not both. Clear one of the two days.")
        return data
