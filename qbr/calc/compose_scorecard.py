"""The financial scorecard: measures against plan, before and a year ago, with eight quarters behind each."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from common import formats
from common.periods import Month, month_add, month_label, quarter_bounds
from financials.calc import findings
from qbr.calc.compose_money import drawn_fees, fees
from qbr.calc.review import Amounts, ReviewData, Span, summed
from qbr.calc.slides import (
    STATUS_WORDS,
    Cell,
    Column,
    Drawn,
    FieldClass,
    Row,
    Slide,
    Status,
    Table,
)
from qbr.calc.units import Unit, less, share, unit_for

ON_TRACK: Final = Decimal("0.95")
WATCH: Final = Decimal("0.80")


def scorecard(data: ReviewData) -> Slide:
    """Measures against plan, the period before and the year before, with eight quarters behind each."""
    measures = _measures(data)
    amounts = [
        value
        for _, line, source, _ in measures
        if not line.endswith("_margin")
        for value in _period_values(data, source, line)
    ]
    unit = unit_for(data.currency, amounts)
    rows, statuses = [], []
    for name, line, source, field in measures:
        row, status = _measure_row(data, name, line, source, field, unit)
        rows.append(row)
        statuses.append((name, status, row))
    rows = _alerted(rows, [status for _, status, _ in statuses])
    periods = data.periods
    columns = (
        Column("Measure", 286, "name"),
        Column(periods.whole.label, 112, "actual"),
        Column("Budget", 112, "figure"),
        Column("Against budget", 118, "figure"),
        Column(periods.before.label if periods.before else "Before", 112, "figure"),
        Column(periods.year_ago.label if periods.year_ago else "Year before", 112, "figure"),
        Column("Eight quarters", 180, "spark"),
        Column("Status", 136, "status"),
    )
    reading = (
        "On track at 95% of budget or more, watch from 80% to 95%, at risk below 80%."
        if data.internal
        else "On track within 5% of budget either way, watch within 20%, at risk beyond."
    )
    return Slide(
        key="scorecard",
        kind="scorecard",
        section="Financial scorecard",
        headline=_scorecard_finding(data, statuses),
        dek=f"{unit.head}, except margins in %. {periods.now.long if periods.now else periods.whole.long}.",
        source=f"ledger to {month_label(data.through)}; budget {data.budget_version or 'not set'}",
        note=f"How to read status. {reading} Costs passed through carry no status.",
        table=Table(columns, tuple(rows), "Financial scorecard", gap_column=3),
        drawn=tuple(
            Drawn(
                name,
                f"{STATUS_WORDS[status].lower()}, {row.cells[3].text or formats.DASH} {unit.head}",
                "pnl",
                row.cells[0].field,
            )
            for name, status, row in statuses
            if status in ("watch", "at_risk")
        )
        or drawn_fees(data)[:2],
    )


def _measures(data: ReviewData) -> list[tuple[str, str, str, FieldClass]]:
    """Name, ladder line, service line ('*' for all) and class; service lines by size, at most five."""
    found: list[tuple[str, str, str, FieldClass]] = [
        ("Gross billings", "gross_revenue", "*", "open"),
        ("Pass-through", "pass_through", "*", "open"),
        (fees(data), "net_revenue", "*", "open"),
    ]
    if data.internal:
        found.append(("Contribution", "contribution", "*", "cost"))
        found.append(("Contribution margin", "contribution_margin", "*", "cost"))
    sizes = {
        line: summed(months, data.periods.now).get("net_revenue") or Decimal(0)
        for line, months in data.figures.actual_by_line.items()
    }
    largest = sorted((line for line in sizes if line and sizes[line] > 0), key=lambda line: (-sizes[line], line))[:5]
    if len(largest) > 1:
        found += [(f"{line}, fees", "net_revenue", line, "open") for line in largest]
    return found


def _source(data: ReviewData, line: str, *, budget: bool = False) -> dict[Month, Amounts]:
    whole, parts = (
        (data.figures.budget, data.figures.budget_by_line)
        if budget
        else (data.figures.actual, data.figures.actual_by_line)
    )
    return dict(whole if line == "*" else parts.get(line, {}))


def _period_values(data: ReviewData, source: str, line: str = "net_revenue") -> list[Decimal | None]:
    periods = data.periods
    actual, budget = _source(data, source), _source(data, source, budget=True)
    before, year_ago = (span if data.recorded(span) else None for span in (periods.before, periods.year_ago))
    spans = ((actual, periods.now), (budget, periods.now), (actual, before), (actual, year_ago))
    return [summed(months, span).get(line) for months, span in spans]


def _measure_row(
    data: ReviewData, name: str, line: str, source: str, field: FieldClass, unit: Unit
) -> tuple[Row, Status]:
    now, budget, before, year_ago = _period_values(data, source, line)
    gap = less(now, budget)
    ratio = line.endswith("_margin")
    status: Status = "" if line == "pass_through" else _status(now, budget, data.internal, ratio=ratio)
    series = _eight_quarters(data, source, line)
    known = [value for value in series if value is not None]
    alt = f"{name}, eight quarters: nothing recorded"
    if known:
        first, last = (_text(value, unit, ratio=ratio) for value in (known[0], known[-1]))
        alt = f"{name}, eight quarters from {first} to {last}"
    cells = [Cell(name, field=field)]
    cells += [_value_cell(value, unit, field, ratio=ratio) for value in (now, budget)]
    cells.append(_value_cell(gap, unit, field, ratio=ratio, signed=True))
    cells += [_value_cell(value, unit, field, ratio=ratio) for value in (before, year_ago)]
    cells.append(Cell("", series=series, alt=alt, field=field) if known else Cell("", field=field))
    cells.append(Cell("", status=status, field=field))
    return Row(tuple(cells)), status


def _text(value: Decimal | None, unit: Unit, *, ratio: bool, signed: bool = False) -> str:
    if value is None:
        return "—"
    return formats.number(value * 100, 1, signed=signed) if ratio else unit.text(value, signed=signed)


def _value_cell(
    value: Decimal | None, unit: Unit, field: FieldClass, *, ratio: bool = False, signed: bool = False
) -> Cell:
    text = None if value is None else _text(value, unit, ratio=ratio, signed=signed)
    return Cell(text, value, "ratio" if ratio else unit.currency, field=field)


def _status(now: Decimal | None, budget: Decimal | None, internal: bool, *, ratio: bool) -> Status:
    """Of a client's fees both more and less than agreed is off plan; of ours, only less."""
    part = share(now, budget)
    if part is None:
        return "unknown"
    short = 1 - part if internal or ratio else abs(part - 1)
    return "on_track" if short <= 1 - ON_TRACK else "watch" if short <= 1 - WATCH else "at_risk"


def _eight_quarters(data: ReviewData, source: str, line: str) -> tuple[Decimal | None, ...]:
    end = data.periods.now.last if data.periods.now else data.through
    months = _source(data, source)
    found = []
    for back in range(7, -1, -1):
        first, last = quarter_bounds(month_add(end, -3 * back))
        span = Span(first, min(last, end), "", "", "")
        found.append(summed(months, span).get(line) if data.recorded(span) else None)
    return tuple(found)


def _alerted(rows: list[Row], statuses: list[Status]) -> list[Row]:
    """One tinted row at most: the first that is at risk."""
    for index, status in enumerate(statuses):
        if status == "at_risk":
            rows[index] = Row(rows[index].cells, "alert")
            break
    return rows


def _scorecard_finding(data: ReviewData, statuses: list[tuple[str, Status, Row]]) -> str:
    known = [item for item in statuses if item[1] not in ("", "unknown")]
    if not known:
        posted = bool(data.actual(data.periods.now))
        label = data.periods.whole.label
        return f"{label} has no budget to judge its fees by" if posted else f"No fees are recorded for {label} yet"
    good = sum(status == "on_track" for _, status, _ in known)
    total = findings.count(len(known))
    if good in (0, len(known)) and len(known) > 1:
        claim = f"{findings.of_all(good, len(known)).capitalize()} measures {'are' if good else 'is'} on track"
    else:
        claim = f"{findings.count(good).capitalize()} of {total} measures {'is' if good == 1 else 'are'} on track"
    for wanted, word in (("at_risk", "at risk"), ("watch", "on watch")):
        worst = next((item for item in known if item[1] == wanted), None)
        if worst is not None:
            return f"{claim}; {_in_words(worst[0])} {word}, {_gap_in_words(worst[2])} budget"
    return claim


def _in_words(name: str) -> str:
    """'Net fees' → 'net fees are'; 'CRM and loyalty, fees' → 'fees for CRM and loyalty are'."""
    line, _, rest = name.rpartition(", ")
    if rest == "fees" and line:
        return f"fees for {line} are"
    words = name if name[1:2].isupper() else name[:1].lower() + name[1:]
    return f"{words} {'are' if words.endswith(('fees', 'billings')) else 'is'}"


def _gap_in_words(row: Row) -> str:
    cell = row.cells[3]
    gap = cell.value or Decimal(0)
    side = "under" if gap < 0 else "over"
    if cell.unit == "ratio":
        return f"{formats.number(abs(gap) * 100, 1)} points {side}"
    return f"{findings.amounts(cell.unit, gap)[0]} {side}"
