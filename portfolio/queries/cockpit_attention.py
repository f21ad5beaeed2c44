"""The cockpit's list of what needs this person: ranked, and cut so that each client is heard before any twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from common.attention import TODAY, WEEK, AttentionItem
from common.money import ZERO
from financials.calc.findings import count

SHOWN: Final = 8
ORDER: Final = {"at_risk": 0, "watch": 1, "unknown": 2}
BY: Final = "by weight, the client's size and time left"


@dataclass(frozen=True, slots=True)
class Listed:
    """others: how many more things of that client wait and are not in the list; told on its last row."""

    item: AttentionItem
    others: int = 0


@dataclass(frozen=True, slots=True)
class ToDo:
    """groups: heading → its rows, in order. more_url: where all of them stand; blank when they do."""

    finding: str
    sub: str
    groups: tuple[tuple[str, tuple[Listed, ...]], ...]
    more_url: str


def ranked(items: Iterable[AttentionItem], sizes: Mapping[str, Decimal]) -> list[AttentionItem]:
    """Today before this week before later; what is at risk before what is to be watched; the larger client first; the
    longest overdue first. sizes: full-year forecast by client's key. What is about no client concerns all of them.
    """
    whole = sum(sizes.values(), ZERO) + 1
    return sorted(
        items,
        key=lambda one: (
            one.group != TODAY, one.group != WEEK, ORDER[one.shape],
            -(sizes.get(one.client_key, ZERO) if one.client_key else whole), one.due, one.client_name,
        ),
    )  # fmt: skip


def to_do(items: Sequence[AttentionItem], *, everything: bool = False, client: str = "", acts: bool = True) -> ToDo:
    """items: ranked. client: with everything, those of this client alone. acts: whether the reader may do any of it."""
    claim = finding(items, acts=acts)
    if everything:
        shown = [item for item in items if not client or item.client_key == client]
        name = next((item.client_name for item in shown), "")
        sub = f"All that waits at {name}, {BY}" if client and name else f"Ranked {BY}"
        return ToDo(
            finding(items, acts=acts), sub, _grouped(map(Listed, shown)), "?attention=all#attention" if client else ""
        )
    cut = len(items) > SHOWN
    sub = f"The {count(SHOWN)} most pressing, each client before any twice, {BY}" if cut else f"Ranked {BY}"
    return ToDo(claim, sub, _grouped(_shortlist(items)), "?attention=all#attention" if cut else "")


def finding(items: Sequence[AttentionItem], *, acts: bool = True) -> str:
    """'Seven things need you, two of them today'; to who only reads: 'Seven things wait, two of them for today'."""
    if not items:
        return "Nothing waits for you" if acts else "Nothing waits"
    today = sum(1 for item in items if item.group == TODAY)
    alone = len(items) == 1
    things = "One thing" if alone else f"{count(len(items)).capitalize()} things"
    claim = f"{things} need{'s' if alone else ''} you" if acts else f"{things} wait{'s' if alone else ''}"
    if not today or alone:
        return f"{claim}{' today' if today else ''}"
    share = "all" if today == len(items) else count(today)
    return f"{claim}, {share} of them {'today' if acts else 'for today'}"


def _shortlist(items: Sequence[AttentionItem]) -> list[Listed]:
    """Each client's most pressing; where that leaves room, the most pressing of the rest."""
    first: dict[str, int] = {}
    for place, item in enumerate(items):
        first.setdefault(item.client_key or f"#{place}", place)
    chosen = sorted(first.values())[:SHOWN]
    rest = [place for place in range(len(items)) if place not in set(chosen)]
    chosen = sorted([*chosen, *rest[: SHOWN - len(chosen)]])
    left = Counter(item.client_key for item in items)
    left.subtract(items[place].client_key for place in chosen)
    last = {items[place].client_key: place for place in chosen}
    return [
        Listed(items[place], left[key] if (key := items[place].client_key) and last[key] == place else 0)
        for place in chosen
    ]


def _grouped(rows: Iterable[Listed]) -> tuple[tuple[str, tuple[Listed, ...]], ...]:
    groups: dict[str, list[Listed]] = {}
    for row in rows:
        groups.setdefault(row.item.group, []).append(row)
    return tuple((name, tuple(several)) for name, several in groups.items())
