"""Proposals, contracts and the plan: what is agreed, what is asked, who does what by when."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from common import formats
from financials.calc import findings
from qbr.calc.review import Agreement, Deal, ReviewData, Task
from qbr.calc.slides import Cell, Column, ColumnKind, Drawn, Point, Row, Slide, Status, Table, TextColumn
from qbr.calc.units import Unit, unit_for

TASK_STATUS: Final[dict[str, Status]] = {"on_track": "on_track", "watch": "watch", "at_risk": "at_risk"}
NOTICE_SOON: Final = 60  # days before a notice deadline at which it is one to watch
WEEKS: Final = 13
FEW: Final = 3
"""Of each kind of related fact."""


def notices_soon(data: ReviewData) -> list[tuple[str, date]]:
    """Contracts in force whose notice falls due within 60 days: title and day, the nearest first."""
    found = [
        (item.title, item.notice_on)
        for item in data.agreements
        if item.in_force and item.notice_on and 0 <= (item.notice_on - data.today).days <= NOTICE_SOON
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


# --- proposals ---------------------------------------------------------------------------------------------------


def pipeline(data: ReviewData) -> Slide:
    """For the client: what is proposed and its price. Likelihood and weight are ours alone."""
    internal = data.internal
    section = "Pipeline" if internal else "Proposals"
    if not data.deals:
        words = "No proposal is open on this date."
        return Slide(key="pipeline", kind="pipeline", section=section, headline="No proposal is open", note=words)
    unit = unit_for(data.currency, [deal.amount for deal in data.deals])
    widths = (360, 190, 150, 110, 130, 110, 118) if internal else (420, 230, 190, 118, 110, 100)
    ours = ["Likelihood", f"Weighted, {unit.head}", "Decision"]
    heads = ["Proposal", "Service", "Stage", f"Fees, {unit.head}", *(ours if internal else ["Decision", "Start"])]
    kinds: tuple[ColumnKind, ...] = ("name", "text", "text", "actual", "figure", "figure", "figure")
    columns = tuple(Column(*column) for column in zip(heads, widths, kinds, strict=False))
    rows = [_deal_row(data, deal, unit) for deal in data.deals]
    return Slide(
        key="pipeline",
        kind="pipeline",
        section=section,
        headline=_pipeline_finding(data),
        dek="Fees over the life of each; a proposal without a price enters no total.",
        source=f"opportunities on {formats.day(data.today)}",
        table=Table(columns, (*rows, _deal_total(data, unit, len(columns))), section, gap_column=3),
        drawn=(
            Drawn("Open proposals", str(len(data.deals)), "client_growth"),
            Drawn("Priced, in all", unit.text(_priced(data)), "client_growth"),
        ),
    )


def _priced(data: ReviewData) -> Decimal:
    return sum((deal.amount for deal in data.deals if deal.amount is not None), Decimal(0))


def _deal_row(data: ReviewData, deal: Deal, unit: Unit) -> Row:
    cells = [
        Cell(deal.name),
        Cell(deal.offering or None),
        Cell(deal.stage[:1].upper() + deal.stage[1:]),
        unit.cell(deal.amount),
    ]
    if data.internal:
        text = None if deal.probability is None else formats.ratio(deal.probability, 0)
        cells += [Cell(text, deal.probability, "ratio"), unit.cell(deal.weighted)]
    cells.append(Cell(formats.day(deal.close_on) if deal.close_on else None))
    if not data.internal:
        cells.append(Cell(formats.month(deal.start) if deal.start else None))
    return Row(tuple(cells))


def _deal_total(data: ReviewData, unit: Unit, width: int) -> Row:
    priced = [deal.amount for deal in data.deals if deal.amount is not None]
    name = "Total" if len(priced) == len(data.deals) else f"Total of {len(priced)} priced"
    cells = [Cell(name), Cell(""), Cell(""), unit.cell(sum(priced, Decimal(0)) if priced else None)]
    if data.internal:
        weights = [deal.weighted for deal in data.deals if deal.weighted is not None]
        cells += [Cell(""), unit.cell(sum(weights, Decimal(0)) if weights else None)]
    return Row((*cells, *(Cell(""),) * (width - len(cells))), "total")


def _pipeline_finding(data: ReviewData) -> str:
    priced = [deal for deal in data.deals if deal.amount is not None]
    count = findings.count(len(data.deals)).capitalize()
    one = len(data.deals) == 1
    noun, verb = ("proposal", "is") if one else ("proposals", "are")
    if not priced:
        return f"{count} {noun} {verb} open, {'not yet priced' if one else 'none of them priced yet'}"
    total = formats.money(sum((deal.amount or Decimal(0) for deal in priced), Decimal(0)), data.currency)
    claim = f"{count} {noun} worth {total} {verb} open"
    if len(priced) < len(data.deals):
        some = findings.count(len(priced)).capitalize()
        noun, verb = ("proposal", "is") if len(priced) == 1 else ("proposals", "are")
        claim = f"{some} priced {noun} of {findings.count(len(data.deals))} {verb} worth {total}"
    dated = [deal for deal in priced if deal.close_on and deal.close_on >= data.today]
    if not dated or len(priced) == 1:
        return claim
    largest = max(dated, key=lambda deal: (deal.amount or Decimal(0), deal.name))
    longer = f"{claim}; the largest still to be decided is {largest.name}, by {formats.day(largest.close_on)}"
    return longer if len(longer) <= findings.LONGEST else claim


# --- contracts ---------------------------------------------------------------------------------------------------


def contracts(data: ReviewData) -> Slide:
    """Signed work and its terms; ours also lists what is still being negotiated."""
    shown = [item for item in data.agreements if item.in_force or data.internal]
    section = "Contracts and renewals"
    if not shown:
        words = "No contract is in force on this date."
        return Slide(key="contracts", kind="contracts", section=section, headline="No contract is in force", note=words)
    unit = unit_for(data.currency, [item.amount for item in shown])
    columns = (
        Column("Contract", 170, "name"),
        Column("What it covers", 350, "text"),
        Column(f"Fees, {unit.head}", 110, "actual"),
        Column("Start", 116, "figure"),
        Column("End", 116, "figure"),
        Column("Renewal", 126, "status"),
        Column("Notice by", 180, "status"),
    )
    return Slide(
        key="contracts",
        kind="contracts",
        section=section,
        headline=_contracts_finding(data, shown),
        dek="Signed work and its terms. Fees over the whole term; an open-ended contract’s are for a year.",
        source=f"contract register, {formats.day(data.today)}",
        table=Table(columns, tuple(_contract_row(data, item, unit) for item in shown), "Contracts"),
        drawn=(
            Drawn("Contracts in force", str(sum(item.in_force for item in shown)), "client_contracts"),
            *(
                Drawn(title, f"notice by {formats.day(day)}", "client_contracts")
                for title, day in notices_soon(data)[:3]
            ),
        ),
    )


def _contract_row(data: ReviewData, item: Agreement, unit: Unit) -> Row:
    end = formats.day(item.end) if item.end else "Open" if item.renewal == "evergreen" else None
    word = item.renewal_word if item.in_force else item.status_word
    cells = (Cell(item.number), Cell(item.title), unit.cell(item.amount), Cell(formats.day(item.start)), Cell(end))
    return Row((*cells, Cell(word or "—"), _notice_cell(data, item)))


def _contracts_finding(data: ReviewData, shown: list[Agreement]) -> str:
    running = sum(item.in_force for item in shown)
    count = findings.count(running).capitalize()
    soon = notices_soon(data)
    if soon and running == 1:
        return f"The contract in force needs a decision on notice by {formats.day(soon[0][1])}"
    if soon:
        verb = "needs" if len(soon) == 1 else "need"
        several = f"{findings.count(len(soon)).capitalize()} of {findings.count(running)} contracts"
        return (
            f"{several} {verb} a decision on notice within {NOTICE_SOON} days, the first by {formats.day(soon[0][1])}"
        )
    claim = f"{count} {'contract is' if running == 1 else 'contracts are'} in force"
    if any(item.notice_on for item in shown):
        return f"{claim}; none needs notice within {NOTICE_SOON} days"
    return claim


def _notice_cell(data: ReviewData, item: Agreement) -> Cell:
    if item.notice_on is None:
        return Cell("—")
    days = (item.notice_on - data.today).days
    if days < 0:
        return Cell(f"{formats.day(item.notice_on)}, passed")
    if days <= NOTICE_SOON:
        return Cell(f"{formats.day_short(item.notice_on)}, {formats.plural(days, 'day')}", status="watch")
    return Cell(formats.day(item.notice_on), status="on_track")


# --- the plan ----------------------------------------------------------------------------------------------------


def plan(data: ReviewData) -> Slide | None:
    """Open actions due within thirteen weeks, late ones first, each with its place in the weeks; None without any."""
    monday = data.today - timedelta(days=data.today.weekday())
    end = monday + timedelta(weeks=WEEKS)
    tasks = [task for task in data.tasks if task.due is None or task.due < end]
    section = "Next quarter"
    if not tasks:
        return None
    goals = any(task.objective for task in tasks)
    columns = (
        Column("Action", 360 if goals else 560, "name"),
        *((Column("For", 200, "quiet"),) if goals else ()),
        Column("Owner", 130, "text"),
        Column("Due", 76, "figure"),
        Column("Status", 132, "status"),
        Column("Thirteen weeks", 270, "weeks"),
    )
    rows = tuple(_task_row(data, task, goals=goals) for task in tasks)
    return Slide(
        key="plan",
        kind="plan",
        section=section,
        headline=_plan_finding(data, tasks),
        dek="By due date. The upright line is today; a bar runs from today to the day an action is due.",
        source=f"joint plan on {formats.day(data.today)}",
        table=Table(columns, rows, "Actions", weeks_from=monday.isoformat(), today=data.today.isoformat()),
        columns=_also_due(data, end),
        drawn=(
            Drawn("Actions in thirteen weeks", str(len(tasks)), "client_plan"),
            Drawn("Late", str(sum(task.due is not None and task.due < data.today for task in tasks)), "client_plan"),
        ),
    )


def _also_due(data: ReviewData, end: date) -> tuple[TextColumn, ...]:
    """What else falls into the weeks: promises of both sides, milestones, and days by which one has to decide."""
    whose = {"ours": "Ours", "theirs": "Theirs" if data.internal else "Yours"}
    promised = [one for one in data.promises if one.state in ("open", "late") and one.due < end]
    reached = [
        one
        for one in data.account.dues
        if one.kind == "milestone" and one.done_on is None and not one.dropped and data.today <= one.due < end
    ]
    notices = [
        (item.notice_on, item.title, "Notice")
        for item in data.agreements
        if item.in_force and item.notice_on and data.today <= item.notice_on < end
    ]
    closing = [
        (deal.close_on, deal.name, "Proposal")
        for deal in data.deals
        if deal.close_on and data.today <= deal.close_on < end
    ]
    parts = (
        ("Promises due", [Point(p.text, f"{whose[p.side]}, {_due_words(data, p.due)}.") for p in promised]),
        ("Milestones", [Point(one.title, f"Due {formats.day(one.due)}.") for one in reached]),
        ("To decide", [Point(name, f"{what}, by {formats.day(on)}.") for on, name, what in sorted(notices + closing)]),
    )
    return tuple(TextColumn(head, tuple(points[:FEW])) for head, points in parts if points)


def _due_words(data: ReviewData, due: date) -> str:
    return f"{'was due' if due < data.today else 'due'} {formats.day(due)}"


def _plan_finding(data: ReviewData, tasks: list[Task]) -> str:
    late = sum(1 for task in tasks if task.due and task.due < data.today)
    ahead = len(tasks) - late
    noun = "action falls" if ahead == 1 else "actions fall"
    claim = f"{findings.count(ahead).capitalize()} {noun} due in the next thirteen weeks"
    return f"{claim}; {findings.count(late)} {'is' if late == 1 else 'are'} late" if late else f"{claim}; none is late"


def _task_row(data: ReviewData, task: Task, *, goals: bool) -> Row:
    late = task.due is not None and task.due < data.today
    status: Status = "at_risk" if late else TASK_STATUS.get(task.status, "")
    due = formats.day_short(task.due) if task.due else "—"
    goal = (Cell(task.objective),) if goals else ()
    cells = (Cell(task.title), *goal, Cell(task.owner or "—"), Cell(due))
    mark = Cell("", due=task.due.isoformat() if task.due else "", alt=f"{task.title}: due {due}")
    return Row((*cells, Cell("Late" if late else task.status_word, status=status), mark))
