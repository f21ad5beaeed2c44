"""Sending the leadership pack, as people fill it in."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms

from people.models import User
from portfolio.models import PackSchedule

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class RecipientsForm(forms.Form):
    recipients = forms.MultipleChoiceField(label="To", widget=forms.CheckboxSelectMultiple)

    def __init__(self, people: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.MultipleChoiceField, self.fields["recipients"])
        field.choices = [(person.email, f"{person.name}, {person.get_role_display().lower()}") for person in people]


class ScheduleForm(RecipientsForm):
    """when: 'week-1' to 'week-7', 'month-1' to 'month-28'."""

    when = forms.ChoiceField(
        label="When",
        choices=[
            *((f"week-{place}", f"Every {name}") for place, name in enumerate(WEEKDAYS, start=1)),
            *((f"month-{day}", f"Every month on day {day}") for day in range(1, 29)),
        ],
    )
    field_order = ("when", "recipients")

    def plan(self) -> dict[str, Any]:
        every, _, day = self.cleaned_data["when"].partition("-")
        return {"every": every, "day": int(day), "addresses": self.cleaned_data["recipients"]}


def of_schedule(held: PackSchedule | None) -> dict[str, Any]:
    return {} if held is None else {"when": f"{held.every}-{held.day}", "recipients": held.recipients}
