"""Which contract of a tree decides a question on a day. Source: docs/definitions.md#terms-in-force"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from financials.calc.notice import InvalidUplift, parse_uplift

SIGNED: Final = frozenset({"signed", "active", "completed", "terminated", "expired"})


class Position(NamedTuple):
    """What one contract says on a topic from a day on. written: as a term of its own, not a field of its record."""

    topic: str
    value: str
    starts: date
    note: str = ""
    written: bool = True


@dataclass(frozen=True, slots=True)
class Holder:
    """A contract of the tree and all it says. ended_on: the last day of one that was terminated."""

    number: str
    kind: str
    status: str
    start: date
    ended_on: date | None = None
    positions: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One contract's position on the day."""

    number: str
    kind: str
    position: Position


@dataclass(frozen=True, slots=True)
class InForce:
    """The position that decides a topic, and those it stands before, nearest first."""

    topic: str
    decided: Said
    overrode: tuple[Said, ...]


def orders_in_force(orders: Iterable[Holder], on: date) -> list[Holder]:
    """Change orders that count on the day, the one that started last first."""
    counted = [
        order
        for order in orders
        if order.status in SIGNED and order.start <= on and not (order.status == "terminated" and _over(order, on))
    ]
    return sorted(counted, key=lambda order: (order.start, order.number), reverse=True)


def _over(order: Holder, on: date) -> bool:
    return order.ended_on is None or order.ended_on < on


def resolve(ranked: Sequence[Holder], topics: Iterable[str], on: date) -> list[InForce]:
    """Each topic that any of them settles by the day, in the order of `topics`.

    ranked: the most telling contract first. Within one contract the position that started last counts; of two from the
    same day, the written one.
    """
    found = []
    for topic in topics:
        said = [Said(holder.number, holder.kind, position) for holder in ranked for position in _of(holder, topic, on)]
        if said:
            found.append(InForce(topic, said[0], tuple(said[1:])))
    return found


def _of(holder: Holder, topic: str, on: date) -> list[Position]:
    known = [one for one in holder.positions if one.topic == topic and one.starts <= on]
    return sorted(known, key=lambda one: (one.starts, one.written), reverse=True)


class BadTerm(ValueError):
    """The value does not suit its topic. The text says what to write."""


_WHOLE: Final = {"payment_days": (0, 365), "notice_days": (0, 1000)}
_CHOICES: Final = {
    "notice_rule": ("calendar", "business"),
    "billing_timing": (
        "monthly_advance",
        "monthly_arrears",
        "quarterly_advance",
        "quarterly_arrears",
        "upfront",
        "completion",
        "milestones",
        "as_worked",
    ),
}


def read_value(topic: str, text: str) -> str:
    """The value as it is kept. Topics the product computes with are checked; the others are words. Raises BadTerm."""
    value = " ".join(text.split())
    if not value:
        raise BadTerm("Say what was agreed.")
    if topic in _WHOLE:
        low, high = _WHOLE[topic]
        if not value.isascii() or not value.isdecimal() or not low <= int(value) <= high:
            raise BadTerm(f"Write a whole number of days from {low} to {high}.")
        return str(int(value))
    if topic in _CHOICES:
        plain = value.lower().replace(" ", "_")
        if plain not in _CHOICES[topic]:
            raise BadTerm(f"Write one of {', '.join(_CHOICES[topic])}.")
        return plain
    if topic == "scope_hours":
        return _hours(value)
    if topic == "uplift":
        try:
            parse_uplift(value)
        except InvalidUplift as error:
            raise BadTerm(str(error)) from None
    return value


def _hours(value: str) -> str:
    try:
        hours = Decimal(value)
    except InvalidOperation:
        hours = Decimal(-1)
    if not hours.is_finite() or not 0 <= hours < Decimal("1e8") or hours != hours.quantize(Decimal("0.01")):
        raise BadTerm("Write hours as a plain number, such as 1200 or 37.5.")
    return format(hours.normalize(), "f")
