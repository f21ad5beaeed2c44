"""The second half of an annual meeting: roadmap by horizon, options, how we work, bets, what each owes, commitments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from common import formats
from common.money import ZERO
from financials.calc import findings
from qbr.calc.account import WorkSeen
from qbr.calc.review import Agreement, Deal, ReviewData
from qbr.calc.slides import (
    Cell,
    Certainty,
    Column,
    Drawn,
    Lane,
    Point,
    Roadmap,
    Row,
    Slide,
    Status,
    Strip,
    Table,
    TextColumn,
)
from qbr.calc.units import unit_for

QUARTERS: Final = 12
MOST_LANES: Final = 5
MOST: Final = 6
FEW: Final = 3
_Option = tuple[str, str, list[str], Decimal, Decimal | None]


def _first_quarter(data: ReviewData) -> date:
    """Of the year after the one the meeting is about, or of this one where that is still to come."""
    year = max(data.periods.whole.last.year + 1, data.today.year)
    return date(year, 1, 1)


def roadmap(data: ReviewData) -> Slide | None:
    """Three horizons of twelve months, a lane an aim. None with fewer than three pieces of work in them."""
    start = _first_quarter(data)
    lanes = []
    for aim in [*(one.title for one in data.account.aims), ""]:
        strips = [strip for work in data.account.works if work.aim == aim and (strip := _strip(work, start))]
        if strips:
            lanes.append(Lane(aim or "Shared foundations", tuple(sorted(strips, key=lambda one: one.first))))
    lanes = lanes[:MOST_LANES]
    count = sum(len(lane.strips) for lane in lanes)
    if count < 3:
        return None
    years = tuple(str(start.year + offset) for offset in range(3))
    each = [sum(strip.first // 4 <= year <= strip.last // 4 for lane in lanes for strip in lane.strips)
            for year in range(3)]  # fmt: skip
    said = f"{findings.count(count).capitalize()} pieces of work to {years[-1]}: {_by_year(each, years)}"
    alt = f"Roadmap {years[0]} to {years[-1]}: " + "; ".join(
        f"{lane.name}: " + ", ".join(f"{strip.label} {_when(strip, start)}" for strip in lane.strips) for lane in lanes
    )
    # Gates of work not begun are the slide of bets; here stand those of what is under way.
    gates = [
        work for work in data.account.works
        if work.gate and work.gate_on and work.gate_on >= data.today and work.status != "not_started"
    ]  # fmt: skip
    columns = (Column("Gate", 420, "name"), Column("For", 430, "text"), Column("By", 138, "text"),
               Column("Owner", 180, "text"))  # fmt: skip
    rows = tuple(
        Row((Cell(work.gate), Cell(work.title), Cell(formats.day(work.gate_on)), Cell(work.owner or None)))
        for work in sorted(gates, key=lambda one: one.gate_on or data.today)[:4]
    )
    return Slide(
        key="roadmap",
        kind="roadmap",
        section="Roadmap by horizon",
        headline=said,
        dek="Filled: under way. Pale: planned. Outlined: beyond the first twelve months, ambition.",
        source=f"joint plan on {formats.day(data.today)}",
        roadmap=Roadmap(years, tuple(lanes), alt),
        table=Table(columns, rows, "Gates on the way") if rows else None,
        drawn=(Drawn("Pieces of work", str(count), "client_plan"),),
    )


def _by_year(each: Sequence[int], years: Sequence[str]) -> str:
    return ", ".join(f"{findings.count(count)} in {year}" for count, year in zip(each, years, strict=True) if count)


def _strip(work: WorkSeen, start: date) -> Strip | None:
    """Where it lies among the quarters; None outside them or without days."""
    if work.starts is None or work.ends is None:
        return None
    first, last = _quarter(work.starts, start), _quarter(work.ends, start)
    if last < 0 or first >= QUARTERS:
        return None
    certainty: Certainty = "planned" if work.status not in ("not_started", "") else "likely"
    if first >= 4:
        certainty = "ambition"
    return Strip(work.title, max(first, 0), min(last, QUARTERS - 1), certainty)


def _quarter(day: date, start: date) -> int:
    return (day.year - start.year) * 4 + (day.month - 1) // 3


def _when(strip: Strip, start: date) -> str:
    first, last = (f"Q{at % 4 + 1} {start.year + at // 4}" for at in (strip.first, strip.last))
    return first if first == last else f"{first} to {last}"


# --- commercial options ------------------------------------------------------------------------------------------


def options(data: ReviewData) -> Slide | None:
    """Keep, extend, grow: each holds the one before. None unless two of them differ."""
    running = [one for one in data.agreements if one.in_force and (one.amount or ZERO) > 0]
    talked = [one for one in data.agreements if not one.in_force and (one.amount or ZERO) > 0]
    deals = [one for one in data.deals if one.amount is not None]
    if not running or not (talked or deals):
        return None
    keep = sum((_a_year(one) for one in running), ZERO)
    extend = keep + sum((_a_year(one) for one in talked), ZERO)
    grow = extend + sum((one.amount or ZERO for one in deals), ZERO)
    unit = unit_for(data.currency, [grow])
    listed: list[_Option] = [("Keep", "What is signed goes on as it is", [one.title for one in running], keep, None)]
    if talked:
        listed.append(("Extend", "What is being negotiated is signed", [one.title for one in talked], extend, keep))
    if deals:
        below = extend if talked else keep
        listed.append(("Grow", "The open proposals are taken up", [one.name for one in deals], grow, below))
    columns = (
        Column("", 38, "rank"), Column("Option", 210, "name"), Column("What is in it", 420, "text"),
        Column(f"Fees a year, {unit.head}", 200, "bar"),
        Column(f"More than the one before, {unit.head}", 150, "figure"), Column("Decide by", 150, "status"),
    )  # fmt: skip
    first = min((one.notice_on for one in running if one.notice_on and one.notice_on >= data.today), default=None)
    closes = min((one.close_on for one in deals if one.close_on and one.close_on >= data.today), default=None)
    by = {"Keep": first, "Extend": first, "Grow": closes}
    rows = []
    for number, (name, about, parts, amount, before) in enumerate(listed, 1):
        what = findings.names(parts[:3]) + (f" and {len(parts) - 3} more" if len(parts) > 3 else "")
        more = Cell("") if before is None else unit.cell(amount - before, signed=True)
        when = Cell(formats.day(by[name]) if by[name] else None)
        rows.append(Row((Cell(str(number)), Cell(name, detail=about), Cell(what), unit.cell(amount), more, when)))
    whole = formats.money(grow - keep, data.currency)
    count = findings.count(len(listed)).capitalize()
    return Slide(
        key="options",
        kind="options",
        section="Commercial options",
        headline=f"{count} ways to go on: {formats.money(keep, data.currency)} of fees a year as signed, "
        f"or up to {whole} more",
        dek="Each option holds the one before; a contract counts for twelve months, a proposal as a whole.",
        source=f"contracts and proposals on {formats.day(data.today)}",
        table=Table(columns, tuple(rows), "Options"),
        columns=_made_of(data, running, talked, deals),
        drawn=(Drawn("Signed, a year", formats.money(keep, data.currency), "client_contracts"),
               Drawn("With all proposals", formats.money(grow, data.currency), "client_growth")),
    )  # fmt: skip


def _largest(one: Agreement | Deal) -> Decimal:
    return -(one.amount or ZERO)


def _made_of(
    data: ReviewData, running: list[Agreement], talked: list[Agreement], deals: list[Deal]
) -> tuple[TextColumn, ...]:
    """What the options are made of, the largest first, each with its fee and the day that counts."""

    def contract(one: Agreement) -> Point:
        said = f"{formats.money(one.amount, data.currency)}, to {formats.day(one.end) if one.end else 'no set end'}"
        notice = f"; notice by {formats.day(one.notice_on)}" if one.notice_on and one.notice_on >= data.today else ""
        return Point(one.title, f"{said}{notice}.")

    def proposal(one: Deal) -> Point:
        by = f", to be decided by {formats.day(one.close_on)}" if one.close_on else ""
        return Point(one.name, f"{formats.money(one.amount, data.currency)}{by}.")

    parts = (
        ("Signed", [contract(one) for one in sorted(running, key=_largest)]),
        ("Being negotiated", [contract(one) for one in sorted(talked, key=_largest)]),
        ("Proposed", [proposal(one) for one in sorted(deals, key=_largest)]),
    )
    return tuple(TextColumn(head, tuple(points[:FEW])) for head, points in parts if points)


def _a_year(one: Agreement) -> Decimal:
    """Its fee for twelve months; an evergreen one's amount is a year's already."""
    amount = one.amount or ZERO
    if one.end is None:
        return amount
    days = (one.end - one.start).days + 1
    return amount if days <= 366 else amount * 365 / days


# --- how we work -------------------------------------------------------------------------------------------------


def _asked(one: Agreement) -> str:
    said = "; ".join(filter(None, (one.renewal_word, f"notice by {formats.day(one.notice_on)}")))
    return f"{said[:1].upper()}{said[1:]}."


def operating(data: ReviewData) -> Slide | None:
    """Who is here, who answers for what, who is called when it goes wrong. None with fewer than two of ours."""
    if len(data.team) < 2:
        return None
    rows = tuple(Row((Cell(name), Cell(title))) for name, title in data.team[:9])
    owner = data.team[0][0]
    path = [Point("First", f"{owner}, {data.team[0][1].lower()}.")]
    if data.account.escalates_to:
        path.append(Point("Then", f"{data.account.escalates_to}."))
    goals = [goal for aim in data.account.aims for goal in aim.goals if goal.owner]
    notices = [one for one in data.agreements if one.in_force and one.notice_on and one.notice_on >= data.today]
    terms = [Point(one.title, _asked(one)) for one in sorted(notices, key=lambda one: one.notice_on or data.today)[:2]]
    parts = (
        ("Who answers for what", [Point(goal.owner, goal.title) for goal in goals[:3]]),
        ("Who to call, in order", path),
        ("What the contracts ask", terms),
    )
    others = [TextColumn(head, tuple(points)) for head, points in parts if points]
    count = len(data.team)
    return Slide(
        key="operating",
        kind="operating",
        section="How we work together",
        headline=f"{findings.count(count).capitalize()} of us work for {'them' if data.internal else 'you'}, "
        f"and {owner} answers for all of it",
        dek="The team, and the way up when something goes wrong.",
        source=f"team and contracts on {formats.day(data.today)}",
        table=Table((Column("Who", 300, "name"), Column("For what", 868, "text")), rows, "Team"),
        columns=tuple(others[:3]),
        drawn=(Drawn("People on the team", str(count), "client"),),
    )


# --- bets --------------------------------------------------------------------------------------------------------


def _begins(work: WorkSeen) -> str:
    return f"Begins {formats.month(work.starts)}" if work.starts else ""


def bets(data: ReviewData) -> Slide | None:
    """Work not begun, each with the gate that ends it if it is not reached. None where no such work has a gate."""
    found = [work for work in data.account.works if work.status == "not_started" and work.gate and work.gate_on]
    if not found:
        return None
    columns = (
        Column("", 38, "rank"), Column("What we would try", 320, "name"), Column("For which aim", 276, "text"),
        Column("It goes on if", 290, "text"), Column("By", 114, "text"), Column("Owner", 130, "text"),
    )  # fmt: skip
    ranked = sorted(found, key=lambda one: (one.gate_on or data.today, one.title))[:MOST]
    rows = tuple(
        Row(
            (
                Cell(str(number)), Cell(work.title, detail=_begins(work)),
                Cell(work.aim or None), Cell(work.gate), Cell(formats.day(work.gate_on)), Cell(work.owner or None),
            )
        )
        for number, work in enumerate(ranked, 1)
    )  # fmt: skip
    one = len(ranked) == 1
    lead = f"{findings.count(len(ranked)).capitalize()} {'bet ends' if one else 'bets end'} unless"
    said = (
        f"{lead} {'its gate is' if one else 'their gates are'} reached, the first by {formats.day(ranked[0].gate_on)}"
    )
    return Slide(
        key="bets",
        kind="bets",
        section="Bets and pilots",
        headline=said,
        dek="A bet that misses its gate is stopped, not extended.",
        source=f"joint plan on {formats.day(data.today)}",
        table=Table(columns, rows, "Bets"),
        drawn=tuple(Drawn(work.title, formats.day(work.gate_on), "client_plan") for work in ranked),
    )


# --- what each owes, and the commitments -------------------------------------------------------------------------


def obligations(data: ReviewData) -> Slide | None:
    """What either side still owes the other, in the order it falls due. None where neither owes anything."""
    ours = _owed(data, "ours")
    theirs = _owed(data, "theirs")
    if not ours and not theirs:
        return None
    tables = tuple(
        Table(
            (Column("What", width - 258, "name"), Column("By", 112, "text"), Column("From", 146, "quiet")),
            tuple(Row((Cell(text), Cell(formats.day(due)), Cell(source))) for due, text, source in owed[:9]),
            head,
        )
        for head, owed, width in (
            (f"What {data.firm} owes", ours, 653), (f"What {data.client} owes", theirs, 475),
        )
        if owed
    )  # fmt: skip
    first = min([*ours, *theirs])
    you = "them" if data.internal else "you"
    due = "by" if first[0] >= data.today else "was due"
    total = len(ours) + len(theirs)
    noun = "thing is" if total == 1 else "things are"
    return Slide(
        key="obligations",
        kind="obligations",
        section="What each owes the other",
        headline=f"{findings.count(total).capitalize()} {noun} owed: {findings.count(len(ours))} by us, "
        f"{findings.count(len(theirs))} by {you}; the first {due} {formats.day(first[0])}",
        dek="Open promises, milestones of contracts, and days by which notice must be given.",
        source=f"commitment ledger, milestones and contracts on {formats.day(data.today)}",
        tables=tables,
        drawn=(
            Drawn("Owed by us", str(len(ours)), "commitments"),
            Drawn("Owed by them", str(len(theirs)), "commitments"),
        ),
    )


def _owed(data: ReviewData, side: str) -> list[tuple[date, str, str]]:
    found = [
        (one.due, one.text, "Promise") for one in data.promises if one.side == side and one.state in ("open", "late")
    ]
    if side == "ours":
        waiting = [
            one for one in data.account.dues if one.kind == "milestone" and one.done_on is None and not one.dropped
        ]
        found += [(one.due, one.title, "Milestone") for one in waiting if one.due >= data.today]
    else:
        notices = [one for one in data.agreements if one.in_force and one.notice_on and one.notice_on >= data.today]
        found += [(one.notice_on or data.today, f"Decide on {one.title}", "Notice") for one in notices]
    return sorted(found)


SIGNED: Final = (Point("", "Name"), Point("", "Date"), Point("", "Signature"))


def commitments(data: ReviewData) -> Slide | None:
    """What both sign: the work that is shared, with owner and day, and a line for each name."""
    tasks = [task for task in data.tasks if task.due is not None][: MOST + 2]
    if not tasks:
        return None
    columns = (
        Column("We commit to", 560, "name"), Column("Owner", 228, "text"), Column("By", 180, "text"),
        Column("Status", 200, "status"),
    )  # fmt: skip
    rows = tuple(
        Row(
            (
                Cell(task.title), Cell(task.owner or None), Cell(formats.day(task.due)),
                Cell(task.status_word, status=STATUSES.get(task.status, "")),
            )
        )
        for task in tasks
    )  # fmt: skip
    last = max(task.due for task in tasks if task.due)
    count = findings.count(len(tasks)).capitalize()
    said = f"{count} commitments, each with an owner, the last by {formats.day(last)}"
    if len(tasks) == 1:
        said = f"One commitment, to be kept by {formats.day(last)}"
    elif not all(task.owner for task in tasks):
        said = f"{count} commitments, the last by {formats.day(last)}"
    return Slide(
        key="commitments",
        kind="commitments",
        section="Commitments",
        headline=said,
        dek="What we leave this room with.",
        source=f"joint plan on {formats.day(data.today)}",
        table=Table(columns, rows, "Commitments"),
        columns=(
            TextColumn(f"For {data.client}", SIGNED),
            TextColumn(f"For {data.firm}", SIGNED),
        ),
        drawn=(Drawn("Commitments", str(len(tasks)), "client_plan"),),
    )


STATUSES: Final[dict[str, Status]] = {
    "not_started": "unknown", "on_track": "on_track", "watch": "watch", "at_risk": "at_risk", "done": "on_track",
}  # fmt: skip
