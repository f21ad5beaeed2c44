"""Clients whose health turned for the worse, or that a cap holds down."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from accounts.access import clients_for
from accounts.models import Client, ClientStatus, HealthReading
from common.attention import AttentionItem, group_of
from common.formats import day_short, number

if TYPE_CHECKING:
    from people.models import User

BACK: Final = timedelta(days=14)
FALL: Final = 10
"""Points lost since two weeks ago that are worth a look whatever the band."""


def health_items(user: User, today: date) -> list[AttentionItem]:
    """One query. For readers of every component: the score of all is kept with the reading."""
    readings = HealthReading.objects.filter(client=OuterRef("pk")).order_by("-day")
    older = readings.filter(day__lte=today - BACK)
    rows = (
        clients_for(user)
        .exclude(status=ClientStatus.LOST)
        .annotate(
            score=Subquery(readings.values("score")[:1]),
            state=Subquery(readings.values("status")[:1]),
            on=Subquery(readings.values("day")[:1]),
            capped=Subquery(readings.values("caps")[:1]),
            was=Subquery(older.values("score")[:1]),
            stood=Subquery(older.values("status")[:1]),
        )
        .filter(
            Q(state="at_risk", stood__in=["on_track", "watch"])
            | Q(state__in=["watch", "at_risk"], was__gte=F("score") + FALL)
        )
        .order_by("score")
    )
    return [_item(one, today) for one in rows[:20]]


def _item(client: Client, today: date) -> AttentionItem:
    found: dict[str, object] = client.__dict__
    score, was, caps = found["score"], found["was"], found["capped"]
    why = f"{caps[0]['why']}. " if isinstance(caps, list) and caps else ""
    on = found["on"] if isinstance(found["on"], date) else today
    return AttentionItem(
        client_key=client.key,
        client_name=client.name,
        shape="at_risk" if found["state"] == "at_risk" else "watch",
        lead=f"health fell to {number(score)} from {number(was)}",  # type: ignore[arg-type]  # annotations
        why=f"{why}Read {day_short(on)}. Its components say which fell, and by how much.",
        action_label="See why",
        url=reverse("client_health", args=[client.key]),
        due=on,
        group=group_of(on, today),
    )
