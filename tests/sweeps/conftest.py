"""A world for each module of sweeps, built once inside one transaction; what a test does to it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests import databases
from tests.sweeps.world import World, build_world


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = build_world()
        for user in (*world.people.values(), *world.strangers.values()):
            world.browser(user)
            world.bearer(user)
        databases.settle()
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None) -> World:
    cache.clear()  # the API counts requests by person, and a sweep makes many
    return built
