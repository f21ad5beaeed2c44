"""The capacity page: the heat grid by role or person, the chart, and what calls for an act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse

from accounts.access import clients_for
from common import charts
from common.figures import Figure
from common.formats import day_short, plural
from financials.calc.capacity import BENCH_WEEKS, Cell, merged
from financials.models import TimeEntry, TimeStatus
from financials.queries.capacity import CapacityAsked, CapacityBook, Holder, load_capacity
from financials.queries.capacity_figures import capacity_figure, value_of
from financials.queries.capacity_lists import (
    Benched,
    Hire,
    Loaded,
    Unnamed,
    benched,
    finding,
    hires,
    lead_times,
    overloaded,
    unnamed,
)
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

A_PAGE: Final = 60
"""People shown at once."""
LAST_NAMED: Final = 200
"""People or clients a filter lists."""
LISTED: Final = 12
"""Rows of each list below the grid."""
_STRIP: Final = ("capacity", "firm", "weighted", "gap", "utilisation")


@dataclass(frozen=True, slots=True)
class HeatCell:
    """tone: short-1 to short-3 where people are short, by how much of the capacity; free where half of it is; blank."""

    week: date
    figure: Figure
    tone: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    name: str
    under: str
    url: str
    plan_url: str
    cells: tuple[HeatCell, ...]
    gap: Figure
    utilisation: Figure


@dataclass(frozen=True, slots=True)
class CapacityPage:
    """rows_word: what a row of the grid is. more: people beyond those shown. choices: of the filters."""

    asked: CapacityAsked
    rows_word: str
    weeks: list[date]
    finding: str
    figures: dict[str, Figure]
    worked: Figure
    rows: tuple[HeatRow, ...]
    total: HeatRow
    page: int
    pages: int
    chart: charts.LayeredBars
    hires: list[Hire]
    unnamed: list[Unnamed]
    over: list[Loaded]
    bench: list[Benched]
    unknown: list[str]
    unweighted: Decimal
    roles: list[tuple[str, str]]
    people: list[tuple[str, str]]
    clients: list[tuple[str, str]]
    can_edit: bool
    can_set_leads: bool

    @property
    def span(self) -> str:
        return f"{day_short(self.weeks[0])} to {day_short(self.weeks[-1] + timedelta(days=6))}"

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def following(self) -> int:
        return self.page + 1

    @property
    def empty(self) -> bool:
        return not self.rows


def load_capacity_page(
    user: User, asked: CapacityAsked, *, rows: str = "role", page: int = 1, now: datetime
) -> CapacityPage:
    """Six queries, whatever the number of people, weeks and clients. rows: role or person."""
    today = now.date()
    book = load_capacity(user, asked, today=today)
    weeks = book.weeks
    cells = book.grouped(lambda holder, part: (holder, part.week))
    by_role = merged(cells, lambda key: (key[0].role, key[1]))
    by_week = merged(by_role, lambda key: key[1])
    whole = merged(by_week, lambda key: None).get(None, Cell())
    by_person = {(holder.person.pk, week): cell for (holder, week), cell in cells.items() if holder.person}
    # Of one client's people nobody can say whom to hire: whom else the role has is not asked.
    hire = [] if asked.narrowed else hires(by_role, weeks, lead_times(), today)
    open_roles = unnamed(book) if asked.narrowed else []
    over = overloaded(book, by_person, weeks)
    shown, pages = _people_rows(book, cells, page) if rows == "person" else (_role_rows(book, by_role), 1)
    can = abilities_of(user)
    return CapacityPage(
        asked=asked,
        rows_word=rows,
        weeks=weeks,
        finding=finding(hire, over, open_roles, planned=whole.demand.total > 0, weeks=len(weeks)),
        figures={name: _figure(asked, name, whole, asked.first, asked.last) for name in _STRIP},
        worked=_worked(user, asked, today),
        rows=shown,
        total=_row(asked, "Everybody", "", by_week.get, whole, weeks),
        page=page,
        pages=pages,
        chart=_chart(asked, weeks, [by_week.get(week, Cell()) for week in weeks]),
        hires=hire,
        unnamed=open_roles,
        over=over,
        bench=benched(book, by_person, weeks),
        unknown=[person.name for person in book.unknown],
        unweighted=whole.demand.unweighted,
        roles=[(role, role) for role in sorted({role for role, _ in by_role})],
        people=[(person.email, person.name) for person in book.people[:LAST_NAMED]],
        clients=list(clients_for(user).order_by("name").values_list("key", "name")[:LAST_NAMED]),
        can_edit=can.edit_allocations,
        can_set_leads=can.edit_client,
    )


def _figure(
    asked: CapacityAsked, name: str, cell: Cell, first: date, last: date, *, role: str = "", person: str = ""
) -> Figure:
    value = value_of(name, cell, weeks=(last - first).days // 7 + 1)
    who = {"role": role or asked.role, "person": person or asked.person, "client": asked.client}
    return capacity_figure(name, value, first, last, **who)


def _role_rows(book: CapacityBook, cells: dict[tuple[str, date], Cell]) -> tuple[HeatRow, ...]:
    """The shortest role first."""
    sums = merged(cells, lambda key: key[0])
    counts = Counter(person.role for person in book.people)
    made = []
    for role in sorted(sums, key=lambda name: (-(sums[name].gap or Decimal(0)), name)):
        under = plural(counts[role], "person", "people") if counts[role] else "nobody yet"
        made.append(_row(book.asked, role, under, _of(cells, role), sums[role], book.weeks, role=role))
    return tuple(made)


def _people_rows(
    book: CapacityBook, cells: dict[tuple[Holder, date], Cell], page: int
) -> tuple[tuple[HeatRow, ...], int]:
    """One page of people by name, then of roles nobody is named for; and how many pages there are."""
    there = {holder for holder, _ in cells}
    entries = [holder for person in book.people if (holder := Holder(person, person.role)) in there]
    entries += sorted((holder for holder in there if holder.person is None), key=lambda holder: holder.role)
    shown = entries[(page - 1) * A_PAGE : page * A_PAGE]
    sums = merged({key: cell for key, cell in cells.items() if key[0] in set(shown)}, lambda key: key[0])
    made = []
    for holder in shown:
        person = holder.person
        name, under = (person.name, person.role) if person else (holder.role, "nobody named")
        who = {"person": person.email} if person else {"role": holder.role}
        made.append(_row(book.asked, name, under, _of(cells, holder), sums[holder], book.weeks, **who))
    return tuple(made), max(1, -(-len(entries) // A_PAGE))


def _of(cells: Mapping[Any, Cell], who: object) -> Callable[[date], Cell | None]:
    return lambda week: cells.get((who, week))


def _row(
    asked: CapacityAsked,
    name: str,
    under: str,
    cell_of: Callable[[date], Cell | None],
    whole: Cell,
    weeks: Sequence[date],
    *,
    role: str = "",
    person: str = "",
) -> HeatRow:
    cells = []
    for week in weeks:
        cell = cell_of(week) or Cell()
        cells.append(HeatCell(week, _figure(asked, "gap", cell, week, week, role=role, person=person), _tone(cell)))
    scope = {"role": role, "person": person}
    query = {"rows": "person", "role": role} if role and not person else {"rows": "person", "person": person}
    kept = {"client": asked.client, "from": str(asked.first), "weeks": str(len(weeks)), **query}
    plan = {"person": person} if person else {}
    return HeatRow(
        name=name,
        under=under,
        url=f"{reverse('capacity')}?{urlencode({key: value for key, value in kept.items() if value})}"
        if role or person
        else "",
        plan_url=f"{reverse('allocation_plan')}?{urlencode(plan)}" if plan else "",
        cells=tuple(cells),
        gap=_figure(asked, "gap", whole, asked.first, asked.last, **scope),
        utilisation=_figure(asked, "utilisation", whole, asked.first, asked.last, **scope),
    )


def _tone(cell: Cell) -> str:
    gap, capacity = cell.gap, cell.capacity
    if gap is None or capacity is None:
        return "unknown"
    if gap > 0:
        share = gap / capacity if capacity > 0 else Decimal(1)
        return "short-3" if share > Decimal("0.25") else "short-2" if share > Decimal("0.1") else "short-1"
    return "free" if capacity > 0 and -gap * 2 >= capacity else ""


def _worked(user: User, asked: CapacityAsked, today: date) -> Figure:
    """Of the last four whole weeks, by the hours people wrote."""
    first, last = worked_weeks(today)
    back = CapacityAsked(first, last, client=asked.client, role=asked.role, person=asked.person)
    book = load_capacity(user, back, today=today)
    whole = book.grouped(lambda holder, part: None).get(None, Cell())
    value = value_of("worked", whole, weeks=BENCH_WEEKS, worked=billable_hours(book))
    return capacity_figure("worked", value, first, last, role=asked.role, person=asked.person, client=asked.client)


def worked_weeks(today: date) -> tuple[date, date]:
    this = today - timedelta(days=today.weekday())
    return this - timedelta(weeks=BENCH_WEEKS), this - timedelta(weeks=1)


def billable_hours(book: CapacityBook) -> Decimal | None:
    """Written by the people whose weekly hours are known, not sent back; None where there are none. One query."""
    rows = TimeEntry.objects.filter(
        person__in=[person.pk for person in book.people if person.known],
        date__gte=book.asked.first,
        date__lte=book.asked.last + timedelta(days=6),
        billable=True,
    ).exclude(status=TimeStatus.REJECTED)
    if book.asked.client:
        rows = rows.filter(client__key=book.asked.client)
    found: Decimal | None = rows.aggregate(hours=Sum("hours"))["hours"]
    return found


def _chart(asked: CapacityAsked, weeks: Sequence[date], cells: Sequence[Cell]) -> charts.LayeredBars:
    bands = [cell.band() if cell.demand.soft else None for cell in cells]
    short = sum(1 for cell in cells if cell.gap is not None and cell.gap > 0)
    likely = sum(
        1
        for cell, band in zip(cells, bands, strict=True)
        if cell.capacity is not None and band is not None and band[1] > cell.capacity
    )
    if short:
        said = f"Over all roles, demand is beyond capacity in {short} of {len(weeks)} weeks"
    elif likely:
        said = f"Over all roles, demand may go beyond capacity in {likely} of {len(weeks)} weeks"
    else:
        said = f"Over all roles, capacity covers demand in all {len(weeks)} weeks"
    return charts.LayeredBars(
        finding=said,
        sub="Hours by week. Soft hours weigh as much as their deal is likely; dashed lines hold 80 of 100 outcomes.",
        layers=("Firm", "Soft"),
        months=tuple(
            charts.LayerMonth(
                label=day_short(week),
                parts=(cell.demand.firm, cell.demand.weighted),
                low=band and band[0],
                high=band and band[1],
                line=cell.capacity,
            )
            for week, cell, band in zip(weeks, cells, bands, strict=True)
        ),
        unit="hours",
        scale="1",
        ruled="Soft",
        band_label="P10–P90",
        line_label="Capacity",
        slot_label="Week of",
        source="Allocations as they stand now; capacity less public holidays and leave",
        height=260,
    )
