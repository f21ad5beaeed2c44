"""Reading addresses of capacity and of the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from django import forms

from financials.forms.fields import DayField
from financials.queries.allocation_rows import RowsFilter
from financials.queries.capacity import USUAL_WEEKS, CapacityAsked, monday_of

WEEKS: Final = (("13", "13 weeks"), ("26", "26 weeks"), ("52", "52 weeks"))


class CapacityForm(forms.Form):
    client = forms.CharField(required=False, max_length=80)
    role = forms.CharField(required=False, max_length=80)
    person = forms.CharField(required=False, max_length=254)
    rows = forms.ChoiceField(required=False, choices=[("role", "Role"), ("person", "Person")])
    weeks = forms.ChoiceField(required=False, choices=WEEKS)
    page = forms.IntegerField(required=False, min_value=1, max_value=1000)


class WeeksForm(forms.Form):
    """Kept apart: `from` is no name of a Python attribute."""

    first = DayField(required=False)
    last = DayField(required=False)


def capacity_view(query: Mapping[str, str], today: date) -> tuple[CapacityAsked, str, int, list[str]]:
    """What is asked for, what a row of the grid is, its page, and what could not be read; that is left out."""
    form = CapacityForm(query)
    form.is_valid()
    dates = WeeksForm({"first": query.get("from", "")})
    dates.is_valid()
    given = form.cleaned_data
    errors = [f"{name}: {' '.join(map(str, found))}" for name, found in form.errors.items()]
    errors += [f"from: {' '.join(map(str, found))}" for found in dates.errors.values()]
    first = monday_of(dates.cleaned_data.get("first") or today)
    weeks = int(given.get("weeks") or USUAL_WEEKS)
    asked = CapacityAsked(
        first,
        first + timedelta(weeks=weeks - 1),
        client=given.get("client", ""),
        role=given.get("role", ""),
        person=given.get("person", "").lower(),
    )
    return asked, given.get("rows") or "role", given.get("page") or 1, errors


def rows_filter(query: Mapping[str, str], today: date) -> RowsFilter:
    """Weeks from `from` to `to`; without them this week and the 25 after it. What cannot be read is left out."""
    form = CapacityForm(query)
    form.is_valid()
    dates = WeeksForm({"first": query.get("from", ""), "last": query.get("to", "")})
    dates.is_valid()
    given, days = form.cleaned_data, dates.cleaned_data
    first = monday_of(days.get("first") or today)
    last = monday_of(days.get("last") or first + timedelta(weeks=USUAL_WEEKS - 1))
    return RowsFilter(
        first,
        last,
        client=given.get("client", ""),
        role=given.get("role", ""),
        person=given.get("person", "").lower(),
    )
