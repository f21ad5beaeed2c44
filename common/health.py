"""What a client's health is made of. Each app hands over the components it knows; accounts weighs them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.registry import Registry


@dataclass(frozen=True, slots=True)
class HealthInput:
    """One line of what a component was read from. unit: as of a Figure."""

    label: str
    value: Decimal | int | None
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class ComponentScore:
    """score: 0 to 100, None unknown. inputs: also where it is unknown, to say why. field_class: of this one score,
    where it tells more than the component usually does.
    """

    score: Decimal | None
    inputs: tuple[HealthInput, ...]
    field_class: str = ""


@dataclass(frozen=True, slots=True)
class HealthAsk:
    """What to read: these clients, as things stood on a day. margin_target: of the rules, a fraction."""

    client_ids: Sequence[int]
    day: date
    margin_target: Decimal


@dataclass(frozen=True, slots=True)
class HealthComponent:
    """read(ask) → score by client id, for any number of clients in a fixed number of queries; a client left out is
    unknown. rule: how it is computed, in words. route: the page of a client where its rows stand. field_class: COST
    where only its readers may see it.
    """

    label: str
    weight: int
    rule: str
    route: str
    order: int
    read: Callable[[HealthAsk], Mapping[int, ComponentScore]]
    field_class: str = ""


@dataclass(frozen=True, slots=True)
class HealthCap:
    """read(client ids, day) → why, by id of each client that it holds for: the score then is at most `limit`."""

    label: str
    limit: int
    read: Callable[[Collection[int], date], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended with a client: what the health before is held against."""

    client_id: int
    on: date
    kept: bool
    what: str


components: Registry[HealthComponent] = Registry("health components")
caps: Registry[HealthCap] = Registry("health caps")
outcomes: Registry[Callable[[Collection[int], date, date], Sequence[Outcome]]] = Registry("health outcomes")
"""read(client ids, first, last) → outcomes between two days, both included."""
