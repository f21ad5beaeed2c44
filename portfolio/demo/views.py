"""Saved views of the demo: what a director and finance keep an eye on, pinned to their cockpits in this order."""

from __future__ import annotations

from typing import Final

PINNED: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("director@demo.example", "pnl", "Contribution by client", "rows=client&measure=contribution"),
    ("director@demo.example", "pipeline", "Commit deals by value", "category=commit&sort=-amount"),
    ("director@demo.example", "clients", "Clients at risk", "status=at_risk"),
    ("finance@demo.example", "pnl", "Contribution on budget by service line",
     "rows=service_line&measure=contribution&scenario=variance"),
    ("finance@demo.example", "pnl", "The year in quarters", "group=quarter"),
)  # fmt: skip
"""E-mail, page, name, the address after its ?."""
