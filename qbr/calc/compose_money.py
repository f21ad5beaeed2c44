"""Executive summary: headlines by rule, from the very figures they stand over."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from common import formats
from common.periods import month_add, month_label, months_between
from financials.calc import findings
from financials.calc.findings import Part
from qbr.calc.compose_value import figure as value_figure
from qbr.calc.review import ReviewData, Span, summed
from qbr.calc.slides import (
    BigFigure,
    Cell,
    Drawn,
    Point,
    Slide,
    TextColumn,
)
from qbr.calc.units import big, less, share

TEAM: Final = 4


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


def summary(
    data: ReviewData, moved: TextColumn, agreed: TextColumn, attention: TextColumn, to_agree: TextColumn
) -> Slide:
    """to_agree: what is missing, for a review that has nothing else to tell."""
    figures = [_period_figure(data)]
    whole = data.periods.whole
    if (whole.first.month, whole.last.month) != (1, 12):  # of a calendar year it would be the same figure twice
        figures.append(_year_figure(data))
    if data.internal:
        figures.append(_margin_figure(data))
    worth = value_figure(data)
    figures += [*([worth] if worth else []), _contracted_figure(data), _deals_figure(data)]
    columns = tuple(column for column in (moved, agreed, attention) if column.points)
    if not columns and to_agree.points:
        columns = (to_agree, *_team_column(data))
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


def _team_column(data: ReviewData) -> tuple[TextColumn, ...]:
    points = tuple(Point(name, f"{title}.") for name, title in data.team[:TEAM])
    return (TextColumn(f"Who is here for {'them' if data.internal else 'you'}", points),) if points else ()


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
