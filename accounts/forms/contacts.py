"""Somebody of the wider industry, an introduction, a merge, an erasure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.forms.stakeholders import SCORES, whole_choice
from accounts.models import Contact, ContactKind, Introduction, IntroductionState


class ContactForm(forms.Form):
    first_name = forms.CharField(max_length=80, required=False)
    last_name = forms.CharField(max_length=80)
    title = forms.CharField(max_length=120, required=False)
    email = forms.EmailField(required=False)
    kind = forms.ChoiceField(
        label="Who they are to us", choices=[("", "Not said"), *ContactKind.choices], required=False
    )
    employer = forms.CharField(max_length=120, required=False, help_text="Where they work, if it is no client of ours.")

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        if contact is not None:
            kwargs["initial"] = {name: getattr(contact, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if contact is not None and contact.client_id is not None:
            del self.fields["employer"]


class IntroductionForm(forms.Form):
    source = forms.ModelChoiceField(label="Who can introduce us", queryset=Contact.objects.none(), empty_label="Choose")
    target = forms.ModelChoiceField(label="To whom", queryset=Contact.objects.none(), empty_label="Choose")
    strength = whole_choice("How well they know each other", SCORES, help_text="1 hardly to 5 very well.")
    evidence = forms.CharField(label="How we know", max_length=500, required=False)
    state = forms.ChoiceField(label="Where it stands", choices=IntroductionState.choices, widget=forms.RadioSelect)
    on = forms.DateField(
        label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, people: QuerySet[Contact], one: Introduction | None = None, **kwargs: Any) -> None:
        first: dict[str, Any] = {"state": IntroductionState.POSSIBLE}
        if one is not None:
            first = {name: getattr(one, name) for name in self.base_fields}
        kwargs["initial"] = {**first, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.one = one
        fields: Any = self.fields
        for name in ("source", "target"):
            fields[name].queryset = people
            fields[name].label_from_instance = _label

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        source, target = data.get("source"), data.get("target")
        if source and source == target:
            self.add_error("target", "Nobody is introduced to themselves. Choose another.")
        elif source and target:
            same = Introduction.objects.filter(source=source, target=target)
            if (same.exclude(pk=self.one.pk) if self.one else same).exists():
                self.add_error("target", "This introduction is noted already: change that one.")
        return data


def _label(contact: Any) -> str:
    where = contact.client.name if contact.client else contact.employer
    return f"{contact.name}, {where}" if where else contact.name


class EraseForm(forms.Form):
    reason = forms.CharField(
        label="Why", max_length=300, help_text="Such as “Asked by e-mail on 3 March”. It stays in the trail."
    )
    sure = forms.BooleanField(label="I know that this cannot be taken back")
