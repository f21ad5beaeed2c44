"""The deck as data: what a frozen review stores, and all that the page and the PDF are made from.

Texts are as printed; `value` beside a text is the exact number it was printed from. Every item that shows a number or a
judgement carries its field class: open, cost, salary or stance. Nothing here knows the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from qbr.calc.codec import decode, encode

FORMAT: Final = 1

FieldClass = Literal["open", "cost", "salary", "stance"]
Audience = Literal["client", "internal"]
Status = Literal["", "on_track", "watch", "at_risk", "unknown", "dropped", "open"]
Kind = Literal[
    "title",
    "decisions",
    "promises",
    "summary",
    "relationship",
    "strategy",
    "objectives",
    "kpis",
    "scorecard",
    "dive",
    "value",
    "lessons",
    "service",
    "voice",
    "market",
    "charter",
    "roadmap",
    "options",
    "operating",
    "bets",
    "moves",
    "plan",
    "obligations",
    "commitments",
    "pnl",
    "forecast",
    "pipeline",
    "contracts",
    "people",
    "risks",
    "own",
    "sources",
]
ColumnKind = Literal["name", "text", "quiet", "figure", "actual", "status", "spark", "weeks", "rank", "aim", "bar"]
RowStyle = Literal["", "total", "alert", "group", "ratio", "within"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""In the order of a review; the appendix is last."""
STATUS_WORDS: Final[dict[Status, str]] = {
    "on_track": "On track",
    "watch": "Watch",
    "at_risk": "At risk",
    "unknown": "Not known",
    "dropped": "Dropped",
    "open": "Open",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed item. text None is unknown and prints as a dash; detail follows in grey.

    series: values of a sparkline, oldest first (None a gap), plan its target line; due: an ISO date on a week chart.
    """

    text: str | None = ""
    value: Decimal | None = None
    unit: str = ""
    detail: str = ""
    status: Status = ""
    series: tuple[Decimal | None, ...] = ()
    plan: Decimal | None = None
    due: str = ""
    alt: str = ""
    figure: str = ""
    quiet: bool = False
    field: FieldClass = "open"


NOT_KNOWN: Final = Cell(None)


@dataclass(frozen=True, slots=True)
class Column:
    """width: px of the 1168 px body; kind sets alignment and type; lines: how many a cell may take."""

    head: str
    width: int
    kind: ColumnKind = "text"
    lines: int = 3


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    style: RowStyle = ""


@dataclass(frozen=True, slots=True)
class Table:
    """weeks_from: the Monday that a column of kind weeks starts at, ISO; thirteen weeks follow. today: its mark.

    marks: one for each of all rows, where the table stands beside another: the tally at a glance.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    unit: str = ""
    gap_column: int | None = None
    weeks_from: str = ""
    today: str = ""
    marks: tuple[Status, ...] = ()


@dataclass(frozen=True, slots=True)
class BigFigure:
    """A headline figure of the summary: the number, its three comparisons as printed, and the gap in words."""

    label: str
    figure: Cell
    suffix: str = ""
    plan: str = ""
    previous: str = ""
    year_before: str = ""
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One item of a list: the finding in bold, what stands behind it in grey."""

    lead: str
    text: str = ""
    field: FieldClass = "open"


@dataclass(frozen=True, slots=True)
class TextColumn:
    head: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the client is asked to decide. cost and worth as printed in the unit of the head."""

    what: str
    recommend: str = ""
    if_not: str = ""
    cost: Cell = NOT_KNOWN
    worth: Cell = NOT_KNOWN
    decider: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of a bar chart; value None draws an outline "not known", never a zero.

    layers: from certain to uncertain, stacked, in the order of `BarChart.layers`; they sum to value. label: as printed.
    """

    period: str
    value: Decimal | None
    label: str
    plan: Decimal | None = None
    previous: Decimal | None = None
    forecast: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    layers: tuple[Decimal, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    title: str
    unit: str
    bars: tuple[Bar, ...]
    alt: str
    key_actual: str = "Actual"
    key_plan: str = ""
    key_previous: str = ""
    layers: tuple[str, ...] = ()
    empty: str = ""
    field: FieldClass = "open"


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    value: Decimal
    text: str
    total: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Signed steps between two totals; they sum exactly."""

    title: str
    unit: str
    steps: tuple[Step, ...]
    alt: str
    field: FieldClass = "open"


@dataclass(frozen=True, slots=True)
class Move:
    """Something we recommend. label: such as Growth; benefit a year and cost as printed in the unit of the heads."""

    what: str
    label: str = ""
    why: str = ""
    benefit: Cell = NOT_KNOWN
    cost: Cell = NOT_KNOWN
    when: str = ""
    if_not: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure that a headline was written from: what it is, as printed, and the page where it stands."""

    label: str
    text: str
    page: str = ""
    field: FieldClass = "open"


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure over its last readings. first, last, plan_text: as printed; start, end: when those were."""

    title: str
    unit: str
    values: tuple[Decimal, ...]
    first: str
    last: str
    start: str
    end: str
    alt: str
    plan: Decimal | None = None
    plan_text: str = ""
    field: FieldClass = "open"


Certainty = Literal["planned", "likely", "ambition"]


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of work over quarters, 0 to 11, both ends in."""

    label: str
    first: int
    last: int
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Roadmap:
    """Three years of quarters, a lane for each aim."""

    years: tuple[str, ...]
    lanes: tuple[Lane, ...]
    alt: str
    field: FieldClass = "open"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Agenda:
    topic: str
    slides: str = ""
    minutes: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """What only the title slide shows. meeting: date, place and version; basis: as-of and currency, by line."""

    verdict: str
    kind_label: str
    period_long: str
    meeting: tuple[str, ...] = ()
    agenda: tuple[Agenda, ...] = ()
    theirs: tuple[Person, ...] = ()
    ours: tuple[Person, ...] = ()
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slide:
    """One finding with its evidence; which parts are filled depends on the kind. key is stable across regenerations.

    tables: a pair that stands side by side. trends: up to three, drawn where the table leaves room. drawn: what the
    headline was written from, for its author.
    """

    key: str
    kind: Kind
    section: str
    headline: str
    dek: str = ""
    source: str = ""
    note: str = ""
    notes: str = ""
    cover: Cover | None = None
    figures: tuple[BigFigure, ...] = ()
    columns: tuple[TextColumn, ...] = ()
    decisions: tuple[Decision, ...] = ()
    decision_total: tuple[Cell, Cell] | None = None
    decision_unit: str = ""
    moves: tuple[Move, ...] = ()
    move_unit: str = ""
    move_total: tuple[Cell, Cell] | None = None
    tables: tuple[Table, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    table: Table | None = None
    chart: BarChart | None = None
    bridge: Bridge | None = None
    roadmap: Roadmap | None = None
    trends: tuple[Trend, ...] = ()
    field: FieldClass = "open"


@dataclass(frozen=True, slots=True)
class Deck:
    """as_of: ISO instant of the figures; it also dates the file, so that the same deck is the same bytes.

    accent: colour of marks, blank as the brand. logo: a PNG in base64.
    """

    title: str
    client: str
    firm: str
    period: str
    audience: Audience
    as_of: str
    slides: tuple[Slide, ...]
    brand: str = "#0B4F6C"
    accent: str = ""
    logo: str = ""
    as_of_text: str = ""
    run_text: str = ""
    frozen_text: str = ""
    confidentiality: str = "Confidential"
    lang: str = "en"


class UnknownFormat(ValueError):
    """A stored deck written by another version of the format."""


def to_json(deck: Deck) -> dict[str, Any]:
    return {"format": FORMAT, "deck": encode(deck)}


def from_json(data: dict[str, Any]) -> Deck:
    if data.get("format") != FORMAT:
        raise UnknownFormat(f"deck format {data.get('format')!r}, expected {FORMAT}")
    return decode(Deck, data["deck"])
