"""Saved views of the P&L and of capacity as tiles of the cockpit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import get_client_for
from common.saved_views import Tile, TileRow
from financials.forms.capacity import capacity_view
from financials.forms.pnl import pivot_view, pnl_view
from financials.queries.basis import load_basis
from financials.queries.capacity_page import load_capacity_page
from financials.queries.pivot_page import ROW_WORDS, PivotView, load_pivot_page
from financials.queries.pnl_page import load_pnl_page
from financials.queries.pnl_request import BadRequest, PnlRequest

if TYPE_CHECKING:
    from people.models import User

SHOWN = 5
_HEADLINES = ("contribution", "net_revenue")


def pnl(user: User, query: QueryDict, now: datetime) -> Tile:
    return _groups(user, query, now) if query.get("rows") in ROW_WORDS else _ladder(user, query, now)


def _ladder(user: User, query: QueryDict, now: datetime) -> Tile:
    """Contribution of the newest period, with the periods before it; the ladder's totals below."""
    view, _ = pnl_view(query)
    for key in (view.client, view.parent):
        if key:
            get_client_for(user, key)
    page = load_pnl_page(user, view, now=now)
    lines = {line.key: line for line in page.lines}
    shown = lines[next(name for name in _HEADLINES if name in lines)]
    totals = [line for line in page.lines if line.kind == "total" and line is not shown]
    return Tile(
        finding=page.finding,
        headline=shown.cells[-1][0],
        rows=[TileRow(line.label, "", line.cells[-1][0]) for line in totals],
        series=[figure.value for figure, _ in shown.cells],
        source=page.source,
    )


def _groups(user: User, query: QueryDict, now: datetime) -> Tile:
    """The total over the months, with each period's; the largest groups below."""
    view, _ = pivot_view(query, load_basis(user, now=now).through)
    for key in (view.request.client, view.request.parent):
        if key:
            get_client_for(user, key)
    try:
        page = load_pivot_page(user, view, now=now)
    except BadRequest:  # as the page itself does with an address it cannot read
        page = load_pivot_page(user, PivotView(PnlRequest(), rows=view.rows), now=now)
    home = reverse("pnl")
    return Tile(
        finding=page.topic,
        headline=page.total.total,
        rows=[TileRow(row.name, home + row.filter if row.filter else "", row.total) for row in page.rows[:SHOWN]],
        series=[figure.value for figure, _ in page.total.cells],
        source=page.source,
    )


def capacity(user: User, query: QueryDict, now: datetime) -> Tile:
    """The gap of the weeks asked for, week by week; below it the roles to hire for."""
    asked, rows, number, _ = capacity_view({name: str(value) for name, value in query.items()}, now.date())
    if asked.client:
        get_client_for(user, asked.client)
    page = load_capacity_page(user, asked, rows=rows, page=number, now=now)
    home = reverse("capacity")
    return Tile(
        finding=page.finding,
        headline=page.figures["gap"],
        rows=[
            TileRow(hire.role, f"{home}?{urlencode({'rows': 'person', 'role': hire.role})}", hire.figure)
            for hire in page.hires[:SHOWN]
        ],
        series=[cell.figure.value for cell in page.total.cells],
        source=f"Hours, weeks {page.span}; above zero people are short",
    )
