"""Figures of calls, of what may go wrong and of what-ifs."""

from __future__ import annotations

from typing import Final

from common.figures import Figure, Number, figure_id

CALL_LABELS: Final = {"amount": "The call", "then": "Forecast when the call was made"}
EFFECT_LABELS: Final = {"revenue": "Change in net revenue", "profit": "Change in contribution"}


def call_figure(name: str, value: Number, call: int, currency: str) -> Figure:
    return Figure(figure_id(f"call.{name}", call=call), CALL_LABELS[name], value, currency)


def risk_figure(value: Number, currency: str, *, contract: str = "", deal: str = "") -> Figure:
    return Figure(figure_id("risk.amount", contract=contract, deal=deal), "At risk", value, currency)


def scenario_figure(name: str, value: Number, currency: str, pk: int, **part: str) -> Figure:
    """part: step (its number from 1), client or month; none for all of it."""
    of = {key: said for key, said in part.items() if key != "scenario"}
    return Figure(figure_id(f"scenario.{name}", scenario=pk, **of), EFFECT_LABELS[name], value, currency)
