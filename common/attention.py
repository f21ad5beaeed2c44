"""What needs a person: each app hands over its own items; the list ranks them all together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from common.formats import day_short
from common.registry import Registry

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from people.models import User  # types only: common imports no app at run time

HORIZON: Final = timedelta(days=14)
TODAY: Final = "Today"
WEEK: Final = "This week"


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """One thing to do. why says what is at stake; due orders within a group.

    lead follows the client's name, or stands alone where it is about no client (client_key blank).
    """

    client_key: str
    client_name: str
    shape: str
    lead: str
    why: str
    action_label: str
    url: str
    due: date
    group: str


@dataclass(frozen=True, slots=True)
class AttentionSource:
    """read(user, today) → items of clients in sight, in at most two queries. roles: whom it concerns."""

    roles: frozenset[str]
    read: Callable[[User, date], Sequence[AttentionItem]]


attention_sources: Registry[AttentionSource] = Registry("attention")


@dataclass(frozen=True, slots=True)
class DueSource:
    """Things due by a day that are read in the one query of all such, for pages with none to spare.

    rows: nine columns: client's key and name, title, why, owner's name, status, day, id, and the source's own name.
    item: what one row asks, None where it asks nothing yet.
    """

    roles: frozenset[str]
    rows: Callable[[User, date], QuerySet[Any, Any]]
    item: Callable[[tuple[Any, ...], date], AttentionItem | None]


due_sources: Registry[DueSource] = Registry("things due")


def group_of(due: date, today: date) -> str:
    if due <= today:
        return TODAY
    if due <= today + timedelta(days=6 - today.weekday()):
        return WEEK
    return f"Before {day_short(today + HORIZON)}"


def due_words(due: date, today: date) -> str:
    """'3\u00a0d late', 'due today' or 'due 4 Dec'."""
    late = (today - due).days
    return f"{late}\u00a0d late" if late > 0 else "due today" if late == 0 else f"due {day_short(due)}"
