"""How figures of capacity explain themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import NOT_FOUND, get_client_for
from common.figures import Explanation, Input, UnknownFigure, formulae
from common.formats import day, number
from financials.calc.capacity import Cell
from financials.figures import definition_of
from financials.queries.capacity import MOST_WEEKS, CapacityAsked, load_capacity
from financials.queries.capacity_figures import LABELS, capacity_figure, value_of
from financials.queries.capacity_page import billable_hours
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

VERSION: Final = 1
_FORMULAE: Final = {
    "capacity": "calendar hours − public holidays − leave − firm hours for other clients",
    "firm": "Σ hours planned for certain",
    "weighted": "Σ soft hours × what their deal counts at in the forecast",
    "demand": "firm hours + soft hours × what their deal counts at in the forecast",
    "low": "firm hours + what soft hours reach in 90 of 100 outcomes; each deal is won or lost as a whole",
    "high": "firm hours + what soft hours exceed in 10 of 100 outcomes; each deal is won or lost as a whole",
    "gap": "demand − capacity; above zero people are short",
    "weekly_gap": "(demand − capacity) ÷ weeks",
    "free": "capacity − demand",
    "unnamed": "demand of roles nobody is named for",
    "excess": "firm hours − capacity",
    "utilisation": "firm hours of people ÷ (calendar hours − public holidays − leave)",
    "worked": "billable hours worked ÷ (calendar hours − public holidays − leave)",
}


def explain(name: str, user: User, params: Mapping[str, str], now: datetime) -> Explanation:
    if not abilities_of(user).see_money:
        raise Http404(NOT_FOUND)
    asked = _asked(params)
    if asked.client:
        get_client_for(user, asked.client)
    book = load_capacity(user, asked, today=now.date())
    cell = book.grouped(lambda holder, part: None).get(None, Cell())
    weeks = len(book.weeks)
    worked = billable_hours(book) if name == "worked" else None
    scope = {"client": asked.client, "role": asked.role, "person": asked.person}
    named = {**scope, "from": str(asked.first), "to": str(asked.last)}
    query = urlencode({key: value for key, value in named.items() if value})
    rows = f"{reverse('allocation_list')}?{query}"
    return Explanation(
        figure=capacity_figure(
            name, value_of(name, cell, weeks=weeks, worked=worked), asked.first, asked.last, **scope
        ),
        scope=", ".join(value for value in scope.values() if value) or "everybody in reach",
        formula=_FORMULAE[name],
        formula_id=f"capacity.{name}",
        formula_version=VERSION,
        inputs=_inputs(name, cell, weeks, worked),
        as_of=now,
        period=f"{day(asked.first)} to {day(asked.last + timedelta(days=6))}",
        rows_url=rows,
        xlsx_url=f"{rows}&format=xlsx",
        definition=definition_of(_heading(name)),
        notes=_notes(cell, [person.name for person in book.unknown]),
    )


def _heading(name: str) -> str:
    return {
        "capacity": "capacity", "free": "gap", "gap": "gap", "weekly_gap": "gap", "excess": "gap",
        "utilisation": "utilisation", "worked": "utilisation", "low": "range-of-demand", "high": "range-of-demand",
    }.get(name, "demand")  # fmt: skip


def _asked(params: Mapping[str, str]) -> CapacityAsked:
    if params.keys() - {"client", "role", "person", "from", "to"}:
        raise UnknownFigure("capacity takes a client, role, person and its first and last week")
    try:
        first, last = date.fromisoformat(params["from"]), date.fromisoformat(params["to"])
    except (KeyError, ValueError):
        raise UnknownFigure("capacity names its first and last week") from None
    if first.weekday() or last.weekday() or not 0 <= (last - first).days <= 7 * MOST_WEEKS:
        raise UnknownFigure("weeks are named by their Mondays, at most three years of them")
    if not 1901 <= first.year <= last.year <= 2198:
        raise UnknownFigure("no such year")
    return CapacityAsked(
        first, last, client=params.get("client", ""), role=params.get("role", ""), person=params.get("person", "")
    )


def _inputs(name: str, cell: Cell, weeks: int, worked: Decimal | None) -> tuple[Input, ...]:
    hours, demand = cell.hours, cell.demand
    base = (
        Input("Calendar hours", hours.calendar, "hours"),
        Input("Public holidays", hours.holidays, "hours", "−"),
        Input("Leave", hours.leave, "hours", "−"),
    )
    elsewhere = (Input("Firm for other clients", demand.elsewhere, "hours", "−"),) if demand.elsewhere else ()
    firm = Input("Firm hours", demand.firm, "hours")
    soft = (
        Input("Soft hours, as planned", sum(demand.soft.values(), Decimal(0)), "hours"),
        Input("Weighted by what their deals count at", demand.weighted, "hours"),
    )
    left_out = demand.total - cell.open_demand
    open_demand = (
        firm,
        Input("Soft hours, weighted", demand.weighted, "hours", "+"),
        *((Input("Of people without weekly hours", left_out, "hours", "−"),) if left_out else ()),
        Input("Capacity", cell.capacity, "hours", "−"),
    )
    low, high = cell.band()
    made = {
        "capacity": (*base, *elsewhere),
        "firm": (firm,),
        "weighted": soft,
        "demand": open_demand[:2],
        "low": (firm, Input("Soft hours, P10", low - demand.firm, "hours", "+")),
        "high": (firm, Input("Soft hours, P90", high - demand.firm, "hours", "+")),
        "gap": open_demand,
        "weekly_gap": (*open_demand, Input("Weeks", weeks, "count", "÷")),
        "free": (Input("Capacity", cell.capacity, "hours"), Input("Demand", cell.open_demand, "hours", "−")),
        "unnamed": (
            Input("Demand", demand.total, "hours"),
            Input("Of people named", demand.total - cell.unnamed, "hours", "−"),
        ),
        "excess": (firm, Input("Capacity", cell.capacity, "hours", "−")),
        "utilisation": (
            Input("Firm hours of people", cell.named_firm, "hours"),
            Input("Calendar hours", hours.calendar, "hours", "÷"),
            Input("Public holidays", hours.holidays, "hours", "−"),
            Input("Leave", hours.leave, "hours", "−"),
        ),
        "worked": (
            Input("Billable hours worked", worked, "hours"),
            Input("Calendar hours", hours.calendar, "hours", "÷"),
            Input("Public holidays", hours.holidays, "hours", "−"),
            Input("Leave", hours.leave, "hours", "−"),
        ),
    }
    return made[name]


def _notes(cell: Cell, unknown: list[str]) -> tuple[str, ...]:
    notes = []
    if unknown:
        notes.append(f"Weekly hours are not known, so in no capacity and no gap: {', '.join(unknown[:20])}")
    if cell.demand.unweighted:
        notes.append(
            f"{number(cell.demand.unweighted, 0)} soft hours have no deal with a probability and are in no demand"
        )
    return tuple(notes)


def _register(name: str) -> None:
    def handle(user: User, params: Mapping[str, str], now: datetime) -> Explanation:
        return explain(name, user, params, now)

    formulae.register(f"capacity.{name}", handle)


def register() -> None:
    for name in LABELS:
        _register(name)
