"""Reading how clients do, keeping it, and changing the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts.actions.surveys import HEALTH
from accounts.calc.health import Part, health
from accounts.models import HealthReading, HealthRules
from common import audit, jobs
from common.health import ComponentScore, HealthAsk, HealthCap, caps, components
from people.models import User

ALL = "health:all"
FIRST_NOTE = "The rules as they come"


def default_weights() -> dict[str, int]:
    return {name: component.weight for name, component in components}


def rules_in_force(now: datetime) -> HealthRules:
    """The newest; the first are made at the first asking."""
    found = HealthRules.objects.first()
    if found is not None:
        return found
    return HealthRules.objects.create(weights=default_weights(), made_at=now, made_by="Principal", note=FIRST_NOTE)


@dataclass(frozen=True, slots=True)
class Read:
    """What the components and caps say of one client, before it is weighed. caps: why, by name."""

    scores: Mapping[str, ComponentScore]
    caps: Mapping[str, str]


def read_clients(ids: Sequence[int], day: date, margin_target: Decimal) -> dict[int, Read]:
    """By client id; each component and cap in its own fixed number of queries."""
    ask = HealthAsk(tuple(ids), day, margin_target)
    scores = {name: component.read(ask) for name, component in components}
    held = {name: cap.read(tuple(ids), day) for name, cap in caps}
    return {
        pk: Read(
            {name: found[pk] for name, found in scores.items() if pk in found},
            {name: found[pk] for name, found in held.items() if pk in found},
        )
        for pk in ids
    }


def as_stored(read: Read, weights: Mapping[str, int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Components in the order of the registry's places, then caps, as a reading keeps them."""
    ordered = sorted(components, key=lambda entry: entry[1].order)
    parts = []
    for name, component in ordered:
        found = read.scores.get(name)
        parts.append({
            "name": name,
            "weight": weights.get(name, 0),
            "score": None if found is None or found.score is None else f"{found.score:f}",
            "field_class": component.field_class or (found.field_class if found else ""),
            "inputs": [
                {"label": line.label, "value": None if line.value is None else f"{line.value:f}", "unit": line.unit}
                for line in (found.inputs if found else ())
            ],
        })  # fmt: skip
    held = [(name, caps[name]) for name in read.caps]
    return parts, [_cap(name, cap, read.caps[name]) for name, cap in held]


def _cap(name: str, cap: HealthCap, why: str) -> dict[str, Any]:
    return {"name": name, "label": cap.label, "limit": cap.limit, "why": why}


def store_readings(ids: Sequence[int], *, day: date, rules: HealthRules, now: datetime) -> int:
    """Read these clients as of a day and keep what is new: a first reading of the week, or one that differs from the
    last. Returns how many were kept. Safe to run twice.
    """
    read = read_clients(ids, day, rules.margin_target)
    before = {one.client_id: one for one in _last_of(ids, day)}
    fresh = []
    for pk, found in read.items():
        parts, held = as_stored(found, rules.weights)
        if _is_told(before.get(pk), parts, held, day, rules):
            continue
        told = health(
            (Part(part["weight"], None if part["score"] is None else Decimal(part["score"])) for part in parts),
            (cap["limit"] for cap in held),
        )
        fresh.append(
            HealthReading(
                client_id=pk, day=day, rules=rules, components=parts, caps=held, score=told.score, known=told.known,
                status=told.status, read_at=now,
            )
        )  # fmt: skip
    HealthReading.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["client", "day"],
        update_fields=["rules", "components", "caps", "score", "known", "status", "read_at"],
    )
    return len(fresh)


def _last_of(ids: Sequence[int], day: date) -> list[HealthReading]:
    rows = HealthReading.objects.filter(client__in=ids, day__lte=day).order_by("client_id", "-day")
    return list(rows.distinct("client_id"))


def _is_told(
    last: HealthReading | None, parts: list[dict[str, Any]], held: list[dict[str, Any]], day: date, rules: HealthRules
) -> bool:
    if last is None or last.day.isocalendar()[:2] != day.isocalendar()[:2] or last.rules_id != rules.pk:
        return False
    now = json.loads(json.dumps([parts, held], cls=DjangoJSONEncoder))
    return bool(now == [last.components, last.caps])


@transaction.atomic
def change_rules(
    *, weights: Mapping[str, int], margin_target: Decimal, note: str, expected: int, actor: User, now: datetime
) -> HealthRules:
    """A new version of the rules; all clients are read again by it. expected: the version the editor saw, by id.

    Raises RulesMoved when somebody else changed them meanwhile.
    """
    last = HealthRules.objects.select_for_update().first() or rules_in_force(now)
    if last.pk != expected:
        raise RulesMoved
    made = HealthRules.objects.create(
        weights=dict(weights), margin_target=margin_target, made_at=now, made_by=actor.email, note=note
    )
    told: dict[str, tuple[object, object]] = {
        name: (last.weights.get(name), weight) for name, weight in weights.items() if last.weights.get(name) != weight
    }
    if last.margin_target != margin_target:
        told["margin_target"] = (f"{last.margin_target:f}", f"{margin_target:f}")
    audit.record(
        actor=actor.email, verb="changed", kind="health rules", object_id=made.pk, label=note or "Rules of health",
        client_id=None, changes=told,
    )  # fmt: skip
    jobs.mark_dirty(HEALTH, [ALL], asked_by=actor.email)
    return made


class RulesMoved(Exception):
    """Somebody else changed the rules meanwhile."""
