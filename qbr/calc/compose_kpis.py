"""The KPI scorecard: what both sides agreed to be measured by, against where it should be by now."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from common import formats
from financials.calc import findings
from qbr.calc.account import KpiSeen
from qbr.calc.review import ReviewData
from qbr.calc.slides import Cell, Column, Drawn, Row, Slide, Table, Trend
from qbr.calc.units import less

TRENDS: Final = 3
LEAST_READINGS: Final = 3


def kpis(data: ReviewData) -> Slide | None:
    """None where no KPI of the client has a reading."""
    seen = data.account.kpis
    if not seen:
        return None
    periods = data.periods
    columns = (
        Column("KPI", 252, "name"),
        Column(periods.whole.label, 92, "actual"),
        Column("Plan by now", 92, "figure"),
        Column("Against plan", 92, "figure"),
        Column(periods.before.label if periods.before else "Before", 92, "figure"),
        Column(periods.year_ago.label if periods.year_ago else "Year before", 92, "figure"),
        Column("Eight readings", 150, "spark"),
        Column("Target", 92, "figure"),
        Column("Year-end course", 98, "figure"),
        Column("Status", 116, "status"),
    )
    rows = [_row(one) for one in seen]
    worst = next((n for n, one in enumerate(seen) if one.standing == "at_risk"), None)
    if worst is not None:
        rows[worst] = Row(rows[worst].cells, "alert")
    return Slide(
        key="kpis",
        kind="kpis",
        section="KPI scorecard",
        headline=_finding(seen),
        dek="What we agreed to be measured by, as read by the end of the period.",
        source=f"KPI readings to {formats.day(data.today)}",
        note=(
            "How to read status. Progress is (actual − baseline) ÷ (plan − baseline): on track at 95% or more, "
            "watch from 80%, at risk below. The year-end course follows the readings of the last twelve months."
        ),
        table=Table(columns, tuple(rows), "KPI scorecard", gap_column=3),
        trends=_trends(seen),
        drawn=tuple(
            Drawn(one.name, f"{said(one.now, one)}, plan {said(one.expected, one)}", "client_kpis")
            for one in seen
            if one.standing in ("at_risk", "watch")
        )
        or tuple(Drawn(one.name, said(one.now, one), "client_kpis") for one in seen[:3]),
    )


def said(value: Decimal | None, one: KpiSeen, *, signed: bool = False, beside: Decimal | None = None) -> str:
    """beside: what a difference is taken from, which is printed to as many places."""
    if value is None:
        return formats.DASH
    if one.unit == "ratio":
        return formats.number(value * 100, 1, signed=signed, suffix="%")
    if one.unit not in ("count", "score", "days", "hours", "points"):
        return formats.money(value, one.unit, signed=signed)
    large = abs(value if beside is None else beside) >= 100
    places = 0 if large else min(1, max(0, -int(value.normalize().as_tuple().exponent)))
    return formats.number(value, places, signed=signed)


def _row(one: KpiSeen) -> Row:
    gap = less(one.now, one.expected)
    word = "%" if one.unit == "ratio" else one.word or (one.unit if one.unit in ("days", "hours", "points") else "")
    named = word == "%" or word.lower() in one.name.lower()  # "Qualified leads" need not say that it counts leads
    cells = [Cell(one.name, detail="" if named else word), _cell(one.now, one), _plan_cell(one)]
    cells.append(Cell(None if gap is None else said(gap, one, signed=True, beside=one.now), gap, one.unit))
    cells += [_cell(value, one) for value in (one.before, one.year_ago)]
    known = [value for value in one.series if value is not None]
    alt = f"{one.name}, {len(known)} readings from {said(known[0], one)} to {said(known[-1], one)}" if known else ""
    cells.append(Cell("", series=one.series, plan=one.expected, alt=alt) if len(known) > 1 else Cell(""))
    cells += [_cell(one.aim, one), _cell(one.ahead, one), Cell("", status=one.standing)]
    return Row(tuple(cells))


def _plan_cell(one: KpiSeen) -> Cell:
    """The plan by now; of one that is to stay between two values, those."""
    if one.expected is None and one.low is not None and one.high is not None:
        return Cell(f"{said(one.low, one).removesuffix('%')}–{said(one.high, one)}")
    return _cell(one.expected, one)


def _cell(value: Decimal | None, one: KpiSeen) -> Cell:
    return Cell(None if value is None else said(value, one), value, one.unit)


def _trends(seen: tuple[KpiSeen, ...]) -> tuple[Trend, ...]:
    """Those that need a look first, as they moved."""
    order = {"at_risk": 0, "watch": 1, "on_track": 2, "unknown": 3}
    ranked = sorted(seen, key=lambda one: order.get(one.standing, 3))
    return tuple(trend for one in ranked if (trend := _trend(one)) is not None)[:TRENDS]


def _trend(one: KpiSeen) -> Trend | None:
    pairs = [(value, end) for value, end in zip(one.series, one.ends, strict=False) if value is not None]
    if len(pairs) < LEAST_READINGS:
        return None
    (first, start), (last, end) = pairs[0], pairs[-1]
    texts, days = (said(first, one), said(last, one)), (formats.month(start), formats.month(end))
    plan = f"; plan by now {said(one.expected, one)}" if one.expected is not None else ""
    alt = f"{one.name}, {days[0]} to {days[1]}: from {texts[0]} to {texts[1]}{plan}"
    values = tuple(value for value, _ in pairs)
    unit = "" if one.unit == "ratio" or one.word.lower() in one.name.lower() else one.word
    return Trend(one.name, unit, values, *texts, *days, alt, one.expected, said(one.expected, one))


def standing_of(seen: tuple[KpiSeen, ...]) -> str:
    """'Two of four KPIs are on track'; blank without one to judge."""
    known = [one for one in seen if one.standing != "unknown"]
    good = sum(one.standing == "on_track" for one in known)
    if len(known) < 2:
        return _one(known[0]) if known else ""
    return f"{findings.of_all(good, len(known)).capitalize()} KPIs {'is' if good < 2 else 'are'} on track"


def standing_in_short(seen: tuple[KpiSeen, ...]) -> str:
    """As `standing_of`, with one alone told without its numbers."""
    known = [one for one in seen if one.standing != "unknown"]
    return _one(replace(known[0], now=None)) if len(known) == 1 else standing_of(seen)


def _one(kpi: KpiSeen) -> str:
    word = {"on_track": "on track", "watch": "on watch", "at_risk": "at risk"}[kpi.standing]
    if kpi.now is None:
        return f"{kpi.name} is {word}"
    if kpi.expected is None:
        return f"{kpi.name} stands at {said(kpi.now, kpi)} and is {word}"
    return f"{kpi.name} is {word}: {said(kpi.now, kpi)} against {said(kpi.expected, kpi)} planned by now"


def _finding(seen: tuple[KpiSeen, ...]) -> str:
    known = [one for one in seen if one.standing != "unknown"]
    if not known:
        return f"{findings.count(len(seen)).capitalize()} KPIs are read, none has a plan to hold it against"
    claim = standing_of(seen)
    if len(known) == 1:
        return claim
    for standing, word in (("at_risk", "at risk"), ("watch", "on watch")):
        worst = next((one for one in known if one.standing == standing), None)
        if worst is not None:
            stands = f"{said(worst.now, worst)} against {said(worst.expected, worst)} planned"
            longer = f"{claim}; {worst.name} is {word}, {stands}"
            plain = worst.expected is not None and len(longer) <= findings.LONGEST
            return longer if plain else f"{claim}; {worst.name} is {word}"
    return claim
