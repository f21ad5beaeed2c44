"""Beginning a review, and the words of one slide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from accounts.access import clients_for
from accounts.models import Client
from common.periods import YEARS, InvalidPeriod, parse_period
from people.models import User
from qbr.calc.compose_moves import MOST as MOST_MOVES
from qbr.calc.compose_moves import MOVE_FIELDS
from qbr.calc.outline import is_added
from qbr.calc.slides import Decision, Drawn, Move, Slide
from qbr.calc.words import (
    DECISION_FIELDS,
    LONGEST,
    MOST_DECISIONS,
    decisions_finding,
    is_unwritten,
    lines_from_people,
    lines_from_points,
    points_from_lines,
    worded,
)
from qbr.models import Deck
from qbr.queries.decks import Composed, edit_rows, page_url

DECISION_LABELS = {
    "what": "What is to be decided",
    "recommend": "We recommend",
    "if_not": "If not",
    "cost": "Cost",
    "worth": "Worth a year",
    "decider": "Who decides",
    "when": "Their role, and by when",
}
MOVE_LABELS = {
    "what": "What we recommend",
    "label": "Small words under it, such as Growth",
    "why": "Why",
    "benefit": "Benefit a year",
    "cost": "Cost",
    "when": "When",
    "if_not": "If not pursued",
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

    def clean_held_on(self) -> date | None:
        day: date | None = self.cleaned_data["held_on"]
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(f"Years run from {YEARS[0]} to {YEARS[-1]}.")
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        period, client = data.get("period"), data.get("client")
        if period and client:
            try:
                parse_period(period, client.fiscal_year_start)
            except InvalidPeriod as error:
                self.add_error("period", str(error))
        return data


class LinkForm(forms.Form):
    label = forms.CharField(label="For whom", max_length=120, help_text="Such as Dana Whitfield. Stands in the trail.")
    expires_on = forms.DateField(
        label="Open until", widget=forms.DateInput(attrs={"type": "date"}), help_text="Its last day; ninety at most."
    )

    def __init__(self, *args: Any, deck: Deck, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("expires_on", deck.client.local_date(now) + timedelta(days=14))


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

    def __init__(
        self, data: Any = None, *, slide: Slide, plain: Slide, rows: tuple[str, ...] = (),
        left_out: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(data, prefix=slide.key)
        self.slide, self.plain = slide, plain
        fields: dict[str, forms.Field] = {}
        if slide.kind == "title":
            fields["verdict"] = _area("verdict", "The review in one line")
            fields["meeting"] = _area("meeting", "Date, place, version", rows=3, help_text="Up to four lines.")
            fields["theirs"] = _area(
                "theirs", "Who comes from the client", rows=3, help_text="Name | title, one a line; six at most."
            )
        else:
            fields["headline"] = _area("headline", "Headline")
            fields["dek"] = _area("dek", "Line under it", rows=1)
        if slide.kind == "own":
            fields = {"section": _area("section", "Small words above the headline", rows=1), **fields}
        if slide.kind == "decisions":
            fields["unit"] = forms.CharField(
                label="Unit of cost and worth",
                required=False,
                max_length=12,
                help_text="Such as $M; stands in the heads.",
            )
            fields["note"] = _area("note", "Note under the table", rows=1)
            fields.update(_row_fields(DECISION_LABELS, MOST_DECISIONS, ("cost", "worth")))
        if slide.kind == "moves":
            fields["unit"] = forms.CharField(
                label="Unit of benefit and cost",
                required=False,
                max_length=12,
                help_text="Such as $M; stands in the heads.",
            )
            fields["note"] = _area("note", "Note under the table", rows=1)
            fields.update(_row_fields(MOVE_LABELS, MOST_MOVES, ("benefit", "cost")))
        if slide.kind in ("summary", "pnl", "dive", "service", "own"):
            fields.update(_column_fields())
        shown = tuple(dict.fromkeys((*rows, *left_out)))
        if shown:
            choices = [(row, row) for row in shown]
            fields["left_out"] = forms.MultipleChoiceField(
                label="Leave out of this review", required=False, choices=choices, widget=forms.CheckboxSelectMultiple
            )
        fields["notes"] = _area("notes", "Speaker's notes", rows=2, help_text="Not printed.")
        self.fields = {**fields, **self.fields}
        self.initial = {**_written(slide), "left_out": list(left_out)}

    def words(self) -> dict[str, Any]:
        data = self.cleaned_data
        own = _written(self.plain)
        if self.slide.decisions:  # their headline by rule, not the empty slide's
            own["headline"] = decisions_finding(self.slide.decisions, self.slide.decision_unit)
        words: dict[str, Any] = {}
        for name in ("section", "headline", "dek", "note", "notes", "verdict", "meeting"):
            if name in data and data[name] and _one_text(data[name]) != _one_text(own.get(name, "")):
                words[name] = data[name]
        if self.add_prefix("head_0") in self.data and any(
            data[key] != own.get(key, "") for key in data if key.startswith(("head_", "points_"))
        ):
            words["columns"] = [
                {"head": data[f"head_{n}"], "points": points_from_lines(data[f"points_{n}"])} for n in range(COLUMNS)
            ]
        if data.get("theirs"):
            words["theirs"] = points_from_lines(data["theirs"])
        if "what_0" in data:
            kind, names, most = self._rows()
            found = [{name: data[f"{name}_{n}"] for name in names} for n in range(most)]
            written = [item for item in found if item["what"].strip()]
            changed = kind == "decisions" or any(
                _one_text(data[f"{name}_{n}"]) != _one_text(own.get(f"{name}_{n}", ""))
                for n in range(most)
                for name in names
            )
            if written and changed:
                words[kind] = written
                words["note"] = data.get("note", "")
                words["unit"] = data.get("unit", "")
        if data.get("left_out"):
            words["left_out"] = data["left_out"]
        return words

    def _rows(self) -> tuple[str, tuple[str, ...], int]:
        """What the rows of this slide are called in its words, their fields, and how many there may be."""
        if self.slide.kind == "moves":
            return "moves", MOVE_FIELDS, MOST_MOVES
        return "decisions", DECISION_FIELDS, MOST_DECISIONS

    def written_rows(self) -> list[list[forms.BoundField]]:
        if "what_0" not in self.fields:
            return []
        _, names, most = self._rows()
        return [[self[f"{name}_{n}"] for name in names] for n in range(most)]

    @property
    def row_word(self) -> str:
        return "Recommendation" if self.slide.kind == "moves" else "Decision"

    def column_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        if "head_0" not in self.fields:
            return []
        return [(self[f"head_{n}"], self[f"points_{n}"]) for n in range(COLUMNS)]

    def plain_fields(self) -> list[forms.BoundField]:
        """The sentences, which come first."""
        return [
            self[name] for name in ("section", "verdict", "meeting", "theirs", "headline", "dek") if name in self.fields
        ]

    def closing_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("unit", "note", "left_out", "notes") if name in self.fields]


def _one_text(text: str) -> str:
    return " ".join(text.split())


def _row_fields(labels: Mapping[str, str], most: int, figures: tuple[str, ...]) -> dict[str, forms.Field]:
    return {
        f"{name}_{n}": forms.CharField(
            label=label,
            required=False,
            max_length=LONGEST_FIGURE if name in figures else 200,
            help_text="A figure, such as 0.3." if name in figures else "",
        )
        for n in range(most)
        for name, label in labels.items()
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
    found["section"] = slide.section
    found["unit"] = slide.move_unit if slide.kind == "moves" else slide.decision_unit
    if slide.cover is not None:
        found |= {"verdict": slide.cover.verdict, "meeting": "\n".join(slide.cover.meeting)}
        found["theirs"] = lines_from_people(slide.cover.theirs)
    for n in range(COLUMNS):
        column = slide.columns[n] if n < len(slide.columns) else None
        found[f"head_{n}"] = column.head if column else ""
        found[f"points_{n}"] = lines_from_points(column) if column else ""
    rows: tuple[Decision | Move, ...] = slide.decisions[:MOST_DECISIONS] or slide.moves[:MOST_MOVES]
    for n, row in enumerate(rows):
        for name in MOVE_FIELDS if slide.kind == "moves" else DECISION_FIELDS:
            value = getattr(row, name)
            found[f"{name}_{n}"] = value if isinstance(value, str) else value.text or ""
    return found


# --- the editor --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A figure a headline was written from, and the page where it stands."""

    label: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One slide in the editor. changed: a person wrote its words. version: of those words, 0 for none. page: where.

    open: its form stands open, because what was typed is not saved yet. said: what the figures say now, where one's own
    headline was written over something else. added: a person put it there.
    """

    key: str
    name: str
    headline: str
    changed: bool
    hidden: bool
    empty: bool
    added: bool
    version: int
    form: WordsForm
    page: int | None
    drawn: tuple[DrawnLine, ...] = ()
    said: str = ""
    open: bool = False

    @property
    def moves(self) -> bool:
        return self.key != "title"


def cards_of(deck: Deck, composed: Composed) -> list[Card]:
    edits = edit_rows(deck)
    cards = []
    for plain in composed.plain.slides:
        edit = edits.get(plain.key, NO_EDIT)
        form = form_of(deck, composed, plain.key)
        if form is None:
            continue
        written = form.slide
        cards.append(
            Card(
                key=plain.key,
                name="Title" if plain.kind == "title" else written.section,
                headline=written.cover.verdict if written.cover else written.headline,
                changed=bool(edit["words"]),
                hidden=edit["hidden"],
                empty=is_unwritten(written),
                added=is_added(plain.key),
                version=edit["version"],
                form=form,
                page=composed.page_of(plain.key),
                drawn=tuple(_drawn_line(one, deck.client.key) for one in plain.drawn),
                said=moved_on(edit, plain),
            )
        )
    return cards


NO_EDIT: Mapping[str, Any] = {"words": {}, "basis": {}, "hidden": False, "version": 0}


def moved_on(edit: Mapping[str, Any], plain: Slide) -> str:
    """What the figures say now, if a person's headline stands over other words of theirs."""
    basis = edit["basis"].get("headline", "")
    now = finding_of(plain)
    wrote = any(edit["words"].get(name) for name in ("headline", "verdict"))
    return now if wrote and basis and now != basis else ""


def finding_of(plain: Slide) -> str:
    """The headline that the figures write."""
    return plain.cover.verdict if plain.cover else plain.headline


def _drawn_line(one: Drawn, key: str) -> DrawnLine:
    return DrawnLine(one.label, one.text, page_url(one.page, key))


def form_of(deck: Deck, composed: Composed, key: str, data: Mapping[str, Any] | None = None) -> WordsForm | None:
    """None when the deck has no slide of that key."""
    plain = next((slide for slide in composed.plain.slides if slide.key == key), None)
    if plain is None:
        return None
    edit = edit_rows(deck).get(key, NO_EDIT)
    return WordsForm(
        data,
        slide=worded(plain, edit["words"]),
        plain=plain,
        rows=composed.rows.get(key, ()),
        left_out=tuple(edit["words"].get("left_out", ())),
    )
