"""Saved views of clients and deals as tiles of the cockpit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import QueryDict

from accounts.figures import clients_figure
from accounts.forms.clients import client_filter
from accounts.forms.opportunities import deal_scope
from accounts.queries import deal_rows, pipeline
from accounts.queries.clients import client_list
from accounts.queries.rates import deal_rates
from common.figures import Figure
from common.saved_views import Tile, TileRow

if TYPE_CHECKING:
    from people.models import User

SHOWN = 5


def clients(user: User, query: QueryDict, now: datetime) -> Tile:
    """How many there are; the first by the view's own order, with the figure it is sorted by or its first one."""
    wanted = client_filter(query)
    found = client_list(user, wanted, page=1, today=now.date())
    figures = [column.key for column in found.columns if column.money]
    sorted_by = wanted.sort.removeprefix("-")
    shown = sorted_by if sorted_by in figures else next(iter(figures), "")
    return Tile(
        finding=found.finding,
        headline=clients_figure(found.total, wanted),
        rows=[TileRow(row.name, row.url, row.figures.get(shown), row.status_word) for row in found.rows[:SHOWN]],
        source=next((column.label for column in found.columns if column.key == shown), ""),
    )


def deals(user: User, query: QueryDict, now: datetime) -> Tile:
    """The weighted pipeline, or the won value of won deals; the first deals in the view's own order."""
    scope, today = deal_scope(query), now.date()
    rates = deal_rates(user, today)
    totals = pipeline.pipeline_totals(user, scope, rates, today)
    ordered = deal_rows.sorted_deals(pipeline.in_scope(user, scope, today), query.get("sort", "close"), rates)[:SHOWN]
    rows = [deal_rows.deal_row(deal, rates, today) for deal in ordered]
    return Tile(
        finding=pipeline.finding(totals),
        headline=totals.won_value if scope.outcome == "won" else totals.weighted,
        rows=[TileRow(row.name, row.url, Figure("", row.name, row.converted, rates.currency)) for row in rows],
        source=rates.note(),
    )
