"""KPIs, their phases and readings, and the library: written with their audit rows, and health read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.edits import Subject, add, remove, save_changes
from accounts.actions.surveys import HEALTH
from accounts.actions.web_readings import read_from_web
from accounts.calc.kpis import span_of
from accounts.models import Client, Kpi, KpiDefinition, KpiReading, KpiTarget
from accounts.queries.kpis import load_states
from common import jobs
from people.models import User

MEANING = ("name", "unit", "direction", "how", "frequency", "category", "gathers")
FIELDS = (
    *MEANING, "definition", "owner", "contact", "baseline", "target", "target_low", "target_high", "starts_on", "due",
    "web_metric", "web_channel",
)  # fmt: skip
_FAR = Decimal(9999)
"""Beyond this an attainment is kept as so much: it says no more."""


def _subject(kpi: Kpi, words: str = "", kind: str = "kpi") -> Subject:
    return Subject(kind, f"{kpi.name[:150]}{words}", kpi.client_id)


def _hold(kpi: Kpi) -> None:
    """Two first readings, or phases, of one period do not race."""
    Kpi.objects.select_for_update(of=("self",), no_key=True).get(pk=kpi.pk)


def _read_again(kpi: Kpi) -> None:
    jobs.mark_dirty(HEALTH, [f"health:{kpi.client_id}"])


def _given(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def keep_standings(client_ids: Sequence[int], day: date) -> int:
    """How these clients' KPIs stand on a day, kept beside them; returns how many changed. Two queries, and one more
    where some did. Safe to run twice.
    """
    moved = []
    for state in load_states(Kpi.objects.filter(client__in=client_ids), day):
        kpi, share = state.kpi, state.held.to_date
        share = None if share is None else round(max(-_FAR, min(_FAR, share)), 4)
        if (kpi.standing, kpi.attained, kpi.stood_on) != (state.standing, share, state.held_on):
            kpi.standing, kpi.attained, kpi.stood_on = state.standing, share, state.held_on
            moved.append(kpi)
    Kpi.objects.bulk_update(moved, ["standing", "attained", "stood_on"], batch_size=500)
    return len(moved)


@transaction.atomic
def add_kpi(*, client: Client, values: Mapping[str, Any], actor: User) -> Kpi:
    given = _given(values, FIELDS)
    kpi = Kpi(client=client, **given)
    made = add(kpi, actor=actor.email, subject=_subject(kpi), values=given)
    read_from_web([client.pk], actor=actor.email)
    _read_again(made)
    return made


@transaction.atomic
def change_kpi(*, kpi: Kpi, values: Mapping[str, Any], expected: int | None, actor: User) -> Kpi:
    """Raises StaleRecord when somebody saved it meanwhile."""
    given = _given(values, FIELDS)
    saved = save_changes(kpi, given, expected=expected, actor=actor.email, subject=_subject(kpi))
    if {"web_metric", "web_channel"} & given.keys():
        read_from_web([kpi.client_id], actor=actor.email)
    _read_again(saved)
    return saved


@transaction.atomic
def remove_kpi(*, kpi: Kpi, actor: User) -> None:
    told = {name: getattr(kpi, name) for name in FIELDS}
    _read_again(kpi)
    remove(kpi, actor=actor.email, subject=_subject(kpi), values=told)


@transaction.atomic
def record_reading(*, kpi: Kpi, values: Mapping[str, Any], actor: User) -> KpiReading:
    """period, actual and note. A period read before is corrected, its trail telling what stood there."""
    given = _given(values, ("period", "actual", "note"))
    subject = _subject(kpi, f", {given['period']}", "kpi_reading")
    _hold(kpi)
    found = KpiReading.objects.filter(kpi=kpi, period=given["period"]).first()
    if found is not None:
        saved = save_changes(found, given, expected=None, actor=actor.email, subject=subject)
    else:
        span = span_of(given["period"])
        reading = KpiReading(kpi=kpi, starts=span.first, ends=span.last, **given)
        saved = add(reading, actor=actor.email, subject=subject, values=given)
    _read_again(kpi)
    return saved


@transaction.atomic
def change_reading(*, reading: KpiReading, values: Mapping[str, Any], expected: int | None, actor: User) -> KpiReading:
    """What it said, not of which period. Raises StaleRecord when somebody saved it meanwhile."""
    subject = _subject(reading.kpi, f", {reading.period}", "kpi_reading")
    given = _given(values, ("actual", "note"))
    saved = save_changes(reading, given, expected=expected, actor=actor.email, subject=subject)
    _read_again(reading.kpi)
    return saved


@transaction.atomic
def remove_reading(*, reading: KpiReading, actor: User) -> None:
    told = {name: getattr(reading, name) for name in ("period", "actual", "note")}
    _read_again(reading.kpi)
    remove(reading, actor=actor.email, subject=_subject(reading.kpi, f", {reading.period}", "kpi_reading"), values=told)


@transaction.atomic
def set_phase(*, kpi: Kpi, values: Mapping[str, Any], actor: User) -> KpiTarget:
    """Where it should stand at the end of a period; said again, it is corrected."""
    given = _given(values, ("period", "target"))
    subject = _subject(kpi, f", target of {given['period']}", "kpi_target")
    _hold(kpi)
    found = KpiTarget.objects.filter(kpi=kpi, period=given["period"]).first()
    if found is not None:
        saved = save_changes(found, given, expected=None, actor=actor.email, subject=subject)
    else:
        phase = KpiTarget(kpi=kpi, ends=span_of(given["period"]).last, **given)
        saved = add(phase, actor=actor.email, subject=subject, values=given)
    _read_again(kpi)
    return saved


@transaction.atomic
def remove_phase(*, phase: KpiTarget, actor: User) -> None:
    told = {"period": phase.period, "target": phase.target}
    _read_again(phase.kpi)
    remove(phase, actor=actor.email, subject=_subject(phase.kpi, f", {phase.period}", "kpi_target"), values=told)


def save_definition(
    *, definition: KpiDefinition | None, values: Mapping[str, Any], expected: int | None, actor: User
) -> KpiDefinition:
    """A new one, or changed words of one: clients' KPIs made from it keep theirs. Raises StaleRecord."""
    given = _given(values, MEANING)
    name = given.get("name", "") or (definition.name if definition else "")
    subject = Subject("kpi_definition", name[:200], None)
    if definition is None:
        return add(KpiDefinition(**given), actor=actor.email, subject=subject, values=given)
    return save_changes(definition, given, expected=expected, actor=actor.email, subject=subject)


def remove_definition(*, definition: KpiDefinition, actor: User) -> None:
    told = {name: getattr(definition, name) for name in MEANING}
    remove(definition, actor=actor.email, subject=Subject("kpi_definition", definition.name, None), values=told)
