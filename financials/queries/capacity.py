"""Demand for people against capacity, as far as a reader sees it. docs/definitions.md#capacity

Who is in reach: finance and leadership see everybody; others their reporting line, the teams of their clients and
whoever is planned for those. A person's hours for clients out of sight count in full, in one number that names nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection

from accounts.access import clients_for
from common.periods import month_add, month_end, month_of
from common.policies import FINANCE, LEADERSHIP
from financials.calc.allocated import chance_of
from financials.calc.capacity import Away, Cell, Demand, Hours, Part, Row, Worker, hours_of, parts_of
from financials.queries.basis import Sql, ids_sql
from financials.queries.disciplines import MONTHS
from financials.queries.renewals import holidays_of
from people.access import abilities_of
from people.models import Leave, User
from people.queries import reporting_line_ids

if TYPE_CHECKING:
    from people.models import User as Reader

GROUPS: Final = ("role", "person", "week", "month")
MOST_WEEKS: Final = 159
"""Three years."""


@dataclass(frozen=True, slots=True)
class CapacityAsked:
    """Weeks from first to last, both Mondays. months: only the days that lie in these months. client: a key; person: an
    e-mail; owner, tier: of the clients. With a client, owner or tier the demand is that of these clients, and capacity
    is what firm hours for others leave.
    """

    first: date
    last: date
    client: str = ""
    role: str = ""
    person: str = ""
    owner: str = ""
    tier: str = ""
    months: tuple[date, date] | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.client or self.owner or self.tier)


class Person(NamedTuple):
    pk: int
    email: str
    name: str
    role: str
    known: bool
    """Whether their weekly hours are."""


class Holder(NamedTuple):
    """Whose hours they are: a person's, or those of a role nobody is named for (person None)."""

    person: Person | None
    role: str


@dataclass(frozen=True, slots=True)
class CapacityBook:
    """Everything between the two weeks. hours: None where they are not known."""

    asked: CapacityAsked
    parts: tuple[Part, ...]
    people: tuple[Person, ...]
    hours: dict[int, dict[Part, Hours] | None]
    demand: dict[tuple[Holder, Part], Demand]

    def grouped(self, key: Callable[[Holder, Part], Any]) -> dict[Any, Cell]:
        """Cells by key; who has neither capacity nor demand in a part is in none."""
        cells: dict[Any, Cell] = defaultdict(Cell)
        for person in self.people:
            holder, hours = Holder(person, person.role), self.hours[person.pk]
            for part in self.parts:
                demand = self.demand.get((holder, part)) or _NOTHING
                own = None if hours is None else hours[part]
                if demand is not _NOTHING or own is None or own.calendar:
                    cells[key(holder, part)].take_person(own, demand)
        for (holder, part), demand in self.demand.items():
            if holder.person is None:
                cells[key(holder, part)].take_role(demand)
        return dict(cells)

    @property
    def weeks(self) -> list[date]:
        return sorted({part.week for part in self.parts})

    @property
    def unknown(self) -> list[Person]:
        return [person for person in self.people if not person.known]


_NOTHING: Final = Demand()

_ROSTER: Final = """
SELECT u.id, u.email, u.name, coalesce(nullif(u.discipline, ''), worked.role, u.role), u.weekly_hours, u.starts, u.ends,
       u.country
FROM people_user u
LEFT JOIN (
  SELECT DISTINCT ON (person_id) person_id, role FROM (
    SELECT person_id, role, sum(hours) AS hours FROM financials_timemonth WHERE role <> '' AND month >= %s GROUP BY 1, 2
  ) t ORDER BY person_id, hours DESC, role
) worked ON worked.person_id = u.id
LEFT JOIN (
  SELECT person_id, bool_or({asked}) AS asked, bool_or({seen}) AS seen FROM financials_allocation a
  WHERE a.week BETWEEN %s AND %s AND a.hours > 0 AND a.person_id IS NOT NULL GROUP BY 1
) planned ON planned.person_id = u.id
WHERE (planned.person_id IS NOT NULL OR (u.is_active AND (u.ends IS NULL OR u.ends >= %s)
       AND (u.starts IS NULL OR u.starts <= %s)
       AND (u.discipline <> '' OR worked.role IS NOT NULL OR u.role = 'delivery')))
  AND ({reach}) ORDER BY u.name, u.id
"""
_PLANNED: Final = """
SELECT a.week, a.person_id, a.role, a.firm, CASE WHEN NOT a.firm THEN a.opportunity_id END, o.outcome, o.category,
       o.probability, NOT ({asked}), sum(a.hours)
FROM financials_allocation a LEFT JOIN accounts_opportunity o ON o.id = a.opportunity_id AND NOT a.firm
WHERE a.week BETWEEN %s AND %s AND a.hours > 0
  AND (a.person_id = ANY(%s::bigint[]) OR (a.person_id IS NULL AND {asked} AND {seen}))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
# Both are filled with this module's own pieces; every value is a bound parameter.


def load_capacity(user: Reader, asked: CapacityAsked, *, today: date) -> CapacityBook:
    """Three queries, four where clients are asked for; however many people and weeks."""
    if not abilities_of(user).see_money:
        return CapacityBook(asked, (), (), {}, {})
    parts = tuple(
        part
        for part in parts_of(asked.first, asked.last)
        if asked.months is None or asked.months[0] <= part.month <= asked.months[1]
    )
    seen, wanted = _seen(user), _wanted(user, asked)
    rows = _roster(user, asked, seen, wanted, today)
    if asked.role:
        rows = [row for row in rows if row[3] == asked.role]
    if asked.person:
        rows = [row for row in rows if row[1] == asked.person]
    people = {row[0]: Person(row[0], row[1], row[2], row[3], row[4] is not None) for row in rows}
    leave = _leave(list(people), asked)
    hours = {row[0]: hours_of(_worker(row, leave, asked), parts) for row in rows}
    return CapacityBook(asked, parts, tuple(people.values()), hours, _demand(asked, parts, people, seen, wanted))


def _seen(user: Reader) -> Sql:
    """Whether an allocation `a` is of a client in sight."""
    if user.role in (FINANCE, LEADERSHIP):
        return "true", []
    text, params = ids_sql(clients_for(user).order_by().values("pk"))
    return f"a.client_id IN ({text})", params


def _wanted(user: Reader, asked: CapacityAsked) -> Sql:
    """Whether it is of a client asked for."""
    if not asked.narrowed:
        return "true", []
    named = {"key": asked.client, "owner__email": asked.owner, "tier": asked.tier}
    clients = clients_for(user).filter(**{path: value for path, value in named.items() if value})
    return "a.client_id = ANY(%s::bigint[])", [list(clients.values_list("pk", flat=True))]


def _roster(user: Reader, asked: CapacityAsked, seen: Sql, wanted: Sql, today: date) -> list[tuple[Any, ...]]:
    reach, reach_params = _reach(user, asked)
    text = _ROSTER.format(asked=wanted[0], seen=seen[0], reach=reach)
    last_day = asked.last + timedelta(days=6)
    params = [
        month_add(month_of(today), -MONTHS), *wanted[1], *seen[1], asked.first, asked.last,
        asked.first, last_day, *reach_params,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())


def _reach(user: Reader, asked: CapacityAsked) -> Sql:
    if asked.narrowed:
        return "planned.asked AND planned.seen", []
    if user.role in (FINANCE, LEADERSHIP):
        return "true", []
    below: Any = reporting_line_ids(user)
    line, line_params = ids_sql(User.objects.filter(pk__in=below).order_by().values("pk"))
    clients, client_params = ids_sql(clients_for(user).order_by().values("pk"))
    members = f"SELECT m.person_id FROM accounts_clientmember m WHERE m.client_id IN ({clients})"  # noqa: S608  # as above
    return f"planned.seen OR u.id IN ({line}) OR u.id IN ({members})", [*line_params, *client_params]


def _leave(ids: list[int], asked: CapacityAsked) -> dict[int, list[Away]]:
    rows = Leave.objects.filter(person__in=ids, ends__gte=asked.first, starts__lte=asked.last + timedelta(days=6))
    found: dict[int, list[Away]] = defaultdict(list)
    for person, starts, ends, hours in rows.values_list("person_id", "starts", "ends", "hours"):
        found[person].append(Away(starts, ends, hours))
    return found


def _worker(row: tuple[Any, ...], leave: dict[int, list[Away]], asked: CapacityAsked) -> Worker:
    pk, _, _, role, weekly, starts, ends, country = row
    free = holidays_of(country, asked.first.year - 1, asked.last.year + 1)
    return Worker(pk, role, weekly, starts, ends, free, tuple(leave.get(pk, ())))


def _demand(
    asked: CapacityAsked, parts: Iterable[Part], people: dict[int, Person], seen: Sql, wanted: Sql
) -> dict[tuple[Holder, Part], Demand]:
    of_week: dict[date, list[Part]] = defaultdict(list)
    for part in parts:
        of_week[part.week].append(part)
    found: dict[tuple[Holder, Part], Demand] = defaultdict(Demand)
    for row in _planned(asked, people, seen, wanted):
        if row.person is None and (asked.person or (asked.role and row.role != asked.role)):
            continue
        person = None if row.person is None else people[row.person]
        holder = Holder(person, row.role if person is None else person.role)
        for part in of_week[row.week]:
            found[holder, part].take(row, part.share(row.hours))
    return dict(found)


def _planned(asked: CapacityAsked, people: dict[int, Person], seen: Sql, wanted: Sql) -> Iterator[Row]:
    text = _PLANNED.format(asked=wanted[0], seen=seen[0])
    params = [*wanted[1], asked.first, asked.last, list(people), *wanted[1], *seen[1]]
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    for week, person, role, firm, deal, outcome, category, probability, elsewhere, hours in rows:
        chance = chance_of(firm=firm, outcome=outcome or "", category=category or "", probability=probability)
        yield Row(week, person, role, hours, firm, deal, chance, elsewhere)


# What reports ask


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """groups: role, e-mail, Monday or month, in the order asked; None where hours are of a role nobody is named for."""

    groups: tuple[Any, ...]
    cell: Cell


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks_of_months(first: date, last: date, *, whole: bool) -> tuple[date, date]:
    """The Mondays whose weeks the months take in: those that lie in them (whole), or all with a day there."""
    begin, end = monday_of(first), monday_of(month_end(last))
    if whole and begin < first:
        begin += timedelta(days=7)
    return begin, end


def capacity_rows(book: CapacityBook, group_by: tuple[str, ...]) -> list[CapacityRow]:
    """By the groups in the order asked; without any, one row."""
    makers: dict[str, Callable[[Holder, Part], Any]] = {
        "role": lambda holder, part: holder.role,
        "person": lambda holder, part: holder.person.email if holder.person else None,
        "week": lambda holder, part: part.week,
        "month": lambda holder, part: part.month,
    }
    chosen = [makers[name] for name in group_by]
    cells = book.grouped(lambda holder, part: tuple(make(holder, part) for make in chosen))
    order = sorted(cells, key=lambda key: tuple((value is None, str(value or "")) for value in key))
    return [CapacityRow(key, cells[key]) for key in order]


def shown(value: Decimal | None) -> Decimal | None:
    """Hours as files print them: to the hundredth."""
    return None if value is None else value.quantize(Decimal("0.01"))
