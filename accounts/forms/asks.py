"""What somebody at a client asked of us."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Ask, Client, Contact
from accounts.queries.people import assignable
from people.models import User


def _day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class AskForm(forms.Form):
    text = forms.CharField(label="What they asked", max_length=300)
    contact = forms.ModelChoiceField(
        label="Who asked", queryset=Contact.objects.none(), required=False, empty_label="Not noted"
    )
    asked_on = _day("Asked on", required=True)
    due = _day("They want to hear by", help_text="Blank: they did not say.")
    owner = forms.ModelChoiceField(
        label="Who of ours answers", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    answered_on = _day("Answered on", help_text="Blank while they wait.")
    answer = forms.CharField(label="What we said", max_length=500, required=False)

    def __init__(self, *args: Any, client: Client, ask: Ask | None = None, **kwargs: Any) -> None:
        if ask is not None:
            kwargs["initial"] = {name: getattr(ask, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["contact"].queryset = client.contacts.filter(identified=True)
        fields["owner"].queryset = assignable(ask.owner_id if ask else None)
        if ask is None:
            del fields["answered_on"], fields["answer"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        asked = data.get("asked_on")
        for name in ("due", "answered_on"):
            if asked and data.get(name) and data[name] < asked:
                self.add_error(name, "That is before they asked.")
        return data
