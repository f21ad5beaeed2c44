"""Whom somebody reports to, the days a map is compared on, and ratings by plain questions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.calc.guide import QUESTIONS, What, rate
from accounts.models import Client, Contact
from accounts.queries.map_history import USUAL


class BossForm(forms.Form):
    """boss: the contact's number; blank for nobody known."""

    boss = forms.ModelChoiceField(queryset=Contact.objects.none(), required=False)

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["boss"]
        field.queryset = Contact.objects.filter(stakeholdings__client=client)


def days_of(params: QueryDict, today: date) -> tuple[date, date]:
    """from and to of the address; what is no day is left out. Usually the last quarter."""

    def read(name: str, usual: date) -> date:
        try:
            found = date.fromisoformat(params.get(name, ""))
        except ValueError:
            return usual
        return found if date(1990, 1, 1) <= found <= today else usual

    return read("from", today - timedelta(days=USUAL)), read("to", today)


class GuideForm(forms.Form):
    """One field a question; `rating` once it is clean."""

    rating: int | None = None

    def __init__(self, *args: Any, what: What, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.what: What = what
        for question in QUESTIONS[what]:
            self.fields[question.key] = forms.ChoiceField(
                label=question.text, choices=question.answers, required=False, widget=forms.RadioSelect
            )
        self.fields["note"] = forms.CharField(
            label="What was said or done, and when",
            required=what == "stance",
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="Needed with a stance." if what == "stance" else "Kept as the evidence.",
        )

    def answers(self) -> dict[str, str]:
        return {question.key: self.cleaned_data.get(question.key, "") for question in QUESTIONS[self.what]}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.rating = rate(self.what, self.answers())
        if self.rating is None and not self.errors:
            self.add_error(None, "Too little is known for a rating. Answer more, or leave it not judged.")
        return data
