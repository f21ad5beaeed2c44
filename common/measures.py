"""Numbers of a client that the product knows by itself and a plan may be measured by. Each app hands over its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time


class Measured(Protocol):
    """A client, as a source needs it. Money is read in the client's own currency, as targets are written in it."""

    key: str
    currency: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a number is now. unit: as of a Figure. figure: the id of its own explanation, blank where it has none.

    value: None where it is unknown or not for this reader.
    """

    value: Decimal | None
    unit: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class MeasureSource:
    """label: what people choose it by. unit: money, ratio, count or score. roles: who may read it.

    read(user, clients by id, now) → what is known by client id, in at most three queries for each currency of theirs.
    """

    label: str
    unit: str
    roles: frozenset[str]
    read: Callable[[User, Mapping[int, Measured], datetime], Mapping[int, Known]]


plan_measures: Registry[MeasureSource] = Registry("plan measures")


def known_values(
    user: User, names: Collection[str], clients: Mapping[int, Measured], now: datetime
) -> dict[str, Mapping[int, Known]]:
    """What the sources of these names say; a name nobody fills, or not for this role, is absent."""
    return {
        name: source.read(user, clients, now)
        for name, source in plan_measures
        if name in names and user.role in source.roles
    }
