"""The client form, the team form, and the filters of the client list."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict

from accounts.models import Client, ClientStatus, Duty, Tier
from accounts.queries.clients import ClientFilter
from accounts.queries.header import MONTH_NAMES
from accounts.queries.people import assignable
from common.forms import RecordForm
from common.money import is_currency
from common.short_text import short_text
from people.models import User

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_MONTHS = list(enumerate(MONTH_NAMES, start=1))


def clean_key(key: str) -> str:
    """A key that can stand in an address as it is."""
    if not _KEY.fullmatch(key):
        raise forms.ValidationError(
            "Use letters, digits, points, dashes and underscores, starting with a letter or digit."
        )
    return key


class ClientForm(RecordForm):
    fiscal_year_start = forms.TypedChoiceField(label="Fiscal year starts in", choices=_MONTHS, coerce=int)

    class Meta:
        model = Client
        fields = [
            "name", "tier", "status", "industry", "parent", "owner", "currency", "country", "timezone",
            "fiscal_year_start", "notes",
        ]  # fmt: skip
        labels = {"parent": "Part of", "timezone": "Time zone"}
        help_texts = {
            "currency": "Three letters, such as EUR.",
            "country": "Two letters, or with a subdivision: GB-ENG.",
            "timezone": "As in Europe/Berlin. Due dates are judged by it.",
        }
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["owner"].queryset = assignable(self.instance.owner_id)
        parents = Client.objects.visible_to(user).exclude(pk=self.instance.pk).order_by("name")
        chosen["parent"].queryset = parents
        chosen["parent"].empty_label, chosen["owner"].empty_label = "No other client", "Nobody yet"
        if self.instance.parent_id and not parents.filter(pk=self.instance.parent_id).exists():
            del chosen["parent"]  # out of this person's sight: neither named nor cleared by saving
        chosen["tier"].choices = [("", "None"), *Tier.choices]

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if not is_currency(code):
            raise forms.ValidationError(f"{code} is not an ISO 4217 currency code.")
        return code

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).strip().upper()
        if code and not _COUNTRY.fullmatch(code):
            raise forms.ValidationError("Use a two-letter country code, such as DE, or GB-ENG.")
        return code

    def clean_timezone(self) -> str:
        zone = str(self.cleaned_data["timezone"]).strip()
        if zone not in available_timezones():
            raise forms.ValidationError(f"{zone} is not a time zone we know. Write it as Europe/Berlin.")
        return zone

    def clean_parent(self) -> Client | None:
        """No client is its own ancestor. Walks up from the new parent; families are a few levels deep."""
        parent: Client | None = self.cleaned_data["parent"]
        above, steps = parent, 0
        while above is not None and steps < 20:
            if above.pk == self.instance.pk and self.instance.pk is not None:
                raise forms.ValidationError(f"{parent} is already part of this client.")
            above, steps = above.parent, steps + 1
        return parent


class NewClientForm(ClientForm):
    class Meta(ClientForm.Meta):
        fields = ["key", *ClientForm.Meta.fields]
        help_texts = {
            **ClientForm.Meta.help_texts,
            "key": "Your systems' stable id for it. It stands in every address.",
        }

    def clean_key(self) -> str:
        return clean_key(str(self.cleaned_data["key"]).strip())


class MemberForm(forms.Form):
    person = forms.ModelChoiceField(queryset=User.objects.none(), empty_label="Choose a colleague")
    duty = forms.ChoiceField(choices=Duty.choices, initial=Duty.MEMBER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = assignable()


def client_filter(params: QueryDict) -> ClientFilter:
    """What the address asks of the list. A value no client can have is left out rather than refused."""
    owner = params.get("owner", "")
    tier, status = params.get("tier", ""), params.get("status", "")
    return ClientFilter(
        q=short_text(params, "q"),
        tier=tier if tier in (*Tier.values, "none") else "",
        status=status if status in ClientStatus.values else "",
        owner=int(owner) if owner.isdecimal() and len(owner) < 18 else None,
        industry=short_text(params, "industry", 80),
        sort=params.get("sort", "name"),
        columns=tuple(params.getlist("columns")) if "columns" in params else None,
    )
