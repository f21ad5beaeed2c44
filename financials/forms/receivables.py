"""Addresses of what is owed: aged debt, invoices, purchase orders; and of who stays."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from financials.calc.receivables import BUCKETS
from financials.forms.fields import CurrencyField, DayField, MonthField
from financials.queries.invoices import STATES, InvoiceFilter
from financials.queries.purchase_orders import OrderFilter
from financials.queries.receivables import DebtRequest
from financials.queries.retention import RetentionRequest


class DebtForm(forms.Form):
    as_of = DayField(required=False)
    client = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    currency = CurrencyField(required=False)


def debt_request(query: Mapping[str, str]) -> tuple[DebtRequest, list[str]]:
    form = DebtForm(query)
    form.is_valid()
    data = form.cleaned_data
    errors = [str(error) for several in form.errors.values() for error in several]
    words = {name: data.get(name, "") for name in ("client", "owner", "tier", "currency")}
    return DebtRequest(as_of=data.get("as_of"), **words), errors


class InvoiceFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    client = forms.CharField(required=False, max_length=80)
    contract = forms.CharField(required=False, max_length=60)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    state = forms.ChoiceField(required=False, choices=[("", ""), *STATES])
    bucket = forms.ChoiceField(required=False, choices=[("", ""), *((name, name) for name in BUCKETS)])
    currency = forms.CharField(required=False, max_length=3)
    po = forms.CharField(required=False, max_length=60)
    as_of = DayField(required=False)
    sort = forms.CharField(required=False, max_length=20)


def invoice_filter(query: Mapping[str, str]) -> tuple[InvoiceFilter, list[str]]:
    """The filter, and what of the address could not be read and was left out."""
    form = InvoiceFilterForm(query)
    form.is_valid()
    data = form.cleaned_data
    errors = [str(error) for several in form.errors.values() for error in several]
    words = {name: data.get(name, "") for name in InvoiceFilterForm.base_fields if name != "as_of"}
    return InvoiceFilter(**words, as_of=data.get("as_of")), errors


class OrderFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    client = forms.CharField(required=False, max_length=80)
    contract = forms.CharField(required=False, max_length=60)
    state = forms.CharField(required=False, max_length=10)


def order_filter(query: Mapping[str, str]) -> OrderFilter:
    form = OrderFilterForm(query)
    form.is_valid()
    return OrderFilter(**{name: form.cleaned_data.get(name, "") for name in OrderFilterForm.base_fields})


class RetentionForm(forms.Form):
    to = MonthField(required=False)
    client = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    currency = CurrencyField(required=False)


def retention_request(query: Mapping[str, str]) -> tuple[RetentionRequest, list[str]]:
    form = RetentionForm(query)
    form.is_valid()
    data = form.cleaned_data
    errors = [str(error) for several in form.errors.values() for error in several]
    words = {name: data.get(name, "") for name in ("client", "owner", "tier", "currency")}
    return RetentionRequest(last=data.get("to"), **words), errors
