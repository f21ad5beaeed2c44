"""The address of the movement page: which two instants, which months, whose clients."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django import forms
from django.http import QueryDict

from common.periods import YEARS
from financials.forms.fields import MonthField
from financials.queries.movement import MovementRequest


class MovementForm(forms.Form):
    client = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=254)
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    run_from = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    run_to = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    from_ = MonthField(required=False)
    to = MonthField(required=False)

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "from_" else field_name


def movement_request(query: QueryDict) -> tuple[MovementRequest, list[str]]:
    """What cannot be read is said above the page, and the default shown."""
    form = MovementForm(query)
    form.is_valid()
    data = form.cleaned_data
    asked = MovementRequest(
        start=end_of(data.get("since")),
        end=end_of(data.get("until")),
        first=data.get("from_"),
        last=data.get("to"),
        run_from=data.get("run_from"),
        run_to=data.get("run_to"),
        client=data.get("client", ""),
        owner=data.get("owner", ""),
    )
    return asked, [str(error) for several in form.errors.values() for error in several]


def end_of(day: date | None) -> datetime | None:
    """A day stands for the forecast as it stood when the day was over."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC) if day is not None and day.year in YEARS else None
