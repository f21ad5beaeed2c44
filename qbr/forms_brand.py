"""Two colours and a logo; which slides a new review begins with."""

from __future__ import annotations

from typing import Any

from django import forms

from qbr.actions.brand import KEPT
from qbr.calc.outline import OWN
from qbr.calc.slides import KINDS
from qbr.logo import NotALogo, logo_of

_COLOUR = r"^#?[0-9A-Fa-f]{6}$"
_WRONG = "Write a colour as six hexadecimal digits, such as #0B4F6C."
CHOICES = tuple(kind for kind in KINDS if kind not in ("title", OWN))


class BrandForm(forms.Form):
    colour = forms.RegexField(
        _COLOUR, label="Colour", required=False, strip=True, error_messages={"invalid": _WRONG},
        help_text="Of the title's panel and the mark on each page. Blank: the firm's, or the house colour.",
    )  # fmt: skip
    accent = forms.RegexField(
        _COLOUR, label="Second colour", required=False, strip=True, error_messages={"invalid": _WRONG},
        help_text="Of bars and lines. Darkened where it could not be read on white. Blank: the first.",
    )  # fmt: skip
    logo = forms.FileField(label="Logo", required=False, help_text="PNG or JPEG, up to 1 MB; we make it small.")
    no_logo = forms.BooleanField(label="Take the logo away", required=False)

    def _hex(self, name: str) -> str:
        text = str(self.cleaned_data[name]).upper()
        return f"#{text.removeprefix('#')}" if text else ""

    def clean_colour(self) -> str:
        return self._hex("colour")

    def clean_accent(self) -> str:
        return self._hex("accent")

    def clean_logo(self) -> bytes:
        upload = self.cleaned_data["logo"]
        if upload is None:
            return KEPT
        try:
            return logo_of(upload.read(1024 * 1024 + 1))
        except NotALogo as error:
            raise forms.ValidationError(str(error)) from error

    def picture(self) -> bytes | None:
        return None if self.cleaned_data["no_logo"] else self.cleaned_data["logo"]


class TemplateForm(forms.Form):
    slides = forms.CharField(
        label="Slides, one a line, in order", required=False, max_length=1200,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=f"Blank takes all as they come. Known: {', '.join(CHOICES)}.",
    )  # fmt: skip

    def clean_slides(self) -> list[str]:
        named: list[Any] = [line.strip() for line in str(self.cleaned_data["slides"]).splitlines() if line.strip()]
        wrong = next((name for name in named if name not in CHOICES), None)
        if wrong is not None:
            raise forms.ValidationError(f"“{wrong[:40]}” is no kind of slide: take one of those below.")
        return list(dict.fromkeys(named))
