"""Recorded months and the twelve after them. The client sees what is signed; weighted deals are ours."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from common import formats
from common.periods import Month, month_add, month_label, months_between, quarter_bounds
from financials.calc import findings
from qbr.calc.compose_money import contracted_ahead, fees
from qbr.calc.review import ReviewData, Span, summed
from qbr.calc.slides import Bar, BarChart, Cell, Column, Drawn, Row, Slide, Table
from qbr.calc.units import Unit, unit_for

FORECAST_LAYERS: Final = (
    ("recognised", "Recorded"),
    ("contracted", "Contracted"),
    ("renewal", "Renewals, weighted"),
    ("commit", "Commit"),
    ("best_case", "Best case"),
    ("pipeline", "Pipeline, weighted"),
    ("run_rate", "Run-rate"),
    ("override", "Our adjustment"),
)


def forecast(data: ReviewData) -> Slide | None:
    """None while the client has no forecast run; for the client also where nothing is recorded nor signed."""
    if not data.forecast.run:
        return None
    layers = FORECAST_LAYERS if data.internal else FORECAST_LAYERS[:2]
    actual_months = months_between(month_add(data.through, -8), data.through)
    ahead = months_between(month_add(data.through, 1), month_add(data.through, 12))
    if not data.internal and not contracted_ahead(data) and not any(_net(data, month) for month in actual_months):
        return None
    unit = unit_for(
        data.currency, [_net(data, month) for month in actual_months] + [_ahead(data, m, layers) for m in ahead]
    )
    bars = [_recorded_bar(data, month, unit, len(layers)) for month in actual_months]
    bars += [_ahead_bar(data, month, unit, layers) for month in ahead]
    name = fees(data)
    weighted = "signed work, renewals and open deals by their likelihood, and run-rate"
    words = weighted if data.internal else "what is signed today"
    alt = (
        f"{name} by month, {month_label(actual_months[0])} to {month_label(ahead[-1])}, {unit.head}: recorded "
        f"{bars[0].label} to {bars[len(actual_months) - 1].label}, "
        f"then {words} {bars[-len(ahead)].label} to {bars[-1].label}"
    )
    chart = BarChart(
        f"{name} by month",
        f"{unit.head}; after the line, {words}",
        tuple(bars),
        alt,
        layers=tuple(label for _, label in layers),
        empty="No fees are recorded or signed for these months.",
    )
    return Slide(
        key="forecast",
        kind="forecast",
        section="Forecast" if data.internal else "Fees signed and to come",
        headline=_forecast_finding(data, ahead),
        dek=f"Recorded to {month_label(data.through)}; later months hold {words}.",
        source=f"forecast run {data.forecast.run}",
        chart=chart,
        table=_forecast_table(data, layers, unit),
        drawn=(
            Drawn("Signed, twelve months", formats.money(contracted_ahead(data), data.currency), "forecast"),
            Drawn("Forecast run", data.forecast.run, "forecast"),
        ),
    )


def _net(data: ReviewData, month: Month) -> Decimal | None:
    return data.figures.actual.get(month, {}).get("net_revenue")


def _layer(data: ReviewData, month: Month, layer: str) -> Decimal | None:
    return data.forecast.layers.get(month, {}).get(layer, Decimal(0))


def _ahead(data: ReviewData, month: Month, layers: Sequence[tuple[str, str]]) -> Decimal | None:
    parts = [_layer(data, month, layer) for layer, _ in layers]
    return None if any(part is None for part in parts) else sum((part or Decimal(0) for part in parts), Decimal(0))


def _recorded_bar(data: ReviewData, month: Month, unit: Unit, layers: int) -> Bar:
    value = _net(data, month)
    scaled = unit.scaled(value)
    parts = (scaled, *(Decimal(0),) * (layers - 1)) if scaled is not None else ()
    return Bar(formats.month_short(month), scaled, unit.text(value), layers=parts, group=str(month.year))


def _ahead_bar(data: ReviewData, month: Month, unit: Unit, layers: Sequence[tuple[str, str]]) -> Bar:
    value = _ahead(data, month, layers)
    parts = tuple(unit.scaled(_layer(data, month, layer)) or Decimal(0) for layer, _ in layers)
    return Bar(
        formats.month_short(month),
        unit.scaled(value),
        unit.text(value),
        forecast=True,
        layers=parts,
        group=str(month.year),
    )


def _forecast_finding(data: ReviewData, ahead: Sequence[Month]) -> str:
    signed = contracted_ahead(data)
    if signed is None:
        return "Fees signed and to come"
    until = month_label(ahead[-1])
    if not data.internal:
        if signed <= 0:
            return f"No fees are signed beyond {month_label(data.through)}"
        last = max((month for month in ahead if (_layer(data, month, "contracted") or 0) > 0), default=ahead[-1])
        claim = f"{formats.money(signed, data.currency)} of fees are signed to {until}"
        return claim if last == ahead[-1] else f"{claim}; none after {month_label(last)}"
    total = sum((_ahead(data, month, FORECAST_LAYERS) or Decimal(0) for month in ahead), Decimal(0))
    cover = findings.signed_cover(
        signed,
        total,
        f"the {formats.money(total, data.currency)} forecast to {until}",
        f"Nothing is forecast to {until}",
    )
    gap = _year_gap(data)
    return f"{cover}; the year is {gap}" if gap else cover


def _year_gap(data: ReviewData) -> str:
    first, last = data.through.replace(month=1), data.through.replace(month=12)
    span = Span(first, last, "", "", "")
    budget = summed(data.figures.budget, span).get("net_revenue")
    year = _year_total(data, first, last)
    if budget is None or budget <= 0 or year is None:
        return ""
    gap = year - budget
    if abs(gap) < budget * Decimal("0.0005"):
        return "on budget"
    return f"{findings.amounts(data.currency, gap)[0]} {'over' if gap > 0 else 'under'} budget"


def _year_total(data: ReviewData, first: Month, last: Month) -> Decimal | None:
    total = Decimal(0)
    for month in months_between(first, last):
        value = (_net(data, month) or Decimal(0)) if month <= data.through else _ahead(data, month, FORECAST_LAYERS)
        if value is None:
            return None
        total += value
    return total


def _forecast_table(data: ReviewData, layers: Sequence[tuple[str, str]], unit: Unit) -> Table:
    """The quarter before the first month ahead, four quarters from it, and the calendar year."""
    start = quarter_bounds(month_add(data.through, 1))[0]
    spans = [(month_add(start, 3 * step), month_add(start, 3 * step + 2)) for step in range(-1, 4)]
    heads = [f"Q{(first.month - 1) // 3 + 1} {first.year}" for first, _ in spans]
    year = data.through.replace(month=1)
    spans.append((year, month_add(year, 11)))
    heads.append(str(year.year))
    columns = (
        Column(unit.head, 328, "name"),
        *(Column(head, 140, "actual" if head == heads[-1] else "figure") for head in heads),
    )
    rows, totals = [], [Decimal(0)] * len(spans)
    for layer, name in layers:
        cells = [Cell(name)]
        for place, (first, last) in enumerate(spans):
            value = _span_layer(data, layer, first, last)
            totals[place] += value
            cells.append(unit.cell(value) if value else Cell(""))
        if layer == "recognised" or any(cell.value for cell in cells):
            rows.append(Row(tuple(cells)))
    rows.append(Row((Cell("Total"), *(unit.cell(total) for total in totals)), "total"))
    return Table(columns, tuple(rows), "By quarter")


def _span_layer(data: ReviewData, layer: str, first: Month, last: Month) -> Decimal:
    total = Decimal(0)
    for month in months_between(first, last):
        if month <= data.through:
            total += (_net(data, month) or Decimal(0)) if layer == "recognised" else Decimal(0)
        else:
            total += _layer(data, month, layer) or Decimal(0)
    return total
