"""A contact with its part in the client, and a touchpoint."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.actions.stakeholders import CONTACT_FIELDS, STAKE_FIELDS, ReportingRing, Touch, refuse_ring
from accounts.models import BuyingRole, Client, Contact, Level, Stakeholding, Stance, Touchpoint
from accounts.queries.people import assignable
from people.models import User

SCORES = [("", "Not judged"), *((n, str(n)) for n in range(1, 6))]
LEVELS = [("", "Not judged"), *((level.value, f"{level.value} {level.label}") for level in Level)]
_STANCES = [
    ("", "Not judged"),
    *((s.value, f"{'+' if s > 0 else '−' if s < 0 else ''}{abs(s)} {s.label}") for s in Stance),
]


def whole_choice(label: str, choices: list[tuple[Any, str]], **kwargs: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False, **kwargs)


class StakeholderForm(forms.Form):
    first_name = forms.CharField(max_length=80, required=False)
    last_name = forms.CharField(max_length=80)
    title = forms.CharField(max_length=120, required=False)
    email = forms.EmailField(required=False)
    identified = forms.TypedChoiceField(
        label="Who it is",
        choices=[("yes", "A person we know of"), ("no", "A seat: holder not yet identified")],
        coerce=lambda said: said == "yes",
        required=False,
        empty_value=None,
        initial="yes",
    )
    reports_to = forms.ModelChoiceField(queryset=Contact.objects.none(), required=False, empty_label="Nobody known")
    buying_role = forms.ChoiceField(choices=[("", "Not known"), *BuyingRole.choices], required=False)
    power = whole_choice("Power", SCORES, help_text="Say in the decision, 1 to 5.")
    interest = whole_choice("Interest", SCORES, help_text="How much it matters to them, 1 to 5.")
    level = whole_choice("Relationship now", LEVELS)
    level_wanted = whole_choice("Wanted", LEVELS)
    stance = whole_choice("Stance towards us", _STANCES)
    evidence = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What was said or done, and when. Needed with a stance.",
    )
    owner = forms.ModelChoiceField(
        label="Our owner", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    cadence_days = forms.IntegerField(
        label="Touch every", min_value=1, max_value=730, required=False, help_text="Days between touches, such as 14."
    )

    def __init__(self, *args: Any, client: Client, stake: Stakeholding | None = None, **kwargs: Any) -> None:
        if stake is not None:
            kwargs["initial"] = {**initial_of(stake), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        others = client.contacts.order_by("last_name", "first_name")
        fields["reports_to"].queryset = others.exclude(pk=stake.contact_id) if stake else others
        fields["owner"].queryset = assignable(stake.owner_id if stake else None)
        self.stake = stake

    def clean_reports_to(self) -> Contact | None:
        boss: Contact | None = self.cleaned_data["reports_to"]
        if boss is not None and self.stake is not None:
            try:
                refuse_ring(self.stake.client, self.stake.contact_id, boss)
            except ReportingRing as reason:
                raise forms.ValidationError(str(reason)) from reason
        return boss

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("identified") is None:  # a form that does not say
            data.pop("identified", None)
        if data.get("stance") is not None and not (data.get("evidence") or "").strip():
            self.add_error("evidence", "A stance needs evidence: what was said or done, and when.")
        return data


def initial_of(stake: Stakeholding) -> dict[str, Any]:
    said = {name: getattr(stake.contact, name) for name in CONTACT_FIELDS}
    said["identified"] = "yes" if stake.contact.identified else "no"
    return said | {name: getattr(stake, name) for name in STAKE_FIELDS}


class TouchForm(forms.Form):
    """What is written down of a meeting, call or message."""

    date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    kind = forms.ChoiceField(choices=Touchpoint.Kind.choices, widget=forms.RadioSelect, initial=Touchpoint.Kind.MEETING)
    theirs = forms.ModelMultipleChoiceField(
        label="Whom you met",
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    notes = forms.CharField(
        label="What was said or decided", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000
    )
    ours = forms.ModelMultipleChoiceField(
        label="Colleagues with you",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        self.today = client.local_date(timezone.now())
        super().__init__(*args, **kwargs)

    def clean_date(self) -> Any:
        when = self.cleaned_data["date"]
        if when > self.today:
            raise forms.ValidationError(
                "That day is still to come. Log what has happened; what is ahead is planned as a review."
            )
        return when

    def clean_notes(self) -> str:
        return str(self.cleaned_data["notes"]).strip()


class TouchEditForm(TouchForm):
    """Of one that is logged: whoever it names stays choosable, of other clients and gone colleagues too."""

    def __init__(self, *args: Any, point: Touchpoint, client: Client, **kwargs: Any) -> None:
        here, ours = list(point.theirs.all()), list(User.objects.filter(touchpoints=point).values_list("pk", flat=True))
        kwargs["initial"] = {
            "date": point.date, "kind": point.kind, "notes": point.notes, "theirs": [one.pk for one in here],
            "ours": ours,
        }  # fmt: skip
        super().__init__(*args, client=client, **kwargs)
        fields: Any = self.fields
        among = Q(client=client) | Q(pk__in=[one.pk for one in here])
        fields["theirs"].queryset = Contact.objects.filter(among).order_by("last_name", "first_name")
        fields["ours"].queryset = assignable(*ours)
        fields["ours"].label = "Who of ours was there"
        fields["notes"].max_length = None  # a file may have brought more than the form for a new one takes


class TouchpointForm(TouchForm):
    ref = forms.CharField(widget=forms.HiddenInput, max_length=40)
    asked = forms.CharField(
        label="What they asked of us",
        max_length=300,
        required=False,
        help_text="Waits on the to-do list until answered.",
    )
    asked_due = forms.DateField(
        label="They want to hear by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("ref", "date", "kind", "theirs", "notes", "asked", "asked_due", "ours")

    def __init__(self, *args: Any, client: Client, user: User, **kwargs: Any) -> None:
        today = client.local_date(timezone.now())
        kwargs["initial"] = {"date": today, "ref": uuid.uuid4().hex, **(kwargs.get("initial") or {})}
        super().__init__(*args, client=client, **kwargs)
        self.user = user
        fields: Any = self.fields
        fields["theirs"].queryset = client.contacts.order_by("last_name", "first_name")
        fields["ours"].queryset = assignable().exclude(pk=user.pk)
        fields["notes"].widget.attrs["data-draft"] = f"touchpoint:{client.key}"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("asked_due") and data.get("date") and data["asked_due"] < data["date"]:
            self.add_error("asked_due", "That is before they asked.")
        return data

    def ask(self) -> dict[str, Any] | None:
        """What they asked, as of the day of the touch; whoever was met alone asked it."""
        data = self.cleaned_data
        if not data["asked"].strip():
            return None
        who = data["theirs"][0] if len(data["theirs"]) == 1 else None
        return {
            "text": data["asked"].strip(), "asked_on": data["date"], "due": data["asked_due"], "contact": who,
            "owner": self.user,
        }  # fmt: skip

    def touch(self) -> Touch:
        data = self.cleaned_data
        ours = [self.user, *data["ours"]]
        return Touch(data["ref"], data["date"], data["kind"], data["notes"], list(data["theirs"]), ours)
