"""The plan's own words, and each of its parts."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms

from accounts.models import (
    KPI_SOURCE,
    TYPED,
    Action,
    Client,
    Contact,
    Imperative,
    Initiative,
    Kpi,
    MeasureReading,
    Objective,
    Plan,
    PlanFact,
    PlanMeasure,
    PlanMilestone,
    PlanTarget,
    Stakeholding,
)
from accounts.queries.kpis import measure_unit
from accounts.queries.people import assignable
from common.forms import RecordForm
from common.measures import plan_measures
from common.money import is_currency

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class AmbitionForm(RecordForm):
    """The full plan's own words."""

    class Meta:
        model = Plan
        fields = [
            "ambition", "horizon_years", "known_to_client", "depth", "quarter_focus", "field_of_play", "our_value",
            "their_gain", "our_gain",
        ]  # fmt: skip
        labels = {
            "horizon_years": "Horizon, years",
            "known_to_client": "Does the client know this plan?",
            "depth": "How much plan",
            "quarter_focus": "What we go for this quarter",
            "field_of_play": "Charter: where we play",
            "our_value": "Charter: the value we bring",
            "their_gain": "Charter: how they gain from it",
            "our_gain": "Charter: what we gain",
        }
        help_texts = {"depth": "Blank follows the client's tier."}
        widgets = {
            name: _area(2)
            for name in ("ambition", "quarter_focus", "field_of_play", "our_value", "their_gain", "our_gain")
        }


class SixForm(RecordForm):
    """What a small client's plan asks to be typed; deals, risks and people answer the rest."""

    class Meta:
        model = Plan
        fields = ["ambition", "quarter_focus", "known_to_client"]
        labels = {
            "ambition": "What outcome do we want?",
            "quarter_focus": "What do we go for this quarter?",
            "known_to_client": "Does the client know this plan?",
        }
        widgets = {name: _area(2) for name in ("ambition", "quarter_focus")}


class PartForm(RecordForm):
    """A part of a client's plan. Choices hold only people who can be given work, and parts of the same plan."""

    def __init__(self, *args: Any, client: Client | None = None, above: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "owner" in fields:
            fields["owner"].queryset = assignable(self.instance.owner_id)
            fields["owner"].empty_label = "Nobody yet"
        if "imperative" in fields:
            fields["imperative"].queryset = Imperative.objects.filter(plan__client=client)
            fields["imperative"].empty_label = "None of theirs yet"
        if "initiative" in fields:
            of = above or self.instance.objective
            fields["initiative"].queryset = Initiative.objects.filter(objective=of).select_related("objective")
            fields["initiative"].empty_label = "None, straight under the objective"


class ImperativeForm(PartForm):
    class Meta:
        model = Imperative
        fields = ["title", "why", "sponsor", "owner", "confirmed_on"]
        labels = {
            "title": "What they are trying to do",
            "why": "What presses them",
            "sponsor": "Who of theirs answers for it",
            "owner": "Who of ours follows it",
            "confirmed_on": "The client confirmed it on",
        }
        widgets = {"why": _area(), "confirmed_on": _DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        theirs = Stakeholding.objects.filter(client=kwargs.get("client")).values("contact")
        fields["sponsor"].queryset = Contact.objects.filter(pk__in=theirs)
        fields["sponsor"].empty_label = "Nobody known yet"


class ObjectiveForm(PartForm):
    CELLS: ClassVar = ("title", "owner", "due", "status")

    class Meta:
        model = Objective
        fields = ["title", "imperative", "owner", "due", "status"]
        labels = {"title": "Objective", "imperative": "Serves their imperative"}
        widgets = {"due": _DAY}


class ActionForm(PartForm):
    CELLS: ClassVar = ("title", "owner", "due", "next_step", "status", "audience")

    class Meta:
        model = Action
        fields = ["title", "initiative", "owner", "due", "next_step", "status", "audience"]
        labels = {"title": "Action", "audience": "Seen by", "initiative": "Part of"}
        widgets = {"due": _DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "audience" in self.fields:
            self.fields["audience"].required = False

    def clean_audience(self) -> str:
        """A form that does not say keeps what stands: nothing is shared by an omission."""
        return self.cleaned_data.get("audience") or str(self.instance.audience)


class InitiativeForm(PartForm):
    class Meta:
        model = Initiative
        fields = ["title", "owner", "starts_on", "ends_on", "status"]
        labels = {"title": "Initiative", "starts_on": "Starts", "ends_on": "Ends"}
        widgets = {"starts_on": _DAY, "ends_on": _DAY}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "It ends before it starts.")
        return data


class MilestoneForm(PartForm):
    class Meta:
        model = PlanMilestone
        fields = ["title", "owner", "due", "reached_on"]
        labels = {"title": "Milestone", "reached_on": "Reached on"}
        widgets = {"due": _DAY, "reached_on": _DAY}


class MeasureForm(PartForm):
    source = forms.ChoiceField(label="Its number")

    class Meta:
        model = PlanMeasure
        fields = ["title", "source", "unit", "direction", "baseline", "target", "starts_on", "due"]
        labels = {"title": "Measure", "starts_on": "Baseline as of", "due": "Target by"}
        help_texts = {"baseline": "Where it stood; blank counts as 0. Shares as fractions: 0.45 is 45%."}
        widgets = {"starts_on": _DAY, "due": _DAY}

    def __init__(self, *args: Any, client: Client | None = None, **kwargs: Any) -> None:
        super().__init__(*args, client=client, **kwargs)
        fields: Any = self.fields
        known = [(name, f"{source.label} (computed)") for name, source in plan_measures]
        self.kpis = {f"{KPI_SOURCE}{kpi.key}": kpi for kpi in Kpi.objects.filter(client=client)}
        listed = [(name, f"KPI: {kpi.name}") for name, kpi in self.kpis.items()]
        fields["source"].choices = [(TYPED, "Typed readings"), *known, *listed]

    def clean(self) -> dict[str, Any]:
        """A computed number brings its own unit."""
        data: dict[str, Any] = super().clean() or {}
        source = plan_measures.get(data.get("source", ""))
        if source is not None:
            data["unit"] = source.unit
        elif data.get("source") in self.kpis:
            data["unit"] = measure_unit(self.kpis[data["source"]].unit)
        if data.get("target") is not None and data["target"] == (data.get("baseline") or 0):
            self.add_error("target", "The target is where it stood already: nothing would be measured.")
        if data.get("starts_on") and data.get("due") and data["due"] <= data["starts_on"]:
            self.add_error("due", "The target's day comes after the baseline's.")
        return data


class FactForm(PartForm):
    likelihood = forms.IntegerField(label="Likelihood of a risk, 1–5", required=False, min_value=1, max_value=5)
    impact = forms.IntegerField(label="Impact of a risk, 1–5", required=False, min_value=1, max_value=5)

    class Meta:
        model = PlanFact
        fields = [
            "kind", "title", "detail", "response", "source", "imperative", "likelihood", "impact", "owner",
        ]  # fmt: skip
        labels = {
            "kind": "What it is",
            "title": "In one line",
            "response": "What we do about it",
            "source": "How we know",
            "imperative": "Bears on",
        }
        widgets = {"detail": _area(2), "response": _area(2)}


class TargetForm(PartForm):
    class Meta:
        model = PlanTarget
        fields = ["year", "amount", "currency"]
        labels = {"amount": "Net revenue"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = self.instance.plan if self.instance.pk else kwargs.get("above")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if not is_currency(code):
            raise forms.ValidationError("Write a currency as ISO 4217 has it, such as USD.")
        return code

    def clean_year(self) -> int:
        year = int(self.cleaned_data["year"])
        if self.plan is not None:
            if year not in self.plan.years:
                raise forms.ValidationError(f"The plan runs {self.plan.years[0]} to {self.plan.years[-1]}.")
            if PlanTarget.objects.filter(plan=self.plan, year=year).exclude(pk=self.instance.pk).exists():
                raise forms.ValidationError("That year has a target already: change it instead.")
        return year


class ReadingForm(RecordForm):
    class Meta:
        model = MeasureReading
        fields = ["read_on", "value", "note"]
        labels = {"read_on": "Read on"}
        widgets = {"read_on": _DAY}


FORMS: Final[dict[str, type[PartForm]]] = {
    "imperative": ImperativeForm,
    "objective": ObjectiveForm,
    "measure": MeasureForm,
    "initiative": InitiativeForm,
    "milestone": MilestoneForm,
    "action": ActionForm,
    "fact": FactForm,
    "target": TargetForm,
}
NAMES: Final[dict[str, str]] = {
    "imperative": "imperative of theirs",
    "objective": "objective",
    "measure": "measure",
    "initiative": "initiative",
    "milestone": "milestone",
    "action": "action",
    "fact": "fact",
    "target": "year's target",
}
