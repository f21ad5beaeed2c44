"""What a chart says, apart from how it is drawn. One spec serves the page, the table behind it and the PDF.

finding: the title, a sentence with its number. sub: measure, unit, how to read. source: where it comes from.
Money values are whole units of the currency (71803977.61); scale says what the axis prints. None is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from common.formats import Scale

Value = Decimal | float | None
Size = Literal["xs", "s", "m", "l", "xl", "full"]


@dataclass(frozen=True, slots=True)
class Month:
    """One bar. low and high: the 80% band, forecast months only. strong: its label is set bold."""

    label: str
    value: Value
    budget: Value = None
    low: Value = None
    high: Value = None
    kind: Literal["actual", "forecast", "prior"] = "actual"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A thin line before the month of this index, with words under the axis."""

    index: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyBars:
    """Months as bars from zero, budget as ticks, forecast hatched behind a boundary."""

    finding: str
    months: tuple[Month, ...]
    sub: str = ""
    source: str = ""
    unit: str = "USD"
    scale: Scale = "M"
    band: Literal["bracket", "ribbon"] = "bracket"
    events: tuple[Event, ...] = ()
    budget_label: str = "Budget"
    size: Size = "s"
    height: int = 210


@dataclass(frozen=True, slots=True)
class BandPoint:
    label: str
    value: Value
    low: Value = None
    high: Value = None
    budget: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BandLine:
    """A line inside its band against a budget line, labelled at the ends. Not from zero: it is a line."""

    finding: str
    points: tuple[BandPoint, ...]
    sub: str = ""
    source: str = ""
    unit: str = "USD"
    scale: Scale = "M"
    value_label: str = "P50 call"
    band_label: str = "80% band"
    size: Size = "xs"
    height: int = 210


@dataclass(frozen=True, slots=True)
class LayerMonth:
    """parts: one value per layer, most certain first. note: words inside part number note_part. year: printed once.

    line: what the stack is held against.
    """

    label: str
    parts: tuple[Value, ...]
    low: Value = None
    high: Value = None
    recognised: bool = False
    note: str = ""
    note_part: int = 1
    year: str = ""
    total_shown: bool = False
    line: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayeredBars:
    """Forecast by month and layer. ruled: the layer drawn as ruled lines (the run-rate). slot_label: what a bar is.

    first_layer: shade of the first layer; 1, the darkest, when that layer is what is recognised already.
    """

    finding: str
    layers: tuple[str, ...]
    months: tuple[LayerMonth, ...]
    sub: str = ""
    source: str = ""
    unit: str = "USD"
    scale: Scale = "M"
    ruled: str = "Run-rate"
    first_layer: int = 2
    forecast_label: str = "Forecast"
    band_label: str = "80% band"
    line_label: str = ""
    slot_label: str = "Month"
    events: tuple[Event, ...] = ()
    size: Size = "full"
    height: int = 290


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    value: Value
    sub: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWaterfall:
    """What moved between two totals: bars from zero change, both totals printed."""

    finding: str
    start: Step
    steps: tuple[Step, ...]
    end: Step
    sub: str = ""
    source: str = ""
    unit: str = "USD"
    scale: Scale = "M"
    size: Size = "m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Upright bridge from one total to another, all from zero."""

    finding: str
    start: Step
    steps: tuple[Step, ...]
    end: Step
    sub: str = ""
    source: str = ""
    unit: str = "USD"
    scale: Scale = "k"
    size: Size = "l"
    height: int = 240


@dataclass(frozen=True, slots=True)
class Stop:
    """A date on a timeline. deadline is the one that bites."""

    on: date
    label: str
    kind: Literal["step", "deadline", "end"] = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Dates along a line with today marked. span: words over the stretch between the deadline and the end."""

    finding: str
    stops: tuple[Stop, ...]
    today: date
    today_label: str
    sub: str = ""
    source: str = ""
    span: str = ""
    size: Size = "l"


@dataclass(frozen=True, slots=True)
class LinePoint:
    label: str
    value: Value
    comparison: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallLines:
    """Twelve months of a figure and what it is held against, for the explain panel."""

    finding: str
    points: tuple[LinePoint, ...]
    sub: str = ""
    source: str = ""
    unit: str = "USD"
    scale: Scale = "k"
    value_name: str = "Actual"
    comparison_name: str = "Budget"
    size: Size = "s"
    height: int = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBar:
    """A forecast with its band and the budget on one line: the phone's headline."""

    finding: str
    value: Value
    low: Value
    high: Value
    budget: Value
    sub: str = ""
    source: str = ""
    unit: str = "USD"
    scale: Scale = "M"
    band_label: str = "80% band"
    size: Size = "s"


Spec = MonthlyBars | BandLine | LayeredBars | ChangeWaterfall | Bridge | Timeline | SmallLines | RangeBar


@dataclass(frozen=True, slots=True)
class Table:
    """The chart's accessible twin, all cells as text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
