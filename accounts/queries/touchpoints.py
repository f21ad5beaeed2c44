"""Meetings, calls and messages with a client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Trim

from accounts.models import Client


@dataclass(frozen=True, slots=True)
class TouchRow:
    pk: int
    date: date
    kind: str
    theirs: str
    ours: str
    notes: str


def touchpoints_of(client: Client, *, limit: int = 50) -> list[TouchRow]:
    """Newest first, with the names of both sides. One query."""
    their_name = Trim(Concat(F("theirs__first_name"), Value(" "), F("theirs__last_name")))
    points = client.touchpoints.annotate(
        their_names=ArrayAgg(their_name, distinct=True, filter=Q(theirs__isnull=False)),
        our_names=ArrayAgg("ours__name", distinct=True, filter=Q(ours__isnull=False)),
    ).order_by("-date", "-pk")[:limit]
    return [
        TouchRow(
            point.pk,
            point.date,
            point.get_kind_display(),
            ", ".join(point.their_names or ()),
            ", ".join(point.our_names or ()),
            point.notes,
        )
        for point in points
    ]
