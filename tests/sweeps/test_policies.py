"""Every address says who may call it, once."""

from __future__ import annotations

from collections import Counter

from common.policies import EVERYONE
from tests.sweeps.routes import ROUTES

PUBLIC = {
    "healthz",
    "readyz",
    "api_docs",
    "api_schema",
    "api_oauth_token",
    "sign_in",
    "calendar_feed",
    "survey_answer",
    "shared_review",
    "shared_pages",
    "shared_pdf",
    "value_answer",
    r"api/v1/^(?P<rest>.*)$",
}
"""The only addresses that answer without a sign-in."""


def test_every_route_has_a_policy() -> None:
    assert len(ROUTES) > 80
    assert [route.name for route in ROUTES if route.policy is None] == []


def test_what_is_public_is_on_this_list() -> None:
    assert {route.name for route in ROUTES if route.policy and route.policy.audience == "public"} == PUBLIC


def test_policies_name_known_roles_and_never_nobody() -> None:
    signed_in = [route for route in ROUTES if route.policy and route.policy.audience == "signed_in"]
    assert [route.name for route in signed_in if not route.policy or not route.policy.roles] == []
    assert [route.name for route in signed_in if route.policy and not route.policy.roles <= EVERYONE] == []


def test_a_policy_that_names_the_clients_parameter_means_one() -> None:
    named = [route for route in ROUTES if route.policy and route.policy.client]
    assert len(named) > 20
    assert [route.name for route in named if route.policy and f":{route.policy.client}>" not in route.pattern] == []


def test_no_address_and_no_name_stands_twice() -> None:
    for values in ([route.pattern for route in ROUTES], [route.name for route in ROUTES]):
        assert [value for value, times in Counter(values).items() if times > 1] == []
