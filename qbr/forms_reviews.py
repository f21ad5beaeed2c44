"""Planning a review, saying what happened in it, rating it, sending its pre-read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from accounts.access import clients_for
from accounts.models import Client, Contact
from accounts.queries.people import assignable
from common.periods import YEARS, InvalidPeriod, parse_period
from people.models import User
from qbr.actions.links import LONGEST_LINK
from qbr.models import Deck, Review


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def people_of(client: Client) -> Any:
    """Contacts who can sit in a meeting of this client: those of it, and of the wider industry in its map."""
    in_map = Q(stakeholdings__client=client)
    rows = Contact.objects.filter(Q(client=client) | in_map, identified=True)
    return rows.distinct().order_by("last_name", "first_name", "pk")


class ReviewForm(forms.Form):
    client = forms.ModelChoiceField(Client.objects.none(), to_field_name="key", empty_label="Choose a client")
    kind = forms.ChoiceField(label="What it is", choices=Deck.Kind.choices)
    period = forms.CharField(
        label="Looks at", max_length=12, help_text="A quarter (2026-Q3), a year (2026), or a fiscal one (FY2026)."
    )
    day = _day("Day")
    starts_at = forms.TimeField(
        label="Starts at", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="By the client's clock; blank while it is not agreed.",
    )  # fmt: skip
    length = forms.IntegerField(label="Minutes", min_value=15, max_value=720, initial=75)
    place = forms.CharField(label="Where", max_length=200, required=False)
    owner = forms.ModelChoiceField(
        label="Led by", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    ours = forms.ModelMultipleChoiceField(
        label="Who of ours comes", queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    theirs = forms.ModelMultipleChoiceField(
        label="Who of theirs comes", queryset=Contact.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    agenda = forms.CharField(
        label="Agenda", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="May stay blank: the deck's own order stands.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, client: Client | None, review: Review | None = None, **kwargs: Any):
        if review is not None:
            told = {name: getattr(review, name) for name in self.base_fields if hasattr(review, name)}
            told |= {side: list(getattr(review, side).values_list("pk", flat=True)) for side in ("ours", "theirs")}
            kwargs["initial"] = {**told, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.of = client
        if client is None:
            fields["client"].queryset = clients_for(user).order_by("name")
            del fields["ours"], fields["theirs"]  # those of the last review come along
        else:
            del fields["client"]
            fields["theirs"].queryset = people_of(client)
            here = Q(client_duties__client=client) | Q(pk=client.owner_id or 0)
            here |= Q(reviews=review) if review is not None else Q(pk__in=[])
            fields["ours"].queryset = User.objects.filter(here, is_active=True).distinct().order_by("name", "pk")
        fields["owner"].queryset = assignable(review.owner_id if review else None)

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day.year not in YEARS:
            raise forms.ValidationError(f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        client, period = data.get("client") or self.of, data.get("period")
        if period and client:
            try:
                parse_period(period, client.fiscal_year_start)
            except InvalidPeriod as error:
                self.add_error("period", str(error))
        return data


class MinutesForm(forms.Form):
    minutes = forms.CharField(
        label="What was said", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 10})
    )
    decisions = forms.CharField(
        label="What was decided", required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One decision a line.",
    )  # fmt: skip


class RateForm(forms.Form):
    score = forms.TypedChoiceField(
        label="What was it worth?", coerce=int, widget=forms.RadioSelect,
        choices=[(number, str(number)) for number in range(1, 6)], help_text="1: not worth the time. 5: it moved us.",
    )  # fmt: skip
    note = forms.CharField(label="Why", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class AskRatingForm(forms.Form):
    contacts = forms.ModelMultipleChoiceField(
        label="Whom to ask", queryset=Contact.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    mail = forms.BooleanField(label="Mail the link to those with an e-mail address", required=False, initial=True)

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        came = review.theirs.order_by("last_name", "first_name", "pk")
        fields["contacts"].queryset = came
        self.initial.setdefault("contacts", [one.pk for one in came])


class PreReadForm(forms.Form):
    contacts = forms.ModelMultipleChoiceField(
        label="Who of theirs", queryset=Contact.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    colleagues = forms.ModelMultipleChoiceField(
        label="Who of ours", queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    until = _day("Links are good until", help_text=f"{LONGEST_LINK.days} days at most.")
    mail = forms.BooleanField(
        label="Mail the link to those with an e-mail address", required=False, initial=True,
        help_text="Otherwise copy each link from the review's page.",
    )  # fmt: skip

    def __init__(self, *args: Any, review: Review, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        theirs = review.theirs.order_by("last_name", "first_name", "pk")
        ours = User.objects.filter(reviews=review, is_active=True).order_by("name", "pk")
        fields["contacts"].queryset, fields["colleagues"].queryset = theirs, ours
        self.today = review.client.local_date(now)
        self.initial.setdefault("contacts", [one.pk for one in theirs])
        self.initial.setdefault("colleagues", [one.pk for one in ours])
        self.initial.setdefault("until", max(self.today, review.day) + timedelta(days=30))

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if not self.today <= until <= self.today + LONGEST_LINK:
            raise forms.ValidationError(f"Choose a day from today on, within {LONGEST_LINK.days} days.")
        return until

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("contacts") and not data.get("colleagues"):
            self.add_error("contacts", "Choose at least one person.")
        return data


class CadenceForm(forms.Form):
    months = forms.IntegerField(
        label="Months between business reviews", min_value=0, max_value=24, help_text="0 for none."
    )
    annual = forms.BooleanField(label="A strategic meeting each year", required=False)
