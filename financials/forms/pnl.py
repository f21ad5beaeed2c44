"""Addresses of the P&L, its groups, the bridge and the ledger rows behind."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from common.periods import Month
from financials.figures import LABELS
from financials.forms.fields import MonthField, SpanField
from financials.queries import pivot_page
from financials.queries.bridge import MEASURES, BridgeRequest
from financials.queries.entries import EntryFilter
from financials.queries.pnl_page import Against, PnlView, Shown
from financials.queries.pnl_periods import Group
from financials.queries.pnl_request import NONE, PnlRequest

MOST_YEARS = 10


class ScopeForm(forms.Form):
    """What narrows the P&L, whichever way it is cut."""

    client = forms.CharField(required=False, max_length=80)
    parent = forms.CharField(required=False, max_length=80)
    contract = forms.CharField(required=False, max_length=60)
    service_line = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    industry = forms.CharField(required=False, max_length=80)
    version = forms.CharField(required=False, max_length=40)
    rates = MonthField(required=False)
    from_ = MonthField(required=False, label="From")
    to = MonthField(required=False, label="To")

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name


class PnlForm(ScopeForm):
    """The P&L page's address. What cannot be read is said above the table, and the default shown."""

    group = forms.ChoiceField(required=False, choices=[(name, name) for name in get_args(Group)])
    scenario = forms.ChoiceField(required=False, choices=[(name, name) for name in get_args(Shown)])
    against = forms.ChoiceField(required=False, choices=[(name, name) for name in get_args(Against)])
    unit = forms.ChoiceField(required=False, choices=[("k", "thousand"), ("M", "million"), ("1", "units")])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("from_"), data.get("to")
        if first and last and first > last:
            raise ValidationError("The first month comes after the last.")
        if first and last and last.year - first.year > MOST_YEARS:
            raise ValidationError("Ask for at most ten years at once.")
        return data


def _as_reported(query: QueryDict) -> QueryDict:
    """The address may say in words that rates are not held."""
    given = query.copy()
    if given.get("rates") == "reported":
        del given["rates"]
    return given


def _service_line(data: dict[str, Any]) -> str | None:
    """None takes all; "-" what has none, which the ledger keeps as a blank."""
    text = data.get("service_line") or None
    return "" if text == NONE else text


def pnl_view(query: QueryDict, client: str = "") -> tuple[PnlView, list[str]]:
    """The view asked for and what was wrong with the address."""
    form = PnlForm(_as_reported(query))
    good = form.is_valid()
    data = form.cleaned_data if good else {}
    errors = [str(error) for several in form.errors.values() for error in several]
    words = {name: data.get(name, "") for name in ("contract", "owner", "tier", "parent", "industry", "version")}
    view = PnlView(
        client=client or data.get("client", ""),
        first=data.get("from_"),
        last=data.get("to"),
        group=data.get("group") or "month",
        shown=data.get("scenario") or "actual",
        against=data.get("against") or "budget",
        unit=data.get("unit") or "k",
        service_line=_service_line(data),
        rates=data.get("rates"),
        **words,
    )
    return view, errors


class PivotForm(ScopeForm):
    """The P&L's address when groups stand in its rows."""

    rows = forms.ChoiceField(choices=list(pivot_page.ROW_WORDS.items()))
    group = forms.ChoiceField(required=False, choices=[(name, name) for name in get_args(pivot_page.Columns)])
    scenario = forms.ChoiceField(required=False, choices=list(pivot_page.SHOWN_WORDS.items()))
    measure = forms.ChoiceField(required=False, choices=list(LABELS.items()))
    share = forms.BooleanField(required=False)


def pivot_view(query: QueryDict, through: Month) -> tuple[pivot_page.PivotView, list[str]]:
    """What cannot be read is said above the table, and the default shown. through: the last closed month."""
    form = PivotForm(_as_reported(query))
    form.is_valid()
    data = form.cleaned_data
    errors = [str(error) for several in form.errors.values() for error in several]
    columns: pivot_page.Columns = data.get("group") or "month"
    last = data.get("to") or through
    first = data.get("from_") or pivot_page.default_first(columns, last)
    if first > last or last.year - first.year > MOST_YEARS:
        errors.append(f"The months must run forwards, over at most {MOST_YEARS} years.")
        first = pivot_page.default_first(columns, last)
    words = {name: data.get(name, "") for name in ("client", "parent", "contract", "owner", "tier", "industry")}
    request = PnlRequest(
        first=first, last=last, service_line=_service_line(data), rates=data.get("rates"),
        budget_version=data.get("version", ""), **words,
    )  # fmt: skip
    view = pivot_page.PivotView(
        request=request,
        rows=data.get("rows") or "client",
        columns=columns,
        shown=data.get("scenario") or "actual",
        measure=data.get("measure") or "net_revenue",
        as_share=bool(data.get("share")) and (data.get("scenario") or "").startswith("variance"),
    )
    return view, errors


class BridgeForm(forms.Form):
    client = forms.CharField(required=False, max_length=80)
    from_ = SpanField(required=False, max_length=20)
    to = SpanField(required=False, max_length=20)
    against = forms.ChoiceField(required=False, choices=[("period", "Earlier period"), ("budget", "Budget")])
    measure = forms.ChoiceField(required=False, choices=list(MEASURES.items()))

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name


def bridge_request(query: QueryDict) -> tuple[BridgeRequest, list[str]]:
    """What cannot be read is said above the page, and the default shown."""
    form = BridgeForm(query)
    form.is_valid()
    data = form.cleaned_data
    asked = BridgeRequest(
        start=data.get("from_"),
        end=data.get("to"),
        against=data.get("against") or "period",
        measure=data.get("measure") or "gross_profit",
        client=data.get("client", ""),
    )
    return asked, [str(error) for several in form.errors.values() for error in several]


class EntryForm(forms.Form):
    client = forms.CharField(required=False, max_length=80)
    contract = forms.CharField(required=False, max_length=60)
    service_line = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    parent = forms.CharField(required=False, max_length=80)
    industry = forms.CharField(required=False, max_length=80)
    fiscal = forms.RegexField(r"^FY(19|20|21)\d\d(-Q[1-4])?$", required=False)
    from_ = MonthField(required=False)
    to = MonthField(required=False)
    row = forms.ChoiceField(required=False, choices=[(name, label) for name, label in LABELS.items()])
    q = forms.CharField(required=False, max_length=100)
    sort = forms.CharField(required=False, max_length=20)

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name


def entry_filter(query: QueryDict) -> tuple[EntryFilter, list[str]]:
    form = EntryForm(query)
    form.is_valid()
    data = form.cleaned_data
    errors = [str(error) for several in form.errors.values() for error in several]
    wanted = EntryFilter(
        client=data.get("client", ""),
        contract=data.get("contract", ""),
        service_line=data.get("service_line", "") if "service_line" in query else None,
        owner=data.get("owner", ""),
        tier=data.get("tier", ""),
        first=data.get("from_"),
        last=data.get("to"),
        row=data.get("row", ""),
        parent=data.get("parent", ""),
        industry=data.get("industry", ""),
        fiscal=data.get("fiscal", ""),
        q=data.get("q", ""),
        sort=data.get("sort", ""),
    )
    return wanted, errors
