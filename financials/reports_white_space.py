"""The white space to take away: one client's cells, or the roll-up by offering and by client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from accounts.access import get_client_for
from common.reports import Report, ReportColumn, ReportTable, Way
from financials.calc.white_space import FLOOR, WEEKS
from financials.queries.white_space_page import CellView, GridPage, Line, RollUp, load_grid, load_rollup

if TYPE_CHECKING:
    from people.models import User

_Heads = tuple[tuple[str, str, Way], ...]
_CELLS: Final[_Heads] = (
    ("unit", "Unit", "text"), ("offering", "Offering", "text"), ("state", "State", "text"),
    ("why", "Why or who", "text"),
    ("potential", "Potential", "amount"), ("left", "Open", "amount"), ("reachable", "Reachable", "amount"),
    ("judged", "Said by", "text"),
)  # fmt: skip
_LINES: Final[_Heads] = (
    ("cells", "Cells", "count"), ("active_cells", "Sold", "count"), ("penetration", "Penetration", "ratio"),
    ("worth", "By potential", "ratio"), ("active", "Running", "amount"), ("pipeline", "In pipeline", "amount"),
    ("left", "Open", "amount"), ("reachable", "Reachable", "amount"), ("contribution", "Would leave", "amount"),
)  # fmt: skip
_COST: Final = frozenset({"reachable", "contribution"})
NOTE: Final = (
    f"Amounts are of a year. Reachable: open potential × the part there are people for over {WEEKS} weeks; nothing "
    f"where the margin is under {FLOOR:.0%}."
)


def white_space(user: User, query: Mapping[str, str], now: datetime) -> Report:
    """client: its cells; without one, the roll-up by client or by offering."""
    if query.get("client"):
        client = get_client_for(user, query["client"])
        return _of_client(load_grid(user, client, now, sort=query.get("sort", "")), client.name, now)
    by = "offering" if query.get("by") == "offering" else "client"
    return _rolled(load_rollup(user, now, by=by), now)


def _columns(heads: _Heads, sees_cost: bool) -> tuple[ReportColumn, ...]:
    return tuple(ReportColumn(*head) for head in heads if sees_cost or head[0] not in _COST)


def _cell(cell: CellView, sees_cost: bool) -> list[object]:
    reachable = [cell.reachable.value] if sees_cost else []
    return [
        cell.unit, cell.offering, cell.word, cell.why or cell.conflict or None, cell.potential, cell.left.value,
        *reachable, cell.judged or None,
    ]  # fmt: skip


def _line(line: Line, sees_cost: bool) -> list[object]:
    names = [head[0] for head in _LINES if sees_cost or head[0] not in _COST]
    whole = {"cells": line.sum.cells, "active_cells": line.sum.active_cells}
    return [line.name, *(whole[name] if name in whole else line.figures[name].value for name in names)]


def _of_client(page: GridPage, name: str, now: datetime) -> Report:
    return Report(
        name="white-space",
        title=f"White space: {name}",
        finding=page.finding,
        as_of=now,
        currency=page.basis.currency,
        filters=(("Client", name),),
        columns=_columns(_CELLS, page.sees_cost),
        rows=[_cell(cell, page.sees_cost) for cell in page.listed],
        heading="Cells of which anything is known",
        more=(
            ReportTable(
                "By unit",
                (ReportColumn("unit", "Unit"), *_columns(_LINES, page.sees_cost)),
                [_line(row, page.sees_cost) for row in page.rows],
                _line(page.total, page.sees_cost),
            ),
        ),
        source="Contracts and deals as they stand; potential as the account team judged it",
        notes=(NOTE, *page.notes),
    )


def _rolled(page: RollUp, now: datetime) -> Report:
    return Report(
        name="white-space",
        title="White space",
        finding=page.finding,
        as_of=now,
        currency=page.basis.currency,
        columns=(ReportColumn(page.by, page.by.capitalize()), *_columns(_LINES, page.sees_cost)),
        rows=[_line(row, page.sees_cost) for row in page.rows],
        total=_line(page.total, page.sees_cost),
        more=(
            ReportTable(
                "The largest within reach",
                (ReportColumn("client", "Client"), *_columns(_CELLS, page.sees_cost)),
                [[cell.client, *_cell(cell, page.sees_cost)] for cell in page.listed],
            ),
        ),
        source="Contracts and deals as they stand; potential as the account teams judged it",
        notes=(NOTE, *page.notes),
    )
