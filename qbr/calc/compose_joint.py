"""The first half of an annual meeting: the relationship on one page, their strategy, lessons, the charter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from common import formats
from common.money import ZERO
from common.periods import month_add, month_label
from financials.calc import findings
from qbr.calc.account import Aim, KpiSeen
from qbr.calc.compose_goals import measured
from qbr.calc.compose_kpis import said as printed
from qbr.calc.compose_promises import kept_in
from qbr.calc.compose_value import made_of, returned
from qbr.calc.review import ReviewData, Span
from qbr.calc.slides import BigFigure, Cell, Column, Drawn, Point, Row, Slide, Table, TextColumn
from qbr.calc.units import big, unit_for
from qbr.calc.value import months_of, total

YEARS: Final = 3
FEW: Final = 3
NAMED: Final = 2
"""Pieces of work that a cell of three lines names."""


def relationship(data: ReviewData) -> Slide | None:
    """Years together, what was paid, what it brought, what was kept. None before a first year of the books."""
    through = data.through
    spans = [_year(data, through.year - back) for back in range(YEARS - 1, -1, -1)]
    known = [span for span in spans if any(month in data.figures.actual for month in span.months)]
    if not known:
        return None
    since = min((one.start for one in data.agreements), default=None)
    since = min(filter(None, (since, data.account.since)), default=None)
    unit = unit_for(data.currency, [data.actual(span).get("net_revenue") for span in known])
    heads = tuple(Column(_label(data, span), 190, "actual" if span is known[-1] else "figure") for span in known)
    columns = (Column("By calendar year", 1168 - 190 * len(heads), "name"), *heads)
    rows = [Row((Cell(f"Net fees, {unit.head}"), *(unit.cell(data.actual(span).get("net_revenue")) for span in known)))]
    value = data.account.value
    signed = months_of(value.worths, "signed") if value else None
    if signed:
        sums = [total(signed, span.first, span.last) for span in known]
        rows.append(Row((Cell(f"Signed benefit, {unit.head}"), *(unit.cell(amount) for amount in sums))))
    for side, label in (("ours", "Promises we kept"), ("theirs", "Promises you kept")):
        counted = [kept_in(data, side, "promise", span) for span in known]
        if any(due for _, due in counted):
            rows.append(Row((Cell(label), *(_kept(*pair) for pair in counted))))
    return Slide(
        key="relationship",
        kind="relationship",
        section="The relationship on one page",
        headline=_together(data, since, known),
        dek=f"Calendar years, the last one to {month_label(through)}.",
        source=f"ledger to {month_label(through)}; commitment ledger on {formats.day(data.today)}",
        figures=tuple(_figures(data, since)),
        table=Table(columns, tuple(rows), "The relationship by year"),
        columns=_aims(data),
        drawn=(Drawn("Net fees of the year", formats.money(data.actual(known[-1]).get("net_revenue"), data.currency),
                     "pnl"),),
    )  # fmt: skip


def _year(data: ReviewData, year: int) -> Span:
    first, last = date(year, 1, 1), min(date(year, 12, 1), data.through)
    return Span(first, max(last, first), str(year), str(year)[2:], str(year))


def _label(data: ReviewData, span: Span) -> str:
    return span.label if span.last.month == 12 else f"{span.label} to {formats.month_short(span.last)}"


def _kept(kept: int, due: int) -> Cell:
    return Cell(f"{kept} of {due}", Decimal(kept)) if due else Cell(None)


def _together(data: ReviewData, since: date | None, known: list[Span]) -> str:
    now, before = known[-1], known[-2] if len(known) > 1 else None
    fees = data.actual(now).get("net_revenue")
    made = made_of(data)
    years = (data.today - since).days // 365 if since else 0
    lead = f"{findings.count(years).capitalize()} years together" if years > 1 else f"Since {known[0].label}"
    if before is None and since is not None and since.year == now.last.year:
        lead = "Our first year together"
    if made is not None and made.signed and made.roi is not None and made.roi > 0:
        return f"{lead}: {formats.money(made.signed, data.currency)} of benefit signed, {_times(made.roi)} its cost"
    if before is not None and fees is not None:
        same = Span(before.first, month_add(before.first, len(now.months) - 1), "", "", "")
        was = data.actual(same).get("net_revenue")
        if was and data.recorded(same):
            change = formats.ratio(fees / was - 1, 0, signed=True)
            ended = ", none since" if now.last.year < data.through.year else ""
            said = f"{lead}: fees of {formats.money(fees, data.currency)} in {now.label}"
            return f"{said}, {change} on a year ago{ended}"
    return f"{lead}: fees of {formats.money(fees, data.currency)} in {now.label}" if fees else f"{lead}, and going on"


def _times(roi: Decimal) -> str:
    return f"{formats.number(roi + 1, 1)} times"


def _figures(data: ReviewData, since: date | None) -> list[BigFigure]:
    found = []
    if since:
        found.append(BigFigure("Working together since", Cell(str(since.year)), previous=formats.month(since)))
    made = made_of(data)
    if made is not None and made.signed:
        said, suffix = big(made.signed, data.currency)
        gap = returned(made)
        found.append(BigFigure("Signed benefit to date", Cell(said, made.signed, data.currency), suffix, gap=gap))
    year = _year(data, data.through.year)
    kept, due = kept_in(data, "ours", "promise", year)
    if due:
        found.append(BigFigure("Promises we kept this year", Cell(str(kept), Decimal(kept)), f" of {due}"))
    good = sum(one.standing == "on_track" for one in data.account.kpis)
    if data.account.kpis:
        found.append(BigFigure("KPIs on track", Cell(str(good), Decimal(good)), f" of {len(data.account.kpis)}"))
    return found


def _aims(data: ReviewData) -> tuple[TextColumn, ...]:
    """What it is all for: an aim of theirs a column, with the fees that serve it."""
    return tuple(TextColumn(aim.title, (Point("", _served(aim)),)) for aim in data.account.aims[:FEW])


def _served(aim: Aim) -> str:
    state = f"confirmed {formats.day(aim.confirmed)}" if aim.confirmed else "still to be confirmed"
    if aim.served.share is None:
        return f"{state[:1].upper()}{state[1:]}."
    return f"{formats.ratio(aim.served.share, 0)} of fees serve it; {state}."


# --- their strategy ----------------------------------------------------------------------------------------------


def strategy(data: ReviewData) -> Slide | None:
    """What they are trying to do, as we read it, for them to put right. None where nothing is written down."""
    aims = data.account.aims
    if not aims:
        return None
    columns = (
        Column("What you are trying to do", 380, "aim"),
        Column("Why, as we read it", 330, "text"),
        Column("What serves it today", 308, "text"),
        Column("Confirmed", 150, "status"),
    )
    waiting = sum(aim.confirmed is None for aim in aims)
    whose = "their" if data.internal else "your"
    count = findings.count(len(aims))
    if waiting == 0:
        said = f"We read {whose} strategy as {count} {'aim, confirmed' if len(aims) == 1 else 'aims, each confirmed'}"
    elif waiting == len(aims):
        said = f"We read {whose} strategy as {count} {'aim' if len(aims) == 1 else 'aims'}: is it right?"
    else:
        open_ones = f"{findings.count(waiting)} still {_wait(waiting)} for {whose} word"
        said = f"We read {whose} strategy as {count} aims; {open_ones}"
    return Slide(
        key="strategy",
        kind="strategy",
        section="Their strategy as we understand it" if data.internal else "Your strategy as we understand it",
        headline=said,
        dek="" if data.internal else "Please put right what we read wrong: the plan follows from it.",
        source=f"joint plan on {formats.day(data.today)}",
        table=Table(columns, tuple(_aim_row(data, aim) for aim in aims), "Strategy"),
        columns=tuple(_work_of(aim) for aim in aims) if len(aims) <= FEW else (),
        drawn=(
            Drawn("Aims", str(len(aims)), "client_plan"),
            Drawn("Still to be confirmed", str(waiting), "client_plan"),
        ),
    )


def _work_of(aim: Aim) -> TextColumn:
    """How much of our work serves an aim, and what we mean to reach under it."""
    share = aim.served.share
    before = aim.served.before
    was = f", {formats.ratio(before, 0)} the period before" if before is not None else ""
    said = [] if share is None else [Point(f"{formats.ratio(share, 0)} of fees serve it{was}")]
    goals = [Point(one.title, f"By {formats.day(one.due)}." if one.due else "") for one in aim.goals[:FEW]]
    return TextColumn(aim.title, (*said, *goals) or (Point("", "No work of ours is tied to it yet."),))


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"


def _aim_row(data: ReviewData, aim: Aim) -> Row:
    work = list(dict.fromkeys([*(goal.title for goal in aim.goals), *data.account.ties.get(aim.title, ())]))[:NAMED]
    state = Cell(formats.day(aim.confirmed), status="on_track") if aim.confirmed else Cell("To confirm", status="open")
    why = Cell(aim.why) if aim.why else Cell("To be confirmed first", quiet=True)
    return Row((Cell(aim.title), why, Cell("; ".join(work) or "Nothing yet", quiet=not work), state))


# --- lessons -----------------------------------------------------------------------------------------------------


def lessons(data: ReviewData) -> Slide | None:
    """What to keep, to mend and to begin, each from a figure or what was said. None with one of them."""
    columns = [TextColumn("Keep", _keep(data)), TextColumn("Mend", _mend(data)), TextColumn("Begin", _begin(data))]
    filled = [column for column in columns if column.points]
    if len(filled) < 2:
        return None
    mended = next((column.points[0].lead for column in columns if column.head == "Mend" and column.points), "")
    counts = ", ".join(f"{findings.count(len(column.points))} to {column.head.lower()}" for column in filled)
    said = f"The year’s lessons: {counts}"
    longer = f"{said}; first, {mended[:1].lower() + mended[1:]}" if mended else said
    return Slide(
        key="lessons",
        kind="lessons",
        section="What the year taught us",
        headline=longer if mended and len(longer) <= findings.LONGEST else said,
        dek="Each from a figure of this review or from what was said to us.",
        source=f"KPI readings, commitment ledger, benefits and voice of the client on {formats.day(data.today)}",
        columns=tuple(filled),
        drawn=tuple(Drawn(column.head, str(len(column.points))) for column in filled),
    )


def _keep(data: ReviewData) -> tuple[Point, ...]:
    found = []
    worths = data.account.value.worths if data.account.value else ()
    for one in sorted((w for w in worths if w.standing == "signed"), key=lambda w: -(total(w.counted) or ZERO))[:2]:
        found.append(Point(one.title, f"{formats.money(total(one.counted), data.currency)} signed: {one.method}."))
    good = [kpi for kpi in data.account.kpis if kpi.standing == "on_track"]
    found += [Point(f"{kpi.name} is on track", _stands(kpi)) for kpi in good[: FEW - len(found)]]
    return tuple(found[:FEW])


def _stands(kpi: KpiSeen) -> str:
    if kpi.now is None or kpi.expected is None:
        return "It stands where it should by now." if kpi.standing == "on_track" else ""
    return f"{printed(kpi.now, kpi)} against {printed(kpi.expected, kpi)} planned by now."


def _mend(data: ReviewData) -> tuple[Point, ...]:
    found = [Point(f"{kpi.name} is at risk", _stands(kpi)) for kpi in data.account.kpis if kpi.standing == "at_risk"]
    late = [one for one in data.promises if one.state in ("late", "kept_late")]
    for side, whose in (("ours", "our"), ("theirs", "your")):
        mine = [one for one in late if one.side == side]
        if mine:
            lead = f"{findings.count(len(mine)).capitalize()} of {whose} promises"
            lead = f"{lead} {'was' if len(mine) == 1 else 'were'} not kept by the day"
            found.append(Point(lead, f"{mine[0].text}, due {formats.day(mine[0].due)}."))
    return tuple(found[:FEW])


def _begin(data: ReviewData) -> tuple[Point, ...]:
    voice = data.account.voice
    said = [one for one in voice.learnt if one.state in ("open", "late", "done")] if voice else []
    found = [Point(one.action, f"You said: {one.said}") for one in said]
    ahead = [one for one in data.account.works if one.status == "not_started"]
    found += [Point(one.title, f"For: {one.aim}" if one.aim else "") for one in ahead]
    return tuple(found[:FEW])


# --- charter -----------------------------------------------------------------------------------------------------


def charter(data: ReviewData) -> Slide | None:
    """Where we play together, what we bring, what they gain, and the goals of the plan's years."""
    held = data.account.charter
    if not held.field_of_play and not held.our_value:
        return None
    parts = [
        ("Field of play", held.field_of_play),
        ("What we bring", held.our_value),
        ("What you gain", held.their_gain),
    ]
    columns = [TextColumn(head, (Point("", text),)) for head, text in parts if text]
    goals = [gauge for aim in data.account.aims for goal in aim.goals for gauge in goal.gauges]
    rows = [
        Row(
            (
                Cell(gauge.title, field=gauge.field),
                *(
                    Cell(None if value is None else measured(value, gauge.unit), value, gauge.unit, field=gauge.field)
                    for value in (gauge.now, gauge.expected, gauge.target)
                ),
                Cell(formats.day(gauge.due) if gauge.due else None, field=gauge.field),
                Cell("", status=gauge.standing, field=gauge.field),
            )
        )
        for gauge in goals[:6]
    ]
    if data.internal:
        if held.our_gain:
            rows.append(Row((Cell("What we gain", detail=held.our_gain, field="cost"), *(Cell(""),) * 5)))
        for year, amount in data.account.targets[:FEW]:
            said = formats.money(amount, data.currency)
            cells = (
                Cell(f"Our net revenue, {year}", field="cost"),
                Cell(""),
                Cell(""),
                Cell(said, amount, field="cost"),
            )
            rows.append(Row((*cells, Cell(""), Cell(""))))
    heads = (Column("Goal", 480, "name"), Column("Now", 130, "actual"), Column("Due now", 130, "figure"),
             Column("Target", 140, "figure"), Column("By", 138, "status"), Column("Status", 150, "status"))  # fmt: skip
    return Slide(
        key="charter",
        kind="charter",
        section="Joint ambition",
        headline=_ambition(held.field_of_play, held.their_gain, len(goals)),
        dek="The charter of the joint plan and the goals it is held to.",
        source=f"joint plan on {formats.day(data.today)}",
        table=Table(heads, tuple(rows), "Goals") if rows else None,
        columns=tuple(columns[:3]),
        drawn=(Drawn("Goals", str(len(goals)), "client_plan"),),
    )


def _ambition(field: str, gain: str, goals: int) -> str:
    said = f"Our joint ambition: {(gain or field).rstrip('.')[:1].lower()}{(gain or field).rstrip('.')[1:]}"
    longer = f"{said}, held to {findings.count(goals)} {'goal' if goals == 1 else 'goals'}"
    best = longer if goals and len(longer) <= findings.LONGEST else said
    return best[: findings.LONGEST]
