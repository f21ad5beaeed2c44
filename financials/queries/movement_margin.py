"""The movement of the forecast's contribution between two instants, beside that of its net revenue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from common.figures import Figure
from common.formats import plural
from common.money import ZERO, quantise, ratio
from financials.calc.margin_findings import moved_finding
from financials.calc.movement import TERMS
from financials.calc.movement_margin import COSTS, MarginMove, MovedSide, margin_move
from financials.figures_movement import CONTRIBUTION_MOVE, MOVE_LABELS, movement_figure
from financials.queries.basis import Basis, ids_sql
from financials.queries.cells import load_cells
from financials.queries.cuts import Cut
from financials.queries.movement import ClientMovement, MovementRequest, MovementResult, load_movement, rates_at
from financials.queries.pnl_request import PnlRequest, clients_asked

if TYPE_CHECKING:
    from people.models import User

ENDS: Final = ("start", *TERMS, COSTS, "end")
LABELS: Final[dict[str, str]] = {**MOVE_LABELS, "start": "Start", COSTS: "Costs", "end": "End"}


@dataclass(frozen=True, slots=True)
class MarginMoveRow:
    name: str
    revenue: Decimal
    contribution: Figure
    whole: bool = False


@dataclass(frozen=True, slots=True)
class MarginMovePage:
    """margins: of start and end. note: clients that are left out."""

    found: MovementResult
    finding: str
    rows: tuple[MarginMoveRow, ...]
    margins: tuple[Decimal | None, Decimal | None]
    note: str


def load_sides(
    user: User, request: MovementRequest, *, now: datetime
) -> tuple[MovementResult, list[tuple[ClientMovement, MovedSide]]]:
    """The movement of net revenue, and each client's costs beside it. Twelve queries, whatever the number of clients.

    Raises BadRequest.
    """
    found = load_movement(user, request, now=now)
    asked = PnlRequest(client=request.client, owner=request.owner, tier=request.tier)
    cut = Cut(ids_sql(clients_asked(user, asked).order_by().values("pk")), found.first, found.last)
    then = replace(found.basis, as_of=found.start, historic=True, rates=rates_at(found.start))
    before, after = _costs(then, cut), _costs(found.basis, cut)
    return found, [
        (one, MovedSide(one.start, before.get(one.key, ZERO), one.end, after.get(one.key, ZERO), one.terms))
        for one in found.clients
    ]


def contribution_rows(
    sides: Iterable[tuple[ClientMovement, MovedSide]], currency: str
) -> list[tuple[ClientMovement, dict[str, Decimal | None]]]:
    """By client with anything forecast: start, every term, costs and end of contribution, all None where a cost is not
    known."""
    rows = []
    for one, side in sides:
        if not (one.moves or one.start or one.end or side.start_cost or side.end_cost):
            continue
        moved = margin_move([side], currency)
        rows.append((one, {name: None if moved.unknown else moved.contribution[name] for name in ENDS}))
    return rows


def load_margin_move(user: User, request: MovementRequest, *, now: datetime) -> MarginMovePage:
    """Twelve queries, whatever the number of clients. Raises BadRequest."""
    found, sides = load_sides(user, request, now=now)
    moved = margin_move((side for _, side in sides), found.basis.currency)
    currency, ends = found.basis.currency, (moved.contribution["start"], moved.contribution["end"])
    return MarginMovePage(
        found=found,
        finding=moved_finding(*ends, moved.contribution[COSTS], currency),
        rows=_rows(moved, found),
        margins=(ratio(ends[0], moved.revenue["start"]), ratio(ends[1], moved.revenue["end"])),
        note=f"{plural(moved.unknown, 'client')} without a known cost left out of both columns."
        if moved.unknown
        else "",
    )


def _rows(moved: MarginMove, found: MovementResult) -> tuple[MarginMoveRow, ...]:
    """Ends, and the terms that moved either. Net revenue is that of the clients whose cost is known."""
    client = found.request.client

    def row(name: str) -> MarginMoveRow:
        gained = movement_figure(name, moved.contribution[name], found, client=client, measure=CONTRIBUTION_MOVE)
        return MarginMoveRow(LABELS[name], moved.revenue[name], gained, name in ("start", "end"))

    return tuple(
        row(name) for name in ENDS if name in ("start", "end") or moved.revenue[name] or moved.contribution[name]
    )


def _costs(basis: Basis, cut: Cut) -> Mapping[str, Decimal | None]:
    """By client; None where it is not known. One query."""
    found: dict[str, Decimal | None] = {}
    for cell in load_cells("layer_costs", basis, cut, ("client",)):
        before = found.get(cell.group[0] or "", ZERO)
        found[cell.group[0] or ""] = None if cell.missing or before is None else before + cell.amount
    return found


def contribution_file(
    user: User, request: MovementRequest, *, now: datetime
) -> tuple[list[str], list[list[object]], MovementResult]:
    """For a file: a row a client; blank where a cost is not known."""
    found, sides = load_sides(user, request, now=now)
    rows: list[list[object]] = [
        [one.key, *(None if value is None else quantise(value, found.basis.currency) for value in amounts.values())]
        for one, amounts in contribution_rows(sides, found.basis.currency)
    ]
    return ["client", *ENDS], rows, found
