"""Signing in, one's own settings, tokens, and the people an administrator keeps."""

from __future__ import annotations

import zoneinfo
from typing import Any, Final

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.forms.boundfield import BoundWidget

from common.imports.columns import BadValue, country
from common.money import is_currency
from people.actions import PersonFields
from people.models import Role, User
from people.scopes import scopes_for


class SignInForm(AuthenticationForm):
    """E-mail and password. The one message for any wrong pair tells nothing about who exists."""

    _NO_MATCH = "That e-mail and password match no account. Check both; the password is case-sensitive."
    error_messages = {"invalid_login": _NO_MATCH, "inactive": _NO_MATCH}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class OwnSettingsForm(forms.Form):
    timezone = forms.CharField(
        label="Time zone", max_length=40, help_text="An IANA name, such as Europe/London. Dates and hours follow it."
    )
    reporting_currency = forms.CharField(
        label="Reporting currency",
        max_length=3,
        required=False,
        help_text="Three letters, such as USD. Blank follows your manager's portfolio.",
    )

    def clean_timezone(self) -> str:
        name = str(self.cleaned_data["timezone"]).strip()
        if name not in zoneinfo.available_timezones():
            raise forms.ValidationError(f"{name} is no IANA time zone. Write it like Europe/London.")
        return name

    def clean_reporting_currency(self) -> str:
        code = str(self.cleaned_data["reporting_currency"]).strip().upper()
        if code and not is_currency(code):
            raise forms.ValidationError(f"{code} is no ISO 4217 currency. Write it like USD.")
        return code


class OwnPasswordForm(PasswordChangeForm):
    """One form of several on its page, so it does not take the focus; its rules are a sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].help_text = "At least 14 characters, not a common one and not like your name."
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""


class TokenForm(forms.Form):
    name = forms.CharField(label="What it is for", max_length=80)
    scopes = forms.MultipleChoiceField(label="What it may do", widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label="Lives for, days", min_value=1, max_value=366, initial=90)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(scope, scope) for scope in scopes_for(user)]

    def resources(self) -> list[tuple[str, list[tuple[str, BoundWidget]]]]:
        """The boxes of each resource beside each other, by what they allow."""
        found: dict[str, list[tuple[str, BoundWidget]]] = {}
        for box in self["scopes"].subwidgets:
            verb, _, name = str(box.data["value"]).partition(":")
            found.setdefault(name, []).append((verb, box))
        return list(found.items())


class _Day(forms.DateInput):
    input_type = "date"


WORK: Final = ("discipline", "country", "weekly_hours", "starts", "ends")
"""What capacity stands on. A form that leaves them out leaves them alone."""


class PersonForm(forms.Form):
    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail")
    role = forms.ChoiceField(choices=Role.choices)
    manager = forms.ModelChoiceField(
        label="Reports to", queryset=User.objects.none(), required=False, empty_label="Nobody"
    )
    is_active = forms.BooleanField(label="May sign in", required=False, initial=True)
    discipline = forms.CharField(max_length=80, required=False, help_text="What they do for clients, as rates name it.")
    country = forms.CharField(max_length=6, required=False, help_text="Whose public holidays they have: GB or GB-ENG.")
    weekly_hours = forms.DecimalField(
        label="Hours a week", required=False, min_value=0, max_value=168, max_digits=5, decimal_places=2
    )
    starts = forms.DateField(label="First day", required=False, widget=_Day(format="%Y-%m-%d"))
    ends = forms.DateField(label="Last day", required=False, widget=_Day(format="%Y-%m-%d"))
    password = forms.CharField(
        label="New password",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 14 characters. Blank keeps the one there is.",
    )

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if person is None:
            self.fields["password"].label = "Password"
            self.fields["password"].help_text = "At least 14 characters. Blank: they sign in once one is set."
        people = User.objects.filter(is_active=True).order_by("name")
        field = self.fields["manager"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = people.exclude(pk=person.pk) if person else people

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        others = User.objects.filter(email=email)
        if self.person:
            others = others.exclude(pk=self.person.pk)
        if others.exists():
            raise forms.ValidationError(f"Somebody already has the e-mail {email}.")
        return email

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).strip().upper()
        try:
            return str(country(code)) if code else ""
        except BadValue as error:
            raise forms.ValidationError(f"The country {error}.") from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends < starts:
            raise forms.ValidationError("The last day lies before the first: swap the two, or mend the wrong one.")
        return data

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"] or "")
        if password:
            validate_password(password, self.person)
        return password

    def fields_given(self) -> PersonFields:
        data = self.cleaned_data
        return PersonFields(
            name=data["name"],
            email=data["email"],
            role=data["role"],
            manager_id=data["manager"].pk if data["manager"] else None,
            is_active=data["is_active"],
            work={name: data[name] for name in WORK if name in self.data},
        )
