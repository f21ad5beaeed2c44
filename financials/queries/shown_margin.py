"""The cells a margin is made of, by client and month, and which of them a reader is not told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from accounts.access import clients_for
from common.periods import Month, months_between
from financials.calc.ladder import LINES
from financials.calc.shown_margin import Amount, Place, ShownMargin, shown_margin
from financials.queries.basis import Basis, ids_sql
from financials.queries.cells import load_cells
from financials.queries.cuts import Cut
from financials.queries.ladder_sql import Source
from financials.queries.ladders import load_ladders

if TYPE_CHECKING:
    from people.models import User

Cells = dict[Place, dict[str, Amount]]


def load_grid(source: Source, basis: Basis, cut: Cut) -> tuple[Cells, set[Place]]:
    """The lines by place, and the places whose labour is withheld while no rate of it is missing. One query."""
    found = load_ladders(source, basis, cut, ("client", "month"))
    grid = {place_of(one.group): dict(zip(LINES, one.lines, strict=True)) for one in found}
    return grid, {place_of(one.group) for one in found if one.withheld}


def load_ahead(basis: Basis, cut: Cut) -> Cells:
    """Net revenue of the forecast by place. One query."""
    found = load_cells("forecast", basis, cut, ("client", "month"))
    return {place_of(cell.group): {cell.line: None if cell.missing else cell.amount} for cell in found}


def place_of(group: tuple[str | None, ...]) -> Place:
    key, month = group
    return key or "", date.fromisoformat(f"{month}-01")


def load_shown_margin(
    user: User, basis: Basis, first: Month, last: Month, client: str = ""
) -> tuple[ShownMargin, ShownMargin]:
    """Actual and budget over the same places: those whose actual is told. Two queries. client: "" is all in sight."""
    clients = clients_for(user).order_by()
    if client:
        clients = clients.filter(key=client)
    cut = Cut(ids_sql(clients.values("pk")), first, last)
    actual, withheld = load_grid("actual", basis, cut)
    budget, _ = load_grid("budget", basis, cut)
    keys = sorted({key for key, _ in actual} | {key for key, _ in budget})
    places = [(key, month) for key in keys for month in months_between(first, last)]
    return shown_margin(actual, places, withheld), shown_margin(budget, places, withheld)
