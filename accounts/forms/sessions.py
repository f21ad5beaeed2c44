"""A planning session, an item of its agenda, and an idea."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Client, ClientMember, PlanningSession, SessionItem
from common.forms import RecordForm
from common.periods import YEARS
from people.models import User

MOST_DOTS = 20


def team_of(client: Client) -> Any:
    """Who may take part: the client's owner and its team."""
    members = ClientMember.objects.filter(client=client).values("person")
    return User.objects.filter(is_active=True, pk__in=members) | User.objects.filter(pk=client.owner_id or 0)


class SessionForm(RecordForm):
    people = forms.ModelMultipleChoiceField(
        label="Who takes part",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Of the client's team. Whoever adds an idea or a dot is added by that.",
    )

    class Meta:
        model = PlanningSession
        fields = ["title", "purpose", "held_on", "facilitator", "dots", "hidden"]
        labels = {
            "title": "What it is called",
            "purpose": "What is to come out of it",
            "held_on": "Held on",
            "facilitator": "Led by",
            "dots": "Dots for each person",
            "hidden": "Others' ideas stay hidden until they are shown to all",
        }
        widgets = {"held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        team = team_of(client).order_by("name", "pk")
        fields["people"].queryset = team
        fields["facilitator"].queryset = team
        fields["facilitator"].empty_label = "Nobody yet"
        fields["dots"] = forms.IntegerField(label="Dots for each person", min_value=1, max_value=MOST_DOTS)
        if self.instance.pk:
            self.initial["people"] = list(self.instance.people.values_list("pk", flat=True))

    def clean_held_on(self) -> Any:
        day = self.cleaned_data["held_on"]
        if day.year not in YEARS:
            raise forms.ValidationError(f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        return day


class OutcomeForm(RecordForm):
    class Meta:
        model = PlanningSession
        fields = ["outcome"]
        labels = {"outcome": "What was concluded"}
        widgets = {"outcome": forms.Textarea(attrs={"rows": 5, "maxlength": 4000})}

    def clean_outcome(self) -> str:
        text = str(self.cleaned_data["outcome"])
        if len(text) > 4000:
            raise forms.ValidationError("At most 4,000 characters.")
        return text


class ItemForm(RecordForm):
    class Meta:
        model = SessionItem
        fields = ["title", "kind", "minutes"]
        labels = {"title": "Item", "kind": "Asks for"}
        help_texts = {"kind": "A pre-mortem asks what could make us fail: its ideas become risks."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"] = forms.IntegerField(min_value=1, max_value=480)


class IdeaForm(forms.Form):
    text = forms.CharField(label="Idea", max_length=200)
