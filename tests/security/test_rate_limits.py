"""S12: what anybody may call without signing in is limited by address, and says so in its headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from portfolio.api.throttling import AddressRate, Rate, TokenRate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DRF reads the rates once, when it is imported."""
    for rate in (AddressRate, TokenRate, Rate):
        monkeypatch.setattr(rate, "THROTTLE_RATES", {"api": "3/min", "public": "3/min", "token": "3/min"})
    cache.clear()
    yield
    cache.clear()


def call(path: str, **options: Any) -> Any:
    browser = Browser()
    return browser.post(path, **options) if path.endswith("token/") else browser.get(path, **options)


@pytest.mark.parametrize("path", ["/api/v1/schema/", "/api/docs/", "/api/v1/oauth/token/", "/api/v1/nowhere/"])
def test_a_public_address_is_limited_by_the_caller_s_address(path: str) -> None:
    answers = [call(path, REMOTE_ADDR="10.8.8.8") for _ in range(4)]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    assert all(answer.status_code != 429 for answer in answers[:3])
    refused = answers[3]
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert "3 requests in 60 seconds" in refused.json()["detail"]
    assert call(path, REMOTE_ADDR="10.8.8.9").status_code != 429


def test_a_made_up_address_does_not_evade_the_limit() -> None:
    codes = [
        call("/api/v1/schema/", REMOTE_ADDR="10.8.8.8", headers={"X-Forwarded-For": f"1.1.1.{number}"}).status_code
        for number in range(4)
    ]
    assert codes == [200, 200, 200, 429]


def test_asking_for_tokens_has_a_count_of_its_own() -> None:
    for _ in range(4):
        call("/api/v1/schema/", REMOTE_ADDR="10.8.8.8")
    assert call("/api/v1/oauth/token/", REMOTE_ADDR="10.8.8.8").status_code == 400
