"""Planned hours of one client or one person as a grid of weeks that is written in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet
from django.http import Http404

from accounts.access import NOT_FOUND, clients_for, opportunities_for
from accounts.models import Client
from accounts.queries.people import assignable
from common.money import ZERO
from financials.access import allocations_for, workplaces_for
from financials.models import Allocation
from financials.queries.capacity import CapacityAsked, load_capacity, monday_of
from people.models import User as Person

if TYPE_CHECKING:
    from people.models import User

WEEKS: Final = 8
BEFORE: Final = 4
"""Weeks looked back on for rows to go on with."""
MOST_ROWS: Final = 80
NEW_ROWS: Final = 3
FIRM: Final = "firm"
MIXED: Final = ""


@dataclass(frozen=True, slots=True)
class GridCell:
    """name: of its input. stored: the hours that stand; typed: what a refused form said; clash: what changed since."""

    name: str
    week: date
    stored: Decimal | None
    typed: str | None = None
    clash: str = ""

    @property
    def text(self) -> str:
        return plain(self.stored) if self.typed is None else self.typed

    @property
    def was(self) -> str:
        return plain(self.stored)


def plain(hours: Decimal | None) -> str:
    """Without trailing zeros."""
    return "" if hours is None else f"{hours.normalize():f}"


@dataclass(frozen=True, slots=True)
class GridRow:
    """key: person|client|contract|role, as the form carries it. kind: firm, a deal's id, or blank: cells differ."""

    number: int
    key: str
    name: str
    under: str
    kind: str
    deals: tuple[tuple[str, str], ...]
    cells: tuple[GridCell, ...]

    @property
    def total(self) -> Decimal:
        return sum((cell.stored or ZERO for cell in self.cells), ZERO)


@dataclass(frozen=True, slots=True)
class NewRow:
    """A blank row. cells: name and text of each input; the rest as it was chosen."""

    number: int
    who: str
    role: str
    place: str
    kind: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """client, person: the one it is of. capacity: of the person by week, what is left beside clients out of sight."""

    client: Client | None
    person: Person | None
    weeks: tuple[date, ...]
    rows: tuple[GridRow, ...]
    new: tuple[NewRow, ...]
    people: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    deals: tuple[tuple[str, str], ...]
    deal_clients: Mapping[str, int]
    totals: tuple[Decimal, ...]
    capacity: tuple[Decimal | None, ...]

    @property
    def by_week(self) -> tuple[tuple[date, Decimal, Decimal | None], ...]:
        """Week, planned hours and capacity; none of a client, which has no capacity of its own."""
        room = self.capacity or (None,) * len(self.weeks)
        return tuple(zip(self.weeks, self.totals, room, strict=True))

    @property
    def new_rows(self) -> tuple[tuple[NewRow, tuple[tuple[str, str, date], ...]], ...]:
        """Each with its inputs and their weeks."""
        return tuple(
            (row, tuple((*cell, week) for cell, week in zip(row.cells, self.weeks, strict=True))) for row in self.new
        )

    @property
    def name(self) -> str:
        return self.client.name if self.client else self.person.name if self.person else ""

    @property
    def query(self) -> dict[str, str]:
        if self.client:
            return {"client": self.client.key}
        return {"person": self.person.email if self.person else ""}

    @property
    def finding(self) -> str:
        hours = sum(self.totals, ZERO)
        if not hours:
            return f"Nothing is planned for {self.name} in these weeks"
        return f"{hours:,.0f} hours planned for {self.name} in {len(self.weeks)} weeks"

    @property
    def previous(self) -> date:
        return self.weeks[0] - timedelta(weeks=len(self.weeks))

    @property
    def following(self) -> date:
        return self.weeks[0] + timedelta(weeks=len(self.weeks))


def load_grid(user: User, *, client: Client | None, person: Person | None, first: date, today: date) -> Grid:
    """Six queries. Rows of these weeks and, empty, of the four before them."""
    weeks = tuple(first + timedelta(weeks=number) for number in range(WEEKS))
    rows = allocations_for(user).filter(week__gte=first - timedelta(weeks=BEFORE), week__lte=weeks[-1])
    rows = rows.filter(client=client) if client else rows.filter(person=person)
    found = list(
        rows.select_related("person", "client", "contract").order_by(
            "client__name", "person__name", "role", "contract__number", "week"
        )
    )
    deals = _deals(user, client, found)
    several: dict[tuple[Any, ...], list[Allocation]] = defaultdict(list)
    for row in found:
        several[(row.person_id, row.role, row.client_id, row.contract_id)].append(row)
    made = tuple(
        _row(number, group, weeks, client, deals) for number, group in enumerate(list(several.values())[:MOST_ROWS])
    )
    return Grid(
        client=client,
        person=person,
        weeks=weeks,
        rows=made,
        new=_new(len(made), {}),
        people=() if person else tuple((str(one.pk), one.name) for one in assignable()[:400]),
        places=_places(user, client),
        deals=tuple((str(pk), label) for pk, (_, label) in deals.items()),
        deal_clients={str(pk): of for pk, (of, _) in deals.items()},
        totals=tuple(sum((row.hours for row in found if row.week == week), ZERO) for week in weeks),
        capacity=_capacity(user, person, weeks, today),
    )


def _deals(user: User, client: Client | None, rows: Sequence[Allocation]) -> dict[int, tuple[int, str]]:
    """Open deals to hang soft hours on, and those that rows hang on already: the client's id and a label by id."""
    seen = opportunities_for(user)
    wanted = seen.filter(outcome="open") | seen.filter(
        pk__in={row.opportunity_id for row in rows if row.opportunity_id}
    )
    if client:
        wanted = wanted.filter(client=client)
    return {
        deal.pk: (deal.client_id, deal.name if client else f"{deal.client.name}: {deal.name}")
        for deal in wanted.select_related("client").order_by("client__name", "name")[:300]
    }


def _row(
    number: int,
    rows: Sequence[Allocation],
    weeks: Sequence[date],
    client: Client | None,
    deals: Mapping[int, tuple[int, str]],
) -> GridRow:
    first = rows[0]
    by_week = {row.week: row.hours for row in rows}
    kinds = {FIRM if row.firm else str(row.opportunity_id or "") for row in rows}
    contract = f"{first.contract.number} {first.contract.title}" if first.contract else "No contract"
    who = first.person.name if first.person else f"{first.role}, nobody named"
    own = tuple((str(pk), label) for pk, (of, label) in deals.items() if of == first.client_id)
    return GridRow(
        number=number,
        key=f"{first.person_id or ''}|{first.client_id}|{first.contract_id or ''}|{first.role}",
        name=who if client else first.client.name,
        under=contract,
        kind=kinds.pop() if len(kinds) == 1 else MIXED,
        deals=own,
        cells=tuple(GridCell(f"h{number}_{at}", week, by_week.get(week)) for at, week in enumerate(weeks)),
    )


def _new(start: int, typed: Mapping[str, str]) -> tuple[NewRow, ...]:
    return tuple(
        NewRow(
            number,
            typed.get(f"who{number}", ""),
            typed.get(f"role{number}", ""),
            typed.get(f"place{number}", ""),
            typed.get(f"kind{number}", FIRM),
            tuple((f"h{number}_{at}", typed.get(f"h{number}_{at}", "")) for at in range(WEEKS)),
        )
        for number in range(start, start + NEW_ROWS)
    )


def _places(user: User, client: Client | None) -> tuple[tuple[str, str], ...]:
    """Contracts, and without one clients, a row can be of, as client|contract."""
    rows = workplaces_for(user)
    if client:
        rows = rows.filter(client=client)
    named = rows.select_related("client").order_by("client__name", "number")[:300]
    label = "{0.number} {0.title}" if client else "{0.client.name}: {0.number} {0.title}"
    made = [(f"{row.client_id}|{row.pk}", label.format(row)) for row in named]
    if client is None:
        bare = clients_for(user).order_by("name").values_list("pk", "name")[:300]
        made += [(f"{pk}|", f"{name}: no contract") for pk, name in bare]
    return tuple(sorted(made, key=lambda one: one[1]))


def _capacity(user: User, person: Person | None, weeks: Sequence[date], today: date) -> tuple[Decimal | None, ...]:
    if person is None:
        return ()
    book = load_capacity(user, CapacityAsked(weeks[0], weeks[-1], person=person.email), today=today)
    cells = book.grouped(lambda holder, part: part.week)
    return tuple(cells[week].capacity if week in cells else None for week in weeks)


def with_typed(grid: Grid, typed: Mapping[str, str], clashes: Mapping[str, str]) -> Grid:
    """The grid with what a refused form said, so that nothing has to be typed again."""
    rows = tuple(
        replace(
            row,
            kind=typed.get(f"kind{row.number}", row.kind),
            cells=tuple(
                replace(cell, typed=typed.get(cell.name), clash=clashes.get(cell.name, "")) for cell in row.cells
            ),
        )
        for row in grid.rows
    )
    return replace(grid, rows=rows, new=_new(len(rows), typed))


def person_in_reach(user: User, email: str, today: date) -> Person:
    """Whose weeks this reader plans or sees; anyone else is as unknown as nobody: Http404."""
    this = monday_of(today)
    found = Person.objects.filter(email=email, is_active=True).first() if "\x00" not in email else None
    if found is not None:
        book = load_capacity(user, CapacityAsked(this, this, person=email), today=this)
        if book.people or found.pk == user.pk or allocations_for(user).filter(person=found).exists():
            return found
    raise Http404(NOT_FOUND)


def rows_of(user: User, client: Client | None, person: Person | None) -> QuerySet[Allocation]:
    """Those in sight of the client, else of the person."""
    rows = allocations_for(user)
    return rows.filter(client=client) if client else rows.filter(person=person)
