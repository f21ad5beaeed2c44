"""Hours as a list: filtered, summed, paged; and one person's week as a grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.access import clients_for
from common.figures import Figure, figure_id
from common.money import ZERO
from common.periods import Month, format_month, month_add, month_of
from financials.access import contracts_for, time_for, workplaces_for
from financials.calc.timesheet import Slot
from financials.models import TimeEntry, TimeStatus
from financials.queries.closed import closed_set
from people.access import abilities_of
from people.models import User

A_PAGE: Final = 100
HEAD: Final = (
    "Date",
    "Counts in",
    "Person",
    "E-mail",
    "Client",
    "Contract",
    "Role",
    "Hours",
    "Billable",
    "Status",
    "Notes",
    "Source reference",
    "Decided by",
)
WAYS: Final = ("", "", "", "", "", "", "", "amount")
_SORTS: Final = {"date": "date", "person": "person__name", "client": "client__name", "hours": "hours"}


@dataclass(frozen=True, slots=True)
class TimeFilter:
    """client: a key; person: an e-mail; contract: a number, "-" for none; billable: yes or no; blank takes all.

    first, last: from and to a month, as the figures of the P&L ask; month: one alone.
    """

    client: str = ""
    person: str = ""
    contract: str = ""
    month: Month | None = None
    first: Month | None = None
    last: Month | None = None
    status: str = ""
    billable: str = ""
    q: str = ""
    sort: str = ""

    @property
    def params(self) -> dict[str, str]:
        """As the figures of the list name it."""
        return {
            "client": self.client,
            "person": self.person,
            "contract": self.contract,
            "month": format_month(self.month) if self.month else "",
            "first": format_month(self.first) if self.first else "",
            "last": format_month(self.last) if self.last else "",
            "status": self.status,
            "billable": self.billable,
        }


def filtered(user: User, wanted: TimeFilter) -> QuerySet[TimeEntry]:
    rows = time_for(user)
    if wanted.client:
        rows = rows.filter(client__key=wanted.client)
    if wanted.person:
        rows = rows.filter(person__email=wanted.person)
    if wanted.contract == "-":
        rows = rows.filter(contract=None)
    elif wanted.contract:
        rows = rows.filter(contract__number=wanted.contract)
    if wanted.month:
        rows = rows.filter(month=wanted.month)
    if wanted.first:
        rows = rows.filter(month__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(month__lte=wanted.last)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.billable:
        rows = rows.filter(billable=wanted.billable == "yes")
    if wanted.q:
        rows = rows.filter(
            Q(notes__icontains=wanted.q) | Q(role__icontains=wanted.q) | Q(person__name__icontains=wanted.q)
        )
    column = _SORTS.get(wanted.sort.lstrip("-"), "date")
    descending = wanted.sort.startswith("-") or not wanted.sort
    return rows.order_by(f"{'-' if descending else ''}{column}", "-id")


@dataclass(frozen=True, slots=True)
class Sums:
    """entries: how many there are, of whatever status. hours: those that count; rejected hours count nowhere."""

    entries: int
    hours: Decimal
    billable: Decimal
    waiting: Decimal
    sent_back: Decimal


def sums_of(rows: QuerySet[TimeEntry]) -> Sums:
    counted = ~Q(status=TimeStatus.REJECTED)
    found = rows.order_by().aggregate(
        entries=Count("pk"),
        every=Sum("hours", filter=counted),
        billed=Sum("hours", filter=counted & Q(billable=True)),
        waiting=Sum("hours", filter=Q(status=TimeStatus.SUBMITTED)),
        sent_back=Sum("hours", filter=Q(status=TimeStatus.REJECTED)),
    )
    return Sums(found["entries"], *(found[name] or ZERO for name in ("every", "billed", "waiting", "sent_back")))


LABELS: Final = {
    "hours": "Hours",
    "billable": "Billable hours",
    "waiting": "Hours to approve",
    "sent_back": "Hours sent back",
}


def time_figure(name: str, value: Decimal, wanted: TimeFilter) -> Figure:
    return Figure(figure_id(f"time.{name}", **wanted.params), LABELS[name], value, "hours")


@dataclass(frozen=True, slots=True)
class TimePage:
    """locked: months that are closed, whose entries are not changed any more."""

    rows: Page[TimeEntry]
    figures: tuple[Figure, ...]
    locked: frozenset[date]
    clients: list[tuple[str, str]]
    people: list[tuple[str, str]]
    contracts: list[tuple[str, str]]
    can_edit: bool
    can_approve: bool
    month_text: str

    @property
    def waiting(self) -> Decimal | int:
        """Hours nobody has decided on."""
        return self.figures[2].value or ZERO

    @property
    def finding(self) -> str:
        hours, waiting = self.figures[0].value or ZERO, self.waiting
        if not self.rows.paginator.count:
            return "No hours here yet"
        if waiting:
            return f"{waiting:,.0f} of {hours:,.0f} hours wait for approval"
        return f"{hours:,.0f} hours, all of them decided on"


def _read(rows: QuerySet[TimeEntry], page: Page[Any]) -> Page[TimeEntry]:
    """The page's entries with their names, looked up by id: else all those before a late page would be joined too."""
    ids = [pk for (pk,) in page.object_list]
    page.object_list = list(rows.filter(pk__in=ids).select_related("person", "client", "contract"))
    return page


def load_time_page(user: User, wanted: TimeFilter, *, page: str | None) -> TimePage:
    """Seven queries."""
    rows = filtered(user, wanted)
    sums, can = sums_of(rows), abilities_of(user)
    pages = Paginator(rows.values_list("pk"), A_PAGE)
    pages.count = sums.entries  # counted with the sums already
    # Whether there is one, not all of them: the list may have a hundred times as many entries as people and contracts.
    people = User.objects.filter(Exists(time_for(user).filter(person=OuterRef("pk"))))
    contracts = contracts_for(user).filter(Exists(TimeEntry.objects.filter(contract=OuterRef("pk"))))
    if wanted.client:
        contracts = contracts.filter(client__key=wanted.client)
    return TimePage(
        rows=_read(rows, pages.get_page(page)),
        figures=tuple(time_figure(name, getattr(sums, name), wanted) for name in LABELS),
        locked=closed_set(),
        clients=list(clients_for(user).order_by("name").values_list("key", "name")[:60]),
        people=list(people.order_by("name").values_list("email", "name")[:60]),
        contracts=list(contracts.order_by("number").values_list("number", "title")[:60]),
        can_edit=can.edit_time,
        can_approve=can.approve_time,
        month_text=wanted.params["month"],
    )


def file_rows(rows: QuerySet[TimeEntry]) -> Iterator[tuple[Any, ...]]:
    values = rows.values_list(
        "date",
        "month",
        "person__name",
        "person__email",
        "client__key",
        "contract__number",
        "role",
        "hours",
        "billable",
        "status",
        "notes",
        "source_ref",
        "decided_by",
    )
    for day, month, *rest in values.iterator(chunk_size=5000):
        yield day, format_month(month), *rest


# One person's week


@dataclass(frozen=True, slots=True)
class WeekCell:
    """name: of its input. hours: of this cell's own entry; loaded: of entries that came otherwise, not edited here."""

    name: str
    day: date
    hours: Decimal | None
    loaded: Decimal
    status: str
    locked: bool
    typed: str | None = None

    @property
    def text(self) -> str:
        """As the input shows it: what was typed, else the hours without trailing zeros."""
        if self.typed is not None:
            return self.typed
        return "" if self.hours is None else f"{self.hours.normalize():f}"

    @property
    def state(self) -> str:
        if self.locked:
            return "month closed"
        return {"approved": "approved", "rejected": "sent back"}.get(self.status, "")


@dataclass(frozen=True, slots=True)
class NewRow:
    """A blank row of the form. cells: day, name and text of each input."""

    number: int
    place: str
    role: str
    free: bool
    cells: tuple[tuple[date, str, str], ...]


def new_rows(week: Week, typed: Mapping[str, str], count: int) -> list[NewRow]:
    first = len(week.rows)
    return [
        NewRow(
            number,
            typed.get(f"p{number}", ""),
            typed.get(f"role{number}", ""),
            f"free{number}" in typed,
            tuple((day, f"h{number}_{at}", typed.get(f"h{number}_{at}", "")) for at, day in enumerate(week.days)),
        )
        for number in range(first, first + count)
    ]


def with_typed(week: Week, typed: Mapping[str, str]) -> Week:
    """The week with what a refused form said, so that nothing has to be typed again."""
    rows = tuple(
        replace(row, cells=tuple(replace(cell, typed=typed.get(cell.name)) for cell in row.cells)) for row in week.rows
    )
    return replace(week, rows=rows)


@dataclass(frozen=True, slots=True)
class WeekRow:
    slot: Slot
    client: str
    contract: str
    title: str
    cells: tuple[WeekCell, ...]

    @property
    def total(self) -> Decimal:
        return sum(((cell.hours or ZERO) + cell.loaded for cell in self.cells), ZERO)

    @property
    def key(self) -> str:
        """The row as the form carries it."""
        slot = self.slot
        return f"{slot.client_id}|{slot.contract_id or ''}|{'yes' if slot.billable else 'no'}|{slot.role}"


@dataclass(frozen=True, slots=True)
class Week:
    """days: Monday to Sunday. places: contracts and clients a row can be added for, as value and label."""

    days: tuple[date, ...]
    rows: tuple[WeekRow, ...]
    day_totals: tuple[Decimal, ...]
    total: Decimal
    waiting: Decimal
    places: tuple[tuple[str, str], ...]

    @property
    def by_day(self) -> list[tuple[date, Decimal]]:
        return list(zip(self.days, self.day_totals, strict=True))

    @property
    def monday(self) -> date:
        return self.days[0]

    @property
    def previous(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def following(self) -> date:
        return self.monday + timedelta(days=7)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def load_week(user: User, monday: date) -> Week:
    """The person's rows of this week and, empty, those of the four before it. Three queries."""
    days = tuple(monday + timedelta(days=number) for number in range(7))
    closed = closed_set()
    recent = time_for(user).filter(person=user, date__gte=monday - timedelta(days=28), date__lte=days[-1])
    entries = list(recent.select_related("client", "contract").order_by("client__name", "contract__number", "role"))
    names: dict[tuple[Any, ...], tuple[str, str, str]] = {}
    for entry in entries:
        place = (entry.client_id, entry.contract_id, entry.role, entry.billable)
        contract = entry.contract
        names[place] = (
            entry.client.name,
            contract.number if contract else "",
            contract.title if contract else "No contract",
        )
    rows = tuple(
        _week_row(number, Slot(*place, monday), said, days, entries, closed, user.pk)  # type: ignore[call-arg]  # as put together above
        for number, (place, said) in enumerate(names.items())
    )
    mine = [entry for entry in entries if entry.date >= monday and entry.status != TimeStatus.REJECTED]
    return Week(
        days=days,
        rows=rows,
        day_totals=tuple(sum((e.hours for e in mine if e.date == day), ZERO) for day in days),
        total=sum((e.hours for e in mine), ZERO),
        waiting=sum((e.hours for e in mine if e.status == TimeStatus.SUBMITTED), ZERO),
        places=_places(user),
    )


def _week_row(
    number: int,
    slot: Slot,
    said: tuple[str, str, str],
    days: tuple[date, ...],
    entries: list[TimeEntry],
    closed: frozenset[date],
    person_id: int,
) -> WeekRow:
    cells = []
    for at, day in enumerate(days):
        here = [
            entry
            for entry in entries
            if entry.date == day and (entry.client_id, entry.contract_id, entry.role, entry.billable) == slot[:4]
        ]
        ref = slot._replace(day=day).ref(person_id)
        own = next((entry for entry in here if entry.source_ref == ref), None)
        loaded = sum((e.hours for e in here if e is not own and e.status != TimeStatus.REJECTED), ZERO)
        status = own.status if own else ""
        cells.append(
            WeekCell(
                name=f"h{number}_{at}",
                day=day,
                hours=own.hours if own else None,
                loaded=loaded,
                status=status,
                locked=own is not None and own.month in closed,
            )
        )
    return WeekRow(slot, *said, tuple(cells))


def _places(user: User) -> tuple[tuple[str, str], ...]:
    rows = workplaces_for(user).select_related("client").order_by("client__name", "number")[:200]
    return tuple((f"{row.client_id}|{row.pk}", f"{row.client.name}: {row.number} {row.title}") for row in rows)


def months_listed(today: date) -> list[tuple[str, str]]:
    months = [month_add(month_of(today), -back) for back in range(12)]
    return [(format_month(month), format_month(month)) for month in months]
