"""What a token may be for. The REST interface says it, when first asked: no command has to load the interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from common.registry import Registry
from people.models import User

scope_sources: Registry[Callable[[User | None], Sequence[str]]] = Registry("scopes of tokens")
"""Each tells the scopes there are, or those that open something to a person."""


@cache
def all_scopes() -> tuple[str, ...]:
    return _told(None)


def scopes_for(user: User) -> tuple[str, ...]:
    """Those that open something: a token sees no more than whose it is."""
    return _told(user)


def _told(user: User | None) -> tuple[str, ...]:
    return tuple(scope for _, source in scope_sources for scope in source(user))
