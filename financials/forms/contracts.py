"""The list of contracts' address, and a contract's own form."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict

from accounts.access import clients_for
from accounts.forms.clients import clean_key
from accounts.forms.white_space import OfferingField
from accounts.models import BusinessUnit
from common.forms import RecordForm
from common.money import is_currency
from common.periods import YEARS
from financials.access import contracts_for
from financials.calc.notice import InvalidUplift, parse_uplift
from financials.calc.status import order_refusal
from financials.forms.fields import DateInput
from financials.models import Contract, ContractKind, ContractStatus, Renewal
from financials.queries.contract_trees import ContractFilter
from people.models import User

MOST_NOTICE = 1000  # days, as in files
GROUPS: Final = (
    ("What it is", ("kind", "client", "parent", "number", "title")),
    ("Term and fee", ("start", "end", "amount", "currency", "signed_on", "new_end")),
    (
        "Work and billing",
        ("billing", "billing_timing", "service_line", "offering", "business_unit", "scope_hours", "scope"),
    ),
    ("How it ends", ("renewal", "notice_days", "notice_rule", "uplift", "probability", "superseded_by")),
)


class ContractFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="Search")
    status = forms.ChoiceField(required=False, choices=[("", "All"), *ContractStatus.choices])
    kind = forms.ChoiceField(required=False, choices=[("", "All"), *ContractKind.choices])
    client = forms.CharField(required=False, max_length=80)
    sort = forms.CharField(required=False, max_length=20)


def contract_filter(query: QueryDict) -> ContractFilter:
    """What cannot be read is left out."""
    form = ContractFilterForm(query)
    form.is_valid()
    return ContractFilter(**{name: form.cleaned_data.get(name, "") for name in ContractFilterForm.base_fields})


class ContractForm(RecordForm):
    class Meta:
        model = Contract
        fields: ClassVar[tuple[str, ...]] = (
            "title",
            "start",
            "end",
            "amount",
            "currency",
            "billing",
            "service_line",
            "offering",
            "business_unit",
            "signed_on",
            "renewal",
            "notice_days",
            "notice_rule",
            "uplift",
            "probability",
            "billing_timing",
            "scope_hours",
            "scope",
            "new_end",
            "superseded_by",
        )
        labels = {
            "signed_on": "Signed on",
            "notice_days": "Notice, days",
            "billing_timing": "Invoiced",
            "scope_hours": "Hours in scope",
            "scope": "In scope, and not",
            "new_end": "Moves the end to",
            "superseded_by": "Superseded by",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "amount": "The fee, without pass-through and tax; a year's fee when the contract has no end.",
            "uplift": "A fraction such as 0.03, or index:floor:cap such as cpi:0.02:0.04.",
            "probability": "Of renewal, 0 to 1. Blank takes the default for its kind.",
            "new_end": "The day on which the contract it changes then ends.",
            "superseded_by": "The contract that took over.",
        }
        widgets = {
            "start": DateInput(),
            "end": DateInput(),
            "signed_on": DateInput(),
            "new_end": DateInput(),
            "scope": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("amount", "probability", "scope_hours"):
            stored = getattr(self.instance, name)
            if stored is not None:
                self.initial[name] = format(stored.normalize(), "f")
        fields: Any = self.fields
        fields["offering"] = OfferingField(self.instance.offering, help_text="Blank: that of the deal it came from.")
        if "superseded_by" not in self.fields:
            return
        fields["business_unit"].queryset = BusinessUnit.objects.filter(client=self.instance.client_id)
        fields["business_unit"].empty_label = "That of its deal, or none"
        if self.instance.kind != ContractKind.CHANGE_ORDER:
            del self.fields["new_end"]
        rivals: Any = self.fields["superseded_by"]
        rivals.queryset = (
            Contract.objects.filter(client=self.instance.client_id, kind=self.instance.kind)
            .exclude(pk=self.instance.pk)
            .order_by("number")
        )
        rivals.empty_label = "None"

    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """The fields as they belong together; those that this contract does not have are left out."""
        found = [(legend, [self[name] for name in names if name in self.fields]) for legend, names in GROUPS]
        return [(legend, several) for legend, several in found if several]

    def clean_uplift(self) -> str:
        text = str(self.cleaned_data["uplift"])
        try:
            parse_uplift(text)
        except InvalidUplift as error:
            raise ValidationError(str(error)) from None
        return text

    def clean_currency(self) -> str:
        from_form = str(self.cleaned_data["currency"]).upper()
        if not is_currency(from_form):
            raise ValidationError("Write the currency as three letters, such as USD.")
        return from_form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        for name in ("start", "end", "signed_on", "new_end"):
            if data.get(name) and data[name].year not in YEARS:
                self.add_error(name, f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        if (data.get("notice_days") or 0) > MOST_NOTICE:
            self.add_error("notice_days", f"At most {MOST_NOTICE} days.")
        if start and end and end < start:
            self.add_error("end", "The end comes before the start.")
        if start and data.get("new_end") and data["new_end"] < start:
            self.add_error("new_end", "The new end comes before the change order's own start.")
        if data.get("renewal") == Renewal.EVERGREEN and end:
            self.add_error("end", "An evergreen contract has no end: leave it blank.")
        amount = data.get("amount")
        kind = data.get("kind") or self.instance.kind
        if amount is not None and amount < 0 and kind != ContractKind.CHANGE_ORDER:
            self.add_error("amount", "Only a change order can be negative.")
        return data


_NOT_YET = frozenset({"superseded_by", "business_unit"})
"""Of one client's own contracts and units: there is no client yet."""


class NewContractForm(ContractForm):
    """A contract that starts as a draft. parent: the number of the one it stands under."""

    parent = forms.CharField(
        required=False,
        max_length=60,
        label="Under the contract",
        help_text="A statement of work: its master agreement, if there is one. A change order: what it changes.",
    )
    field_order = ("kind", "client", "parent", "number", "title")

    class Meta(ContractForm.Meta):
        fields = ("kind", "client", "number", *(name for name in ContractForm.Meta.fields if name not in _NOT_YET))
        help_texts: ClassVar[dict[str, str]] = {
            **ContractForm.Meta.help_texts,
            "number": "What your other systems call it, such as KES-SOW-16; stays for good.",
            "new_end": "Change orders: the day on which the contract it changes then ends.",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_sight = contracts_for(user)
        fields: Any = self.fields
        fields["client"].queryset = clients_for(user).order_by("name")
        fields["client"].empty_label = "Choose a client"

    def clean_number(self) -> str:
        return clean_key(str(self.cleaned_data["number"]).strip())

    def clean_parent(self) -> Contract | None:
        number = str(self.cleaned_data["parent"]).strip()
        if not number:
            return None
        found = self.in_sight.filter(number=number).first()
        if found is None:
            raise ValidationError(f"No contract has the number {number}.")
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind, parent, client = data.get("kind"), data.get("parent"), data.get("client")
        if kind and "parent" not in self.errors and (reason := _misplaced(kind, parent)):
            self.add_error("parent", reason)
        elif parent and client and parent.client_id != client.pk:
            self.add_error("parent", f"{parent.number} belongs to another client.")
        if data.get("new_end") and kind and kind != ContractKind.CHANGE_ORDER:
            self.add_error("new_end", "Only a change order moves another contract's end.")
        return data


def _misplaced(kind: str, parent: Contract | None) -> str:
    """Why a contract of the kind cannot stand there; blank when it can."""
    if kind == ContractKind.MSA:
        return "A master agreement stands under no other contract: leave this blank." if parent else ""
    if kind == ContractKind.SOW:
        wrong = parent is not None and parent.kind != ContractKind.MSA
        return "A statement of work stands under a master agreement, or alone." if wrong else ""
    if parent is None:
        return "Say which contract this order changes."
    if parent.kind == ContractKind.CHANGE_ORDER:
        return f"{parent.number} is a change order itself: name the statement of work that both change."
    return order_refusal(kind, ContractStatus.DRAFT, parent.number, parent.status)
