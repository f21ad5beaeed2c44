"""Health beside each client of the cockpit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from accounts.models import Client
from accounts.queries.health import figure_of
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

L = TypeVar("L", bound=Any)


def with_health(user: User, clients: Sequence[Client], lines: Iterable[L]) -> tuple[L, ...]:
    """The lines with the last reading of their client, as this reader may see it. clients: as `with_reading` gives;
    no query.
    """
    can = abilities_of(user)
    found = {client.key: figure_of(client, can) for client in clients}
    return tuple(replace(line, health=found.get(line.key)) for line in lines)
