"""What a company's own stage words mean. Source: docs/definitions.md#pipeline"""

from __future__ import annotations

from typing import Literal

Outcome = Literal["open", "won", "lost"]


def outcome_of(stage: str) -> Outcome:
    """Won or lost, in any case and with any spaces around, closes a deal; every other stage is open."""
    match stage.strip().casefold():
        case "won":
            return "won"
        case "lost":
            return "lost"
    return "open"
