"""Keeping scenarios: made, changed and thrown away by their owner, each with its audit row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction

from common.audit import record
from common.records import StaleRecord, update_versioned
from financials.models import Scenario

if TYPE_CHECKING:
    from people.models import User

MOST_STEPS: Final = 12
MOST_KEPT: Final = 40


class ScenarioRefused(ValueError):
    """It cannot be kept so. The text says why, to a person."""


@transaction.atomic
def make_scenario(*, owner: User, name: str, note: str = "", steps: Sequence[dict[str, Any]] = ()) -> Scenario:
    """steps: as the forms have checked them."""
    name = name.strip()
    if not name:
        raise ScenarioRefused("Give the scenario a name.")
    if Scenario.objects.filter(owner=owner).count() >= MOST_KEPT:
        raise ScenarioRefused(f"Keep at most {MOST_KEPT} scenarios: delete one you no longer need.")
    _refuse_long(steps)
    try:
        with transaction.atomic():
            made = Scenario.objects.create(owner=owner, name=name, note=note.strip(), steps=list(steps))
    except IntegrityError:
        raise _taken(name) from None
    _told("made", made, owner, {"name": (None, name), **({"steps": (None, list(steps))} if steps else {})})
    return made


@transaction.atomic
def change_scenario(
    *,
    scenario: Scenario,
    name: str,
    note: str,
    steps: Sequence[dict[str, Any]],
    actor: User,
    expected: int | None,
) -> Scenario:
    """Its name, note and steps as a whole. Raises ScenarioRefused, and StaleRecord as `add_step` does."""
    held = _held(scenario, expected)
    wanted = {"name": name.strip(), "note": note.strip(), "steps": list(steps)}
    if not wanted["name"]:
        raise ScenarioRefused("Give the scenario a name.")
    _refuse_long(steps)
    changes = {field: (getattr(held, field), value) for field, value in wanted.items() if getattr(held, field) != value}
    if not changes:
        return held
    try:
        with transaction.atomic():
            fresh = update_versioned(held, wanted, expected=held.version)
    except IntegrityError:
        raise _taken(name) from None
    _told("changed", fresh, actor, changes)
    return fresh


@transaction.atomic
def add_step(*, scenario: Scenario, step: dict[str, Any], actor: User, expected: int | None) -> Scenario:
    """Raises ScenarioRefused, and StaleRecord when the scenario is no longer at `expected`."""
    held = _held(scenario, expected)
    if len(held.steps) >= MOST_STEPS:
        raise ScenarioRefused(f"A scenario takes at most {MOST_STEPS} steps.")
    fresh = update_versioned(held, {"steps": [*held.steps, step]}, expected=held.version)
    _told("changed", fresh, actor, {"step": (None, step)})
    return fresh


@transaction.atomic
def drop_step(*, scenario: Scenario, place: int, actor: User, expected: int | None) -> Scenario:
    held = _held(scenario, expected)
    if not 0 <= place < len(held.steps):
        raise ScenarioRefused("There is no such step any more.")
    rest = [step for at, step in enumerate(held.steps) if at != place]
    fresh = update_versioned(held, {"steps": rest}, expected=held.version)
    _told("changed", fresh, actor, {"step": (held.steps[place], None)})
    return fresh


@transaction.atomic
def throw_away(*, scenario: Scenario, actor: User) -> None:
    _told("deleted", scenario, actor, {"steps": (scenario.steps, None)})
    scenario.delete()


def _taken(name: str) -> ScenarioRefused:
    return ScenarioRefused(f"You have a scenario named {name.strip()} already.")


def _refuse_long(steps: Sequence[dict[str, Any]]) -> None:
    if len(steps) > MOST_STEPS:
        raise ScenarioRefused(f"A scenario takes at most {MOST_STEPS} steps.")


def _held(scenario: Scenario, expected: int | None) -> Scenario:
    held = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if expected is not None and held.version != expected:
        raise StaleRecord(held)
    return held


def _told(verb: str, scenario: Scenario, actor: User, changes: dict[str, tuple[Any, Any]]) -> None:
    record(
        actor=actor.email, verb=verb, kind="scenario", object_id=scenario.pk, label=scenario.name, changes=changes
    )  # fmt: skip
