"""Meetings, calls and messages with a client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Concat, Trim

from accounts.access import clients_for, contacts_for
from accounts.calc.contact_load import too_often
from accounts.models import Client, Stakeholding, Touchpoint

if TYPE_CHECKING:
    from people.models import User

LATELY: Final = 60
OFFERED: Final = 12


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


@dataclass(frozen=True, slots=True)
class Whom:
    """Who a touchpoint may be logged with. people: contact's number, name, client's key and name."""

    q: str
    people: tuple[tuple[int, str, str, str], ...]
    clients: tuple[tuple[str, str], ...]


def whom_to_log(user: User, q: str) -> Whom:
    """By name; without one, whom this person met lately and every client. Two queries."""
    clients = clients_for(user).exclude(status="lost").order_by("name")
    people = (
        contacts_for(user).filter(erasure=None, identified=True).exclude(client=None).exclude(client__status="lost")
    )
    if q:
        clients = clients.filter(name__icontains=q)
        for word in q.split()[:3]:
            people = people.filter(
                Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(client__name__icontains=word)
            )
        people = people.order_by("last_name", "first_name", "pk")
    else:
        people = (
            people.filter(touchpoints__ours=user.pk).annotate(last=Max("touchpoints__date")).order_by("-last", "pk")
        )
    return Whom(
        q,
        tuple((one.pk, one.name, one.client.key, one.client.name)
              for one in people.select_related("client")[:OFFERED] if one.client),
        tuple(clients.values_list("key", "name")[:60]),
    )  # fmt: skip


def crowded(client: Client, contacts: Iterable[str], today: date) -> list[tuple[str, str]]:
    """Who of these hears from us too often, and why. Two queries; none where nobody is named."""
    wanted = [int(pk) for pk in contacts]
    if not wanted:
        return []
    since = today - timedelta(days=LATELY)
    days: dict[int, list[date]] = {}
    links = Touchpoint.objects.filter(theirs__in=wanted, client=client, date__gte=since, date__lte=today)
    for pk, day in links.values_list("theirs", "date"):
        days.setdefault(pk, []).append(day)
    people = Stakeholding.objects.filter(client=client, contact__in=wanted).select_related("contact")
    found = [(one.contact.name, too_often(days.get(one.contact_id, ()), one.cadence_days, today)) for one in people]
    return [(name, why) for name, why in found if why]
