"""Health beside each client of the cockpit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from accounts.models import Client
from accounts.queries.health import load_figures

if TYPE_CHECKING:
    from people.models import User

L = TypeVar("L", bound=Any)


def with_health(user: User, clients: Sequence[Client], lines: Iterable[L]) -> tuple[L, ...]:
    """The lines with the last reading of their client, as this reader may see it. One query."""
    named = {client.pk: (client.key, client.name) for client in clients}
    found = {named[pk][0]: figure for pk, figure in load_figures(user, named).items()}
    return tuple(replace(line, health=found.get(line.key)) for line in lines)
