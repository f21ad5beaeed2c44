"""reports/map-changes: two days of a client's stakeholder map held against each other, as its page has it."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.access import clients_for
from accounts.queries.map_history import USUAL, load_changes
from accounts.reports_map import change_rows
from common.periods import month_of
from financials.queries.basis import reporting_currency
from people.access import Abilities
from people.models import User
from portfolio.api.problems import Problem
from portfolio.api.reports import FORMATS, ReportBody
from portfolio.api.schema import problems
from portfolio.api.tables import Asked, Table, TableView

COLUMNS = ("person", "what", "before", "after")


class MapChangesView(TableView):
    name = "map-changes"
    groups = ()
    takes = ("from", "to")

    @extend_schema(
        tags=["reports"],
        operation_id="reports_map_changes",
        description="Who came and who left the stakeholder map of one client between two days, and what is judged "
        "otherwise of the rest; lines and stance for who may know of them.",
        parameters=[
            OpenApiParameter("format", str, enum=list(FORMATS)),
            OpenApiParameter("client", str, required=True, description="Key of a client."),
            OpenApiParameter("from", str, description=f"YYYY-MM-DD; default: {USUAL} days ago."),
            OpenApiParameter("to", str, description="YYYY-MM-DD; default: today where the client is."),
        ],
        responses={
            200: ReportBody,
            (200, "text/csv"): OpenApiResponse(str),
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiResponse(bytes),
            **problems(400, 401, 403, 429),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.answer(request)

    def may(self, can: Abilities) -> bool:
        return can.see_relationships

    def read(self, user: User, asked: Asked, now: datetime) -> Table:
        if not asked.client:
            raise Problem(400, "Some query parameters do not hold.", errors=[("?client", "the key of one client")])
        client = clients_for(user).filter(key=asked.client).first()
        today = client.local_date(now) if client else now.date()
        first, last = _day(asked, "from", today, USUAL), _day(asked, "to", today, 0)
        rows = change_rows(load_changes(user, client, first, last)) if client else []
        return Table(
            columns=COLUMNS,
            rows=[dict(zip(COLUMNS, row, strict=True)) for row in rows],
            currency=asked.currency or reporting_currency(user),
            first=month_of(min(first, last)),
            last=month_of(max(first, last)),
            as_of=now,
        )


def _day(asked: Asked, name: str, today: date, back: int) -> date:
    """Raises Problem for what is no day up to today."""
    text = asked.more[name]
    try:
        found = date.fromisoformat(text) if text else date.fromordinal(today.toordinal() - back)
    except ValueError:
        found = date.max
    if not date(1990, 1, 1) <= found <= today:
        raise Problem(400, "Some query parameters do not hold.", errors=[(f"?{name}", "a day up to today, YYYY-MM-DD")])
    return found
