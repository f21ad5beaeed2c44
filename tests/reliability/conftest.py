"""An installation for the length of one test, stopped before the test's database is emptied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.reliability.installation import Installation

Install = Callable[[int], Installation]

# Every table is emptied afterwards; naming the apps lets the emptying reach tables that no model stands for.
OWN_DATABASE = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


@pytest.fixture
def install(db: None, tmp_path: Path) -> Iterator[Install]:
    """`install(lease_seconds)` starts one."""
    started: list[Installation] = []

    def go(lease_seconds: int) -> Installation:
        installation = Installation(tmp_path / "installation", lease_seconds)
        started.append(installation)
        installation.start()
        return installation

    yield go
    for installation in started:
        installation.stop()
