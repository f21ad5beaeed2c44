"""What reviews ask of people: steps that are due, on the to-do list and in the mail of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from common.attention import HORIZON, AttentionItem, due_words, group_of
from common.formats import day_long
from qbr.access import reviews_for
from qbr.calc.life import FREEZE_DAYS, OVER, PREPARE_DAYS, Due
from qbr.models import Review
from qbr.queries.calendar import KIND_WORDS
from qbr.queries.meetings import due_now, with_known

if TYPE_CHECKING:
    from people.models import User

MOST = 60


def due_reviews(user: User, today: date, *, until: date) -> list[tuple[Any, Due]]:
    """Reviews in sight with something due by `until`, the longest due first. One query."""
    noon = datetime.combine(today, time(12), tzinfo=UTC)
    near = Q(day__lte=until + timedelta(days=max(PREPARE_DAYS, FREEZE_DAYS)))
    rows = with_known(reviews_for(user).filter(near).exclude(state__in=(*OVER, "live")))
    found = []
    for review in rows.select_related("client", "survey").order_by("day", "pk")[:MOST]:
        due = due_now(review, noon)
        if due is not None and due.on <= until:
            found.append((review, due))
    return sorted(found, key=lambda one: (one[1].on, one[0].pk))


def items(user: User, today: date) -> Sequence[AttentionItem]:
    """One for each review with a step due within the horizon."""
    return [_item(review, due, today) for review, due in due_reviews(user, today, until=today + HORIZON)]


def _item(review: Review, due: Due, today: date) -> AttentionItem:
    return AttentionItem(
        client_key=review.client.key,
        client_name=review.client.name,
        shape="at_risk" if due.on < today else "watch",
        lead=f"{KIND_WORDS[review.kind]} {review.period}: {due.what}, {due_words(due.on, today)}",
        why=f"The meeting is on {day_long(review.day)}.",
        action_label="Open",
        url=reverse("client_review", args=[review.client.key, review.pk]),
        due=due.on,
        group=group_of(due.on, today),
    )
