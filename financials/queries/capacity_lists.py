"""What calls for an act: roles to hire for, people planned beyond their hours, people with little planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from common.figures import Figure
from common.formats import day_short, number, plural
from common.money import ZERO
from financials.calc.capacity import (
    BENCH_SHARE,
    BENCH_WEEKS,
    LEAD_WEEKS,
    LEAST_GAP,
    Cell,
    LastingGap,
    free_of,
    lasting_gap,
    overload_of,
)
from financials.models import RoleLead
from financials.queries.capacity import CapacityBook, Person
from financials.queries.capacity_figures import capacity_figure


@dataclass(frozen=True, slots=True)
class Hire:
    """A role that is short for several weeks running. late: the day to begin hiring has passed."""

    role: str
    gap: LastingGap
    lead_weeks: int
    late: bool
    figure: Figure

    @property
    def shape(self) -> str:
        return "at_risk" if self.late else "watch"

    @property
    def by(self) -> str:
        return f"hiring had to begin by {day_short(self.gap.hire_by)}" if self.late else f"hire by {self.day}"

    @property
    def day(self) -> str:
        return day_short(self.gap.hire_by)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A person planned beyond their hours. weeks: in how many. figure: the excess of the worst week."""

    person: Person
    first: date
    weeks: int
    worst: date
    figure: Figure


@dataclass(frozen=True, slots=True)
class Benched:
    person: Person
    hours: Decimal
    free: Figure
    capacity: Figure
    share: Decimal


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A role that has hours and nobody's name on them. figure: demand over its weeks; hours: of each, on average."""

    role: str
    first: date
    weeks: int
    hours: Decimal
    figure: Figure


def unnamed(book: CapacityBook) -> list[Unnamed]:
    """The most hours first."""
    weeks: dict[str, dict[date, Decimal]] = {}
    for (holder, part), demand in book.demand.items():
        if holder.person is None and demand.total:
            own = weeks.setdefault(holder.role, {})
            own[part.week] = own.get(part.week, ZERO) + demand.total
    found = []
    for role, own in weeks.items():
        total, first, last = sum(own.values(), ZERO), min(own), max(own)
        figure = capacity_figure("unnamed", total, first, last, role=role, client=book.asked.client)
        found.append(Unnamed(role, first, len(own), total / len(own), figure))
    return sorted(found, key=lambda one: (-(one.figure.value or 0), one.role))


def lead_times() -> dict[str, int]:
    """Weeks by role, of those that have a lead time of their own. One query."""
    return dict(RoleLead.objects.values_list("role", "weeks"))


def hires(
    cells: Mapping[tuple[str, date], Cell], weeks: Sequence[date], leads: Mapping[str, int], today: date
) -> list[Hire]:
    """By the day hiring has to begin, the earliest first. cells: by role and week."""
    found = []
    for role in sorted({role for role, _ in cells}):
        gaps = [(week, cell.gap if (cell := cells.get((role, week))) else None) for week in weeks]
        lead = leads.get(role, LEAD_WEEKS)
        gap = lasting_gap(gaps, lead_weeks=lead, least=LEAST_GAP)
        if gap is not None:
            last = gap.week + timedelta(weeks=gap.weeks - 1)
            figure = capacity_figure("weekly_gap", gap.hours, gap.week, last, role=role)
            found.append(Hire(role, gap, lead, gap.hire_by < today, figure))
    return sorted(found, key=lambda hire: (hire.gap.hire_by, -hire.gap.hours, hire.role))


def overloaded(book: CapacityBook, cells: Mapping[tuple[int, date], Cell], weeks: Sequence[date]) -> list[Loaded]:
    """The largest excess first. cells: by person and week."""
    found = []
    for person in book.people:
        own = [(week, cell) for week in weeks if (cell := cells.get((person.pk, week)))]
        over = overload_of(own)
        if over is not None:
            scope = {"person": person.email, "client": book.asked.client}
            figure = capacity_figure("excess", over.excess, over.worst, over.worst, **scope)
            found.append(Loaded(person, over.first, over.weeks, over.worst, figure))
    return sorted(found, key=lambda one: (-(one.figure.value or 0), one.person.name))


def benched(book: CapacityBook, cells: Mapping[tuple[int, date], Cell], weeks: Sequence[date]) -> list[Benched]:
    """Whose next weeks are at least half in no plan, the freest first."""
    found, near = [], list(weeks[:BENCH_WEEKS])
    for person in book.people:
        free = free_of(cell for week in near if (cell := cells.get((person.pk, week))))
        if free is not None and free.share >= BENCH_SHARE:
            scope = {"person": person.email, "client": book.asked.client}
            capacity = capacity_figure("capacity", free.capacity, near[0], near[-1], **scope)
            figure = capacity_figure("free", free.free, near[0], near[-1], **scope)
            found.append(Benched(person, free.free, figure, capacity, free.share))
    return sorted(found, key=lambda one: (-one.hours, one.person.name))


def finding(
    hire: Sequence[Hire], over: Sequence[Loaded], open_roles: Sequence[Unnamed], *, planned: bool, weeks: int
) -> str:
    """open_roles: of one client's page, where hire is empty."""
    if hire:
        first = hire[0]
        short = f"{number(first.gap.hours, 0)} hours a week short from {day_short(first.gap.week)}"
        return f"{first.role} work is {short}; {first.by}"
    if open_roles:
        role = open_roles[0]
        hours = f"{number(role.hours, 0)} hours of {role.role} work a week"
        return f"{hours} from {day_short(role.first)} have nobody's name on them"
    if over:
        worst = over[0].person.name
        if len(over) == 1:
            return f"{worst} is planned beyond their hours in {plural(over[0].weeks, 'week')}"
        return f"{len(over)} people are planned beyond their hours, {worst} the most"
    if planned:
        return f"The people there are can do what is planned for the next {plural(weeks, 'week')}"
    return "Nobody is planned for these weeks yet"
