"""How a planning session runs: its phases, the dots, the order of what was voted on.

Source: docs/definitions.md#planning-sessions
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

PHASES: Final = ("gather", "vote", "decide", "closed")
T = TypeVar("T")


def may_step(before: str, after: str) -> bool:
    """One step on, or one back as long as nothing is closed: a closed session stays closed."""
    if before not in PHASES or after not in PHASES or before == "closed":
        return False
    return abs(PHASES.index(after) - PHASES.index(before)) == 1


def dots_left(limit: int, placed: Iterable[int]) -> int:
    return limit - sum(placed)


def ranked(ideas: Sequence[tuple[int, T]]) -> list[T]:
    """Most dots first; of equals the one that was written first. ideas: dots and idea, in the order written."""
    return [idea for _, idea in sorted(ideas, key=lambda one: -one[0])]
