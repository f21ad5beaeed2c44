"""What reviews ask of people: steps that are due, on the to-do list and in the mail of the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.urls import reverse

from common.attention import HORIZON, AttentionItem, DueSource, due_sources, due_words, group_of
from common.formats import day_long
from common.policies import MONEY_READERS
from qbr.access import reviews_for
from qbr.calc.life import OVER, PREPARE_DAYS, Due, Known, due_of
from qbr.models import Review
from qbr.queries.calendar import KIND_WORDS
from qbr.queries.meetings import due_now, with_known

if TYPE_CHECKING:
    from people.models import User

MOST: Final = 60
SOURCE: Final = "review"
NAMED: Final = "named"


def due_reviews(user: User, today: date, *, until: date) -> list[tuple[Any, Due]]:
    """Reviews in sight with something due by `until`, the longest due first. One query."""
    noon = datetime.combine(today, time(12), tzinfo=UTC)
    near = Q(day__lte=until + timedelta(days=PREPARE_DAYS))
    rows = with_known(reviews_for(user).filter(near).exclude(state__in=(*OVER, "live")))
    found = []
    for review in rows.select_related("client", "survey").order_by("day", "pk")[:MOST]:
        due = due_now(review, noon)
        if due is not None and due.on <= until:
            found.append((review, due))
    return sorted(found, key=lambda one: (one[1].on, one[0].pk))


def rows(user: User, today: date) -> QuerySet[Any, Any]:
    """Reviews near enough to ask something: their kind and period, whether people are named, and their state."""
    latest = today + HORIZON + timedelta(days=PREPARE_DAYS)
    both = Q(Exists(_people("ours"))) & Q(Exists(_people("theirs")))
    near = reviews_for(user).filter(day__lte=latest).exclude(state__in=(*OVER, "live")).order_by()
    return near.values_list(
        "client__key", "client__name", Concat("kind", Value(" "), "period", output_field=CharField()),
        Case(When(both, then=Value(NAMED)), default=Value(""), output_field=CharField()),
        "owner__name", "state", "day", "pk", Value(SOURCE, output_field=CharField()),
    )  # fmt: skip


def _people(side: str) -> QuerySet[Any]:
    through: Any = getattr(Review, side).through
    found: QuerySet[Any] = through._default_manager.filter(review=OuterRef("pk"))
    return found


def item(row: tuple[Any, ...], today: date) -> AttentionItem | None:
    """What is due for it within the horizon."""
    client_key, client_name, about, named, _, state, day, pk, _ = row
    people = 1 if named == NAMED else 0
    due = due_of(state, day, Known(day, today, ours=people, theirs=people))
    if due is None or due.on > today + HORIZON:
        return None
    kind, _, period = about.partition(" ")
    return AttentionItem(
        client_key=client_key,
        client_name=client_name,
        shape="at_risk" if due.on < today else "watch",
        lead=f"{KIND_WORDS[kind]} {period}: {due.what}, {due_words(due.on, today)}",
        why=f"The meeting is on {day_long(day)}.",
        action_label="Open",
        url=reverse("client_review", args=[client_key, pk]),
        due=due.on,
        group=group_of(due.on, today),
    )


def register() -> None:
    due_sources.register(SOURCE, DueSource(MONEY_READERS, rows, item))
