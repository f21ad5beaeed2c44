"""Reading addresses and posted forms of hours and rates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.access import clients_for
from accounts.models import Client
from common.money import is_currency
from common.periods import YEARS
from financials.access import contracts_for
from financials.calc.timesheet import Slot
from financials.forms.fields import DateInput, MonthField
from financials.models import Contract, ContractStatus, RateKind, TimeStatus
from financials.queries.rate_cards import RateFilter
from financials.queries.time_list import TimeFilter, Week, monday_of
from people.models import User

ROWS: Final = 60
"""The most rows of a week that are read."""
_HOURS: Final = re.compile(r"(\d{1,2})(?:[.,](\d{1,2}))?")
_CLOCK: Final = re.compile(r"(\d{1,2}):([0-5]\d)")


class TimeFilterForm(forms.Form):
    client = forms.CharField(required=False, max_length=80)
    person = forms.CharField(required=False, max_length=254)
    contract = forms.CharField(required=False, max_length=60)
    month = MonthField(required=False)
    first = MonthField(required=False)
    last = MonthField(required=False)
    status = forms.ChoiceField(required=False, choices=[("", "All"), *TimeStatus.choices])
    billable = forms.ChoiceField(required=False, choices=[("", "All"), ("yes", "Yes"), ("no", "No")])
    q = forms.CharField(required=False, max_length=100)
    sort = forms.CharField(required=False, max_length=20)


def time_filter(query: QueryDict) -> TimeFilter:
    """What cannot be read is left out."""
    form = TimeFilterForm(query)
    form.is_valid()
    blank: dict[str, Any] = {"month": None, "first": None, "last": None}
    return TimeFilter(**{name: form.cleaned_data.get(name, blank.get(name, "")) for name in TimeFilterForm.base_fields})


class RateFilterForm(forms.Form):
    kind = forms.ChoiceField(required=False, choices=[("", "All"), *RateKind.choices])
    client = forms.CharField(required=False, max_length=80)
    q = forms.CharField(required=False, max_length=100)


def rate_filter(query: QueryDict) -> RateFilter:
    form = RateFilterForm(query)
    form.is_valid()
    return RateFilter(**{name: form.cleaned_data.get(name, "") for name in RateFilterForm.base_fields})


class BulkTimeForm(forms.Form):
    """What to do with the entries ticked. contract: a number; blank leaves it, "-" takes it off."""

    act = forms.ChoiceField(choices=[("approve", "Approve"), ("reject", "Send back"), ("mend", "Apply")])
    contract = forms.CharField(required=False, max_length=60)
    role = forms.CharField(required=False, max_length=80)
    billable = forms.ChoiceField(
        required=False, choices=[("", "As it is"), ("yes", "Billable"), ("no", "Not billable")]
    )

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.ids = [int(text) for text in data.getlist("pick")[:1000] if _is_id(text)]

    def clean_contract(self) -> str:
        number = str(self.cleaned_data["contract"]).strip()
        if number and number != "-" and not contracts_for(self.user).filter(number=number).exists():
            raise ValidationError(f"There is no contract “{number}” here.")
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.ids:
            raise ValidationError("Tick the entries first.")
        if data.get("act") == "mend" and not self.changes(data):
            raise ValidationError("Say what to change: a contract, a role, or whether it is billable.")
        return data

    def changes(self, data: dict[str, Any] | None = None) -> dict[str, Any]:
        given = self.cleaned_data if data is None else data
        changes: dict[str, Any] = {}
        if number := given.get("contract"):
            changes["contract"] = None if number == "-" else contracts_for(self.user).get(number=number)
        if role := str(given.get("role", "")).strip():
            changes["role"] = "" if role == "-" else role
        if billable := given.get("billable"):
            changes["billable"] = billable == "yes"
        return changes


def week_of(text: str, today: date) -> date:
    """The Monday of the week asked for; of this one when it cannot be read."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return monday_of(today)
    return monday_of(day) if day.year in YEARS else monday_of(today)


def read_hours(text: str) -> Decimal | None:
    """7.5, 7,5 or 7:30; blank is None. Raises ValueError with what to write."""
    text = text.strip()
    if not text:
        return None
    if found := _CLOCK.fullmatch(text):
        hours = (Decimal(int(found[1]) * 60 + int(found[2])) / 60).quantize(Decimal("0.01"))
    elif found := _HOURS.fullmatch(text):
        hours = Decimal(f"{found[1]}.{found[2] or 0}")
    else:
        raise ValueError(f"“{text[:20]}” is not a number of hours: write 7.5 or 7:30")
    if hours > 24:
        raise ValueError(f"“{text}” is more than a day has")
    return hours


@dataclass
class WeekPost:
    """A posted week. typed: every cell as it was written, to show again beside errors."""

    hours: dict[Slot, Decimal | None] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def read_week(data: QueryDict, user: User, week: Week) -> WeekPost:
    """Two queries: clients and contracts in sight."""
    post = WeekPost(typed={name: str(data[name]) for name in data})
    clients = set(clients_for(user).values_list("pk", flat=True))
    contracts = {contract.pk: contract for contract in contracts_for(user)}
    for number in range(ROWS):
        place = data.get(f"p{number}", "")
        cells = [data.get(f"h{number}_{at}", "") for at in range(7)]
        if not place:
            if any(cell.strip() for cell in cells):
                post.errors.append(f"Row {number + 1} has hours but no work: choose a contract for it.")
            continue
        slot = _slot(data, number, place, week.monday, clients, contracts)
        if slot is None:
            post.errors.append(f"Row {number + 1}: this work is not yours to book on.")
            continue
        for at, text in enumerate(cells):
            if f"h{number}_{at}" in data:
                _read_cell(post, slot._replace(day=week.monday + timedelta(days=at)), text, contracts)
    _check_days(post, week)
    return post


def _slot(
    data: QueryDict, number: int, place: str, monday: date, clients: set[int], contracts: dict[int, Contract]
) -> Slot | None:
    parts = place.split("|", 3)
    if len(parts) < 2 or not _is_id(parts[0]) or not (_is_id(parts[1]) or not parts[1]):
        return None
    client, contract = int(parts[0]), int(parts[1]) if parts[1] else None
    if client not in clients or (contract is not None and contracts.get(contract, _NONE).client_id != client):
        return None
    fixed = len(parts) == 4
    role = parts[3] if fixed else data.get(f"role{number}", "").strip()
    billable = parts[2] == "yes" if fixed else f"free{number}" not in data
    return Slot(client, contract, role[:80].replace("\x00", ""), billable, monday)


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


_NONE: Final = Contract()


def _read_cell(post: WeekPost, slot: Slot, text: str, contracts: dict[int, Contract]) -> None:
    try:
        hours = read_hours(text)
    except ValueError as error:
        post.errors.append(f"{slot.day:%a %d %b}: {error}.")
        return
    contract = contracts.get(slot.contract_id or 0)
    ended = contract is not None and contract.status == ContractStatus.TERMINATED
    if hours and contract is not None and ended and (contract.ended_on is None or slot.day > contract.ended_on):
        post.errors.append(f"{slot.day:%a %d %b}: {contract.number} was terminated; book the hours on other work.")
        return
    if hours and post.hours.get(slot):
        hours += post.hours[slot] or 0  # the same work in two rows
    post.hours[slot] = hours if hours is not None else post.hours.get(slot)


def _check_days(post: WeekPost, week: Week) -> None:
    for at, day in enumerate(week.days):
        loaded = sum((row.cells[at].loaded for row in week.rows), Decimal(0))
        total = loaded + sum((hours or Decimal(0) for slot, hours in post.hours.items() if slot.day == day), Decimal(0))
        if total > 24:
            post.errors.append(f"{day:%a %d %b} has {total} hours: a day has 24.")


class RateForm(forms.Form):
    kind = forms.ChoiceField(choices=RateKind.choices)
    person = forms.ModelChoiceField(
        User.objects.filter(is_active=True), required=False, empty_label="A role, not a person", help_text="or a role"
    )
    role = forms.CharField(required=False, max_length=80, help_text="or a person")
    client = forms.ModelChoiceField(
        Client.objects.all(), required=False, to_field_name="key", empty_label="All clients"
    )
    contract = forms.CharField(required=False, max_length=60, help_text="Number; blank for all of the client's.")
    rate = forms.DecimalField(min_value=0, max_digits=12, decimal_places=4, help_text="For one hour.")
    currency = forms.CharField(min_length=3, max_length=3)
    starts = forms.DateField(widget=DateInput(), label="From")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if not is_currency(code):
            raise ValidationError("Write the currency as three letters, such as USD.")
        return code

    def clean_starts(self) -> date:
        day: date = self.cleaned_data["starts"]
        if day.year not in YEARS:
            raise ValidationError(f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("person")) == bool(data.get("role")):
            self.add_error("role", "Give a person or a role, one of them.")
        number, client = data.get("contract"), data.get("client")
        data["contract_row"] = None
        if number:
            found = Contract.objects.filter(number=number).select_related("client").first()
            if found is None or (client is not None and client.pk != found.client_id):
                self.add_error("contract", "There is no such contract at this client.")
            else:
                data["contract_row"], data["client"] = found, found.client
        return data
