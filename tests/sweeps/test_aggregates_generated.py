"""S2, generated: every list, report, total and search a stranger can call says the same with and without a hidden book.

The addresses are those of the access matrix that name no record, or name one as a filter. Beside them every REST list
in each of its orders, and each of its filters asked for what the hidden records hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import transaction

from people.models import User
from portfolio.api.definitions import RESOURCES
from tests.sweeps.api_cases import API
from tests.sweeps.cases import PAGES
from tests.sweeps.withheld import text_of
from tests.sweeps.world import World, build_book

_ANYTIME = re.compile(
    r'nonce="[^"]*|csrfmiddlewaretoken" value="[^"]*|X-CSRFToken": "[^"]*|name="ref" value="[^"]*|"as_of":"[^"]*'
    r"|\d\d:\d\d(:\d\d[.\d]*)?|\d+ (milli)?seconds?|/jobs/\d+"
)
NOT_THE_SAME_TWICE = {"jobs", "jobs_progress", "healthz", "readyz"}
PROBED = 1
"""Values of the hidden records each filter is asked for."""


def lists(world: World) -> Iterator[str]:
    for case in (*PAGES, *API):
        if case.get and (case.soft or not case.record) and case.route not in NOT_THE_SAME_TWICE:
            yield case.address(world).replace("HAL", "HID")


def probes(finder: User) -> Iterator[str]:
    """Each REST list in each order either way, one row a page; each filter with values only hidden records hold."""
    for one in RESOURCES:
        for name in (*one.orderings, "id"):
            for sign in ("", "-"):
                yield f"/api/v1/{one.name}/?{urlencode({'ordering': sign + name, 'page_size': 1})}"
        hidden = list(one.rows(finder).values(*{field.source for field in one.fields if field.filter})[:PROBED])
        for field in one.fields:
            if field.filter:
                for value in {str(row[field.source])[: 10 if field.type == "date" else 200] for row in hidden}:
                    yield f"/api/v1/{one.name}/?{urlencode({field.name: value})}"
        for text in ("Qv", "HID", "Hidden"):
            yield f"/api/v1/{one.name}/?{urlencode({'q': text})}"


def seen(world: World, user: User, addresses: list[str]) -> dict[str, tuple[Any, ...]]:
    found = {}
    for address in addresses:
        cache.clear()  # requests are counted by person
        if address.startswith("/api/"):
            answer = world.browser(None).get(address, headers=world.bearer(user))
        else:
            answer = world.browser(user).get(address)
        found[address] = (answer.status_code, answer.headers.get("ETag"), _ANYTIME.sub("", text_of(answer)))
    return found


SOAKED = [pytest.param(role, marks=pytest.mark.soak) for role in ("account_manager", "delivery")]


@pytest.mark.parametrize("role", ["director", *SOAKED])
def test_no_list_moves_with_what_is_hidden(world: World, role: str) -> None:
    user = world.strangers[role]
    with transaction.atomic():
        build_book("HID", "Hidden Holdings", world.people)
        asked = list(dict.fromkeys([*lists(world), *probes(world.people["director"])]))
        with_it = seen(world, user, asked)
        transaction.set_rollback(True)
    without = seen(world, user, asked)
    assert len(asked) > 500
    assert [(address, with_it[address][0], without[address][0])
            for address in asked if with_it[address] != without[address]] == []  # fmt: skip
    assert sum(answer[0] == 200 for answer in without.values()) > 150
