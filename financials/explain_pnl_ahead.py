"""How the P&L's rows explain themselves where they are the forecast's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.figures import Input
from financials.calc.ladder import COSTS
from financials.figures import LABELS, is_margin
from financials.queries.pnl_rows import PARTS, PnlRow

_AHEAD: Final = frozenset({"gross_profit", "gross_margin", "contribution", "contribution_margin"})


def ahead_inputs(row: str, total: PnlRow, currency: str) -> tuple[Input, ...]:
    """A row of the forecast: lines of net revenue, a cost, or what the row follows from."""
    if row not in PARTS or row == "net_revenue":
        words = "Forecast lines" if row == "net_revenue" else "Closed months and net revenue × rate of cost"
        return (Input(words, total.values[row], currency, rows=total.entries.get(row, 0)),)
    first, *others = reversed(PARTS[row]) if is_margin(row) else PARTS[row]
    sign = "÷" if is_margin(row) else "−"
    return (
        Input(LABELS[first], total.values[first], currency),
        *(Input(LABELS[name], total.values[name], currency, sign) for name in others),
    )


def ahead_formula(row: str, formulae: Mapping[str, str]) -> str:
    if row == "net_revenue":
        return "Σ forecast lines of the runs that stand"
    if row in ("delivery_labour", "freelancers", "direct_expenses"):
        return "closed months as posted; later ones Σ net revenue × rate of cost of the runs that stand"
    return f"{formulae[row]}, of the forecast" if row in _AHEAD else "not forecast"


def ahead_definition(row: str) -> str:
    if row == "net_revenue":
        return "forecast"
    return "forecast-cost" if row in COSTS else "forecast-margin"
