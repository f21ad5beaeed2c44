"""Figures of the track record."""

from __future__ import annotations

from typing import Final

from common.figures import Figure, Number, figure_id

ACCURACY_LABELS: Final[dict[str, str]] = {
    "wape": "Off by",
    "bias": "Too high or low",
    "coverage_80": "Inside the 80% band",
    "value_added": "Value added",
    "months": "Months",
}
CALL_LABELS: Final[dict[str, str]] = {**ACCURACY_LABELS, "calls": "Calls"}
_COUNTS: Final = frozenset({"months", "calls"})


def accuracy_figure(name: str, value: Number, source: str, **which: str) -> Figure:
    """which: client, owner, method, lead, layer, person; blank ones are all of them."""
    identity = figure_id(f"accuracy.{name}", source=source, **which)
    if name == "value_added":
        return Figure(identity, ACCURACY_LABELS[name], None if value is None else value * 100, "points")
    return Figure(identity, ACCURACY_LABELS[name], value, "count" if name in _COUNTS else "ratio")


def call_figure(name: str, value: Number, person: str, currency: str) -> Figure:
    """Of one person's calls of closed years in one currency. name: wape, bias, value_added or calls."""
    identity = figure_id(f"calls.{name}", person=person, currency=currency)
    if name == "value_added":
        return Figure(identity, ACCURACY_LABELS[name], None if value is None else value * 100, "points")
    return Figure(identity, CALL_LABELS[name], value, "count" if name in _COUNTS else "ratio")
