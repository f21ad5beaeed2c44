"""Offerings, the units of a client, and what is known of a cell."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, partial
from typing import Any

from django import forms

from accounts.calc.offerings import BadRoles, Catalogue, read_roles, write_roles
from accounts.forms.clients import clean_key
from accounts.models import BusinessUnit, CellState, Client, Offering, WhiteSpaceCell
from accounts.queries.people import assignable
from common.forms import RecordForm
from common.money import is_currency

_WORDED = {CellState.BLOCKED: "What blocks it?", CellState.COMPETITOR: "Which competitor has it?"}


def _code(form: Any, amount: str) -> None:
    """The currency's letters, and that an amount has one."""
    code = str(form.cleaned_data.get("currency") or "").strip().upper()
    form.cleaned_data["currency"] = code
    if code and not is_currency(code):
        form.add_error("currency", f"{code} is not an ISO 4217 currency code.")
    elif form.cleaned_data.get(amount) is not None and not code:
        form.add_error("currency", "An amount needs its currency.")


def _plainly(form: Any, *names: str) -> None:
    """120000, not 120000.0000."""
    for name in names:
        if name in form.fields and isinstance(form.initial.get(name), Decimal):
            form.initial[name] = f"{form.initial[name].normalize():f}"


class OfferingField(forms.ChoiceField):
    """The offering a deal or a contract is for: one of the catalogue by its key, or the words that stand there now."""

    def __init__(self, now: str, **kwargs: Any) -> None:
        choices = cache(partial(_catalogue, now))  # a list is gone through more than once to be drawn
        super().__init__(choices=choices, required=False, initial=now, **kwargs)


def _catalogue(now: str) -> list[tuple[str, str]]:
    """Read when the list is shown or checked, not when a form without it is made."""
    rows = list(Offering.objects.values_list("pk", "key", "name", "is_active"))
    offered = [(key, name) for _, key, name, active in rows if active]
    kept = now if now and now not in dict(offered) else ""
    meant = Catalogue((pk, key, name) for pk, key, name, _ in rows).meant_by(kept) if kept else None
    words = next((f"{name} (as written)" for pk, _, name, _ in rows if pk == meant), f"{kept} (not in the catalogue)")
    return [("", "Not said"), *offered, *([(kept, words)] if kept else [])]


class OfferingForm(RecordForm):
    class Meta:
        model = Offering
        fields = ["key", "name", "service_line", "price", "currency", "margin", "roles", "is_active"]
        labels = {
            "price": "Typical price a year",
            "margin": "Margin it is expected to leave",
            "roles": "Hours it takes a year",
            "is_active": "We offer it",
        }
        help_texts = {
            "key": "What your other systems call it; stays for good.",
            "price": "Fees of one sale, without pass-through and tax.",
            "margin": "A fraction of the price: 0.4 is 40%. Under 0.2 it is not counted as reachable.",
            "roles": "By role, as in Designer: 300; Writer: 120. They are held against free hours.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["margin"] = forms.DecimalField(
            label=fields["margin"].label, help_text=fields["margin"].help_text, required=False, min_value=-1,
            max_value=1, max_digits=7, decimal_places=6,
        )  # fmt: skip
        if self.instance.pk:
            del self.fields["key"]
        _plainly(self, "price", "margin")

    def clean_key(self) -> str:
        return clean_key(str(self.cleaned_data["key"]).strip())

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if price is not None and price <= 0:
            raise forms.ValidationError("Above zero, or blank where it is not known.")
        return price

    def clean_roles(self) -> str:
        try:
            return write_roles(read_roles(str(self.cleaned_data["roles"])))
        except BadRoles as reason:
            raise forms.ValidationError(f"{str(reason)[:1].upper()}{str(reason)[1:]}.") from None

    def clean(self) -> dict[str, Any]:
        super().clean()
        _code(self, "price")
        return dict(self.cleaned_data)


class UnitForm(RecordForm):
    class Meta:
        model = BusinessUnit
        fields = ["key", "name", "parent", "spend", "currency", "owner"]
        labels = {"parent": "Part of", "spend": "What it spends a year on what we could sell", "owner": "Our owner"}
        help_texts = {"key": "What your other systems call it; stays for good.", "spend": "Blank where nobody knows."}

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        others = BusinessUnit.objects.filter(client=client).exclude(pk=self.instance.pk or 0).order_by("name")
        fields["parent"].queryset = others
        fields["parent"].empty_label = "The client itself"
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["owner"].empty_label = "Nobody yet"
        if self.instance.pk:
            del self.fields["key"]
        elif not self.initial.get("currency"):
            self.initial["currency"] = client.currency
        _plainly(self, "spend")

    def clean_key(self) -> str:
        return clean_key(str(self.cleaned_data["key"]).strip())

    def clean_spend(self) -> Any:
        if (self.cleaned_data["spend"] or 0) < 0:
            raise forms.ValidationError("Not below zero.")
        return self.cleaned_data["spend"]

    def clean_parent(self) -> BusinessUnit | None:
        """No unit is part of itself. Units are a few levels deep."""
        parent: BusinessUnit | None = self.cleaned_data["parent"]
        above, steps = parent, 0
        while above is not None and steps < 20:
            if above.pk == self.instance.pk and self.instance.pk is not None:
                raise forms.ValidationError(f"{parent} is part of this unit.")
            above, steps = above.parent, steps + 1
        return parent

    def clean(self) -> dict[str, Any]:
        super().clean()
        _code(self, "spend")
        return dict(self.cleaned_data)


class CellForm(RecordForm):
    class Meta:
        model = WhiteSpaceCell
        fields = ["state", "why", "amount", "currency", "note"]
        labels = {"state": "What we know", "why": "What blocks it, or who has it", "amount": "Worth a year, all of it"}
        help_texts = {
            "state": "Running contracts and open deals say “active” and “in pipeline” themselves.",
            "amount": "Fees, what runs already included. Blank where nobody knows.",
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["state"].choices = CellState.choices
        if not self.initial.get("currency"):
            self.initial["currency"] = client.currency
        _plainly(self, "amount")

    def clean_amount(self) -> Any:
        if (self.cleaned_data["amount"] or 0) < 0:
            raise forms.ValidationError("Not below zero.")
        return self.cleaned_data["amount"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        _code(self, "amount")
        data = dict(self.cleaned_data)
        asked = _WORDED.get(data.get("state", ""))
        if asked and not str(data.get("why") or "").strip():
            self.add_error("why", asked)
        return data
