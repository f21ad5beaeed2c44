"""reports/capacity: demand for people against their capacity, by role, person, week and month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.http import HttpResponseBase
from rest_framework.request import Request

from common.periods import format_month, month_add, month_of
from financials.queries.capacity import (
    GROUPS,
    MOST_WEEKS,
    CapacityAsked,
    capacity_rows,
    load_capacity,
    shown,
    weeks_of_months,
)
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.reports import SIX
from portfolio.api.tables import Asked, Table, TableView, describe

AHEAD: Final = 5
"""Months beside the current one, where none are asked for: capacity is about what is to come."""
COLUMNS: Final = ("capacity", "firm", "weighted", "gap", "utilisation")
UTILISATION: Final = (
    "utilisation = firm hours of people ÷ (calendar hours − public holidays − leave); gap = firm + weighted − capacity"
)


class CapacityView(TableView):
    name = "capacity"
    groups = GROUPS
    takes = ("role", "person")

    @describe(
        "capacity",
        "Hours. firm: planned for certain; weighted: soft hours × the probability of their opportunity; capacity: "
        "weekly hours − public holidays − leave; gap: firm + weighted − capacity, above zero people are short; "
        "utilisation: firm hours of people ÷ (calendar − excluded). from, to: default this month and the next five. "
        "Weeks are named by their Monday and whole; with months, and without weeks, days count in their own month. A "
        "row of group person without an e-mail is of roles nobody is named for. With client, owner or tier, firm and "
        "weighted are of those clients and capacity is what firm hours for others leave. role, person: filters.",
        GROUPS,
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        if asked.as_of is not None:
            problem = [("?as_of", "plans are kept as they stand now")]
            raise Problem(400, "Some query parameters do not hold.", errors=problem)
        first = asked.first or asked.last or month_of(now.date())
        last = asked.last or month_add(first, AHEAD)
        wanted = read_asked(asked, first, last)
        book = load_capacity(user, wanted, today=now.date())
        names = ", ".join(person.email for person in book.unknown)
        unknown = [f"Weekly hours are not known, so in no capacity and no gap: {names}"] if names else []
        return Table(
            columns=(*asked.group_by, *COLUMNS),
            rows=[
                {
                    **{name: _said(part, name) for name, part in zip(asked.group_by, row.groups, strict=True)},
                    "capacity": shown(row.cell.capacity),
                    "firm": shown(row.cell.demand.firm),
                    "weighted": shown(row.cell.demand.weighted),
                    "gap": shown(row.cell.gap),
                    "utilisation": None if row.cell.utilisation is None else row.cell.utilisation.quantize(SIX),
                }
                for row in capacity_rows(book, asked.group_by)
            ],
            currency="",
            first=first,
            last=last,
            as_of=now,
            notes=[UTILISATION, *unknown],
        )


def read_asked(asked: Asked, first: date, last: date) -> CapacityAsked:
    by_week = "week" in asked.group_by and "month" not in asked.group_by
    begin, end = weeks_of_months(first, last, whole=by_week)
    if last < first or (end - begin).days > 7 * MOST_WEEKS:
        problem = [("?to", "lies before from" if last < first else "a capacity report takes at most three years")]
        raise Problem(400, "Some query parameters do not hold.", errors=problem)
    return CapacityAsked(
        begin,
        end,
        client=asked.client,
        owner=asked.owner,
        tier=asked.tier,
        role=asked.more["role"],
        person=asked.more["person"].lower(),
        months=None if by_week else (first, last),
    )


def _said(part: Any, name: str) -> str | None:
    if part is None:
        return None
    return format_month(part) if name == "month" else str(part)
