"""Executive summary and scorecard: headlines by rule, from the very figures they stand over."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from common import formats
from common.periods import Month, month_add, month_label, months_between, quarter_bounds
from financials.calc import findings
from financials.calc.findings import Part
from qbr.calc.compose_value import figure as value_figure
from qbr.calc.review import Amounts, ReviewData, Span, summed
from qbr.calc.slides import (
    STATUS_WORDS,
    BigFigure,
    Cell,
    Column,
    Drawn,
    FieldClass,
    Point,
    Row,
    Slide,
    Status,
    Table,
    TextColumn,
)
from qbr.calc.units import Unit, big, less, share, unit_for

ON_TRACK: Final = Decimal("0.95")
WATCH: Final = Decimal("0.80")


def fees(data: ReviewData) -> str:
    return "Net revenue" if data.internal else "Net fees"


def line_gaps(data: ReviewData) -> list[Part]:
    """Net fees of each service line against its budget in the period; positive is over."""
    now = data.periods.now
    parts = []
    for line in sorted(data.figures.actual_by_line.keys() | data.figures.budget_by_line.keys()):
        actual = summed(data.figures.actual_by_line.get(line, {}), now).get("net_revenue")
        budget = summed(data.figures.budget_by_line.get(line, {}), now).get("net_revenue")
        if actual is not None or budget is not None:
            parts.append(Part(line or "Other work", (actual or Decimal(0)) - (budget or Decimal(0))))
    return parts


def fees_finding(data: ReviewData) -> str:
    """'Net fees of $3.8M are $115k over budget, most of it in Media'; plain where the figures do not carry it."""
    now = data.periods.now
    net, budget = data.actual(now).get("net_revenue"), data.budget(now).get("net_revenue")
    if now is None or net is None:
        return no_fees(data)
    year_ago = data.compared(data.periods.year_ago).get("net_revenue")
    verb = "is" if data.internal else "are"
    if budget is None or budget <= 0:
        if year_ago is None or year_ago <= 0:
            return f"{fees(data)} for {now.label} {verb} {formats.money(net, data.currency)}"
        moved = abs(net - year_ago) / year_ago
        side = "above" if net >= year_ago else "below"
        return (
            f"{fees(data)} for {now.label} {verb} {formats.money(net, data.currency)}, {formats.ratio(moved)} {side} "
            f"{data.periods.year_ago.label}"  # type: ignore[union-attr]  # year_ago has figures, so it exists
        )
    so_far = f" to {formats.month_short(now.last)}" if data.periods.partial else ""
    name = f"{fees(data)} of {formats.money(net, data.currency)}{so_far}"
    gaps = line_gaps(data)
    said = findings.amount_against_budget(name, net, budget, data.currency, gaps)
    alike = sorted(
        (part for part in gaps if part.gap * (net - budget) > 0), key=lambda part: (-abs(part.gap), part.name)
    )
    if len(gaps) > 1 and alike and said.endswith("budget") and not said.endswith("on budget"):
        side = "over" if alike[0].gap > 0 else "under"
        said = f"{said}; {alike[0].name} is furthest {side}, by {findings.amounts(data.currency, alike[0].gap)[0]}"
    return said if data.internal else said.replace(" is ", " are ", 1)


def no_fees(data: ReviewData) -> str:
    """That nothing is recorded, and what was last: a client of yesterday is not one of tomorrow."""
    label = data.periods.whole.label
    earlier = [month for month in data.figures.actual if month < data.periods.whole.first]
    last = max((month for month in earlier if data.figures.actual[month].get("net_revenue")), default=None)
    if last is None:
        return f"No fees are recorded for {label} yet, so we claim none"
    money = formats.money(data.figures.actual[last].get("net_revenue"), data.currency)
    yet = " yet" if data.through < data.periods.whole.last else ""
    return f"No fees are recorded for {label}{yet}; the last were {money} in {month_label(last)}"


# --- executive summary -------------------------------------------------------------------------------------------


def summary(data: ReviewData, moved: TextColumn, agreed: TextColumn, attention: TextColumn) -> Slide:
    figures = [_period_figure(data)]
    whole = data.periods.whole
    if (whole.first.month, whole.last.month) != (1, 12):  # of a calendar year it would be the same figure twice
        figures.append(_year_figure(data))
    if data.internal:
        figures.append(_margin_figure(data))
    worth = value_figure(data)
    figures += [*([worth] if worth else []), _contracted_figure(data), _deals_figure(data)]
    columns = tuple(column for column in (moved, agreed, attention) if column.points)
    now = data.periods.now
    return Slide(
        key="summary",
        kind="summary",
        section="Executive summary",
        headline=fees_finding(data),
        dek=f"{now.long}, unless marked." if now is not None else "",
        source=f"ledger to {month_label(data.through)}",
        figures=tuple(figures[:5]),
        columns=columns,
        drawn=drawn_fees(data),
    )


def drawn_fees(data: ReviewData) -> tuple[Drawn, ...]:
    """What `fees_finding` is written from: the whole, its budget, and the lines that moved it most."""
    periods = data.periods
    net, budget = data.actual(periods.now).get("net_revenue"), data.budget(periods.now).get("net_revenue")
    found = [Drawn(f"{fees(data)}, {periods.whole.label}", formats.money(net, data.currency), "pnl")]
    if budget is not None:
        found.append(Drawn("Budget", formats.money(budget, data.currency), "pnl"))
    year_ago = data.compared(periods.year_ago).get("net_revenue")
    if periods.year_ago is not None and year_ago is not None:
        found.append(Drawn(periods.year_ago.label, formats.money(year_ago, data.currency), "pnl"))
    moved = sorted((part for part in line_gaps(data) if part.gap), key=lambda part: (-abs(part.gap), part.name))
    if budget is not None:
        found += [
            Drawn(f"{part.name} against budget", formats.money(part.gap, data.currency, signed=True), "pnl")
            for part in moved[:3]
        ]
    return tuple(found)


def _compared(data: ReviewData, label: str, now: Span | None, before: Span | None, year_ago: Span | None) -> BigFigure:
    values = [data.actual(now).get("net_revenue")]
    values += [data.compared(span).get("net_revenue") for span in (before, year_ago)]
    budget = data.budget(now).get("net_revenue")
    text, suffix = big(values[0], data.currency)
    gap, part = less(values[0], budget), share(less(values[0], budget), budget)
    said = [
        f"{span.short} {formats.money(value, data.currency)}"
        for span, value in zip((before, year_ago), values[1:], strict=True)
        if span is not None and value is not None
    ]
    words = f"{formats.ratio(part, signed=True)} against budget" if gap is not None and part is not None else ""
    return BigFigure(
        label,
        Cell(text, values[0], data.currency),
        suffix,
        plan=f"Budget {formats.money(budget, data.currency)}" if budget is not None else "",
        previous=said[0] if said else "",
        year_before=said[1] if len(said) > 1 else "",
        gap=words,
    )


def _period_figure(data: ReviewData) -> BigFigure:
    periods = data.periods
    return _compared(data, fees(data), periods.now, periods.before, periods.year_ago)


def _year_figure(data: ReviewData) -> BigFigure:
    """The year so far, to the end of the period; of the whole period itself when that is a year."""
    now = data.periods.now
    if now is None:
        return BigFigure(f"{fees(data)}, year to date", Cell(None), plan="")
    first = now.last.replace(month=1)
    span = Span(first, now.last, f"{first.year}", f"{first.year}", f"{first.year}")
    ago = Span(month_add(first, -12), month_add(now.last, -12), str(first.year - 1), str(first.year - 1), "")
    return _compared(data, f"{fees(data)}, January to {formats.month_short(now.last)}", span, None, ago)


def _margin_figure(data: ReviewData) -> BigFigure:
    periods = data.periods
    spans = (periods.now, periods.before, periods.year_ago)
    now = data.actual(periods.now).get("contribution_margin")
    before, year_ago = (data.compared(span).get("contribution_margin") for span in spans[1:])
    budget = data.budget(periods.now).get("contribution_margin")
    said = [
        f"{s.short} {formats.ratio(v)}"
        for s, v in zip(spans[1:], (before, year_ago), strict=True)
        if s and v is not None
    ]
    gap = less(now, budget)
    return BigFigure(
        "Contribution margin",
        Cell(None if now is None else formats.number(now * 100, 1), now, "ratio", field="cost"),
        "%" if now is not None else "",
        plan=f"Budget {formats.ratio(budget)}" if budget is not None else "",
        previous=said[0] if said else "",
        year_before=said[1] if len(said) > 1 else "",
        gap=f"{formats.points(gap * 100)} against budget" if gap is not None else "",
    )


def contracted_ahead(data: ReviewData) -> Decimal | None:
    """Net fees under signed contracts in the twelve months after the last closed one."""
    if not data.forecast.run:
        return None
    months = months_between(month_add(data.through, 1), month_add(data.through, 12))
    parts = [data.forecast.layers.get(month, {}).get("contracted", Decimal(0)) for month in months]
    return None if any(part is None for part in parts) else sum((part or Decimal(0) for part in parts), Decimal(0))


def _contracted_figure(data: ReviewData) -> BigFigure:
    value = contracted_ahead(data)
    text, suffix = big(value, data.currency)
    signed = sum(1 for item in data.agreements if item.in_force)
    ahead = f"{formats.month(month_add(data.through, 1))} to {formats.month(month_add(data.through, 12))}"
    return BigFigure(
        "Signed and still to come",
        Cell(text, value, data.currency),
        suffix,
        "",
        ahead,
        "",
        formats.plural(signed, "signed contract"),
    )


def _deals_figure(data: ReviewData) -> BigFigure:
    priced = [deal.amount for deal in data.deals if deal.amount is not None]
    text, suffix = big(sum(priced, Decimal(0)), data.currency) if priced else (None if data.deals else "0", "")
    unpriced = len(data.deals) - len(priced)
    words = f"{formats.plural(len(data.deals), 'open proposal')}" + (f", {unpriced} not yet priced" if unpriced else "")
    value = sum(priced, Decimal(0)) if priced else None
    return BigFigure("Proposals open", Cell(text, value, data.currency), suffix, "", "Fees over their life", "", words)


def moved_column(data: ReviewData) -> TextColumn:
    """The two service lines furthest over and the two furthest under budget."""
    now = data.periods.now
    points = []
    parts = sorted((part for part in line_gaps(data) if part.gap), key=lambda part: (-abs(part.gap), part.name))
    for part in parts[:3]:
        actual = summed(data.figures.actual_by_line.get(line_key(data, part.name), {}), now).get("net_revenue")
        budget = summed(data.figures.budget_by_line.get(line_key(data, part.name), {}), now).get("net_revenue")
        side = "over" if part.gap > 0 else "under"
        said = findings.amounts(data.currency, part.gap)[0]
        billed = formats.money(actual, data.currency) if actual else "Nothing billed"
        detail = f"{billed} against {formats.money(budget, data.currency)} budgeted."
        points.append(
            Point(f"{part.name}: {said} {side} budget", detail if budget is not None else "Not in the budget.")
        )
    return TextColumn("What moved", tuple(points))


def line_key(data: ReviewData, name: str) -> str:
    return "" if name == "Other work" and "Other work" not in data.figures.actual_by_line else name


# --- scorecard ---------------------------------------------------------------------------------------------------


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
