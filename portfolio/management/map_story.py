"""What the demo's maps said before: who came, who left, which judgements moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from accounts.models import LineState, Stakeholding, StakeState
from portfolio.demo.contacts import contact_key

LEFT = ("kestrel-air", "Philippa Stroud", "Chief marketing officer", 4, 3, 1, 2)
"""Left eleven weeks ago: client, name, title, power, interest, stance, level."""
CAME = {("kestrel-air", 1): 70, ("halden-pharma", 7): 40}
"""Days since they came, by client and place."""
OTHERWISE = {
    ("halden-pharma", 1): {"level": 2}, ("halden-pharma", 2): {"stance": 0}, ("halden-pharma", 6): {"level": 2},
    ("marlow-bank", 1): {"level": 3}, ("corvus-retail", 1): {"stance": 1, "level": 3},
    ("kestrel-air", 3): {"stance": 0, "level": 3}, ("ostra-foods", 1): {"level": 2},
}  # fmt: skip
"""How they were judged until 60 days ago."""


def tell_maps(as_of: date) -> int:
    """The history begins a year back; what the load itself wrote is its last word."""
    noon = datetime.combine(as_of, time(12), tzinfo=UTC)
    places = {contact_key(client, place): (client, place) for client, place in (*CAME, *OTHERWISE)}
    told: list[StakeState] = []
    for stake in Stakeholding.objects.select_related("contact", "client"):
        place = places.get(stake.contact.key, ("", 0))
        first = _state(stake, noon - timedelta(days=CAME.get(place, 365)))
        for name, value in OTHERWISE.get(place, {}).items():
            setattr(first, name, value)
        told.append(first)
        if place in OTHERWISE:
            told.append(_state(stake, noon - timedelta(days=60)))
        if stake.contact.key == contact_key(LEFT[0], 1):
            told += _gone(stake, noon)
    StakeState.objects.bulk_create(told)
    LineState.objects.update(at=noon - timedelta(days=365))
    weaker = LineState.objects.filter(strength=5).order_by("pk").first()
    if weaker is not None:  # it was of 3 until 45 days ago
        LineState.objects.filter(pk=weaker.pk).update(at=noon - timedelta(days=45))
        LineState.objects.create(
            client_id=weaker.client_id, source_id=weaker.source_id, target_id=weaker.target_id, kind=weaker.kind,
            strength=3, at=noon - timedelta(days=365),
        )  # fmt: skip
    return len(told)


def _state(stake: Stakeholding, at: datetime) -> StakeState:
    shared = ("client_id", "contact_id", "reports_to_id", "buying_role", "power", "interest", "stance", "level")
    values = {name: getattr(stake, name) for name in (*shared, "level_wanted")}
    return StakeState(at=at, name=stake.contact.name, title=stake.contact.title, **values)


def _gone(stake: Stakeholding, noon: datetime) -> list[StakeState]:
    """Somebody who is no contact any more: known by no number of one."""
    _, name, title, power, interest, stance, level = LEFT
    return [
        StakeState(
            client_id=stake.client_id, contact_id=-stake.contact_id, at=noon - timedelta(days=days), present=present,
            name=name, title=title, power=power, interest=interest, stance=stance, level=level,
        )
        for days, present in ((365, True), (75, False))
    ]  # fmt: skip
