"""A line between two people, a tie of ours, a place in the power matrix."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms.stakeholders import LEVELS, SCORES, whole_choice
from accounts.models import Client, Contact, Influence, LineKind, Stakeholding
from accounts.queries.people import assignable
from people.models import User


class LineForm(forms.Form):
    source = forms.ModelChoiceField(label="Who", queryset=Contact.objects.none(), empty_label=None)
    kind = forms.ChoiceField(
        choices=[
            (LineKind.INFLUENCE, "moves"),
            (LineKind.ALLIANCE, "stands with"),
            (LineKind.CONFLICT, "is in conflict with"),
        ]
    )
    target = forms.ModelChoiceField(label="Whom", queryset=Contact.objects.none(), empty_label=None)
    strength = whole_choice("Strength", SCORES, help_text="1 hardly to 5 decisive.")

    def __init__(self, *args: Any, client: Client, line: Influence | None = None, **kwargs: Any) -> None:
        if line is not None:
            kwargs["initial"] = {n: getattr(line, n) for n in ("source", "target", "kind", "strength")}
        super().__init__(*args, **kwargs)
        self.client, self.line = client, line
        people = Contact.objects.filter(stakeholdings__client=client).order_by("last_name", "first_name")
        fields: Any = self.fields
        fields["source"].queryset = fields["target"].queryset = people

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        source, target, kind = (data.get(name) for name in ("source", "target", "kind"))
        if source and source == target:
            self.add_error("target", "A line runs between two different people. Choose another.")
        elif source and target and kind:
            same = Influence.objects.filter(client=self.client, source=source, target=target, kind=kind)
            if (same.exclude(pk=self.line.pk) if self.line else same).exists():
                self.add_error("target", "There is such a line already: change that one.")
        return data


class BondForm(forms.Form):
    person = forms.ModelChoiceField(label="Who of ours", queryset=User.objects.none(), empty_label=None)
    level = whole_choice("Relationship now", [("", "No tie"), *LEVELS[1:]])
    level_wanted = whole_choice("Wanted", LEVELS)

    def __init__(self, *args: Any, stake: Stakeholding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        others = assignable()
        fields["person"].queryset = others.exclude(pk=stake.owner_id) if stake.owner_id else others


class PlaceForm(forms.Form):
    power = forms.IntegerField(min_value=1, max_value=5)
    interest = forms.IntegerField(min_value=1, max_value=5)
