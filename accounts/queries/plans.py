"""A client's plan: objectives, the actions under them, and what is late."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from accounts.models import Action, Client, Objective, Plan, WorkStatus
from common.formats import plural

CLOSED = (WorkStatus.DONE, WorkStatus.DROPPED)
_SHAPES = {"on_track": "on_track", "done": "on_track", "watch": "watch", "at_risk": "at_risk"}


@dataclass(frozen=True, slots=True)
class WorkRow:
    """An objective or an action. late: days past due while open; shape: of its status, "" has none."""

    pk: int
    title: str
    owner: str
    due: date | None
    next_step: str
    status: str
    status_word: str
    audience_word: str
    shape: str
    late: int
    due_words: str
    closed: bool
    version: int
    edit_url: str
    cell_url: str
    move_url: str


@dataclass(frozen=True, slots=True)
class ObjectiveBlock:
    row: WorkRow
    actions: tuple[WorkRow, ...]
    add_url: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    plan: Plan | None
    finding: str
    sub: str
    objectives: tuple[ObjectiveBlock, ...]


def work_row(item: Objective | Action, key: str, today: date) -> WorkRow:
    kind = "action" if isinstance(item, Action) else "objective"
    closed = item.status in CLOSED
    late = 0 if closed or item.due is None else max(0, (today - item.due).days)
    return WorkRow(
        pk=item.pk,
        title=item.title,
        owner=item.owner.name if item.owner else "",
        due=item.due,
        next_step=item.next_step if isinstance(item, Action) else "",
        status=item.status,
        status_word=item.get_status_display(),
        audience_word=item.get_audience_display() if isinstance(item, Action) else "",
        shape=_SHAPES.get(item.status, ""),
        late=late,
        due_words=f"{late} d late" if late else "",
        closed=closed,
        version=item.version,
        edit_url=reverse(kind, args=[key, item.pk]),
        cell_url=reverse(f"{kind}_cell", args=[key, item.pk]),
        move_url=reverse(f"{kind}_move", args=[key, item.pk]),
    )


def plan_page(client: Client, today: date) -> PlanPage:
    """Three queries."""
    plan = Plan.objects.filter(client=client).first()
    if plan is None:
        return PlanPage(None, "Plan", "", ())
    actions: dict[int, list[WorkRow]] = defaultdict(list)
    for action in Action.objects.filter(objective__plan=plan).select_related("owner").order_by("position", "id"):
        actions[action.objective_id].append(work_row(action, client.key, today))
    blocks = tuple(
        ObjectiveBlock(
            work_row(objective, client.key, today),
            tuple(actions[objective.pk]),
            reverse("action_add", args=[client.key, objective.pk]),
        )
        for objective in Objective.objects.filter(plan=plan).select_related("owner").order_by("position", "id")
    )
    rows = [row for block in blocks for row in block.actions]
    return PlanPage(plan, finding(rows), sub_line(plan, len(blocks)), blocks)


def finding(rows: list[WorkRow]) -> str:
    """What the actions say: lateness first, then risk, then how many are done."""
    if not rows:
        return "Plan"
    total = len(rows)
    late = sum(row.late > 0 for row in rows)
    risky = sum(row.status == WorkStatus.AT_RISK for row in rows)
    done = sum(row.status == WorkStatus.DONE for row in rows)
    if late:
        return f"{late} of {_actions(total, late)} overdue"
    if risky:
        return f"{risky} of {_actions(total, risky)} at risk"
    if done == total:
        return "Every action is done"
    return f"Nothing is overdue; {done} of {_actions(total, done)} done"


def _actions(total: int, some: int) -> str:
    return f"{plural(total, 'action')} {'is' if some == 1 else 'are'}"


def sub_line(plan: Plan, objectives: int) -> str:
    last = plan.starts_on.year + plan.horizon_years - 1
    years = str(last) if plan.horizon_years == 1 else f"{plan.starts_on.year}–{last}"
    return f"{plural(objectives, 'objective')} for {years}."


def open_actions(client: Client, today: date, *, limit: int = 8) -> list[WorkRow]:
    """Open actions, the earliest due first. One query."""
    rows = (
        Action.objects.filter(objective__plan__client=client)
        .exclude(status__in=CLOSED)
        .select_related("owner")
        .order_by("due", "id")[:limit]
    )
    return [work_row(action, client.key, today) for action in rows]
