"""The figures of capacity: what each is, and its value of some people over some weeks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from common.figures import Figure, figure_id
from financials.calc.capacity import Cell

LABELS: Final = {
    "capacity": "Capacity",
    "firm": "Firm hours",
    "weighted": "Soft hours, weighted",
    "demand": "Demand",
    "low": "Demand, P10",
    "high": "Demand, P90",
    "gap": "Gap, demand less capacity",
    "weekly_gap": "Gap a week",
    "free": "Free hours",
    "unnamed": "Hours nobody is named for",
    "excess": "Firm hours beyond capacity",
    "utilisation": "Utilisation, planned",
    "worked": "Utilisation, worked",
}
UTILISATION: Final = "Firm hours with a name on them ÷ (calendar hours − public holidays − leave)"
WORKED: Final = "Billable hours worked ÷ (calendar hours − public holidays − leave)"


def value_of(name: str, cell: Cell, *, weeks: int, worked: Decimal | None = None) -> Decimal | None:
    """worked: billable hours, for the figure of that name; None where nobody wrote any."""
    capacity, gap = cell.capacity, cell.gap
    if name in ("low", "high"):
        return cell.band()[name == "high"]
    values = {
        "capacity": capacity,
        "firm": cell.demand.firm,
        "weighted": cell.demand.weighted,
        "demand": cell.demand.total,
        "gap": gap,
        "unnamed": cell.unnamed,
        "weekly_gap": None if gap is None else gap / weeks,
        "free": None if gap is None else -gap,
        "excess": None if capacity is None else cell.demand.firm - capacity,
        "utilisation": cell.utilisation,
        "worked": worked / cell.hours.capacity if worked is not None and cell.hours.capacity > 0 else None,
    }
    return values[name]


def capacity_figure(
    name: str, value: Decimal | None, first: date, last: date, *, role: str = "", person: str = "", client: str = ""
) -> Figure:
    """first, last: the Mondays of its weeks."""
    scope = {"role": role, "person": person, "client": client, "from": first, "to": last}
    unit = "ratio" if name in ("utilisation", "worked") else "hours"
    return Figure(figure_id(f"capacity.{name}", **scope), LABELS[name], value, unit)
