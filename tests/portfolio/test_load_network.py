"""Lines and ties from a file and through REST."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Bond, Influence
from portfolio.imports.runner import load_rows
from tests.makers import make_client, make_contact, make_stakeholding, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> tuple[str, str]:
    director = make_user("director", email="dora@example.com")
    client = make_client("HAL", owner=director)
    keys = []
    for name in ("Ada", "Ben"):
        contact = make_contact(client, key=f"HAL-{name}", first_name=name)
        make_stakeholding(client, contact=contact, owner=director, level=3, power=4)
        keys.append(contact.key)
    make_contact(make_client("OUT"), key="OUT-1")
    return keys[0], keys[1]


def load(kind: str, *rows: dict[str, str]) -> object:
    return load_rows(kind, list(rows), actor="test", now=timezone.now(), file_name="test")


def test_lines_load_once_and_say_who_is_nobody(people: tuple[str, str]) -> None:
    ada, ben = people
    good = {"client": "HAL", "from": ada, "to": ben, "kind": "influence", "strength": "4"}
    first = load("influences", good)
    assert (first.created, first.rejected) == (1, 0)  # type: ignore[attr-defined]
    again = load("influences", good)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)  # type: ignore[attr-defined]
    stronger = load("influences", {**good, "strength": "5"})
    assert stronger.updated == 1  # type: ignore[attr-defined]
    assert Influence.objects.get().strength == 5
    bad = load(
        "influences",
        {**good, "to": "OUT-1"},
        {**good, "to": ada},
        {**good, "kind": "envy"},
        {**good, "strength": "9"},
        {**good, "client": "NOPE"},
    )
    reasons = " | ".join(reason for _, reason in bad.rejects)  # type: ignore[attr-defined]
    assert "“OUT-1” is nobody on this client's map" in reasons
    assert "from and to are the same person" in reasons
    assert "envy" in reasons
    assert bad.created == 0  # type: ignore[attr-defined]


def test_ties_load_and_the_owner_has_none(people: tuple[str, str]) -> None:
    make_user("delivery", email="dee@example.com")
    row = {"client": "HAL", "contact": people[0], "person_email": "dee@example.com", "level": "2", "level_wanted": ""}
    assert load("bonds", row).created == 1  # type: ignore[attr-defined]
    assert load("bonds", row).unchanged == 1  # type: ignore[attr-defined]
    assert Bond.objects.get().level == 2
    owners = load("bonds", {**row, "person_email": "dora@example.com"})
    assert "owns this relationship" in owners.rejects[0][1]  # type: ignore[attr-defined]
