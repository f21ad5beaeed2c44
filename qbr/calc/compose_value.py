"""What the work was worth: signed benefit against its cost, each benefit from its baseline, and what does not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from common import formats
from common.money import ZERO
from common.periods import Month, month_add, month_label, quarter_of
from financials.calc import findings
from qbr.calc.review import ReviewData
from qbr.calc.slides import Bar, BarChart, BigFigure, Cell, Column, Drawn, Point, Row, Slide, Status, Table, TextColumn
from qbr.calc.units import Unit, big, unit_for
from qbr.calc.value import Return, Standing, Worth, months_of, return_of, total

QUARTERS: Final = 5
MOST: Final = 7
MOST_WORDS: Final = 52
"""Characters of a benefit and its method that stand in one line under what its tier means."""
STATES: Final[Mapping[Standing, tuple[str, Status]]] = {
    "signed": ("Signed", "on_track"),
    "submitted": ("Submitted", "open"),
    "soft": ("Soft", "unknown"),
    "proposed": ("Not sent", "unknown"),
    "declined": ("Declined", "dropped"),
}
RUNGS: Final[tuple[tuple[Standing, str, str], ...]] = (
    ("signed", "signed", "Seen in money and confirmed by {client}. The only tier in our headline."),
    ("submitted", "submitted", "Waits for {client}’s answer. Not counted."),
    ("soft", "soft", "Confirmed, and not seen in money: time, risk, awareness. Not counted."),
)


def made_of(data: ReviewData) -> Return | None:
    """What was signed and what it returned, as far as the books go; None where no benefit is known."""
    value = data.account.value
    if value is None or not value.worths:
        return None
    fees = {month: amounts.get("net_revenue") for month, amounts in data.figures.actual.items()}
    return return_of(value.worths, fees, value.spent, value.rate)


def value(data: ReviewData) -> Slide | None:
    """None where no benefit of the client is known."""
    made, account = made_of(data), data.account.value
    if made is None or account is None:
        return None
    worths = account.worths
    unit = unit_for(data.currency, [made.signed, *(total(one.counted) for one in worths)])
    return Slide(
        key="value",
        kind="value",
        section="Value and return",
        headline=_finding(data, made, worths),
        dek=_dek(data, made),
        source=f"benefits confirmed by {data.client}; ledger to {month_label(data.through)}",
        chart=_chart(data, made, unit),
        table=_table(data, worths, unit),
        columns=_ladder(data, worths),
        drawn=tuple(_drawn(data, made)),
    )


def returned(made: Return) -> str:
    """What the cost has brought so far, in words; blank where it is not known."""
    if made.roi is None:
        return ""
    if made.roi < 0:
        return f"{formats.ratio(made.roi + 1, 0)} of its cost so far"
    return f"A return of {formats.ratio(made.roi, 0)}"


def figure(data: ReviewData) -> BigFigure | None:
    """For the summary: signed benefit, with what it returned."""
    made = made_of(data)
    if made is None or not made.signed:
        return None
    said, suffix = big(made.signed, data.currency)
    gap = returned(made)
    since = f"Since {month_label(made.first)}" if made.first else ""
    return BigFigure("Signed benefit", Cell(said, made.signed, data.currency), suffix, plan=since, gap=gap)


def _finding(data: ReviewData, made: Return, worths: Sequence[Worth]) -> str:
    if not made.signed:
        waiting = sum(one.standing == "submitted" for one in worths)
        if not waiting:
            return "No value is signed yet, so we claim none"
        verb = "benefit waits" if waiting == 1 else "benefits wait"
        whose = "the client’s" if data.internal else "your"
        return f"No value is signed yet, so we claim none: {findings.count(waiting)} {verb} for {whose} answer"
    signed = formats.money(made.signed, data.currency)
    if made.cost is None or made.roi is None:
        return f"{'Their' if data.internal else 'Your'} finance team signed {signed} of benefit"
    claim = f"Signed benefit of {signed} on {formats.money(made.cost, data.currency)} of cost"
    if made.roi < 0:
        return f"{claim}: {formats.ratio(-made.roi, 0)} of it is still to be earned back"
    return f"{claim}: a return of {formats.ratio(made.roi, 0)}"


def _dek(data: ReviewData, made: Return) -> str:
    if made.first is None or made.last is None:
        return ""
    said = [f"{month_label(made.first)} to {month_label(made.last)}; cost is our fees and what you spent besides"]
    if made.payback is not None:
        said.append(f"paid back after {formats.plural(made.payback, 'month')}")
    if made.npv is not None:
        rate = formats.ratio(data.account.value.rate, 0) if data.account.value else ""
        said.append(f"net present value {formats.money(made.npv, data.currency)} at {rate} a year")
    return f"{'; '.join(said)}."


def _chart(data: ReviewData, made: Return, unit: Unit) -> BarChart | None:
    """Signed benefit by calendar quarter, cost as the tick over each."""
    if not made.signed:
        return None
    end = max([*made.benefits, data.through])
    quarters: dict[str, list[Month]] = {}
    for back in range(3 * QUARTERS + 2, -1, -1):
        month = month_add(end, -back)
        quarters.setdefault(quarter_of(month), []).append(month)
    kept = list(quarters.items())[-QUARTERS:]
    bars = []
    for name, months in kept:
        benefit = sum((made.benefits.get(month, ZERO) for month in months), ZERO)
        cost = sum((made.costs.get(month, ZERO) for month in months), ZERO)
        year, number = name.split("-Q")
        label = f"Q{number} {year[2:]}" if len(months) == 3 else f"{formats.month_short(months[-1])} {year[2:]}"
        bars.append(Bar(label, benefit, unit.text(benefit), plan=cost or None))
    first, last = bars[0], bars[-1]
    alt = (
        f"Signed benefit by quarter, {first.period} to {last.period}: from {first.label} to {last.label} {unit.head}; "
        f"cost in the last quarter {unit.text(last.plan)}"
    )
    return BarChart("Signed benefit by quarter", unit.head, tuple(bars), alt, "Signed benefit", "Cost")


def _table(data: ReviewData, worths: Sequence[Worth], unit: Unit) -> Table:
    """The largest first of what is signed, then the others; what is ours alone only in ours."""
    order: dict[Standing, int] = {"signed": 0, "submitted": 1, "soft": 2, "proposed": 3, "declined": 4}
    ranked = sorted(worths, key=lambda one: (order[one.standing], -(total(one.counted) or ZERO), one.title))
    columns = (
        Column("Benefit", 246, "name"),
        Column(f"Claimed, {unit.head}", 82, "figure"),
        Column(f"Signed, {unit.head}", 78, "actual"),
        Column("Our share", 78, "figure"),
        Column("Standing", 150, "status"),
    )
    rows = [_row(one, unit) for one in ranked[:MOST]]
    signed = [total(one.counted) for one in ranked if one.standing == "signed"]
    if len(signed) > 1:
        rows.append(_total_row(signed, unit))
    return Table(columns, tuple(rows), "Each benefit, from its baseline", "")


def _row(one: Worth, unit: Unit) -> Row:
    words, status = STATES[one.standing]
    counted = total(one.counted) if one.standing in ("signed", "soft") else None
    detail = f"Baseline: {one.baseline}" if one.baseline else ""
    share = Cell(formats.ratio(one.share, 0), one.share, "ratio")
    return Row(
        (
            Cell(one.title, detail=detail), unit.cell(total(one.claimed)), unit.cell(counted), share,
            Cell(words, status=status),
        )
    )  # fmt: skip


def _total_row(signed: Sequence[Decimal | None], unit: Unit) -> Row:
    known = [amount for amount in signed if amount is not None]
    whole = sum(known, ZERO) if len(known) == len(signed) else None
    return Row((Cell("All signed"), Cell(""), unit.cell(whole), Cell(""), Cell("")), "total")


def _ladder(data: ReviewData, worths: Sequence[Worth]) -> tuple[TextColumn, ...]:
    columns = []
    for standing, word, about in RUNGS:
        found = [one for one in worths if one.standing == standing]
        if not found and standing != "signed":
            continue
        amount = sum(((months_of(found, standing) or {}).values()), ZERO)
        said = formats.money(amount, data.currency)
        points = [Point(about.format(client=data.client), "")]
        largest = max(found, key=lambda one: total(one.counted) or ZERO, default=None)
        if largest is not None and largest.method and len(largest.title + largest.method) <= MOST_WORDS:
            points.append(Point("", f"{largest.title}: {_lower(largest.method)}."))
        columns.append(TextColumn(f"{said} {word}", (Point("", points[0].lead), *points[1:])))
    unsent = [one for one in worths if one.standing in ("proposed", "declined")]
    if unsent and data.internal and len(columns) < 3:
        text = findings.names([one.title for one in unsent[:3]])
        columns.append(TextColumn("Not sent, or declined", (Point("", f"{text}. Never in the client’s version."),)))
    return tuple(columns)


def _lower(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:].rstrip(".")


def _drawn(data: ReviewData, made: Return) -> list[Drawn]:
    found = [Drawn("Signed benefit", formats.money(made.signed, data.currency), "client_value")]
    if made.cost is not None:
        found.append(Drawn("What it cost", formats.money(made.cost, data.currency), "client_value"))
    if made.roi is not None:
        found.append(Drawn("Return", formats.ratio(made.roi, 0), "client_value"))
    return found
