"""What one side owes the other, an answer or a deed: said in a line, looked after by one of ours, ended on a day."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.models import Ask, Client, Commitment
from accounts.queries.people import assignable
from people.models import User


def day_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class OwedForm(forms.Form):
    """held: the one that is edited. ended: fields of how it came out, which a new one does not have. past: days that
    tell of what has happened.
    """

    ended: ClassVar[tuple[str, ...]]
    past: ClassVar[tuple[str, ...]]

    text = forms.CharField(max_length=300)
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")

    def __init__(self, *args: Any, client: Client, held: Ask | Commitment | None = None, **kwargs: Any) -> None:
        self.today = client.local_date(timezone.now())
        if held is not None:
            kwargs["initial"] = {name: getattr(held, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(held.owner_id if held else None)
        if held is None:
            for name in self.ended:
                del fields[name]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in self.past:
            if data.get(name) and data[name] > self.today:
                self.add_error(name, "That day is still to come.")
        return data
