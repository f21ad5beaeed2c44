"""Sources of the one search box. Each app registers its own; a source answers only what the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time


@dataclass(frozen=True, slots=True)
class Hit:
    label: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Source:
    """find: (user, text, limit) → hits, best first, in one query."""

    label: str
    find: Callable[[User, str, int], list[Hit]]


sources: Registry[Source] = Registry("search sources")
