"""One stage of the company, with its exit criteria one to a line."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.calc.deals import outcome_of
from accounts.forms.opportunities import ShareField
from accounts.models import Category, Stage
from common.forms import RecordForm

MOST_CRITERIA = 12


class StageForm(RecordForm):
    probability = ShareField(
        required=False,
        min_value=0,
        max_value=1,
        max_digits=7,
        decimal_places=6,
        label="Stated probability",
        help_text="Such as 40%. What a deal is worth here until your own history says otherwise.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )
    criteria = forms.CharField(
        required=False,
        label="Exit criteria",
        help_text="One to a line: what must hold before a deal moves on.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    class Meta:
        model = Stage
        fields = ["name", "category", "probability", "stale_days"]
        labels = {"stale_days": "Too old after, days", "category": "Usual category"}
        help_texts = {
            "name": "The word deals carry. Renaming it renames it on them.",
            "category": "Given to deals without one when they arrive here.",
            "stale_days": "Blank: never.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["category"].choices = [("", "None"), *Category.choices]
        if self.instance.pk:
            fields["criteria"].initial = "\n".join(one.text for one in self.instance.criteria.all())

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if outcome_of(name) != "open":
            raise forms.ValidationError("Won and lost close a deal: they are no stages.")
        if Stage.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is a stage of this name.")
        return name

    def clean_criteria(self) -> list[str]:
        lines = [" ".join(line.split()) for line in str(self.cleaned_data["criteria"]).splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > MOST_CRITERIA:
            raise forms.ValidationError(f"At most {MOST_CRITERIA} criteria: more are not read.")
        if any(len(line) > 200 for line in found):
            raise forms.ValidationError("At most 200 characters a line.")
        return found
