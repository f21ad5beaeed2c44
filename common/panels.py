"""What a higher app adds to a client's overview: headline facts, and panels loaded by URL name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from common.figures import Figure
from common.registry import Registry

if TYPE_CHECKING:
    from people.models import User  # types only: common imports no app at run time


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the headline strip. text stands in where there is no figure; note is the line under it."""

    label: str
    figure: Figure | None = None
    text: str = ""
    note: str = ""
    style: str = "compact"
    secondary: bool = False


@dataclass(frozen=True, slots=True)
class FactSource:
    """read(user, client id, client key, today) → facts, in at most ten queries: they load after the page."""

    roles: frozenset[str]
    read: Callable[[User, int, str, date], Sequence[Fact]]


Place = Literal["main", "side", "wide"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the overview that loads after the page. route takes `key`; without JavaScript it is a plain link.

    place: in the broad column, in the narrow one beside it, or as wide as the page below both.
    """

    label: str
    route: str
    roles: frozenset[str]
    order: int
    place: Place = "wide"


facts: Registry[FactSource] = Registry("client facts")
panels: Registry[Panel] = Registry("client panels")
