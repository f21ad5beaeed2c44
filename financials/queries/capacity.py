"""Demand for people against capacity, as far as a reader sees it. docs/definitions.md#capacity

Who is in reach: finance and leadership see everybody; others their reporting line, the teams of their clients and
whoever is planned for those. A person's hours for clients out of sight count in full, in one number that names nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from django.db import connection

from accounts.access import clients_for
from common.periods import month_add, month_end, month_of
from common.policies import FINANCE, LEADERSHIP
from financials.calc.allocated import chance_of
from financials.calc.capacity import Away, Cell, Demand, Hours, Part, Row, Worker, hours_of, parts_of
from financials.queries.basis import Sql, ids_sql
from financials.queries.disciplines import MONTHS
from financials.queries.own_rates import OWN_ODDS
from financials.queries.renewals import holidays_of
from people.access import abilities_of
from people.models import User
from people.queries import reporting_line_ids

if TYPE_CHECKING:
    from people.models import User as Reader

GROUPS: Final = ("role", "person", "week", "month")
USUAL_WEEKS: Final = 26
"""What the page shows, and the cockpit judges by, unless asked otherwise: both must say the same of a role."""
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

    def __hash__(self) -> int:  # looked up for every row: not over the whole of a person
        return hash(self.role) if self.person is None else self.person.pk


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

# One statement for all three, as text: the cockpit has no question to spare, and can hang it onto another.
_READ: Final = """
WITH worked AS (
  SELECT DISTINCT ON (person_id) person_id, role FROM (
    SELECT person_id, role, sum(hours) AS hours FROM financials_timemonth WHERE role <> '' AND month >= %s
      AND person_id IN (SELECT id FROM people_user WHERE discipline = '') GROUP BY 1, 2
  ) t ORDER BY person_id, hours DESC, role
), named AS (
  SELECT person_id, bool_or({asked} AND {seen}) AS asked, bool_or({seen}) AS seen FROM financials_allocation a
  WHERE a.week BETWEEN %s AND %s AND a.hours > 0 AND a.person_id IS NOT NULL GROUP BY 1
), roster AS (
  SELECT u.id, u.email, u.name, coalesce(nullif(u.discipline, ''), worked.role, u.role) AS role, u.weekly_hours,
         u.starts, u.ends, u.country
  FROM people_user u LEFT JOIN worked ON worked.person_id = u.id LEFT JOIN named ON named.person_id = u.id
  WHERE (named.person_id IS NOT NULL OR (u.is_active AND (u.ends IS NULL OR u.ends >= %s)
         AND (u.starts IS NULL OR u.starts <= %s)
         AND (u.discipline <> '' OR worked.role IS NOT NULL OR u.role = 'delivery')))
    AND ({reach})
), planned AS (
  SELECT a.week, a.person_id, a.role, a.firm, CASE WHEN NOT a.firm THEN a.opportunity_id END AS deal, o.outcome,
         o.category, o.probability, NOT ({asked}) AS elsewhere, w.own, w.usual, sum(a.hours) AS hours
  FROM financials_allocation a LEFT JOIN accounts_opportunity o ON o.id = a.opportunity_id AND NOT a.firm {odds}
  WHERE a.week BETWEEN %s AND %s AND a.hours > 0
    AND (a.person_id IN (SELECT id FROM roster) OR (a.person_id IS NULL AND {asked} AND {seen}))
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
)
SELECT 'person' AS kind,
       json_build_array(id, email, name, role, weekly_hours::text, starts, ends, country)::text AS data FROM roster
UNION ALL SELECT 'leave', json_build_array(person_id, starts, ends, hours::text)::text
FROM people_leave WHERE person_id IN (SELECT id FROM roster) AND ends >= %s AND starts <= %s
UNION ALL
SELECT 'planned', json_build_array(week, person_id, role, firm, deal, outcome, category, probability::text, own::text,
                                   usual::text, elsewhere, hours::text)::text FROM planned
"""
# Filled with this module's own pieces; every value is a bound parameter.


def load_capacity(user: Reader, asked: CapacityAsked, *, today: date) -> CapacityBook:
    """One query, two where clients are asked for; however many people and weeks."""
    if not abilities_of(user).see_money:
        return CapacityBook(asked, (), (), {}, {})
    with connection.cursor() as cursor:
        cursor.execute(*capacity_sql(user, asked, today))
        return book_of(asked, cursor.fetchall())


def capacity_sql(user: Reader, asked: CapacityAsked, today: date) -> Sql:
    """Rows of kind and data, for `book_of`. No query, one where clients are asked for."""
    seen, wanted, reach = _seen(user), _wanted(user, asked), _reach(user, asked)
    weeks, last_day = [asked.first, asked.last], asked.last + timedelta(days=6)
    params = [
        month_add(month_of(today), -MONTHS), *wanted[1], *seen[1], *seen[1], *weeks, asked.first, last_day, *reach[1],
        *wanted[1], today, *weeks, *wanted[1], *seen[1], asked.first, last_day,
    ]  # fmt: skip
    return _READ.format(asked=wanted[0], seen=seen[0], reach=reach[0], odds=OWN_ODDS), params


def book_of(asked: CapacityAsked, rows: Iterable[tuple[str, str]]) -> CapacityBook:
    parts = tuple(
        part
        for part in parts_of(asked.first, asked.last)
        if asked.months is None or asked.months[0] <= part.month <= asked.months[1]
    )
    read: dict[str, list[list[Any]]] = {"person": [], "leave": [], "planned": []}
    for kind, data in rows:
        read[kind].append(orjson.loads(data))
    leave: dict[int, list[Away]] = defaultdict(list)
    for person, starts, ends, hours in read["leave"]:
        leave[person].append(Away(date.fromisoformat(starts), date.fromisoformat(ends), _decimal(hours)))
    people: dict[int, Person] = {}
    capacity: dict[int, dict[Part, Hours] | None] = {}
    for pk, mail, name, role, weekly, starts, ends, country in sorted(read["person"], key=lambda row: (row[2], row[0])):
        if (asked.role and role != asked.role) or (asked.person and mail != asked.person):
            continue
        people[pk] = Person(pk, mail, name, role, weekly is not None)
        free = holidays_of(country, asked.first.year - 1, asked.last.year + 1)
        worker = Worker(pk, role, _decimal(weekly), _day(starts), _day(ends), free, tuple(leave[pk]))
        capacity[pk] = hours_of(worker, parts)
    return CapacityBook(asked, parts, tuple(people.values()), capacity, _demand(asked, parts, people, read["planned"]))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


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


def _reach(user: Reader, asked: CapacityAsked) -> Sql:
    if asked.narrowed:
        return "named.asked", []
    if user.role in (FINANCE, LEADERSHIP):
        return "true", []
    below: Any = reporting_line_ids(user)
    line, line_params = ids_sql(User.objects.filter(pk__in=below).order_by().values("pk"))
    clients, client_params = ids_sql(clients_for(user).order_by().values("pk"))
    members = f"SELECT m.person_id FROM accounts_clientmember m WHERE m.client_id IN ({clients})"  # noqa: S608  # as above
    return f"named.seen OR u.id IN ({line}) OR u.id IN ({members})", [*line_params, *client_params]


def _demand(
    asked: CapacityAsked, parts: Iterable[Part], people: dict[int, Person], rows: Iterable[list[Any]]
) -> dict[tuple[Holder, Part], Demand]:
    of_week: dict[date, list[Part]] = defaultdict(list)
    for part in parts:
        of_week[part.week].append(part)
    holders = {pk: Holder(person, person.role) for pk, person in people.items()}
    found: dict[tuple[Holder, Part], Demand] = defaultdict(Demand)
    for week, pk, role, firm, deal, outcome, category, probability, own, usual, elsewhere, hours in rows:
        if pk not in people if pk is not None else bool(asked.person or asked.role not in ("", role)):
            continue
        stated, odds = _decimal(probability), (_decimal(own), _decimal(usual))
        chance = chance_of(firm=firm, outcome=outcome or "", category=category or "", probability=stated, odds=odds)
        row = Row(date.fromisoformat(week), pk, role, Decimal(hours), firm, deal, chance, elsewhere)
        holder = Holder(None, role) if pk is None else holders[pk]
        for part in of_week[row.week]:
            found[holder, part].take(row, part.share(row.hours))
    return dict(found)


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
