"""Fields that several forms of money read: months, days, spans of months, currencies."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.money import is_currency
from common.periods import YEARS, InvalidPeriod, Month, parse_month
from financials.queries.bridge import Span, read_span


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


class SpanField(forms.CharField):
    """2026-09, 2026-Q3, 2026 or 2026-07..2026-09; blank is None."""

    def clean(self, value: Any) -> Span | None:
        try:
            return read_span(super().clean(value).strip())
        except InvalidPeriod as error:
            raise ValidationError(str(error)) from None


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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


class CurrencyField(forms.CharField):
    """USD, whatever the case; blank is blank."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=3, **kwargs)

    def clean(self, value: Any) -> str:
        code = str(super().clean(value)).upper()
        if code and not is_currency(code):
            raise ValidationError("Write the currency as three letters, such as USD.")
        return code
