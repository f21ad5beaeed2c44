"""Proposals and pitches."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from accounts.access import opportunities_for
from accounts.actions.edits import plain
from accounts.calc.pitches import QUESTIONS
from accounts.forms.clients import clean_key
from accounts.models import Client, Pitch, Proposal, ProposalStatus
from accounts.queries.people import assignable
from common.forms import RecordForm
from common.money import is_currency
from common.periods import YEARS
from people.models import User

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_KEY_HELP = "What your other systems call it; stays for good."
ANSWERS: list[tuple[Any, str]] = [
    ("", "Not known"),
    (1, "1, not at all"),
    (2, "2"),
    (3, "3, in part"),
    (4, "4"),
    (5, "5, fully"),
]


class _Money(RecordForm):
    """An amount with its currency, and days within the calendar."""

    MONEY: ClassVar = "amount"
    DAYS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[self.MONEY].widget.attrs["inputmode"] = "decimal"
        if isinstance(self.initial.get(self.MONEY), Decimal):
            self.initial[self.MONEY] = plain(self.initial[self.MONEY])

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code and not is_currency(code):
            raise forms.ValidationError(f"{code} is not an ISO 4217 currency code.")
        return code

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get(self.MONEY) is not None and not data.get("currency"):
            self.add_error("currency", "An amount needs its currency.")
        for name in self.DAYS:
            if data.get(name) is not None and data[name].year not in YEARS:
                self.add_error(name, f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        return data


class ProposalForm(_Money):
    DAYS: ClassVar = ("sent_on", "valid_until")

    class Meta:
        model = Proposal
        fields = ["title", "edition", "amount", "currency", "status", "sent_on", "valid_until", "note"]
        help_texts = {"amount": "Fees, without pass-through and tax.", "edition": "1 is the first we wrote."}
        widgets = {"sent_on": _DAY, "valid_until": _DAY, "note": forms.Textarea(attrs={"rows": 3, "maxlength": 500})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("status") not in (None, ProposalStatus.DRAFT, ProposalStatus.WITHDRAWN) and not data.get("sent_on"):
            self.add_error("sent_on", "Say when it was sent.")
        return data


class NewProposalForm(ProposalForm):
    class Meta(ProposalForm.Meta):
        fields = ["opportunity", "key", *ProposalForm.Meta.fields]
        help_texts = {**ProposalForm.Meta.help_texts, "key": _KEY_HELP}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["opportunity"].queryset = opportunities_for(user).order_by("name")
        fields["opportunity"].empty_label = "Choose a deal"

    def clean_key(self) -> str:
        return clean_key(str(self.cleaned_data["key"]).strip())


class PitchForm(_Money):
    MONEY: ClassVar = "cost"
    DAYS: ClassVar = ("due_on",)
    SCORES: ClassVar = tuple(QUESTIONS)

    class Meta:
        model = Pitch
        fields = ["name", "status", "due_on", "opportunity", *QUESTIONS, "cost", "currency", "team", "note"]
        labels = {"due_on": "Pitch on", "cost": "Cost of the pitch", **QUESTIONS}
        help_texts = {"cost": "Hours at cost, travel, outside help.", "opportunity": "The deal it would become."}
        widgets = {"due_on": _DAY, "note": forms.Textarea(attrs={"rows": 3, "maxlength": 1000})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        deals = opportunities_for(user)
        if self.instance.client_id:
            deals = deals.filter(client=self.instance.client_id)
        fields["opportunity"].queryset = deals.order_by("name")
        fields["opportunity"].required = False
        fields["team"].queryset = assignable(None)
        fields["team"].widget.attrs["size"] = 6
        for name in self.SCORES:
            fields[name] = forms.TypedChoiceField(
                label=QUESTIONS[name], choices=ANSWERS, coerce=int, empty_value=None, required=False,
                initial=getattr(self.instance, name),
            )  # fmt: skip
        self.order_fields(self._meta.fields)


class NewPitchForm(PitchForm):
    class Meta(PitchForm.Meta):
        fields = ["client", "key", *PitchForm.Meta.fields]
        help_texts = {**PitchForm.Meta.help_texts, "key": _KEY_HELP}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: Any = self.fields
        fields["client"].queryset = Client.objects.visible_to(user).order_by("name")
        fields["client"].empty_label = "Choose a client or prospect"

    def clean_key(self) -> str:
        return clean_key(str(self.cleaned_data["key"]).strip())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        deal, client = data.get("opportunity"), data.get("client")
        if deal is not None and client is not None and deal.client_id != client.pk:
            self.add_error("opportunity", "This deal is another client's.")
        return data


class ProposalDocumentForm(forms.Form):
    proposal = forms.CharField(max_length=80, widget=forms.HiddenInput())
    file = forms.FileField(
        label="PDF or DOCX", max_length=255, widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"})
    )
