"""What the voice and the health of the clients ask of us: replies owed, actions late, clients to be told, scores that
fell. Rows of one shape, so that the cockpit reads them with what is due in one query.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from accounts.access import clients_for, feedback_for, insights_for
from accounts.models import ClientStatus, HealthReading, Scale
from accounts.queries.answers import sees_answers
from common.attention import HORIZON, AttentionItem, due_words, group_of
from common.formats import day_short, number
from people.access import abilities_of

if TYPE_CHECKING:
    from people.models import User

TELL_BY: Final = 14
"""Days after an action is done within which the client should hear of it."""
BACK: Final = timedelta(days=14)
FALL: Final = 10
"""Points lost since two weeks ago that are worth a look whatever the band."""
KINDS: Final = frozenset({"insight", "untold", "answer", "health"})


class Asked(NamedTuple):
    """The shape of what is due. title, why, status: by kind, as the querysets below fill them."""

    client_key: str
    client_name: str
    title: str
    why: str
    owner: str | None
    status: str
    due: date
    pk: int
    kind: str


def _text(words: str) -> Value:
    return Value(words, output_field=CharField())


def asking(user: User, today: date) -> list[QuerySet[Any, Any]]:
    """Not read yet. Detractors and falls of health only for readers of every class: they name people, and all parts."""
    can, blank = abilities_of(user), _text("")
    named = ("client__key", "client__name")
    insights = insights_for(user).filter(told_on=None).order_by()
    found: list[QuerySet[Any, Any]] = [
        insights.filter(done_on=None, due__lte=today + HORIZON).values_list(
            *named, "action", "said", "owner__name", blank, "due", "pk", _text("insight")
        ),
        insights.filter(done_on__isnull=False).values_list(
            *named, "action", "said", "owner__name", blank, "done_on", "pk", _text("untold")
        ),
    ]
    if sees_answers(user) and can.see_money:
        who = Concat(F("contact__first_name"), _text(" "), F("contact__last_name"), output_field=CharField())
        waiting = feedback_for(user).filter(scale=Scale.NPS, score__lte=6, replied_on=None).order_by()
        found.append(
            waiting.values_list(
                *named, Coalesce(who, blank), blank, _text(""), Cast("score", CharField()), "date", "pk",
                _text("answer"),
            )
        )  # fmt: skip
        found.append(_fallen(user, today))
    return found


def _fallen(user: User, today: date) -> QuerySet[Any, Any]:
    readings = HealthReading.objects.filter(client=OuterRef("pk")).order_by("-day")
    older = readings.filter(day__lte=today - BACK)
    return (
        clients_for(user)
        .exclude(status=ClientStatus.LOST)
        .order_by()
        .annotate(
            score=Subquery(readings.values("score")[:1]),
            state=Subquery(readings.values("status")[:1]),
            read_on=Subquery(readings.values("day")[:1]),
            was=Subquery(older.values("score")[:1]),
            stood=Subquery(older.values("status")[:1]),
        )
        .filter(
            Q(state="at_risk", stood__in=["on_track", "watch"])
            | Q(state__in=["watch", "at_risk"], was__gte=F("score") + FALL)
        )
        .values_list(
            "key", "name", Cast("score", CharField()), Cast("was", CharField()), _text(""), "state", "read_on", "pk",
            _text("health"),
        )
    )  # fmt: skip


def items_of(rows: list[Asked], today: date) -> list[AttentionItem]:
    """rows: the oldest first."""
    waiting: dict[str, list[Asked]] = {}
    for row in rows:
        if row.kind == "answer":
            waiting.setdefault(row.client_key, []).append(row)
    owed = [_owed(listed, today) for listed in waiting.values()]
    return [*owed, *(_item(row, today) for row in rows if row.kind != "answer")]


def _owed(listed: list[Asked], today: date) -> AttentionItem:
    """One for each client: who has waited longest, and how many more wait."""
    first, more = listed[0], len(listed) - 1
    others = f", and {more} more {'waits' if more == 1 else 'wait'}" if more else " and waits"
    days = (today - first.due).days
    return AttentionItem(
        client_key=first.client_key,
        client_name=first.client_name,
        shape="at_risk",
        lead=f"{first.title.strip() or 'Somebody'} gave {first.status} of 10{others} for our reply",
        why=f"Answered {day_short(first.due)}, {days}\u00a0d ago. Detractors who are heard soon often stay.",
        action_label="Reply",
        url=f"{reverse('client_voice', args=[first.client_key])}#answer-{first.pk}",
        due=first.due,
        group=group_of(first.due, today),
    )


def _item(row: Asked, today: date) -> AttentionItem:
    days = (today - row.due).days
    page = f"{reverse('client_voice', args=[row.client_key])}#insights"
    match row.kind:
        case "health":
            shape, page, label = row.status, reverse("client_health", args=[row.client_key]), "See why"
            lead = f"health fell to {number(Decimal(row.title))} from {number(Decimal(row.why))}"
            why = f"Read {day_short(row.due)}. Its components say which fell, and by how much."
        case "untold":
            shape, label = "at_risk" if days > TELL_BY else "watch", "Tell them"
            lead, why = f"they were not told yet: {row.title}", f"They said: {row.why}. Done {day_short(row.due)}."
        case _:
            shape, label = "at_risk" if days > 7 else "watch", "Open voice"
            when = due_words(row.due, today)
            lead, why = f"{row.title}, {when}", f"They said: {row.why}. With {row.owner or 'nobody yet'}."
    return AttentionItem(
        row.client_key, row.client_name, shape, lead, why, label, page, row.due, group_of(row.due, today)
    )
