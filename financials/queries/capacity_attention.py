"""Roles about to be short and people planned beyond their hours, as things that need a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import orjson
from django.urls import reverse
from django.utils.http import urlencode

from common.attention import AttentionItem, group_of
from common.formats import day, day_short, number, plural
from financials.queries.basis import Sql
from financials.queries.capacity import USUAL_WEEKS, CapacityAsked, book_of, capacity_sql, monday_of
from financials.queries.capacity_lists import Hire, Loaded, hires, overloaded

if TYPE_CHECKING:
    from people.models import User

AHEAD: Final = 6
"""Weeks in which a gap or an excess is announced."""
MOST: Final = 2
"""Of each."""
# The columns of attention's one query.
_AS_ATTENTION: Final = """
SELECT 'capacity'::varchar, c.kind::varchar, c.data::varchar, ''::varchar, NULL::numeric, NULL::numeric, 0, NULL::date,
       ''::varchar, ''::varchar FROM ({rows}
UNION ALL SELECT 'lead', json_build_array(role, weeks)::text FROM financials_rolelead) c
"""


def _asked(today: date) -> CapacityAsked:
    first = monday_of(today)
    return CapacityAsked(first, first + timedelta(weeks=USUAL_WEEKS - 1))


def attention_sql(user: User, today: date) -> Sql:
    """Rows for `capacity_items`, to hang onto another query. No query of its own."""
    text, params = capacity_sql(user, _asked(today), today)
    return _AS_ATTENTION.format(rows=text), params


def capacity_items(rows: Iterable[tuple[str, str]], today: date) -> list[AttentionItem]:
    """rows: kind and data."""
    found = list(rows)
    leads = dict(orjson.loads(data) for kind, data in found if kind == "lead")
    book = book_of(_asked(today), [row for row in found if row[0] != "lead"])
    if not book.parts:
        return []
    by_role = book.grouped(lambda holder, part: (holder.role, part.week))
    by_person = book.grouped(lambda holder, part: (holder.person.pk if holder.person else 0, part.week))
    soon = book.weeks[: AHEAD + 1]
    short = [one for one in hires(by_role, book.weeks, leads, today) if one.gap.week <= soon[-1]]
    over = overloaded(book, by_person, soon[:-1])
    return [*(_short(one, today) for one in short[:MOST]), *(_over(one, today) for one in over[:MOST])]


def _short(one: Hire, today: date) -> AttentionItem:
    begin = f"Hiring had to begin by {day(one.gap.hire_by)}" if one.late else f"Hire by {day(one.gap.hire_by)}"
    return AttentionItem(
        client_key="",
        client_name="",
        shape=one.shape,
        lead=f"{one.role} work is {number(one.gap.hours, 0)} h a week short from {day_short(one.gap.week)}",
        why=f"{plural(one.gap.weeks, 'week')} running. {begin}: {plural(one.lead_weeks, 'week')} of lead time.",
        action_label="Open capacity",
        url=f"{reverse('capacity')}?{urlencode({'rows': 'person', 'role': one.role})}",
        due=one.gap.hire_by,
        group=group_of(one.gap.hire_by, today),
    )


def _over(one: Loaded, today: date) -> AttentionItem:
    return AttentionItem(
        client_key="",
        client_name="",
        shape="at_risk",
        lead=f"{one.person.name} is planned {number(one.figure.value, 0)} h beyond the week of {day_short(one.worst)}",
        why=f"{one.person.role}, beyond their hours in {plural(one.weeks, 'week')} from {day_short(one.first)}.",
        action_label="Open capacity",
        url=f"{reverse('capacity')}?{urlencode({'rows': 'person', 'person': one.person.email})}",
        due=one.first,
        group=group_of(one.first, today),
    )
