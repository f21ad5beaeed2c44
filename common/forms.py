"""The base of forms of one record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH

_DASHES = BLANK_CHOICE_DASH[0]


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A form of one record, whose model its Meta names. A choice not made reads in words, not as dashes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            word = "Choose one" if field.required else "Not said"
            if isinstance(field, forms.ModelChoiceField):
                if field.empty_label == _DASHES[1]:
                    field.empty_label = word
            elif isinstance(field, forms.ChoiceField):
                choices: list[Any] = [*field.widget.choices]
                if choices and choices[0] == _DASHES:
                    field.choices = [("", word), *choices[1:]]
