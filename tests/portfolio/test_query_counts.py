"""No address asks the database more than 15 questions, and it asks the same number at 10 clients and at 1,000.

The addresses come from the URLconf, what fills them from the cases of the access sweep: a new route without a case
fails here too. The interface's own are in a file beside, so that two workers share them.
"""

from __future__ import annotations

import pytest

from tests.portfolio.growing import (
    ANSWER,
    FEED,
    OPEN_TO_ALL,
    SHARED,
    UNASKED,
    UNKNOWN_ADDRESS,
    VALUE,
    assert_few_and_steady,
)
from tests.sweeps.api_cases import API
from tests.sweeps.cases import PAGES
from tests.sweeps.routes import ROUTES
from tests.sweeps.world import build_world

CASES = tuple(case for case in (*PAGES, *OPEN_TO_ALL, *SHARED, FEED, ANSWER, VALUE) if case.get)


def test_every_address_with_get_is_asked() -> None:
    asked = {case.route.lstrip("/") for case in (*CASES, *API, UNKNOWN_ADDRESS) if case.get}
    posts = {case.route for case in (*PAGES, *API) if not case.get}
    left = {route.name for route in ROUTES} - asked - posts - UNASKED
    assert left == {r"api/v1/^(?P<rest>.*)$"}  # UNKNOWN_ADDRESS stands for it


@pytest.mark.django_db
def test_queries_are_few_and_do_not_grow_with_the_book() -> None:
    assert_few_and_steady(build_world(), CASES)
