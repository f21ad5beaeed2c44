"""What a person is reminded of on a day: renewals at a checkpoint or near their notice date, and what needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from accounts.queries.attention import attention
from common.formats import day, plural
from financials.calc.notice import CHECKPOINT_DAYS
from financials.queries.renewals import RenewalRow, renewals_ahead

if TYPE_CHECKING:
    from people.models import User

LAST_DAYS: Final = 7
"""From so many days before the notice deadline on, every day reminds of it."""
WAITING: Final = 5


@dataclass(frozen=True, slots=True)
class Digest:
    subject: str
    body: str


def digest_of(user: User, now: datetime, base: str) -> Digest | None:
    """None where there is nothing to say. base: scheme and host of the addresses."""
    rows = renewals_ahead(user, today=now.date(), days=max(CHECKPOINT_DAYS), now=now)
    due = [row for row in rows if row.days_left in CHECKPOINT_DAYS or 0 <= row.days_left <= LAST_DAYS]
    waiting = [item for item in attention(user, now.date(), limit=WAITING) if item.shape == "at_risk"]
    if not due and not waiting:
        return None
    lines = [f"Good morning, {user.name.split(' ')[0]}.", ""]
    if due:
        lines += ["Renewals", *(_renewal(row, base) for row in due), ""]
    if waiting:
        lines += ["Needs you", *(f"- {item.client_name}: {item.lead}. {base}{item.url}" for item in waiting), ""]
    lines += [f"Turn this mail off, or read it in your calendar instead: {base}/settings/calendar/"]
    parts = [plural(len(due), "renewal")] if due else []
    parts += [f"{len(waiting)} waiting"] if waiting else []
    return Digest(", ".join(parts), "\n".join(lines))


def _renewal(row: RenewalRow, base: str) -> str:
    when = "today is the last day for notice" if row.days_left == 0 else f"{plural(row.days_left, 'day')} to notice"
    if row.notice_on is None:
        when = f"ends in {plural(row.days_left, 'day')}"
    return (
        f"- {row.client_name}, {row.number} {row.title}: {when}, by {day(row.due_on)}. {base}/contracts/{row.number}/"
    )
