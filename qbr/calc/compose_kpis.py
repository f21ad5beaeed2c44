"""The KPI scorecard: what both sides agreed to be measured by, against where it should be by now."""

from __future__ import annotations

from decimal import Decimal

from common import formats
from financials.calc import findings
from qbr.calc.account import KpiSeen
from qbr.calc.review import ReviewData
from qbr.calc.slides import Cell, Column, Drawn, Row, Slide, Table
from qbr.calc.units import less


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
        drawn=tuple(
            Drawn(one.name, f"{said(one.now, one)}, plan {said(one.expected, one)}", "client_kpis")
            for one in seen
            if one.standing in ("at_risk", "watch")
        )
        or tuple(Drawn(one.name, said(one.now, one), "client_kpis") for one in seen[:3]),
    )


def said(value: Decimal | None, one: KpiSeen, *, signed: bool = False) -> str:
    if value is None:
        return formats.DASH
    if one.unit == "ratio":
        return formats.number(value * 100, 1, signed=signed, suffix="%")
    if one.unit not in ("count", "score", "days", "hours", "points"):
        return formats.money(value, one.unit, signed=signed)
    places = 0 if abs(value) >= 100 else min(1, max(0, -int(value.normalize().as_tuple().exponent)))
    return formats.number(value, places, signed=signed)


def _row(one: KpiSeen) -> Row:
    gap = less(one.now, one.expected)
    word = "%" if one.unit == "ratio" else one.word or (one.unit if one.unit in ("days", "hours", "points") else "")
    cells = [Cell(one.name, detail="" if word == "%" else word), _cell(one.now, one), _cell(one.expected, one)]
    cells.append(Cell(None if gap is None else said(gap, one, signed=True), gap, one.unit))
    cells += [_cell(value, one) for value in (one.before, one.year_ago)]
    known = [value for value in one.series if value is not None]
    alt = f"{one.name}, {len(known)} readings from {said(known[0], one)} to {said(known[-1], one)}" if known else ""
    cells.append(Cell("", series=one.series, plan=one.expected, alt=alt) if len(known) > 1 else Cell(""))
    cells += [_cell(one.aim, one), _cell(one.ahead, one), Cell("", status=one.standing)]
    return Row(tuple(cells))


def _cell(value: Decimal | None, one: KpiSeen) -> Cell:
    return Cell(None if value is None else said(value, one), value, one.unit)


def _finding(seen: tuple[KpiSeen, ...]) -> str:
    known = [one for one in seen if one.standing != "unknown"]
    if not known:
        return f"{findings.count(len(seen)).capitalize()} KPIs are read, none has a plan to hold it against"
    good = sum(one.standing == "on_track" for one in known)
    count = findings.count(len(known))
    if len(known) == 1:
        claim = f"The one KPI we agreed on is {'on track' if good else 'off track'}"
    elif good == len(known):
        claim = f"All {count} KPIs are on track"
    else:
        claim = f"{findings.count(good).capitalize()} of {count} KPIs {'is' if good == 1 else 'are'} on track"
    for standing, word in (("at_risk", "at risk"), ("watch", "to watch")):
        worst = next((one for one in known if one.standing == standing), None)
        if worst is not None:
            stands = f"{said(worst.now, worst)} against {said(worst.expected, worst)} planned"
            longer = f"{claim}; {worst.name} is {word}, {stands}"
            plain = worst.expected is not None and len(longer) <= findings.LONGEST
            return longer if plain else f"{claim}; {worst.name} is {word}"
    return claim
