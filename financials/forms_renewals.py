"""The plan of one renewal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from accounts.actions.edits import plain
from accounts.forms.opportunities import ShareField
from accounts.queries.people import assignable
from common.forms import RecordForm
from financials.models import RenewalPlan

_SHARE: dict[str, Any] = {"required": False, "min_value": 0, "max_value": 1, "max_digits": 7, "decimal_places": 6}


def _percent() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "class": "num"})


class RenewalForm(RecordForm):
    """final: only for those who may change the contract; it is the contract's own probability."""

    owner_says = ShareField(label="Owner’s confidence", help_text="Such as 80%.", widget=_percent(), **_SHARE)
    final = ShareField(
        label="Final",
        help_text="What the forecast takes. Blank: history, or the default of its kind.",
        widget=_percent(),
        **_SHARE,
    )
    index_reading = ShareField(
        label="Index reading",
        help_text="Such as 3.1%; counts on the board while the index itself has no reading.",
        widget=_percent(),
        **_SHARE,
    )

    class Meta:
        model = RenewalPlan
        fields = ["status", "owner", "owner_says", "walk_away", "index_reading", "next_step", "note"]
        labels = {"walk_away": "Walk-away fee", "note": "What we know"}
        help_texts = {"walk_away": "Under this we do not renew; in the contract’s currency."}
        widgets = {"note": forms.Textarea(attrs={"rows": 3, "maxlength": 500})}

    field_order = ["status", "owner", "owner_says", "final", "walk_away", "index_reading", "next_step", "note"]

    def __init__(self, *args: Any, final: Decimal | None, may_plan: bool, may_say_final: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = assignable(self.instance.owner_id)
        fields["final"].initial = final
        if isinstance(self.initial.get("walk_away"), Decimal):
            self.initial["walk_away"] = plain(self.initial["walk_away"])
        if not may_say_final:
            del self.fields["final"]
        if not may_plan:
            for name in list(self.fields):
                if name != "final":
                    del self.fields[name]
