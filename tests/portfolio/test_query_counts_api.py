"""The addresses of the REST interface ask few questions, and as many at 10 clients as at 1,000: see beside."""

from __future__ import annotations

import pytest

from tests.portfolio.growing import UNKNOWN_ADDRESS, assert_few_and_steady
from tests.sweeps.api_cases import API
from tests.sweeps.world import build_world

CASES = tuple(case for case in (*API, UNKNOWN_ADDRESS) if case.get)


@pytest.mark.django_db
def test_queries_of_the_interface_are_few_and_do_not_grow_with_the_book() -> None:
    assert_few_and_steady(build_world(), CASES)
