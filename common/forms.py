"""The base of forms of one record."""

from __future__ import annotations

from django import forms


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A form of one record, whose model its Meta names."""
