"""A client's plan: what they are trying to do, what we mean to achieve, the work under it, and what is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse

from accounts.models import (
    Action,
    Client,
    Depth,
    Imperative,
    Initiative,
    MeasureUnit,
    Objective,
    Plan,
    PlanMeasure,
    PlanMilestone,
    PlanPart,
    Tier,
    WorkStatus,
)
from common.formats import compact, day, exact, plural, ratio

CLOSED = (WorkStatus.DONE, WorkStatus.DROPPED)
_SHAPES = {"on_track": "on_track", "done": "on_track", "watch": "watch", "at_risk": "at_risk"}
FULL_TIERS: Final = frozenset({Tier.STRATEGIC, Tier.KEY, Tier.GROWTH})
"""Tiers whose plan is a full one; the others answer six questions."""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A part of a plan as a line. late: days past due while open; shape: of its status, "" has none.

    note: what stands beside the title: why, who of theirs, where a measure is to go. cell_url: blank where the part is
    changed in its form only.
    """

    kind: str
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
    note: str = ""
    depth: int = 0

    @property
    def anchor(self) -> str:
        return f"{self.kind}-{self.pk}"


@dataclass(frozen=True, slots=True)
class AddLink:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the outline. template: how it is drawn; adds: what may be put under it, offered after its last."""

    template: str
    row: WorkRow | None = None
    heading: str = ""
    adds: tuple[AddLink, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanPage:
    """orphans: objectives that serve no imperative. full: a whole plan is asked for, not six questions."""

    plan: Plan | None
    finding: str
    sub: str
    lines: tuple[Line, ...]
    objectives: int
    orphans: int
    full: bool


@dataclass(frozen=True, slots=True)
class PlanTree:
    """Every part of one plan, each list in its order, with owners."""

    plan: Plan | None
    imperatives: tuple[Imperative, ...] = ()
    objectives: tuple[Objective, ...] = ()
    measures: tuple[PlanMeasure, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    milestones: tuple[PlanMilestone, ...] = ()
    actions: tuple[Action, ...] = ()


def plan_of(client: Client) -> Plan | None:
    return Plan.objects.filter(client=client).first()


def is_full(client: Client, plan: Plan | None) -> bool:
    """As the plan says; where it does not, by the client's tier."""
    if plan is not None and plan.depth:
        return plan.depth == Depth.FULL
    return client.tier in FULL_TIERS


def load_tree(client: Client) -> PlanTree:
    """Seven queries; one where there is no plan."""
    plan = plan_of(client)
    if plan is None:
        return PlanTree(None)
    under = {"objective__plan": plan}
    return PlanTree(
        plan,
        tuple(Imperative.objects.filter(plan=plan).select_related("owner", "sponsor").order_by("position", "id")),
        tuple(Objective.objects.filter(plan=plan).select_related("owner").order_by("position", "id")),
        tuple(PlanMeasure.objects.filter(**under).order_by("position", "id")),
        tuple(Initiative.objects.filter(**under).select_related("owner").order_by("position", "id")),
        tuple(
            PlanMilestone.objects.filter(initiative__objective__plan=plan).select_related("owner").order_by("due", "id")
        ),
        tuple(Action.objects.filter(**under).select_related("owner").order_by("position", "id")),
    )


def work_row(item: PlanPart, key: str, today: date, *, depth: int = 0) -> WorkRow:
    """Of an imperative, objective, initiative, milestone, measure or action."""
    kind = KINDS[type(item)]
    status, word = _status(item, today)
    closed = status in CLOSED
    due = getattr(item, "due", getattr(item, "ends_on", None))
    late = 0 if closed or due is None or kind == "measure" else max(0, (today - due).days)
    in_place = isinstance(item, Objective | Action)
    owner = getattr(item, "owner", None)
    return WorkRow(
        kind=kind,
        pk=item.pk,
        title=str(item),
        owner=owner.name if owner else "",
        due=due,
        next_step=item.next_step if isinstance(item, Action) else "",
        status=status,
        status_word=word,
        audience_word=item.get_audience_display() if isinstance(item, Action) else "",
        shape=_SHAPES.get(status, ""),
        late=late,
        due_words=f"{late} d late" if late else "",
        closed=closed,
        version=item.version,
        edit_url=reverse(kind, args=[key, item.pk]) if in_place else reverse("plan_part", args=[key, kind, item.pk]),
        cell_url=reverse(f"{kind}_cell", args=[key, item.pk]) if in_place else "",
        move_url=reverse("plan_part_move", args=[key, kind, item.pk]),
        note=_note(item),
        depth=depth,
    )


KINDS: Final[dict[type[PlanPart], str]] = {
    Imperative: "imperative", Objective: "objective", Initiative: "initiative", PlanMilestone: "milestone",
    PlanMeasure: "measure", Action: "action",
}  # fmt: skip


def _status(item: Any, today: date) -> tuple[str, str]:
    if isinstance(item, PlanMilestone):
        if item.reached_on is not None:
            return WorkStatus.DONE, f"Reached {day(item.reached_on)}"
        return ("at_risk", "Missed") if item.due < today else ("not_started", "Ahead")
    if isinstance(item, Objective | Initiative | Action):
        return item.status, item.get_status_display()
    return "", ""


def _note(item: Any) -> str:
    if isinstance(item, Imperative):
        why = item.why if item.why.endswith((".", "!", "?")) or not item.why else f"{item.why}."
        parts = [why, f"Theirs: {item.sponsor.name}." if item.sponsor else ""]
        said = f"Confirmed by the client {day(item.confirmed_on)}." if item.confirmed_on else "Not confirmed yet."
        parts.append(said)
        return " ".join(part for part in parts if part)
    if isinstance(item, PlanMeasure):
        return f"to {measured(item.target, item.unit)}" + (f" by {day(item.due)}" if item.due else "")
    return ""


def measured(value: Any, unit: str, currency: str = "") -> str:
    """A measure's number as a line of the plan gives it."""
    if unit == MeasureUnit.MONEY:
        return compact(value, currency) if currency else f"{value:,.0f}"
    return ratio(value) if unit == MeasureUnit.RATIO else exact(value, unit)


def plan_page(client: Client, today: date) -> PlanPage:
    """Seven queries."""
    tree = load_tree(client)
    full = is_full(client, tree.plan)
    if tree.plan is None:
        return PlanPage(None, "Plan", "", (), 0, 0, full)
    rows = [work_row(action, client.key, today) for action in tree.actions]
    orphans = sum(objective.imperative_id is None for objective in tree.objectives)
    return PlanPage(
        tree.plan,
        finding(rows),
        sub_line(tree.plan, len(tree.imperatives), len(tree.objectives)),
        tuple(outline(tree, client.key, today)),
        len(tree.objectives),
        orphans,
        full,
    )


def outline(tree: PlanTree, key: str, today: date) -> Iterable[Line]:
    """Imperatives in their order, then what serves none of them."""
    below = _Below(tree, key, today)
    for imperative in tree.imperatives:
        row = work_row(imperative, key, today)
        yield Line("imperative", row)
        yield from below.objectives(imperative.pk)
        yield Line("add", adds=(AddLink("Add objective", f"{below.add('objective')}?imperative={imperative.pk}"),))
    if any(objective.imperative_id is None for objective in tree.objectives):
        if tree.imperatives:
            yield Line("heading", heading="Serves no imperative of theirs yet")
        yield from below.objectives(None)


class _Below:
    """What hangs on what, looked up once."""

    def __init__(self, tree: PlanTree, key: str, today: date) -> None:
        self.key, self.today = key, today
        self._objectives = _grouped(tree.objectives, "imperative_id")
        self._measures = _grouped(tree.measures, "objective_id")
        self._initiatives = _grouped(tree.initiatives, "objective_id")
        self._milestones = _grouped(tree.milestones, "initiative_id")
        self._of_initiative = _grouped(tree.actions, "initiative_id")
        straight = [action for action in tree.actions if action.initiative_id is None]
        self._straight = _grouped(straight, "objective_id")

    def add(self, kind: str) -> str:
        return reverse("plan_part_add", args=[self.key, kind])

    def row(self, item: PlanPart, depth: int) -> WorkRow:
        return work_row(item, self.key, self.today, depth=depth)

    def objectives(self, imperative: int | None) -> Iterable[Line]:
        for objective in self._objectives[imperative]:
            yield Line("objective", self.row(objective, 0))
            for measure in self._measures[objective.pk]:
                yield Line("part", self.row(measure, 1))
            for initiative in self._initiatives[objective.pk]:
                yield Line("part", self.row(initiative, 1))
                for milestone in self._milestones[initiative.pk]:
                    yield Line("part", self.row(milestone, 2))
                yield from self.actions(self._of_initiative[initiative.pk], 2)
                under = f"?under={initiative.pk}"
                yield Line("add", adds=(AddLink("Add milestone", f"{self.add('milestone')}{under}"),))
            yield from self.actions(self._straight[objective.pk], 1)
            yield Line("add", adds=self._adds(objective.pk))

    def actions(self, found: Sequence[Any], depth: int) -> Iterable[Line]:
        return (Line("action", self.row(action, depth)) for action in found)

    def _adds(self, objective: int) -> tuple[AddLink, ...]:
        under = f"?under={objective}"
        return (
            AddLink("Add action", reverse("action_add", args=[self.key, objective])),
            AddLink("Initiative", f"{self.add('initiative')}{under}"),
            AddLink("Measure", f"{self.add('measure')}{under}"),
        )


def _grouped(rows: Iterable[Any], by: str) -> dict[int | None, list[Any]]:
    found: dict[int | None, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found


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


def sub_line(plan: Plan, imperatives: int, objectives: int) -> str:
    years = str(plan.years[-1]) if plan.horizon_years == 1 else f"{plan.years[0]}–{plan.years[-1]}"
    theirs = f"{plural(imperatives, 'imperative')} of theirs, " if imperatives else ""
    return f"{theirs}{plural(objectives, 'objective')} for {years}."


def open_actions(client: Client, today: date, *, limit: int = 8) -> list[WorkRow]:
    """Open actions, the earliest due first. One query."""
    rows = (
        Action.objects.filter(objective__plan__client=client)
        .exclude(status__in=CLOSED)
        .select_related("owner")
        .order_by("due", "id")[:limit]
    )
    return [work_row(action, client.key, today) for action in rows]
