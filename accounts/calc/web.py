"""Months of a web metric from figures over days. Source: docs/definitions.md#web-analytics"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from common.money import ZERO
from common.periods import month_end, month_of

ADDS_UP: Final = frozenset(
    {"sessions", "engaged_sessions", "page_views", "events", "key_events", "new_users", "revenue"}
)
"""Metrics of which days may be summed. People are counted once however often they come: users of days never add up."""


def web_key(parts: Mapping[str, object]) -> str:
    """The same figure has the same key in every export of it."""
    names = ("client", "property", "report", "from", "to", "dimensions", "value", "metric")
    said = "\x1f".join(str(parts.get(name) or "").strip() for name in names)
    return hashlib.sha256(said.encode()).hexdigest()[:40]


class WebRow(NamedTuple):
    """One figure. dimensions: what its report is cut by."""

    property: str
    first: date
    last: date
    dimensions: str
    channel: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class WebMonth:
    """days: how many of the month are in it; complete: all of them, of every property that is read at all."""

    month: date
    amount: Decimal
    days: int
    complete: bool


def months_of(rows: Iterable[WebRow], *, channel: str = "") -> list[WebMonth]:
    """The oldest first. channel: of one alone, else of everything. A report is cut one way only: of several that say
    the same days, the one least cut counts, so that nothing is counted twice. Days over two months are in neither.
    """
    by_month: dict[date, dict[str, dict[tuple[date, date], list[WebRow]]]] = {}
    for row in rows:
        month = month_of(row.first)
        if row.last <= month_end(month):
            spans = by_month.setdefault(month, {}).setdefault(row.property, {})
            spans.setdefault((row.first, row.last), []).append(row)
    return [_month(month, properties, channel) for month, properties in sorted(by_month.items()) if properties]


def _month(month: date, properties: Mapping[str, Mapping[tuple[date, date], list[WebRow]]], channel: str) -> WebMonth:
    amount, fewest, last = ZERO, 31, month_end(month).day
    for spans in properties.values():
        taken: set[int] = set()
        for (first, end), rows in sorted(spans.items(), key=lambda pair: (pair[0][0], -pair[0][1].toordinal())):
            days = set(range(first.day, end.day + 1))
            found = _cut(rows, channel)
            if found is None or days & taken:
                continue
            taken |= days
            amount += found
        fewest = min(fewest, len(taken))
    return WebMonth(month, amount, fewest, fewest == last)


def _cut(rows: Iterable[WebRow], channel: str) -> Decimal | None:
    """Of one span: the sum of one way of cutting it. A day whose report lists channels, this one not among them, had
    none of it; None where no report of the day can say.
    """
    cuts: dict[str, list[WebRow]] = {}
    for row in rows:
        cuts.setdefault(row.dimensions, []).append(row)
    able = [name for name, listed in cuts.items() if not channel or any(row.channel for row in listed)]
    if not able:
        return None
    best = min(able, key=lambda name: (name.count("+") + bool(name), name != "channel", name))
    return sum((row.amount for row in cuts[best] if not channel or row.channel.lower() == channel.lower()), ZERO)
