"""Registries through which a lower app is handed what a higher one knows.

Each app fills them in its `AppConfig.ready`; nothing is looked up by import from below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class AlreadyRegistered(Exception):
    """Two entries claim one name: a programming error, raised at start-up."""


class Registry(Generic[T]):
    """Named entries of one kind, kept in order of registration."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def register(self, name: str, entry: T) -> None:
        if name in self._entries and self._entries[name] is not entry:
            raise AlreadyRegistered(f"{self.kind}: {name}")
        self._entries[name] = entry

    def get(self, name: str) -> T | None:
        return self._entries.get(name)

    def __getitem__(self, name: str) -> T:
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self._entries.items())

    def names(self) -> list[str]:
        return list(self._entries)
