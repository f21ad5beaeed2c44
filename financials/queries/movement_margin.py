"""The movement of the forecast's contribution between two instants, beside that of its net revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from common.formats import plural
from common.money import ZERO, ratio
from financials.calc.margin_findings import moved_finding
from financials.calc.movement import TERMS
from financials.calc.movement_margin import COSTS, MarginMove, MovedSide, margin_move
from financials.figures_movement import MOVE_LABELS
from financials.queries.basis import Basis, ids_sql
from financials.queries.cells import load_cells
from financials.queries.cuts import Cut
from financials.queries.movement import MovementRequest, MovementResult, load_movement, rates_at
from financials.queries.pnl_request import PnlRequest, clients_asked

if TYPE_CHECKING:
    from people.models import User

LABELS: Final[dict[str, str]] = {**MOVE_LABELS, "start": "Start", COSTS: "Costs", "end": "End"}


@dataclass(frozen=True, slots=True)
class MarginMoveRow:
    name: str
    revenue: Decimal
    contribution: Decimal
    whole: bool = False


@dataclass(frozen=True, slots=True)
class MarginMovePage:
    """margins: of start and end. note: clients that are left out."""

    found: MovementResult
    finding: str
    rows: tuple[MarginMoveRow, ...]
    margins: tuple[Decimal | None, Decimal | None]
    note: str


def load_margin_move(user: User, request: MovementRequest, *, now: datetime) -> MarginMovePage:
    """Twelve queries, whatever the number of clients. Raises BadRequest."""
    found = load_movement(user, request, now=now)
    asked = PnlRequest(client=request.client, owner=request.owner, tier=request.tier)
    cut = Cut(ids_sql(clients_asked(user, asked).order_by().values("pk")), found.first, found.last)
    then = replace(found.basis, as_of=found.start, historic=True, rates=rates_at(found.start))
    before, after = _costs(then, cut), _costs(found.basis, cut)
    moved = margin_move(
        (
            MovedSide(one.start, before.get(one.key, ZERO), one.end, after.get(one.key, ZERO), one.terms)
            for one in found.clients
        ),
        found.basis.currency,
    )
    currency, ends = found.basis.currency, (moved.contribution["start"], moved.contribution["end"])
    return MarginMovePage(
        found=found,
        finding=moved_finding(*ends, moved.contribution[COSTS], currency),
        rows=_rows(moved),
        margins=(ratio(ends[0], moved.revenue["start"]), ratio(ends[1], moved.revenue["end"])),
        note=f"{plural(moved.unknown, 'client')} without a known cost left out of both columns."
        if moved.unknown
        else "",
    )


def _rows(moved: MarginMove) -> tuple[MarginMoveRow, ...]:
    """Ends, and the terms that moved either."""
    return tuple(
        MarginMoveRow(LABELS[name], moved.revenue[name], moved.contribution[name], name in ("start", "end"))
        for name in ("start", *TERMS, COSTS, "end")
        if name in ("start", "end") or moved.revenue[name] or moved.contribution[name]
    )


def _costs(basis: Basis, cut: Cut) -> Mapping[str, Decimal | None]:
    """By client; None where it is not known. One query."""
    found: dict[str, Decimal | None] = {}
    for cell in load_cells("layer_costs", basis, cut, ("client",)):
        before = found.get(cell.group[0] or "", ZERO)
        found[cell.group[0] or ""] = None if cell.missing or before is None else before + cell.amount
    return found
