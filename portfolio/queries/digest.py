"""What a person is reminded of on a day: renewals at a checkpoint or near their notice date, steps of reviews that are
due or late, and what needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from accounts.queries.attention import attention
from common.formats import day, plural
from financials.calc.notice import CHECKPOINT_DAYS
from financials.queries.renewals import RenewalRow, renewals_ahead
from people.access import abilities_of
from qbr.calc.life import Due, late_words
from qbr.models import Review
from qbr.queries.attention import due_reviews

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
    meetings = due_reviews(user, now.date(), until=now.date()) if abilities_of(user).see_reviews else []
    told = {reverse("client_review", args=[review.client.key, review.pk]) for review, _ in meetings}
    waiting = [item for item in waiting if item.url not in told]
    if not due and not waiting and not meetings:
        return None
    lines = [f"Good morning, {user.name.split(' ')[0]}.", ""]
    if due:
        lines += ["Renewals", *(_renewal(row, base) for row in due), ""]
    if meetings:
        lines += ["Reviews", *(_meeting(review, step, now.date(), base) for review, step in meetings), ""]
    if waiting:
        lines += ["Needs you", *(f"- {item.client_name}: {item.lead}. {base}{item.url}" for item in waiting), ""]
    lines += [f"Turn this mail off, or read it in your calendar instead: {base}/settings/calendar/"]
    parts = [plural(len(due), "renewal")] if due else []
    parts += [plural(len(meetings), "review step")] if meetings else []
    parts += [f"{len(waiting)} waiting"] if waiting else []
    return Digest(", ".join(parts), "\n".join(lines))


def _meeting(review: Review, step: Due, today: date, base: str) -> str:
    what = f"{review.get_kind_display()}, {review.period}, on {day(review.day)}"
    url = reverse("client_review", args=[review.client.key, review.pk])
    return f"- {review.client.name}, {what}: {step.what}, {late_words(step, today)}. {base}{url}"


def _renewal(row: RenewalRow, base: str) -> str:
    when = "today is the last day for notice" if row.days_left == 0 else f"{plural(row.days_left, 'day')} to notice"
    if row.notice_on is None:
        when = f"ends in {plural(row.days_left, 'day')}"
    return (
        f"- {row.client_name}, {row.number} {row.title}: {when}, by {day(row.due_on)}. {base}/contracts/{row.number}/"
    )
