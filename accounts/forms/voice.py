"""Surveys, answers, insights and themes; and the form people answer through a link."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Client, Contact, Feedback, Insight, InsightKind, QuoteState, Scale, Survey, Theme
from accounts.queries.people import assignable
from common.formats import plural
from common.forms import RecordForm
from people.models import User

RANGES = {Scale.NPS: (0, 10), Scale.CSAT: (1, 5)}


def _day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class SurveyForm(forms.Form):
    title = forms.CharField(label="Name of the survey", max_length=160)
    scale = forms.ChoiceField(label="Scale", choices=Scale.choices, widget=forms.RadioSelect, initial=Scale.NPS)
    question = forms.CharField(
        label="The question",
        max_length=300,
        initial="How likely are you to recommend us to a colleague?",
    )
    closes_on = _day("Links are good until", required=True)
    owner = forms.ModelChoiceField(label="Owner", queryset=User.objects.none(), required=False, empty_label="Nobody")

    def __init__(self, *args: Any, survey: Survey | None = None, **kwargs: Any) -> None:
        if survey is not None:
            kwargs["initial"] = {name: getattr(survey, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(survey.owner_id if survey else None)
        if survey is not None and survey.invitations.filter(answered_at__isnull=False).exists():
            del fields["scale"]  # answers were given on it


class AskForm(forms.Form):
    """Whom to ask. Choices carry when somebody was asked last, so that nobody is asked all the time."""

    contacts = forms.ModelMultipleChoiceField(
        label="Whom to ask", queryset=Contact.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    mail = forms.BooleanField(label="Mail the link to those with an e-mail address", required=False, initial=True)

    def __init__(self, *args: Any, contacts: QuerySet[Contact], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["contacts"].queryset = contacts
        fields["contacts"].label_from_instance = lambda contact: _asked_label(contact, now)


def _asked_label(contact: Any, now: datetime) -> str:
    title = f", {contact.title}" if contact.title else ""
    days = None if contact.asked_last is None else (now - contact.asked_last).days
    asked = "" if days is None else f" (asked {plural(days, 'day')} ago)"
    mail = "" if contact.email else " (no e-mail: copy the link)"
    return f"{contact.name}{title}{asked}{mail}"


class AnswerForm(forms.Form):
    """What somebody without a sign-in sends through a link."""

    score = forms.TypedChoiceField(label="Your score", coerce=int, widget=forms.RadioSelect)
    comment = forms.CharField(
        label="What is the main reason?",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 4000}),
    )
    quote = forms.ChoiceField(
        label="May we use your words elsewhere?",
        choices=[("", "I would rather not say"), *QuoteState.choices],
        required=False,
    )

    def __init__(self, *args: Any, scale: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        low, high = RANGES[Scale(scale)]
        fields: Any = self.fields
        fields["score"].choices = [(number, str(number)) for number in range(low, high + 1)]

    def clean_comment(self) -> str:
        return str(self.cleaned_data["comment"]).replace("\x00", "")


class FeedbackForm(forms.Form):
    contact = forms.ModelChoiceField(
        label="Who said it", queryset=Contact.objects.none(), required=False, empty_label="Nobody known"
    )
    date = _day("When", required=True)
    scale = forms.ChoiceField(label="Scale", choices=[("", "No score"), *Scale.choices], required=False)
    score = forms.IntegerField(label="Score", required=False, min_value=0, max_value=10)
    comment = forms.CharField(
        label="In their words", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    quote = forms.ChoiceField(
        label="Permission to quote", choices=[("", "Not asked"), *QuoteState.choices], required=False
    )
    insight = forms.ModelChoiceField(
        label="Led to", queryset=Insight.objects.none(), required=False, empty_label="Nothing yet"
    )
    replied_on = _day("We came back to them on")

    def __init__(self, *args: Any, client: Client, answer: Feedback | None = None, **kwargs: Any) -> None:
        if answer is not None:
            kwargs["initial"] = {name: getattr(answer, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.today = client.local_date(timezone.now())
        fields: Any = self.fields
        fields["contact"].queryset = client.contacts.all()
        fields["insight"].queryset = client.insights.all()
        if answer is not None and answer.invitation_id is not None:
            for name in ("contact", "date", "scale", "score", "comment"):  # their own answer is not ours to change
                del fields[name]
        if answer is None:
            del fields["insight"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "score" not in self.fields:
            return data
        if data.get("date") and data["date"] > self.today:
            self.add_error("date", "That day is still to come.")
        score, scale = data.get("score"), data.get("scale")
        if score is None and not data.get("comment"):
            self.add_error("comment", "Give a score, their words, or both.")
        if score is not None and not scale:
            self.add_error("scale", "Say on which scale the score was given.")
        elif score is not None and scale:
            low, high = RANGES[Scale(scale)]
            if not low <= score <= high:
                self.add_error("score", f"This scale goes from {low} to {high}.")
        return data


class InsightForm(forms.Form):
    said = forms.CharField(
        label="What they said", max_length=300, help_text="One sentence that you would show the client."
    )
    theme = forms.ModelChoiceField(label="Theme", queryset=Theme.objects.all(), required=False, empty_label="None")
    kind = forms.ChoiceField(label="What changes", choices=InsightKind.choices, widget=forms.RadioSelect)
    action = forms.CharField(label="What we do about it", max_length=300)
    owner = forms.ModelChoiceField(
        label="Owner", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    raised_on = _day("Heard on", required=True)
    due = _day("Due")
    done_on = _day("Done on", help_text="Blank while it is open.")
    told_on = _day("Told the client on", help_text="This closes the loop.")
    told_how = forms.CharField(label="How they were told", max_length=300, required=False)

    def __init__(self, *args: Any, insight: Insight | None = None, **kwargs: Any) -> None:
        if insight is not None:
            kwargs["initial"] = {name: getattr(insight, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(insight.owner_id if insight else None)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        told, raised = data.get("told_on"), data.get("raised_on")
        if told and raised and told < raised:
            self.add_error("told_on", "Nobody is told before it was heard.")
        return data


class ThemeForm(RecordForm):
    class Meta:
        model = Theme
        fields = ["name", "words"]
        labels = {"name": "Theme", "words": "Words that suggest it"}
        help_texts = {"words": "Whole words, separated by commas. A comment that holds one is offered this theme."}
