"""A client's KPI, its readings and phases, and the library's definitions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from accounts.calc.kpis import Span, kpi_faults, reading_fault, span_of
from accounts.calc.web import ADDS_UP
from accounts.models import (
    Client,
    Contact,
    Gathers,
    Kpi,
    KpiDefinition,
    KpiReading,
    KpiTarget,
    WebMetric,
)
from accounts.queries.people import assignable
from common.forms import RecordForm
from common.periods import InvalidPeriod

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_AREA = forms.Textarea(attrs={"rows": 2})
_UNITS = "money, ratio (0.45 is 45%), count, score, days, or any word such as leads."


class PeriodField(forms.CharField):
    """2026-09, 2026-Q3 or 2026."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Period")
        kwargs.setdefault("help_text", "A month 2026-09, a quarter 2026-Q3 or a year 2026.")
        super().__init__(max_length=7, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        try:
            span_of(text)
        except InvalidPeriod as error:
            raise forms.ValidationError(str(error)) from error
        return text


class DefinitionForm(RecordForm):
    class Meta:
        model = KpiDefinition
        fields = ["name", "category", "unit", "direction", "gathers", "frequency", "how"]
        labels = {
            "how": "How it is measured",
            "frequency": "How often it is read",
            "gathers": "What is held against the target",
        }
        help_texts = {"unit": _UNITS, "how": "Source and rule, so that two people read the same number."}
        widgets = {"how": _AREA}


class KpiForm(RecordForm):
    class Meta:
        model = Kpi
        fields = [
            "name", "category", "unit", "direction", "gathers", "frequency", "owner", "contact", "baseline",
            "starts_on", "target", "target_low", "target_high", "due", "how", "definition", "web_metric",
            "web_channel",
        ]  # fmt: skip
        labels = {
            "how": "How it is measured",
            "frequency": "How often it is read",
            "gathers": "What is held against the target",
            "owner": "Owner on our side",
            "contact": "Owner at the client",
            "starts_on": "Baseline as of",
            "due": "Target by",
            "target_low": "Range from",
            "target_high": "Range to",
            "definition": "From the library",
            "web_metric": "Read from web analytics",
            "web_channel": "Of the channel",
        }
        help_texts = {
            "unit": _UNITS,
            "baseline": "Where it stood; blank counts as 0.",
            "target_low": "Only of a range.",
            "due": "With both days, it is held to a straight line between them, unless phased.",
        }
        widgets = {"starts_on": _DAY, "due": _DAY, "how": _AREA}

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["owner"].empty_label = "Nobody yet"
        fields["contact"].queryset = Contact.objects.filter(client=client)
        fields["contact"].empty_label = "Nobody yet"
        fields["definition"].empty_label = "None"
        told = WebMetric.objects.filter(client=client, metric__in=ADDS_UP).order_by()
        cuts = list(told.values_list("metric", "channel").distinct())
        self._offer("web_metric", {metric for metric, _ in cuts}, "By hand, file or REST")
        self._offer("web_channel", {channel for _, channel in cuts if channel}, "All")

    def _offer(self, name: str, values: set[str], blank: str) -> None:
        """What the client's analytics have, and what stands there now."""
        kept, old = getattr(self.instance, name), self.fields[name]
        shown = [(value, value.replace("_", " ")) for value in sorted(values | ({kept} if kept else set()))]
        self.fields[name] = forms.ChoiceField(label=old.label, required=False, choices=[("", blank), *shown])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, words in kpi_faults(data).items():
            self.add_error(name, words)
        return data


class ReadingForm(RecordForm):
    """A new reading with its period; of one that is here, what it said."""

    CELLS = ("actual", "note")
    period = PeriodField()

    class Meta:
        model = KpiReading
        fields = ["period", "actual", "note"]
        labels = {"actual": "What it was", "note": "Remark"}

    def __init__(self, *args: Any, kpi: Kpi | None = None, today: date | None = None, **kwargs: Any) -> None:
        self.kpi, self.today = kpi, today
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        period = data.get("period")
        if self.kpi is None or self.today is None or not period:
            return data
        others = [
            (one, Span(first, last))
            for one, first, last in self.kpi.readings.exclude(period=period).values_list("period", "starts", "ends")
        ]
        if words := reading_fault(self.kpi.gathers == Gathers.SUM, span_of(period), others, self.today):
            self.add_error("period", words)
        return data


class PhaseForm(RecordForm):
    """Said again of one period, it is corrected."""

    period = PeriodField(help_text="At whose end it should stand there: 2026-09, 2026-Q3 or 2026.")

    class Meta:
        model = KpiTarget
        fields = ["period", "target"]
        labels = {"target": "Target by the end of it"}
