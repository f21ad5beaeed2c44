"""Reading addresses and posted forms of the money pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from common.money import is_currency
from common.periods import YEARS, InvalidPeriod, Month, parse_month
from financials.calc.notice import InvalidUplift, parse_uplift
from financials.calc.receivables import BUCKETS
from financials.figures import LABELS
from financials.models import Contract, ContractKind, ContractStatus, OverheadDriver, Renewal
from financials.queries import pivot_page
from financials.queries.bridge import MEASURES, BridgeRequest, Span, read_span
from financials.queries.close_checks import MANUAL
from financials.queries.contract_trees import ContractFilter
from financials.queries.entries import EntryFilter
from financials.queries.invoices import STATES, InvoiceFilter
from financials.queries.pnl import PnlRequest
from financials.queries.pnl_page import Against, Group, PnlView
from financials.queries.purchase_orders import OrderFilter
from financials.queries.receivables import DebtRequest
from financials.queries.retention import RetentionRequest

MOST_YEARS = 10


class MonthField(forms.CharField):
    """2026-09; blank is None."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-09"})

    def clean(self, value: Any) -> Month | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_month(text)
        except InvalidPeriod:
            raise ValidationError("Write the month as 2026-09.") from None


class PnlForm(forms.Form):
    """The P&L page's address. What cannot be read is said above the table, and the default shown."""

    client = forms.CharField(required=False, max_length=80)
    contract = forms.CharField(required=False, max_length=60)
    service_line = forms.CharField(required=False, max_length=80)
    from_ = MonthField(required=False, label="From")
    to = MonthField(required=False, label="To")
    group = forms.ChoiceField(required=False, choices=[(name, name) for name in get_args(Group)])
    against = forms.ChoiceField(required=False, choices=[(name, name) for name in get_args(Against)])
    unit = forms.ChoiceField(required=False, choices=[("k", "thousand"), ("M", "million"), ("1", "units")])

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("from_"), data.get("to")
        if first and last and first > last:
            raise ValidationError("The first month comes after the last.")
        if first and last and last.year - first.year > 10:
            raise ValidationError("Ask for at most ten years at once.")
        return data


def pnl_view(query: QueryDict, client: str = "") -> tuple[PnlView, list[str]]:
    """The view asked for and what was wrong with the address."""
    form = PnlForm(query)
    good = form.is_valid()
    data = form.cleaned_data if good else {}
    errors = [str(error) for several in form.errors.values() for error in several]
    view = PnlView(
        client=client or data.get("client", ""),
        first=data.get("from_"),
        last=data.get("to"),
        group=data.get("group") or "month",
        against=data.get("against") or "budget",
        unit=data.get("unit") or "k",
        contract=data.get("contract", ""),
        service_line=data.get("service_line") or None,
    )
    return view, errors


class PivotForm(forms.Form):
    """The P&L's address when groups stand in its rows."""

    rows = forms.ChoiceField(choices=list(pivot_page.ROW_WORDS.items()))
    group = forms.ChoiceField(required=False, choices=[(name, name) for name in get_args(pivot_page.Columns)])
    scenario = forms.ChoiceField(required=False, choices=list(pivot_page.SHOWN_WORDS.items()))
    measure = forms.ChoiceField(required=False, choices=list(LABELS.items()))
    share = forms.BooleanField(required=False)
    client = forms.CharField(required=False, max_length=80)
    parent = forms.CharField(required=False, max_length=80)
    contract = forms.CharField(required=False, max_length=60)
    service_line = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    industry = forms.CharField(required=False, max_length=80)
    version = forms.CharField(required=False, max_length=40)
    rates = MonthField(required=False)
    from_ = MonthField(required=False)
    to = MonthField(required=False)

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name


def pivot_view(query: QueryDict, through: Month) -> tuple[pivot_page.PivotView, list[str]]:
    """What cannot be read is said above the table, and the default shown. through: the last closed month."""
    given = query.copy()
    if given.get("rates") == "reported":
        del given["rates"]
    form = PivotForm(given)
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
        first=first, last=last, service_line=data.get("service_line") or None, rates=data.get("rates"),
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


class SpanField(forms.CharField):
    """2026-09, 2026-Q3, 2026 or 2026-07..2026-09; blank is None."""

    def clean(self, value: Any) -> Span | None:
        try:
            return read_span(super().clean(value).strip())
        except InvalidPeriod as error:
            raise ValidationError(str(error)) from None


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
    )
    return wanted, errors


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


MOST_NOTICE = 1000  # days, as in files


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ContractForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Contract
        fields = (
            "title",
            "start",
            "end",
            "amount",
            "currency",
            "billing",
            "service_line",
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
        help_texts = {
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
        if self.instance.kind != ContractKind.CHANGE_ORDER:
            del self.fields["new_end"]
        rivals: Any = self.fields["superseded_by"]
        rivals.queryset = (
            Contract.objects.filter(client=self.instance.client_id, kind=self.instance.kind)
            .exclude(pk=self.instance.pk)
            .order_by("number")
        )
        rivals.empty_label = "None"

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
        if amount is not None and amount < 0 and self.instance.kind != ContractKind.CHANGE_ORDER:
            self.add_error("amount", "Only a change order can be negative.")
        return data


class DayField(forms.CharField):
    """2026-09-30, a day of the calendar the product knows; blank is None."""

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            raise ValidationError("Write the day as 2026-09-30.") from None
        if found.year not in YEARS:
            raise ValidationError(f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        return found


class DebtForm(forms.Form):
    as_of = DayField(required=False)
    client = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    currency = forms.CharField(required=False, max_length=3)

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if code and not is_currency(code):
            raise ValidationError("Write the currency as three letters, such as USD.")
        return code


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


class CheckForm(forms.Form):
    """One answer of a month's checklist."""

    name = forms.ChoiceField(choices=list(MANUAL.items()))
    done = forms.BooleanField(required=False)
    note = forms.CharField(required=False, max_length=300)


class DriverForm(forms.Form):
    starts = MonthField(label="From the month")
    driver = forms.ChoiceField(choices=OverheadDriver.choices, label="Spread by")


class RetentionForm(forms.Form):
    to = MonthField(required=False)
    client = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    tier = forms.CharField(required=False, max_length=10)
    currency = forms.CharField(required=False, max_length=3)

    clean_currency = DebtForm.clean_currency


def retention_request(query: Mapping[str, str]) -> tuple[RetentionRequest, list[str]]:
    form = RetentionForm(query)
    form.is_valid()
    data = form.cleaned_data
    errors = [str(error) for several in form.errors.values() for error in several]
    words = {name: data.get(name, "") for name in ("client", "owner", "tier", "currency")}
    return RetentionRequest(last=data.get("to"), **words), errors
