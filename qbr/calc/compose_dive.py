"""The deep dive: the service line furthest off its budget, what happened, why, and what is done about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from common import formats
from common.periods import month_label
from financials.calc import findings
from financials.calc.findings import Part
from qbr.calc.compose_money import fees, line_gaps, line_key
from qbr.calc.compose_profit import months_chart
from qbr.calc.review import LONG_MONTHS, ReviewData, summed
from qbr.calc.slides import Bridge, Cell, Column, Drawn, Point, Row, Slide, Step, Table, TextColumn
from qbr.calc.units import Unit, unit_for

WORTH_A_LOOK: Final = Decimal("0.02")
"""Off its budget by less than this, no line has a story."""
STEPS: Final = 5
ACTIONS: Final = 3


def dive(data: ReviewData) -> Slide | None:
    """None without a budget by service line, or where every line is within two hundredths of its own."""
    now = data.periods.now
    parts = sorted((part for part in line_gaps(data) if part.gap), key=lambda part: (-abs(part.gap), part.name))
    if now is None or not parts:
        return None
    worst = parts[0]
    line = line_key(data, worst.name)
    actual = summed(data.figures.actual_by_line.get(line, {}), now).get("net_revenue")
    budget = summed(data.figures.budget_by_line.get(line, {}), now).get("net_revenue")
    if budget is None or budget <= 0 or abs(worst.gap) < budget * WORTH_A_LOOK:
        return None
    months = _by_month(data, line)
    unit = unit_for(data.currency, [actual, budget])
    bridge = _bridge(data, parts)
    return Slide(
        key="dive",
        kind="dive",
        section=f"Deep dive: {worst.name}",
        headline=_finding(data, worst, months),
        dek=_dek(data, line, actual, budget),
        source=f"ledger to {month_label(data.through)}; budget {data.budget_version or 'not set'}",
        chart=months_chart(data, unit, line, f"{worst.name}, {fees(data).lower()} by month"),
        bridge=bridge,
        columns=_columns(data, worst, months, parts[1:]),
        table=_actions(data),
        drawn=_drawn(data, worst, months, actual, budget),
    )


def _by_month(data: ReviewData, line: str) -> list[Part]:
    """The line's gap by month of the period."""
    found = []
    for month in data.periods.now.months if data.periods.now else []:
        said = data.figures.actual_by_line.get(line, {}).get(month, {}).get("net_revenue") or Decimal(0)
        plan = data.figures.budget_by_line.get(line, {}).get(month, {}).get("net_revenue") or Decimal(0)
        found.append(Part(LONG_MONTHS[month.month - 1], said - plan))
    return found


def _side(gap: Decimal) -> str:
    return "over" if gap > 0 else "under"


def _finding(data: ReviewData, worst: Part, months: list[Part]) -> str:
    size = findings.amounts(data.currency, worst.gap)[0]
    claim = f"{worst.name} is {size} {_side(worst.gap)} budget"
    where = findings.share_of(worst.gap, months)
    said = f"{claim}, {where}" if where else claim
    if not where and len(months) > 1 and all(part.gap * worst.gap > 0 for part in months):
        said = f"{claim}, {_side(worst.gap)} in every month"
    net, budget = (found.get("net_revenue") for found in (data.actual(data.periods.now), data.budget(data.periods.now)))
    whole = None if net is None or budget is None else net - budget
    if whole is not None and whole * worst.gap < 0 and len(said) < 100:
        other = findings.amounts(data.currency, whole)[0]
        return f"{said}; the whole is {other} {_side(whole)} all the same"
    return said


def _dek(data: ReviewData, line: str, actual: Decimal | None, budget: Decimal) -> str:
    parts = [f"{data.periods.whole.label} {formats.money(actual, data.currency)}"]
    parts.append(f"budget {formats.money(budget, data.currency)}")
    for span in (data.periods.before, data.periods.year_ago):
        if span is not None and data.recorded(span):
            was = summed(data.figures.actual_by_line.get(line, {}), span).get("net_revenue")
            if was is None:  # a line that did not exist then is not compared with a dash
                continue
            parts.append(f"{span.label} {formats.money(was, data.currency)}")
    return f"{'; '.join(parts)}."


def _bridge(data: ReviewData, parts: list[Part]) -> Bridge | None:
    """From budget to actual by service line, the largest first; None unless the parts add up to the gap."""
    net, budget = (found.get("net_revenue") for found in (data.actual(data.periods.now), data.budget(data.periods.now)))
    if net is None or budget is None or sum((part.gap for part in parts), Decimal(0)) != net - budget:
        return None
    unit = unit_for(data.currency, [net, budget])
    shown, rest = parts[:STEPS], sum((part.gap for part in parts[STEPS:]), Decimal(0))
    steps = [_total("Budget", budget, unit)]
    steps += [_step(part, unit) for part in shown]
    if len(parts) > STEPS:
        steps.append(_step(Part("Others", rest), unit))
    steps.append(_total("Actual", net, unit))
    said = ", ".join(f"{step.label} {step.text}" for step in steps[1:-1])
    alt = f"{fees(data)} from budget {steps[0].text} to actual {steps[-1].text}, {unit.head}: {said}"
    return Bridge("From budget to actual, by service line", unit.head, tuple(steps), alt)


def _total(label: str, value: Decimal, unit: Unit) -> Step:
    return Step(label, unit.scaled(value) or Decimal(0), unit.text(value), total=True)


def _step(part: Part, unit: Unit) -> Step:
    return Step(part.name, unit.scaled(part.gap) or Decimal(0), unit.text(part.gap, signed=True))


def _columns(data: ReviewData, worst: Part, months: list[Part], others: list[Part]) -> tuple[TextColumn, ...]:
    sizes = findings.amounts(data.currency, *(part.gap for part in months))
    told = [
        f"{part.name} {size} {_side(part.gap)}" if part.gap else f"{part.name} on budget"
        for part, size in zip(months, sizes, strict=True)
    ]
    happened = Point("", f"Against its budget: {findings.names(told)}.") if len(told) > 1 else None
    with_it = [part for part in others if part.gap * worst.gap > 0][:2]
    against = [part for part in others if part.gap * worst.gap < 0][:2]
    why = []
    for words, listed in (("The same way went", with_it), ("The other way went", against)):
        if listed:
            said = [f"{part.name} by {findings.amounts(data.currency, part.gap)[0]}" for part in listed]
            why.append(Point("", f"{words} {findings.names(said)}."))
    columns = [
        TextColumn("What happened", (happened,)) if happened else None,
        TextColumn("What else moved", tuple(why)),
    ]
    return tuple(column for column in columns if column is not None and column.points)


def _actions(data: ReviewData) -> Table | None:
    """What is done, by whom and by when: actions late or off track first."""
    off = [task for task in data.tasks if task.status in ("at_risk", "watch") or (task.due and task.due < data.today)]
    listed = [*off, *(task for task in data.tasks if task not in off and task.due)][:ACTIONS]
    if not listed:
        return None
    columns = (Column("What we do", 196, "name", 2), Column("Owner", 112, "text"), Column("By", 68, "text"))
    rows = tuple(
        Row((Cell(task.title), Cell(task.owner or None), Cell(formats.day_short(task.due) if task.due else None)))
        for task in listed
    )
    return Table(columns, rows, "What we do")


def _drawn(
    data: ReviewData, worst: Part, months: list[Part], actual: Decimal | None, budget: Decimal
) -> tuple[Drawn, ...]:
    found = [
        Drawn(f"{worst.name}, actual", formats.money(actual, data.currency), "pnl"),
        Drawn(f"{worst.name}, budget", formats.money(budget, data.currency), "pnl"),
    ]
    found += [
        Drawn(f"{part.name} against budget", formats.money(part.gap, data.currency, signed=True), "pnl")
        for part in months
    ]
    return tuple(found)
