"""Fees or profit: what the client sees ends at net fees; the internal twin goes down the whole ladder."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from common import formats
from common.periods import month_add, month_label, months_between
from financials.calc import findings
from qbr.calc.compose_money import fees, line_gaps, no_fees
from qbr.calc.review import Amounts, ReviewData, Span, summed
from qbr.calc.slides import (
    Bar,
    BarChart,
    Bridge,
    Cell,
    Column,
    Drawn,
    FieldClass,
    Point,
    Row,
    RowStyle,
    Slide,
    Step,
    Table,
    TextColumn,
)
from qbr.calc.units import Unit, less, unit_for

FEES: Final[tuple[tuple[str, str, FieldClass, RowStyle], ...]] = (
    ("gross_revenue", "Gross billings", "open", ""),
    ("pass_through", "Pass-through", "open", ""),
    ("net_revenue", "Net fees", "open", "total"),
)
LADDER: Final[tuple[tuple[str, str, FieldClass, RowStyle], ...]] = (
    ("gross_revenue", "Gross billings", "open", ""),
    ("pass_through", "Pass-through", "open", ""),
    ("net_revenue", "Net revenue", "open", "total"),
    ("delivery_labour", "Delivery labour", "cost", ""),
    ("freelancers", "Freelancers", "cost", ""),
    ("gross_profit", "Gross profit", "cost", "total"),
    ("gross_margin", "Gross margin", "cost", "ratio"),
    ("direct_expenses", "Direct expenses", "cost", ""),
    ("contribution", "Contribution", "cost", "total"),
    ("contribution_margin", "Contribution margin", "cost", "ratio"),
    ("overhead", "Overhead", "cost", ""),
    ("operating_profit", "Operating profit", "cost", "total"),
    ("operating_margin", "Operating margin", "cost", "ratio"),
)
COSTS: Final = frozenset({"pass_through", "delivery_labour", "freelancers", "direct_expenses", "overhead"})


Ladder = Sequence[tuple[str, str, FieldClass, RowStyle]]


# --- fees, or profit and margin ----------------------------------------------------------------------------------


def profit(data: ReviewData) -> Slide:
    internal = data.internal
    rows = LADDER if internal else FEES
    periods = data.periods
    values = [
        data.actual(periods.now),
        data.budget(periods.now),
        data.compared(periods.before),
        data.compared(periods.year_ago),
    ]
    unit = unit_for(data.currency, [amounts.get("gross_revenue") for amounts in values])
    label = periods.now.label if periods.now else periods.whole.label
    return Slide(
        key="pnl",
        kind="pnl",
        section="Profit and margin" if internal else "Fees and billings",
        headline=_profit_finding(data) if internal else _fees_by_month_finding(data),
        dek=_profit_dek(data),
        source=f"ledger to {month_label(data.through)}; budget {data.budget_version or 'not set'}",
        table=_ladder_table(data, rows, values, unit, label),
        chart=None if internal and _bridge(data, unit) else months_chart(data, unit),
        bridge=_bridge(data, unit) if internal else None,
        columns=() if internal else _line_columns(data),
        drawn=_drawn(data, values),
    )


def _drawn(data: ReviewData, values: list[Amounts]) -> tuple[Drawn, ...]:
    lines: tuple[tuple[str, str, FieldClass], ...] = (
        ("gross_revenue", "Gross billings", "open"), ("pass_through", "Pass-through", "open"),
        ("net_revenue", fees(data), "open"),
    )  # fmt: skip
    if data.internal:
        lines = (("contribution", "Contribution", "cost"),)
    now, budget = values[0], values[1]
    found = [Drawn(name, formats.money(now.get(line), data.currency), "pnl", field) for line, name, field in lines]
    last, name, field = lines[-1]
    found.append(Drawn(f"{name}, budget", formats.money(budget.get(last), data.currency), "pnl", field))
    if data.internal:
        for label, amounts in (("Margin", now), ("Margin before", values[2])):
            margin = amounts.get("contribution_margin")
            found.append(Drawn(label, formats.DASH if margin is None else formats.ratio(margin), "pnl", "cost"))
    return tuple(found)


def _profit_dek(data: ReviewData) -> str:
    if data.internal:
        return "Costs are favourable when under budget: every gap reads positive for better."
    return "Gross billings less what we pass on to third parties are our fees."


def _ladder_table(data: ReviewData, rows: Ladder, values: list[Amounts], unit: Unit, label: str) -> Table:
    periods = data.periods
    heads = [label, "Budget", "Gap"]
    heads += (
        periods.before.label if periods.before else "Before",
        periods.year_ago.label if periods.year_ago else "Year before",
    )
    margins = "; margins in %" if data.internal else ""
    columns = (
        Column(f"{unit.head}{margins}", 214, "name"),
        *(Column(head, 88, "actual" if place == 0 else "figure") for place, head in enumerate(heads)),
    )
    made = []
    for line, name, field, style in rows:
        now, budget, before, year_ago = (amounts.get(line) for amounts in values)
        gap = less(budget, now) if line in COSTS and data.internal else less(now, budget)
        cells = [Cell(name, field=field)]
        for value, signed in ((now, False), (budget, False), (gap, True), (before, False), (year_ago, False)):
            cells.append(_ladder_cell(line, value, unit, field, signed=signed))
        made.append(Row(tuple(cells), style))
    title = "Ladder to operating profit" if data.internal else "From billings to fees"
    return Table(columns, tuple(made), title, periods.now.long if periods.now is not None else "")


def _ladder_cell(line: str, value: Decimal | None, unit: Unit, field: FieldClass, *, signed: bool) -> Cell:
    if value is None:
        return Cell(None, field=field)
    if line.endswith("_margin"):
        return Cell(formats.number(value * 100, 1, signed=signed), value, "ratio", field=field)
    return unit.cell(value, signed=signed, field=field)


def months_chart(data: ReviewData, unit: Unit, line: str | None = None, title: str = "") -> BarChart:
    """Net fees of the twelve months up to the period's end, with the budget as a tick. line: of one service line."""
    figures = data.figures
    actual = figures.actual if line is None else figures.actual_by_line.get(line, {})
    budget = figures.budget if line is None else figures.budget_by_line.get(line, {})
    end = data.periods.whole.last
    months = months_between(month_add(end, -11), end)
    if line is None and actual and not any(month in actual for month in months):
        # Nothing in a year: the last year that holds something says more than twelve dashes.
        end = max(month for month in actual if month < months[0])
        months = months_between(month_add(end, -11), end)
        title = f"{fees(data)} by month, to the last recorded"
    bars = []
    for month in months:
        value = actual.get(month, {}).get("net_revenue") if month <= data.through else None
        plan = budget.get(month, {}).get("net_revenue")
        bars.append(
            Bar(
                formats.month_short(month),
                unit.scaled(value),
                unit.text(value),
                unit.scaled(plan) if value is not None else None,
                group=str(month.year),
            )
        )
    known = [(bar, month) for bar, month in zip(bars, months, strict=True) if bar.value is not None]
    name = fees(data)
    title = title or f"{name} by month"
    alt = f"{title}: nothing is recorded"
    if known:
        (first, first_month), (last, last_month) = known[0], known[-1]
        alt = (
            f"{title}, {month_label(first_month)} to {month_label(last_month)}, {unit.head}: "
            f"from {first.label} to {last.label}"
        )
    has_plan = any(bar.plan is not None for bar in bars)
    empty = f"No fees are recorded to {month_label(data.through)}."
    return BarChart(title, unit.head, tuple(bars), alt, name, "Budget" if has_plan else "", empty=empty)


def _fees_by_month_finding(data: ReviewData) -> str:
    now = data.periods.now
    if now is None:
        return no_fees(data)
    actual, budget = data.actual(now), data.budget(now)
    gross, passed, net = (actual.get(line) for line in ("gross_revenue", "pass_through", "net_revenue"))
    if net is None or gross is None or passed is None:
        return _unbilled(data, now) if not actual else f"Fees and billings for {now.label}"
    said = [formats.money(value, data.currency) for value in (gross, passed, net)]
    claim = f"Of {said[0]} billed, {said[1]} went to third parties and {said[2]} are fees"
    if passed == 0:
        claim = f"All {said[0]} billed are fees"
    against = budget.get("net_revenue")
    if against is None or against <= 0:
        return claim
    part = abs(net - against) / against
    if part < Decimal("0.0005"):
        return f"{claim}, on budget"
    return f"{claim}, {formats.ratio(part)} {'over' if net > against else 'under'} budget"


def _unbilled(data: ReviewData, now: Span) -> str:
    before = data.compared(data.periods.before).get("net_revenue")
    if data.periods.before is None or not before:
        return f"Nothing is billed for {now.label} yet"
    return f"Nothing is billed for {now.label}, after fees of {formats.money(before, data.currency)} in the same months"


def _profit_finding(data: ReviewData) -> str:
    now, budget = data.actual(data.periods.now), data.budget(data.periods.now)
    name = f"{data.periods.now.label if data.periods.now else data.periods.whole.label} contribution"
    claim = findings.amount_against_budget(name, now.get("contribution"), budget.get("contribution"), data.currency)
    margin, before = now.get("contribution_margin"), data.compared(data.periods.before).get("contribution_margin")
    if margin is None:
        return claim if now else f"Nothing is posted for {data.periods.whole.label} yet"
    moved = findings.margin_moved(margin, before, what="margin")
    return f"{claim}; {moved}" if moved != "margin" else claim


def _bridge(data: ReviewData, unit: Unit) -> Bridge | None:
    """Contribution from the period before to this one, by line of the ladder; the steps sum exactly."""
    periods = data.periods
    if periods.now is None or periods.before is None:
        return None
    then, now = data.compared(periods.before), data.actual(periods.now)
    start, end = then.get("contribution"), now.get("contribution")
    if start is None or end is None:
        return None
    steps = [
        Step(
            periods.before.label,
            unit.scaled(start) or Decimal(0),
            unit.text(start),
            total=True,
            note=_margin_note(then),
        )
    ]
    for line, name in (
        ("net_revenue", "Revenue"),
        ("delivery_labour", "Labour"),
        ("freelancers", "Freelancers"),
        ("direct_expenses", "Expenses"),
    ):
        change = (now.get(line) or Decimal(0)) - (then.get(line) or Decimal(0))
        change = -change if line in COSTS else change
        steps.append(Step(name, unit.scaled(change) or Decimal(0), unit.text(change, signed=True)))
    steps.append(
        Step(periods.now.label, unit.scaled(end) or Decimal(0), unit.text(end), total=True, note=_margin_note(now))
    )
    parts = ", ".join(f"{step.label.lower()} {step.text}" for step in steps[1:-1])
    ends = f"{steps[0].text} in {periods.before.label} to {steps[-1].text} in {periods.now.label}"
    alt = f"Contribution from {ends}, {unit.head}: {parts}"
    title = f"Contribution, {periods.before.label} to {periods.now.label}"
    return Bridge(title, unit.head, tuple(steps), alt, field="cost")


def _margin_note(amounts: Amounts) -> str:
    margin = amounts.get("contribution_margin")
    return formats.ratio(margin) if margin is not None else ""


def _line_columns(data: ReviewData) -> tuple[TextColumn, ...]:
    """The largest service lines in words: fees, share and gap."""
    now = data.periods.now
    net = data.actual(now).get("net_revenue")
    gaps = {part.name: part.gap for part in line_gaps(data)}
    sizes = []
    for line, months in data.figures.actual_by_line.items():
        value = summed(months, now).get("net_revenue")
        if line and value:
            sizes.append((value, line))
    if net is None or net <= 0 or len(sizes) < 2:
        return ()
    columns = []
    for value, line in sorted(sizes, key=lambda item: (-item[0], item[1]))[:3]:
        gap = gaps.get(line, Decimal(0))
        side = "over" if gap > 0 else "under"
        text = f"{formats.money(value, data.currency)} of fees, {formats.ratio(value / net, 0)} of the whole"
        text += f"; {findings.amounts(data.currency, gap)[0]} {side} budget." if gap else "; on budget."
        columns.append(TextColumn(line, (Point("", text),)))
    return tuple(columns)
