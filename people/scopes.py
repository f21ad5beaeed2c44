"""What a token may be for. The REST interface says it, when first asked: no command has to load the interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from common.registry import Registry

scope_sources: Registry[Callable[[], Sequence[str]]] = Registry("scopes of tokens")


@cache
def all_scopes() -> tuple[str, ...]:
    return tuple(scope for _, source in scope_sources for scope in source())
