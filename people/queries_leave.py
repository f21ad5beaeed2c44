"""Leave as a reader may see it: their own, their reports', everyone's for finance and leadership."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from common.formats import plural
from people.access import abilities_of, leave_for
from people.models import Leave, User
from people.queries import reporting_line_ids

if TYPE_CHECKING:
    from people.models import User as Reader

A_PAGE: Final = 100
HEAD: Final = ("person_email", "from", "to", "hours")
"""The columns of the import kind: the file loads again as it is."""


@dataclass(frozen=True, slots=True)
class LeavePage:
    """line: ids of those whose leave the reader may write. away: how many are away on the day."""

    rows: Page[Leave]
    line: frozenset[int]
    away: int
    can_edit: bool
    past: bool

    @property
    def finding(self) -> str:
        if self.away:
            return f"{plural(self.away, 'person is', 'people are')} away today"
        return "Nobody is away today" if self.rows.paginator.count else "No leave is written down here"


def line_of(user: Reader) -> QuerySet[User]:
    """This person and everyone who reports to them."""
    below: Any = reporting_line_ids(user)
    return User.objects.filter(pk__in=below, is_active=True)


def filtered(user: Reader, *, today: date, past: bool) -> QuerySet[Leave]:
    """past: what is over; else what is not."""
    rows = leave_for(user)
    return rows.filter(ends__lt=today).order_by("-starts", "pk") if past else rows.filter(ends__gte=today)


def load_leave_page(user: Reader, *, today: date, past: bool, page: str | None) -> LeavePage:
    """Four queries."""
    rows = filtered(user, today=today, past=past).select_related("person")
    away = leave_for(user).filter(starts__lte=today, ends__gte=today).values("person").distinct().count()
    return LeavePage(
        rows=Paginator(rows, A_PAGE).get_page(page),
        line=frozenset(line_of(user).values_list("pk", flat=True)),
        away=away,
        can_edit=abilities_of(user).edit_leave,
        past=past,
    )


def file_rows(rows: QuerySet[Leave]) -> Iterator[tuple[Any, ...]]:
    for email, starts, ends, hours in rows.values_list("person__email", "starts", "ends", "hours").iterator():
        yield email, starts, ends, "" if hours is None else hours
