"""Figures of what moved between two forecasts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from common.figures import Figure, Number, figure_id, parse_figure_id
from common.periods import format_month
from financials.calc.movement import Moved
from financials.queries.movement import MovementResult

MOVE_LABELS: Final[dict[str, str]] = {
    "start": "Start",
    "new": "New deals",
    "pulled_in": "Pulled in",
    "increased": "Increased",
    "won": "Won",
    "decreased": "Decreased",
    "lost": "Lost",
    "slipped": "Slipped",
    "contracted": "Contracts",
    "renewal": "Renewals",
    "actuals": "Actuals",
    "run_rate": "Run-rate",
    "fx": "Exchange",
    "override": "Overrides",
    "end": "End",
}
CONTRIBUTION_MOVE: Final = "contribution_move"
CONTRIBUTION_LABELS: Final[dict[str, str]] = {name: f"{label}, contribution" for name, label in MOVE_LABELS.items()} | {
    "costs": "Costs, contribution"
}
MOVE_WORDS: Final[dict[str, str]] = {name: label.lower() for name, label in MOVE_LABELS.items()} | {
    "pulled_in": "deals pulled in",
    "increased": "raised deals",
    "won": "won deals",
    "decreased": "lowered deals",
    "lost": "lost deals",
    "slipped": "slipped deals",
}
"""As a sentence's subject: "lost deals took $0.9M"."""


def movement_figure(
    name: str, value: Number, found: MovementResult, *, client: str = "", measure: str = "movement"
) -> Figure:
    """One term, or either end. measure: movement of net revenue, or contribution_move of contribution."""
    asked = found.request
    identity = figure_id(
        f"{measure}.{name}",
        client=client,
        owner=asked.owner,
        tier=asked.tier,
        start=instant(found.start),
        end=instant(found.end),
        **{"from": format_month(found.first), "to": format_month(found.last)},
        currency=asked.currency,
    )
    label = CONTRIBUTION_LABELS[name] if measure == CONTRIBUTION_MOVE else MOVE_LABELS[name]
    return Figure(identity, label, value, found.basis.currency)


DETAIL_LABELS: Final[dict[str, str]] = {"before": "Before", "after": "After", "change": "Change"}


def detail_figure(name: str, move: Moved, found: MovementResult, *, client: str) -> Figure:
    """Of one deal's or contract's part of one term: before, after or change."""
    whole = movement_figure("start", None, found, client=client)
    _, params = parse_figure_id(whole.id)
    which = {"term": move.term, "opportunity": move.opportunity, "contract": move.contract}
    by = "rates" if move.by_rates else ""
    value = {"before": move.before, "after": move.after, "change": move.amount}[name]
    return Figure(figure_id(f"movement.{name}", **params, **which, by=by), DETAIL_LABELS[name], value, whole.unit)


def instant(at: datetime) -> str:
    return at.isoformat()
