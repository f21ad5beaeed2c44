"""The addresses of the product, read off its URLconf: what the sweeps go over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from common.policies import Policy


@dataclass(frozen=True, slots=True)
class Route:
    """name: the route's own, or its pattern where it has none."""

    name: str
    pattern: str
    callback: Callable[..., Any]

    @property
    def policy(self) -> Policy | None:
        """Declared on the function, or on the class of a REST view."""
        found = getattr(self.callback, "policy", None) or getattr(getattr(self.callback, "cls", None), "policy", None)
        return found if isinstance(found, Policy) else None

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/v1/")


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern)
        elif isinstance(entry, URLPattern):
            yield Route(entry.name or pattern, pattern, entry.callback)


ROUTES: tuple[Route, ...] = tuple(_walk(get_resolver()))
