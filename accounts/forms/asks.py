"""What somebody at a client asked of us."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from accounts.forms.owed import OwedForm, day_field
from accounts.models import Ask, Client, Contact


class AskForm(OwedForm):
    ended, past = ("answered_on", "answer"), ("asked_on", "answered_on")

    contact = forms.ModelChoiceField(
        label="Who asked", queryset=Contact.objects.none(), required=False, empty_label="Not noted"
    )
    asked_on = day_field("Asked on", required=True)
    due = day_field("They want to hear by", help_text="Blank: they did not say.")
    answered_on = day_field("Answered on", help_text="Blank while they wait.")
    answer = forms.CharField(label="What we said", max_length=500, required=False)
    field_order = ("text", "contact", "asked_on", "due", "owner", "answered_on", "answer")

    def __init__(self, *args: Any, client: Client, ask: Ask | None = None, **kwargs: Any) -> None:
        super().__init__(*args, client=client, held=ask, **kwargs)
        fields: Any = self.fields
        fields["text"].label, fields["owner"].label = "What they asked", "Who of ours answers"
        # Whoever is noted stays so, though erased or of the wider industry.
        here = Q(client=client, identified=True) | Q(pk=ask.contact_id if ask else None)
        fields["contact"].queryset = Contact.objects.filter(here)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        asked = data.get("asked_on")
        for name in ("due", "answered_on"):
            if asked and data.get(name) and data[name] < asked:
                self.add_error(name, "That is before they asked.")
        return data
