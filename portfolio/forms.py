"""The import page's form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from common.imports import Unusable, kinds
from common.money import is_currency
from people.models import User
from portfolio.imports.requests import BUNDLE, Options, allowed_kinds, check
from portfolio.imports.sources import sources

ENCODINGS = (
    ("", "UTF-8"),
    ("cp1252", "Windows, Western Europe (cp1252)"),
    ("cp1250", "Windows, Central Europe (cp1250)"),
    ("cp1251", "Windows, Cyrillic (cp1251)"),
    ("mac_roman", "Mac, Western Europe (mac_roman)"),
    ("shift_jis", "Japanese (shift_jis)"),
    ("gb18030", "Chinese (gb18030)"),
)


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        several = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in several]


class ImportForm(forms.Form):
    kind = forms.ChoiceField(label="What is in it")
    source = forms.ChoiceField(label="Where it is from")
    upload = FilesField(label="File", help_text="CSV or .xlsx. For a bundle choose all its files at once.")
    currency = forms.CharField(
        label="Currency", max_length=3, required=False, help_text="For amounts whose file names none, such as USD."
    )
    client = forms.CharField(
        label="Client", max_length=80, required=False, help_text="Its key, for web analytics that do not say whose."
    )
    encoding = forms.ChoiceField(
        label="Encoding", choices=ENCODINGS, required=False, help_text="Change it only when a load was refused for it."
    )
    dry_run = forms.BooleanField(label="Check only: write nothing", required=False)
    accept_valid = forms.BooleanField(label="Load the good rows even if others are refused", required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        allowed = allowed_kinds(user)
        labels = {**{name: kind.label for name, kind in kinds}, BUNDLE: "Files that belong together"}
        self._offer("kind", [(name, labels[name]) for name in allowed], first="clients")
        self._offer("source", [(name, source.label) for name, source in sources], first="neutral")

    def _offer(self, name: str, choices: list[tuple[str, str]], first: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared so above; tells the type checker
        field.choices = choices
        field.initial = first

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code and not is_currency(code):
            raise forms.ValidationError(f"{code} is no ISO 4217 currency. Write it like USD.")
        return code

    def clean_upload(self) -> list[UploadedFile[Any]]:
        files: list[UploadedFile[Any]] = self.cleaned_data["upload"]
        limit = settings.IMPORT_MAX_BYTES
        if sum(file.size or 0 for file in files) > limit:
            raise forms.ValidationError(f"More than {limit / 1e6:,.0f} MB: split it into several files.")
        if len({file.name for file in files}) < len(files):
            raise forms.ValidationError("Two files have the same name.")
        return files

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if {"kind", "source", "upload", "currency"} <= data.keys():
            if len(data["upload"]) > 1 and data["kind"] != BUNDLE:
                self.add_error("upload", "Several files are loaded as a bundle; one kind takes one file.")
            try:
                check(data["kind"], self.options(), self.user)
            except Unusable as error:
                self.add_error(None, str(error))
        return data

    def options(self) -> Options:
        given = self.cleaned_data
        return Options(
            source=given["source"],
            currency=given["currency"],
            dry_run=given["dry_run"],
            accept_valid=given["accept_valid"],
            encoding=given.get("encoding", ""),
            client=given.get("client", "").strip(),
        )
