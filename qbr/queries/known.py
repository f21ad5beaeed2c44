"""A deck tells nothing that came after it was composed: rows as they stood on a day.

What is dated later is taken out or reads as still open. On the day itself that leaves everything as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from qbr.models import BenefitState

Row = dict[str, Any]
ENDS: Final = ("kept_on", "dropped_on", "accepted_on", "reached_on", "done_on", "told_on", "confirmed_on")
"""Days on which something came about: later, it had not yet."""
BEGINS: Final[Mapping[str, str]] = {
    "promise": "made_on", "answer": "date", "learnt": "raised_on", "note": "noted_on", "reading": "ends",
}  # fmt: skip
"""By list, the day before which a row is not there."""


def known_by(facts: Mapping[str, list[Row]], day: date) -> dict[str, list[Row]]:
    found = {name: [_as_of(row, day) for row in rows if not _later(row, name, day)] for name, rows in facts.items()}
    found["benefit"] = [{**row, "state": _state(row, day)} for row in found["benefit"]]
    return found


def _later(row: Row, name: str, day: date) -> bool:
    begun = row.get(BEGINS.get(name, ""))
    return begun is not None and date.fromisoformat(begun) > day


def _as_of(row: Row, day: date) -> Row:
    gone = {end: None for end in ENDS if (on := row.get(end)) and date.fromisoformat(on) > day}
    return {**row, **gone} if gone else row


def _state(row: Row, day: date) -> str:
    """Of a benefit: before it was answered it lay before the client, and before it was asked of them with us."""
    if row["asked_on"] and date.fromisoformat(row["asked_on"][:10]) > day:
        return str(BenefitState.PROPOSED)
    if row["answered_on"] and date.fromisoformat(row["answered_on"][:10]) > day:
        return str(BenefitState.SENT)
    return str(row["state"])
