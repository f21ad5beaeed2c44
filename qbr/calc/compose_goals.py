"""Their aims, the share of fees that serves each, our objectives under it and the measure that proves each one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from common import formats
from financials.calc import findings
from qbr.calc.account import Aim, Gauge, Goal, Served, WorkSeen
from qbr.calc.review import ReviewData
from qbr.calc.slides import Cell, Column, Drawn, Point, Row, Slide, Status, Table, TextColumn

GOAL_STATUS: Final[dict[str, Status]] = {
    "on_track": "on_track", "done": "on_track", "watch": "watch", "at_risk": "at_risk", "not_started": "unknown",
}  # fmt: skip
WORK_NAMED: Final = 2
ROOM_FOR_WORK: Final = 4
WORK_LISTED: Final = 2


def measured(value: Decimal | None, unit: str) -> str:
    """A measure's number with its unit: 45%, $4.2M, 9.5."""
    if value is None:
        return formats.DASH
    if unit == "ratio":
        return formats.ratio(value, 0)
    if unit in ("count", "score"):
        exact = formats.quantize(value, 1)
        return formats.number(exact, 0 if exact == exact.to_integral_value() else 1)
    return formats.money(value, unit)


def objectives(data: ReviewData) -> Slide | None:
    """None where no aim of theirs is written down."""
    account = data.account
    if not account.aims:
        return None
    columns: tuple[Column, ...] = (
        Column("Your aim", 262, "aim"),
        Column("Share of fees", 126, "bar"),
        Column("Our objective", 250, "name"),
        Column("Measured by", 196, "quiet"),
        Column("Now", 72, "actual"),
        Column("Due now", 72, "figure"),
        Column("Target", 72, "figure"),
        Column("Status", 118, "status"),
    )
    if not any(aim.goals for aim in account.aims):  # nothing to measure: the room goes to what serves each aim
        columns = (Column("Your aim", 400, "aim"), Column("Share of fees", 240, "bar"), Column("What serves it", 528))
    width = len(columns)
    rows = [Row(row.cells[:width], row.style) for aim in account.aims for row in _aim_rows(data, aim)]
    orphan = account.orphan
    if orphan.fees is not None and orphan.fees > 0:
        name = Cell("Work tied to none of them", detail=_before(orphan))
        rows.append(Row((name, _share_cell(data, orphan), *(Cell(""),) * (width - 2))))
    return Slide(
        key="objectives",
        kind="objectives",
        section="Your aims and our objectives",
        headline=_finding(data),
        dek=_dek(data),
        source=_source(data),
        table=Table(columns, tuple(rows), "Aims and objectives"),
        columns=_beside(data) if len(rows) <= ROOM_FOR_WORK else (),
        drawn=tuple(_drawn(data)),
    )


def _beside(data: ReviewData) -> tuple[TextColumn, ...]:
    """Where the table is short: why they want it, and the work behind it."""
    why = [Point(aim.title if len(data.account.aims) > 1 else "", aim.why) for aim in data.account.aims if aim.why]
    whose = "they want" if data.internal else "you want"
    first = [TextColumn(f"Why {whose} it, as we read it", tuple(why))] if why else []
    return (*first, *_work(data))[:3]


def _work(data: ReviewData) -> tuple[TextColumn, ...]:
    """Where the table is short, the work behind it: what is late, what runs, what comes next."""
    works = [one for one in data.account.works if one.status not in ("done", "dropped")]
    off = [one for one in works if one.status in ("at_risk", "watch")]
    runs = [one for one in works if one.status == "on_track"]
    ahead = sorted((one for one in works if one.status == "not_started"), key=lambda one: one.starts or date.max)
    columns = []
    for head, listed in (("Work that needs a look", off), ("Work under way", runs), ("Work that begins next", ahead)):
        points = [Point(one.title, _when(one)) for one in listed[:WORK_LISTED]]
        if points:
            columns.append(TextColumn(head, tuple(points)))
    return tuple(columns)


def _when(one: WorkSeen) -> str:
    begun = one.status != "not_started"
    day = one.ends if begun else one.starts
    when = f"{'to' if begun else 'from'} {formats.month(day)}" if day else ""
    said = ", ".join(filter(None, (one.owner, when)))
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _dek(data: ReviewData) -> str:
    waiting = sum(aim.confirmed is None for aim in data.account.aims)
    span = data.periods.now
    parts = [f"share of the fees scheduled in {span.label}" if span and data.account.fees is not None else ""]
    if waiting:
        verb = "is" if waiting == 1 else "are"
        count, whose = findings.count(len(data.account.aims)), "the client" if data.internal else "you"
        parts.append(f"{findings.count(waiting)} of {count} aims {verb} still to be confirmed by {whose}")
    said = "; ".join(filter(None, parts))
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _source(data: ReviewData) -> str:
    span = data.periods.now
    fees = f"; contract schedules, {span.label}" if span and data.account.fees is not None else ""
    return f"joint plan on {formats.day(data.today)}{fees}"


def _aim_rows(data: ReviewData, aim: Aim) -> Iterator[Row]:
    lines = list(_lines(data, aim))
    state = f"Confirmed {formats.day(aim.confirmed)}" if aim.confirmed else "To be confirmed"
    for number, line in enumerate(lines):
        first = number == 0
        head = (Cell(aim.title, detail=state), _share_cell(data, aim.served)) if first else (Cell(""), Cell(""))
        yield Row((*head, *line), "within" if number < len(lines) - 1 else "")


def _lines(data: ReviewData, aim: Aim) -> Iterator[tuple[Cell, ...]]:
    """A line a measure; a goal without one shows its own status, an aim without a goal the work that serves it."""
    for goal in aim.goals:
        if not goal.gauges:
            status = GOAL_STATUS.get(goal.status, "")
            yield (_goal_cell(goal), *(Cell(""),) * 4, Cell(goal.status_word, status=status))
        for number, gauge in enumerate(goal.gauges):
            yield (_goal_cell(goal) if number == 0 else Cell(""), *_gauge_cells(gauge))
    if not aim.goals:
        work = list(data.account.ties.get(aim.title, ()))[-WORK_NAMED:]
        said = f"Served by {findings.names(work)}" if work else "No work is tied to it yet"
        yield (Cell(said, quiet=True), *(Cell(""),) * 5)


def _goal_cell(goal: Goal) -> Cell:
    return Cell(goal.title)


def _gauge_cells(gauge: Gauge) -> tuple[Cell, ...]:
    field = gauge.field
    values = [
        Cell(None if value is None else measured(value, gauge.unit), value, gauge.unit, field=field)
        for value in (gauge.now, gauge.expected, gauge.target)
    ]
    return (Cell(gauge.title, field=field), *values, Cell("", status=gauge.standing, field=field))


def _share_cell(data: ReviewData, served: Served) -> Cell:
    if served.share is None:
        return Cell(None)
    said = formats.ratio(served.share, 0)
    detail = formats.money(served.fees, data.currency)
    return Cell(said, served.share, "share", detail=detail, alt=f"{said} of fees, {detail}")


def _before(served: Served) -> str:
    return f"Before: {formats.ratio(served.before, 0)} of fees" if served.before is not None else ""


def _gauges(data: ReviewData) -> list[Gauge]:
    return [gauge for aim in data.account.aims for goal in aim.goals for gauge in goal.gauges]


def _drawn(data: ReviewData) -> Iterator[Drawn]:
    account = data.account
    if account.orphan.share is not None:
        yield Drawn("Share of fees tied to an aim", formats.ratio(1 - account.orphan.share, 0), "client_alignment")
        yield Drawn("Fees tied to none", formats.money(account.orphan.fees, data.currency), "client_alignment")
    for gauge in _gauges(data):
        text = f"{measured(gauge.now, gauge.unit)}, due now {measured(gauge.expected, gauge.unit)}"
        yield Drawn(gauge.title, text, "client_plan", gauge.field)


def _finding(data: ReviewData) -> str:
    account, gauges = data.account, _gauges(data)
    count = len(account.aims)
    whose = "their" if data.internal else "your"
    theirs = f"{whose} one aim" if count == 1 else f"{whose} {findings.count(count)} aims"
    off = next((gauge for state in ("at_risk", "watch") for gauge in gauges if gauge.standing == state), None)
    claim, share = "", account.orphan.share
    if share is not None:
        serve = 1 - share
        claim = f"All fees serve {theirs}" if serve == 1 else f"{formats.ratio(serve, 0)} of fees serve {theirs}"
    elif gauges:
        good = sum(gauge.standing == "on_track" for gauge in gauges)
        one = len(gauges) == 1
        claim = (
            f"The one measure is {'on' if good else 'off'} track"
            if one
            else (f"{findings.of_all(good, len(gauges)).capitalize()} measures {'is' if good < 2 else 'are'} on track")
        )
    if off is not None and claim:
        stands, due = measured(off.now, off.unit), measured(off.expected, off.unit)
        said = f"{claim}; {_lower(off.title)}: {stands} against {due} due by now"
        if len(said) <= findings.LONGEST:
            return said
    if share is not None and share > 0 and account.orphan.fees is not None:
        return f"{claim}; {formats.money(account.orphan.fees, data.currency)} serves none of them"
    if claim:
        return claim
    waiting = sum(aim.confirmed is None for aim in account.aims)
    if waiting:
        verb = "waits" if waiting == 1 else "wait"
        return f"{findings.count(waiting).capitalize()} of {theirs} {verb} for your word that we read it right"
    return f"All work is planned under {theirs}"


def _lower(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
