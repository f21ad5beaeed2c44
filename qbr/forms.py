"""Beginning a review, and the words of one slide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.access import clients_for
from accounts.models import Client
from common.periods import InvalidPeriod, parse_period
from people.models import User
from qbr.calc.slides import Slide
from qbr.calc.words import (
    DECISION_FIELDS,
    LONGEST,
    MOST_DECISIONS,
    decisions_finding,
    lines_from_points,
    points_from_lines,
    worded,
)
from qbr.models import Deck
from qbr.queries.decks import Composed, edit_rows

DECISION_LABELS = {
    "what": "What is to be decided",
    "recommend": "We recommend",
    "if_not": "If not",
    "cost": "Cost",
    "worth": "Worth a year",
    "decider": "Who decides",
    "when": "Their role, and by when",
}
LONGEST_FIGURE = 8  # what the columns of cost and worth hold without a cut
COLUMNS = 3


class NewReviewForm(forms.Form):
    client = forms.ModelChoiceField(Client.objects.none(), to_field_name="key", empty_label="Choose a client")
    period = forms.CharField(
        max_length=12, help_text="A quarter (2026-Q3), a month (2026-09), a year (2026) or FY2026-Q3."
    )
    kind = forms.ChoiceField(choices=Deck.Kind.choices)
    audience = forms.ChoiceField(
        choices=Deck.Audience.choices, help_text="An internal review shows costs and margins and says so on every page."
    )
    held_on = forms.DateField(
        label="Held on", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="May stay blank."
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["client"]
        chosen.queryset = clients_for(user).order_by("name")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        period, client = data.get("period"), data.get("client")
        if period and client:
            try:
                parse_period(period, client.fiscal_year_start)
            except InvalidPeriod as error:
                self.add_error("period", str(error))
        return data


def _area(name: str, label: str, *, rows: int = 2, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST.get(name, 1200),
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class WordsForm(forms.Form):
    """The words of one slide. `words()` keeps only what differs from what the figures make by themselves."""

    hidden = forms.BooleanField(label="Leave this slide out", required=False)

    def __init__(
        self, data: Any = None, *, slide: Slide, plain: Slide, rows: tuple[str, ...] = (), hidden: bool = False,
        left_out: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(data, prefix=slide.kind)
        self.slide, self.plain = slide, plain
        fields: dict[str, forms.Field] = {}
        if slide.kind == "title":
            fields["verdict"] = _area("verdict", "The review in one line")
            fields["meeting"] = _area("meeting", "Date, place, version", rows=3, help_text="Up to four lines.")
            del self.fields["hidden"]
        else:
            fields["headline"] = _area("headline", "Headline")
            fields["dek"] = _area("dek", "Line under it", rows=1)
        if slide.kind == "decisions":
            fields["unit"] = forms.CharField(
                label="Unit of cost and worth",
                required=False,
                max_length=12,
                help_text="Such as $M; stands in the heads.",
            )
            fields["note"] = _area("note", "Note under the table", rows=1)
            fields.update(_decision_fields())
        if slide.kind in ("summary", "pnl"):
            fields.update(_column_fields())
        shown = tuple(dict.fromkeys((*rows, *left_out)))
        if shown:
            choices = [(row, row) for row in shown]
            fields["left_out"] = forms.MultipleChoiceField(
                label="Leave out of this review", required=False, choices=choices, widget=forms.CheckboxSelectMultiple
            )
        fields["notes"] = _area("notes", "Speaker's notes", rows=2, help_text="Not printed.")
        self.fields = {**fields, **self.fields}
        self.initial = {**_written(slide), "hidden": hidden, "left_out": list(left_out)}

    def words(self) -> dict[str, Any]:
        data = self.cleaned_data
        own = _written(self.plain)
        if self.slide.decisions:  # their headline by rule, not the empty slide's
            own["headline"] = decisions_finding(self.slide.decisions)
        words: dict[str, Any] = {}
        for name in ("headline", "dek", "note", "notes", "verdict", "meeting"):
            if name in data and data[name] and _one_text(data[name]) != _one_text(own.get(name, "")):
                words[name] = data[name]
        if self.add_prefix("head_0") in self.data and any(
            data[key] != own.get(key, "") for key in data if key.startswith(("head_", "points_"))
        ):
            words["columns"] = [
                {"head": data[f"head_{n}"], "points": points_from_lines(data[f"points_{n}"])} for n in range(COLUMNS)
            ]
        if "what_0" in data:
            found = [{name: data[f"{name}_{n}"] for name in DECISION_FIELDS} for n in range(MOST_DECISIONS)]
            decisions = [item for item in found if item["what"].strip()]
            if decisions:
                words["decisions"] = decisions
                words["note"] = data.get("note", "")
                words["unit"] = data.get("unit", "")
        if data.get("left_out"):
            words["left_out"] = data["left_out"]
        return words

    def decision_rows(self) -> list[list[forms.BoundField]]:
        if "what_0" not in self.fields:
            return []
        return [[self[f"{name}_{n}"] for name in DECISION_FIELDS] for n in range(MOST_DECISIONS)]

    def column_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        if "head_0" not in self.fields:
            return []
        return [(self[f"head_{n}"], self[f"points_{n}"]) for n in range(COLUMNS)]

    def plain_fields(self) -> list[forms.BoundField]:
        """The sentences, which come first."""
        return [self[name] for name in ("verdict", "meeting", "headline", "dek") if name in self.fields]

    def closing_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("unit", "note", "left_out", "notes", "hidden") if name in self.fields]


def _one_text(text: str) -> str:
    return " ".join(text.split())


def _decision_fields() -> dict[str, forms.Field]:
    return {
        f"{name}_{n}": forms.CharField(
            label=label,
            required=False,
            max_length=LONGEST_FIGURE if name in ("cost", "worth") else 200,
            help_text="A figure, such as 0.3." if name in ("cost", "worth") else "",
        )
        for n in range(MOST_DECISIONS)
        for name, label in DECISION_LABELS.items()
    }


def _column_fields() -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    for n in range(COLUMNS):
        found[f"head_{n}"] = forms.CharField(label=f"Column {n + 1}", required=False, max_length=60)
        found[f"points_{n}"] = _area(
            "points",
            f"Items of column {n + 1}",
            rows=4,
            help_text="One a line; what stands after | is printed in grey.",
        )
    return found


def _written(slide: Slide) -> dict[str, str]:
    """The words of a slide as the form shows them."""
    found = {"headline": slide.headline, "dek": slide.dek, "note": slide.note, "notes": slide.notes}
    if slide.kind == "decisions" and not slide.decisions:  # "none is sought" would stay beside the first one written
        found |= {"headline": "", "note": ""}
    found["unit"] = slide.decision_unit
    if slide.cover is not None:
        found |= {"verdict": slide.cover.verdict, "meeting": "\n".join(slide.cover.meeting)}
    for n in range(COLUMNS):
        column = slide.columns[n] if n < len(slide.columns) else None
        found[f"head_{n}"] = column.head if column else ""
        found[f"points_{n}"] = lines_from_points(column) if column else ""
    for n, decision in enumerate(slide.decisions[:MOST_DECISIONS]):
        for name in DECISION_FIELDS:
            value = getattr(decision, name)
            found[f"{name}_{n}"] = value if isinstance(value, str) else value.text or ""
    return found


# --- the editor --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """One slide in the editor. changed: a person wrote its words. version: of those words, 0 for none. page: where.

    open: its form stands open, because what was typed is not saved yet.
    """

    kind: str
    name: str
    headline: str
    changed: bool
    hidden: bool
    empty: bool
    version: int
    form: WordsForm
    page: int | None
    open: bool = False


def cards_of(deck: Deck, composed: Composed) -> list[Card]:
    edits = edit_rows(deck)
    cards = []
    for slide in composed.plain.slides:
        edit = edits.get(slide.kind, {"words": {}, "hidden": False, "version": 0})
        form = form_of(deck, composed, slide.kind)
        if form is None:
            continue
        written = form.slide
        cards.append(
            Card(
                kind=slide.kind,
                name="Title" if slide.kind == "title" else slide.section,
                headline=written.cover.verdict if written.cover else written.headline,
                changed=bool(edit["words"]),
                hidden=edit["hidden"],
                empty=slide.kind == "decisions" and not written.decisions,
                version=edit["version"],
                form=form,
                page=next((page.number for page in composed.layout.pages if page.key == slide.key), None),
            )
        )
    return cards


def form_of(deck: Deck, composed: Composed, kind: str, data: Mapping[str, Any] | None = None) -> WordsForm | None:
    """None when the deck has no slide of that kind."""
    plain = next((slide for slide in composed.plain.slides if slide.kind == kind), None)
    if plain is None:
        return None
    edit = edit_rows(deck).get(kind, {"words": {}, "hidden": False})
    return WordsForm(
        data,
        slide=worded(plain, edit["words"]),
        plain=plain,
        rows=composed.rows.get(kind, ()),
        hidden=edit["hidden"],
        left_out=tuple(edit["words"].get("left_out", ())),
    )
