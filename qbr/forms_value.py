"""A benefit, its month, a cost, whom to ask; and what the client answers through the link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms

from accounts.models import Client, Contact
from accounts.queries.people import assignable
from common.forms import RecordForm
from common.money import is_currency, quantise
from common.periods import InvalidPeriod, parse_month
from qbr.actions.value import LONGEST_ASK, OPEN_TO_CHANGE, Answer
from qbr.models import Benefit
from qbr.queries.value import Shown

_USUAL_DAYS: Final = 21


def currency_code(text: str) -> str:
    code = text.strip().upper()
    if not is_currency(code):
        raise forms.ValidationError("Write an ISO 4217 code such as USD.")
    return code


class BenefitForm(RecordForm):
    evidence_url = forms.URLField(label="Link to evidence", max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = Benefit
        fields = [
            "title", "driver", "hard", "baseline", "method", "share", "share_reason", "confidence", "evidence",
            "evidence_url", "currency", "owner", "note",
        ]  # fmt: skip
        labels = {
            "title": "What got better", "hard": "Hard: seen in money", "method": "How it is measured",
            "share": "Share that is our doing", "share_reason": "Why that share",
            "note": "Note of ours, never shown to the client",
        }  # fmt: skip
        help_texts = {"share": "A fraction: 0.6 for 60%.", "baseline": "Where it stood before, and when."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["owner"].empty_label = "Nobody yet"

    def clean_currency(self) -> str:
        return currency_code(str(self.cleaned_data["currency"]))

    def clean_share(self) -> Decimal:
        share: Decimal = self.cleaned_data["share"]
        if not 0 < share <= 1:
            raise forms.ValidationError("Write a fraction above 0 and at most 1, such as 0.6 for 60%.")
        return share

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        share = data.get("share")
        if share is not None and share != 1 and not data.get("share_reason"):
            self.add_error("share_reason", "Say why it is that share: the client will ask.")
        return data


class _MonthForm(forms.Form):
    month = forms.CharField(label="Month", max_length=7, help_text="As 2026-09.")

    def clean_month(self) -> date:
        try:
            return parse_month(str(self.cleaned_data["month"]))
        except InvalidPeriod as error:
            raise forms.ValidationError(str(error)) from error


class AmountForm(_MonthForm):
    amount = forms.DecimalField(
        label="What got better in it", max_digits=18, decimal_places=4, required=False,
        help_text="The whole effect, before our share. Blank takes the month away.",
    )  # fmt: skip


class CostForm(_MonthForm):
    title = forms.CharField(label="What it was spent on", max_length=160)
    amount = forms.DecimalField(label="Amount", min_value=0, max_digits=18, decimal_places=4)
    currency = forms.CharField(label="Currency", max_length=3)
    field_order = ("title", "month", "amount", "currency")

    def clean_currency(self) -> str:
        return currency_code(str(self.cleaned_data["currency"]))


class ReopenForm(forms.Form):
    reason = forms.CharField(label="Why it is taken back", max_length=300)


class ValueAskForm(forms.Form):
    contact = forms.ModelChoiceField(label="Who confirms it there", queryset=Contact.objects.none())
    benefits = forms.ModelMultipleChoiceField(
        label="What they are asked to confirm", queryset=Benefit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label="The last day the link opens", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, client: Client, now: datetime, **kwargs: Any) -> None:
        today = client.local_date(now)
        kwargs.setdefault("initial", {"expires_on": today + timedelta(days=_USUAL_DAYS)})
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["contact"].queryset = Contact.objects.filter(client=client, identified=True).order_by(
            "last_name", "first_name", "pk"
        )
        fields["benefits"].queryset = Benefit.objects.filter(
            client=client, state__in=OPEN_TO_CHANGE, amounts__isnull=False
        ).distinct()
        fields["expires_on"].widget.attrs |= {"min": today.isoformat(), "max": (today + LONGEST_ASK).isoformat()}


class AnswersForm(forms.Form):
    """A verdict for each benefit that waits; one left open is answered another time."""

    def __init__(self, *args: Any, shown: Sequence[Shown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = [one for one in shown if one.waiting]
        for one in self.waiting:
            self.fields[f"verdict_{one.pk}"] = forms.ChoiceField(
                label=f"Your answer on “{one.title}”", required=False, widget=forms.RadioSelect,
                choices=[("accept", "It is right"), ("edit", "Right at another amount"), ("decline", "It is not")],
            )  # fmt: skip
            self.fields[f"amount_{one.pk}"] = forms.DecimalField(
                label=f"The amount you hold right, {one.currency}", required=False, min_value=Decimal("0.01"),
                max_digits=18, decimal_places=4,
            )  # fmt: skip
            self.fields[f"reason_{one.pk}"] = forms.CharField(
                label="Why", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for one in self.waiting:
            verdict = data.get(f"verdict_{one.pk}")
            if verdict == "edit" and data.get(f"amount_{one.pk}") is None and f"amount_{one.pk}" not in self.errors:
                self.add_error(f"amount_{one.pk}", "Write the amount you hold right, above zero.")
            if verdict in ("edit", "decline") and not data.get(f"reason_{one.pk}"):
                self.add_error(f"reason_{one.pk}", "A few words say why, so that we can mend it.")
        if not self.errors and not any(data.get(f"verdict_{one.pk}") for one in self.waiting):
            raise forms.ValidationError("Nothing is answered yet: choose for at least one benefit.")
        return data

    def answers(self) -> list[Answer]:
        data = self.cleaned_data
        found = []
        for one in self.waiting:
            verdict = data.get(f"verdict_{one.pk}")
            if verdict:
                amount = data.get(f"amount_{one.pk}")
                kept = quantise(amount, one.currency) if verdict == "edit" and amount is not None else None
                found.append(Answer(one.pk, verdict, kept, data.get(f"reason_{one.pk}") or ""))
        return found

    def parts(self) -> list[tuple[Shown, list[Any]]]:
        """Each benefit that waits with its fields."""
        return [(one, [self[f"{name}_{one.pk}"] for name in ("verdict", "amount", "reason")]) for one in self.waiting]
