"""The same data as a table, for "Show table" and for screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from common import formats
from common.charts.specs import (
    BandLine,
    Bridge,
    ChangeWaterfall,
    LayeredBars,
    MonthlyBars,
    RangeBar,
    SmallLines,
    Spec,
    Step,
    Table,
    Timeline,
    Value,
)
from common.formats import Scale


def _cell(value: Value, unit: str, scale: Scale, *, signed: bool = False) -> str:
    if unit in ("ratio", "percent"):
        return formats.ratio(value, signed=signed)
    if not formats.is_money(unit):
        return formats.number(value, 1, signed=signed)
    return formats.scaled(value, scale, 2 if scale == "M" else 1, signed=signed)


def _head(name: str, unit: str, scale: Scale) -> str:
    if not formats.is_money(unit):
        return name
    said = {"1": "", "k": " thousand", "M": "M"}.get(scale, "")
    return f"{name}, {formats.symbol(unit).strip()}{said}"


def _columns(names: Sequence[str], columns: Sequence[Sequence[str]]) -> Table:
    """Leaves out columns in which nothing is known."""
    kept = [i for i, column in enumerate(columns) if i == 0 or any(cell != formats.DASH for cell in column)]
    rows = tuple(tuple(columns[i][row] for i in kept) for row in range(len(columns[0]) if columns else 0))
    return Table(tuple(names[i] for i in kept), rows)


def _steps(start: Step, steps: Sequence[Step], end: Step, unit: str, scale: Scale) -> Table:
    rows = [(start.label, _cell(start.value, unit, scale))]
    rows += [(step.label, _cell(step.value, unit, scale, signed=True)) for step in steps]
    rows.append((end.label, _cell(end.value, unit, scale)))
    return Table(("Step", _head("Amount", unit, scale)), tuple(rows))


def _monthly(spec: MonthlyBars) -> Table:
    names = ["Month", _head("Value", spec.unit, spec.scale), spec.budget_label or "Budget", "Low", "High", "Kind"]
    kinds = {"actual": "Actual", "forecast": "Forecast", "prior": "Prior year"}
    fields = ("value", "budget", "low", "high")
    figures = [[_cell(getattr(m, name), spec.unit, spec.scale) for m in spec.months] for name in fields]
    return _columns(names, [[m.label for m in spec.months], *figures, [kinds[m.kind] for m in spec.months]])


def _band(spec: BandLine) -> Table:
    names = ["When", spec.value_label, "Low", "High", "Budget"]
    fields = ("value", "low", "high", "budget")
    figures = [[_cell(getattr(p, name), spec.unit, spec.scale) for p in spec.points] for name in fields]
    return _columns(names, [[p.label for p in spec.points], *figures])


def _layers(spec: LayeredBars) -> Table:
    def part(index: int) -> list[str]:
        return [_cell(m.parts[index] if index < len(m.parts) else None, spec.unit, spec.scale) for m in spec.months]

    labels = [f"{m.label} {m.year}".strip() for m in spec.months]
    kinds = ["Recognised" if m.recognised else "Forecast" for m in spec.months]
    bounds = [[_cell(getattr(m, name), spec.unit, spec.scale) for m in spec.months] for name in ("low", "high", "line")]
    names = [spec.slot_label, "Kind", *spec.layers, "Low", "High", spec.line_label]
    if spec.slot_label != "Month":  # only months are recognised
        kinds = [formats.DASH] * len(kinds)
    return _columns(names, [labels, kinds, *(part(i) for i in range(len(spec.layers))), *bounds])


def as_table(spec: Spec) -> Table:
    match spec:
        case MonthlyBars():
            return _monthly(spec)
        case BandLine():
            return _band(spec)
        case LayeredBars():
            return _layers(spec)
        case ChangeWaterfall() | Bridge():
            return _steps(spec.start, spec.steps, spec.end, spec.unit, spec.scale)
        case Timeline():
            rows = tuple((formats.day(stop.on), stop.label) for stop in sorted(spec.stops, key=lambda s: s.on))
            return Table(("Date", "What"), rows)
        case SmallLines():
            names = ["Month", spec.value_name, spec.comparison_name]
            values = [_cell(p.value, spec.unit, spec.scale) for p in spec.points]
            held = [_cell(p.comparison, spec.unit, spec.scale) for p in spec.points]
            return _columns(names, [[p.label for p in spec.points], values, held])
        case RangeBar():
            named = (("Low", spec.low), ("Forecast", spec.value), ("High", spec.high), ("Budget", spec.budget))
            rows = tuple((name, _cell(value, spec.unit, spec.scale)) for name, value in named)
            return Table(("Measure", _head("Amount", spec.unit, spec.scale)), rows)
