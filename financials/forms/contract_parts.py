"""Forms of what hangs on a contract: a step, a term, a milestone, an estimate, an invoice by hand, a document."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from common.forms import RecordForm
from common.periods import YEARS
from financials.calc.status import MOVES
from financials.calc.terms import BadTerm, read_value
from financials.forms.fields import DateInput, MonthField
from financials.models import BillingPlanLine, Contract, ContractStatus, Milestone, TermTopic


def _in_range(day: date | None) -> date | None:
    if day is not None and day.year not in YEARS:
        raise ValidationError(f"Years run from {YEARS[0]} to {YEARS[-1]}.")
    return day


class MoveForm(forms.Form):
    """One step of a contract. Which step may be taken is the action's to say."""

    to = forms.ChoiceField(label="Next step")
    signed_on = forms.DateField(required=False, label="Signed on", widget=DateInput())
    ended_on = forms.DateField(
        required=False,
        label="Last day in force",
        widget=DateInput(),
        help_text="Only when terminated: what was earned to this day stays, the rest leaves the schedule.",
    )
    reason = forms.CharField(required=False, max_length=300, label="Reason", widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.choices = [(step, ContractStatus(step).label) for step in MOVES[contract.status]]
        self.initial.setdefault("signed_on", contract.signed_on)
        possible = MOVES[contract.status]
        if ContractStatus.SIGNED not in possible:
            del self.fields["signed_on"]
        if ContractStatus.TERMINATED not in possible:
            del self.fields["ended_on"]

    def clean_signed_on(self) -> date | None:
        return _in_range(self.cleaned_data["signed_on"])

    def clean_ended_on(self) -> date | None:
        return _in_range(self.cleaned_data["ended_on"])


class TermForm(forms.Form):
    topic = forms.ChoiceField(choices=TermTopic.choices)
    value = forms.CharField(
        max_length=300,
        label="What was agreed",
        help_text="Days as a number; how notice counts as calendar or business; an uplift as 0.03 or cpi:0.02:0.04.",
    )
    starts = forms.DateField(label="In force from", widget=DateInput())
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_starts(self) -> date | None:
        return _in_range(self.cleaned_data["starts"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("topic") and data.get("value"):
            try:
                data["value"] = read_value(data["topic"], data["value"])
            except BadTerm as error:
                self.add_error("value", str(error))
        return data


class MilestoneForm(RecordForm):
    CELLS: ClassVar = ("title", "due", "amount", "accepted_on")
    today: date | None = None
    """The client's own day; views set it."""

    class Meta:
        model = Milestone
        fields = ["key", "title", "due", "amount", "accepted_on"]
        labels = {"accepted_on": "Accepted on"}
        help_texts = {"key": "Your own id for it, such as M1.", "amount": "In the contract's currency."}
        widgets = {"due": DateInput(), "accepted_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["amount"] = format(self.instance.amount.normalize(), "f")

    def clean_due(self) -> date | None:
        return _in_range(self.cleaned_data["due"])

    def clean_accepted_on(self) -> date | None:
        day: date | None = _in_range(self.cleaned_data["accepted_on"])
        if day is not None and self.today is not None and day > self.today:
            raise ValidationError("It cannot have been accepted on a day that is still ahead.")
        return day


class EstimateForm(forms.Form):
    month = MonthField()
    cost_to_go = forms.DecimalField(
        label="Cost to go", min_value=0, max_digits=18, decimal_places=4,
        help_text="What the work will still cost after this month, in the contract's currency.",
    )  # fmt: skip


class PlanLineForm(RecordForm):
    class Meta:
        model = BillingPlanLine
        fields = ["due", "amount", "label"]
        labels = {"due": "To be invoiced on", "label": "What for"}
        widgets = {"due": DateInput()}

    def clean_due(self) -> date | None:
        return _in_range(self.cleaned_data["due"])


class DocumentForm(forms.Form):
    number = forms.CharField(max_length=60, widget=forms.HiddenInput())
    file = forms.FileField(
        label="PDF or DOCX", max_length=255, widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"})
    )


class OnForm(forms.Form):
    on = forms.DateField(required=False)

    def clean_on(self) -> date | None:
        return _in_range(self.cleaned_data["on"])
