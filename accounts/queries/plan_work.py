"""A plan's work seen as a board by status and as a roadmap by quarter."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from accounts.models import Action, Client, Initiative, Plan, PlanMilestone, WorkStatus
from accounts.queries.plans import WorkRow, work_row
from common.formats import plural

COLUMNS: Final = tuple((value, label) for value, label in WorkStatus.choices if value != WorkStatus.DROPPED)


@dataclass(frozen=True, slots=True)
class Card:
    row: WorkRow
    objective: str
    initiative: str
    move_url: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    value: str
    label: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    finding: str
    columns: tuple[BoardColumn, ...]
    dropped: int


def load_board(client: Client, today: date) -> BoardPage:
    """Actions by status, the earliest due first. One query."""
    rows = (
        Action.objects.filter(objective__plan__client=client)
        .select_related("owner", "objective", "initiative")
        .order_by("due", "position", "pk")
    )
    cards: dict[str, list[Card]] = defaultdict(list)
    for action in rows:
        cards[action.status].append(
            Card(
                work_row(action, client.key, today),
                action.objective.title,
                action.initiative.title if action.initiative else "",
                reverse("plan_action_status", args=[client.key, action.pk]),
            )
        )
    columns = tuple(BoardColumn(value, label, tuple(cards[value])) for value, label in COLUMNS)
    late = sum(card.row.late > 0 for column in columns for card in column.cards)
    there = sum(len(column.cards) for column in columns)
    finding = f"{late} of {plural(there, 'action')} overdue" if late else f"{plural(there, 'action')}, none overdue"
    return BoardPage(finding if there else "No actions yet", columns, len(cards[WorkStatus.DROPPED]))


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone in a quarter."""

    shape: str
    words: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One quarter of one initiative. on: it is at work then."""

    on: bool
    current: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class RoadmapRow:
    row: WorkRow
    objective: str
    dates: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class RoadmapPage:
    """years: year and how many quarters of it are shown. undated: initiatives without both days."""

    finding: str
    years: tuple[tuple[int, int], ...]
    quarters: tuple[str, ...]
    rows: tuple[RoadmapRow, ...]
    undated: tuple[WorkRow, ...]


def load_roadmap(client: Client, today: date) -> RoadmapPage:
    """Initiatives over the quarters of the plan's years. Three queries."""
    plan = Plan.objects.filter(client=client).first()
    if plan is None:
        return RoadmapPage("No roadmap yet", (), (), (), ())
    quarters = [date(year, month, 1) for year in plan.years for month in (1, 4, 7, 10)]
    under: dict[int, list[PlanMilestone]] = defaultdict(list)
    for milestone in PlanMilestone.objects.filter(initiative__objective__plan=plan).order_by("due", "pk"):
        under[milestone.initiative_id].append(milestone)
    rows, undated = [], []
    found = Initiative.objects.filter(objective__plan=plan).select_related("owner", "objective")
    for initiative in found.order_by("starts_on", "position", "pk"):
        row = work_row(initiative, client.key, today)
        if initiative.starts_on is None or initiative.ends_on is None:
            undated.append(row)
            continue
        slots = tuple(_slot(initiative, under[initiative.pk], quarter, today) for quarter in quarters)
        dates = f"{initiative.starts_on:%b %Y} to {initiative.ends_on:%b %Y}"
        rows.append(RoadmapRow(row, initiative.objective.title, dates, slots))
    missed = sum(mark.shape == "at_risk" for row in rows for slot in row.slots for mark in slot.marks)
    finding = (
        f"{plural(missed, 'milestone')} {'was' if missed == 1 else 'were'} missed"
        if missed
        else f"{plural(len(rows), 'initiative')} over {plural(plan.horizon_years, 'year')}, no milestone missed"
    )
    return RoadmapPage(
        finding if rows else "No initiative has both its days yet",
        tuple((year, 4) for year in plan.years),
        tuple(f"Q{(quarter.month + 2) // 3}" for quarter in quarters),
        tuple(rows),
        tuple(undated),
    )


def quarter_end(quarter: date) -> date:
    """The first day after the quarter that begins here."""
    return date(quarter.year + 1, 1, 1) if quarter.month == 10 else date(quarter.year, quarter.month + 3, 1)


def _slot(initiative: Initiative, milestones: list[PlanMilestone], quarter: date, today: date) -> Slot:
    after = quarter_end(quarter)
    starts, ends = initiative.starts_on or date.max, initiative.ends_on or date.min
    return Slot(
        on=starts < after and ends >= quarter,
        current=quarter <= today < after,
        marks=tuple(_mark(one, today) for one in milestones if quarter <= one.due < after),
    )


def _mark(milestone: PlanMilestone, today: date) -> Mark:
    words = f"{milestone.title}, {milestone.due.day} {milestone.due:%b %Y}"
    if milestone.reached_on is not None:
        return Mark("on_track", f"{words}, reached")
    return Mark("at_risk", f"{words}, missed") if milestone.due < today else Mark("watch", f"{words}, ahead")
