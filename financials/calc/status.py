"""Which step may follow which on a contract's way from draft to its end. Source: docs/definitions.md#contract-status"""

from __future__ import annotations

from datetime import date
from typing import Final

MOVES: Final[dict[str, tuple[str, ...]]] = {
    "draft": ("review",),
    "review": ("negotiation", "draft"),
    "negotiation": ("signed", "review"),
    "signed": ("active", "terminated"),
    "active": ("completed", "expired", "terminated"),
    "completed": (),
    "terminated": (),
    "expired": (),
}
"""The steps a person may take; the first is the usual one."""
OVER: Final = frozenset({"completed", "terminated", "expired"})
"""Nothing is added to a contract in these."""


def order_refusal(kind: str, status: str, parent: str, parent_status: str) -> str:
    """Why a contract of this kind and status cannot be added under that parent; blank when it can.

    An order that is over itself is history, which may be kept.
    """
    if kind != "change_order" or status in OVER or parent_status not in OVER:
        return ""
    return (
        f"{parent} is {parent_status}: a change order to it changes nothing. Draw up a new statement of work instead."
    )


def refusal(before: str, after: str, *, reason: str, signed_on: date | None, ended_on: date | None, start: date) -> str:
    """Why the step may not be taken; blank when it may."""
    if after not in MOVES.get(before, ()):
        allowed = " or ".join(MOVES.get(before, ()))
        if not allowed:
            return f"A contract that is {before} is over: it takes no further step."
        return f"From {before} a contract goes to {allowed}, not to {after}."
    if after == "signed" and signed_on is None:
        return "Say on which day it was signed."
    if after == "terminated" and not reason.strip():
        return "Say why it is terminated."
    if after == "terminated" and ended_on is None and before == "active":
        return "Say which day is the last in force."
    if after == "terminated" and ended_on is not None and ended_on < start:
        return "The last day comes before the start. Leave it blank where the contract never began."
    return ""


def due(kind: str, status: str, start: date, end: date | None, renewal: str, today: date) -> str:
    """The step the calendar takes by itself on that day; blank for none.

    A statement of work or change order is completed the day after its end, a master agreement expires. One that renews
    automatically goes on until a person says otherwise.
    """
    over = end is not None and end < today and renewal != "auto"
    if status == "signed" and start <= today:
        return "active"
    if status == "active" and over:
        return "expired" if kind == "msa" else "completed"
    return ""
