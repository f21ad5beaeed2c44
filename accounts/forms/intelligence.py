"""A note of intelligence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.calc.sources import note_faults
from accounts.models import Client, IntelligenceNote
from accounts.queries.people import assignable
from common.forms import RecordForm

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class NoteForm(RecordForm):
    industry = forms.ChoiceField(label="Or of a whole industry", required=False)

    class Meta:
        model = IntelligenceNote
        fields = [
            "kind", "title", "so_what", "for_client", "clients", "industry", "owner", "expires_on", "happens_on",
            "noted_on", "source", "detail",
        ]  # fmt: skip
        labels = {
            "kind": "Of what",
            "title": "In one line",
            "so_what": "So what, for them and for us",
            "for_client": "What a review may tell them of it",
            "clients": "About these clients",
            "expires_on": "Holds until",
            "happens_on": "The day it is about",
            "noted_on": "Found on",
            "source": "How we know",
        }
        help_texts = {
            "expires_on": "Then it is asked for again.",
            "happens_on": "Results, a ruling, a launch: puts it in the calendar.",
            "source": "An http or https address, or words.",
        }
        widgets = {
            "so_what": forms.Textarea(attrs={"rows": 2}),
            "for_client": forms.Textarea(attrs={"rows": 2}),
            "detail": forms.Textarea(attrs={"rows": 3}),
            "clients": forms.SelectMultiple(attrs={"size": 6}),
            "expires_on": _DAY,
            "happens_on": _DAY,
            "noted_on": _DAY,
        }

    def __init__(self, *args: Any, clients: QuerySet[Client], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["clients"].queryset = clients.order_by("name")
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["owner"].empty_label = "Nobody yet"
        names = set(clients.exclude(industry="").order_by().values_list("industry", flat=True).distinct())
        names |= {self.instance.industry} - {""}
        fields["industry"].choices = [("", "No")] + [(name, name) for name in sorted(names)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, words in note_faults(data, tied=bool(data.get("clients"))).items():
            self.add_error(name, words)
        return data
