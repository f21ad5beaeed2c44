"""S11: the address that counts wrong passwords, and where signing in leads."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.test import RequestFactory

from people.access import client_address
from people.models import User
from tests.makers import PASSWORD, make_user

SOCKET = "10.0.0.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", SOCKET),  # nobody of ours wrote it
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the visitor made the first up
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.5", "1.2.3.4"),
        (2, "1.2.3.4", SOCKET),
        (1, "", SOCKET),
        (1, "<script>", SOCKET),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings: Any, proxies: int, forwarded: str, address: str) -> None:
    settings.NUM_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=SOCKET, headers=headers)
    assert client_address(request) == address


@pytest.mark.django_db
def test_a_forged_address_does_not_evade_the_lock(db: None) -> None:
    make_user("director", email="amara@example.com", password=PASSWORD)
    for number in range(6):
        Browser().post(
            "/sign-in/",
            {"username": "amara@example.com", "password": "wrong"},
            headers={"X-Forwarded-For": f"9.9.9.{number}"},
        )
    answer = Browser().post("/sign-in/", {"username": " AMARA@example.com ", "password": PASSWORD})
    assert answer.status_code == 429


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/sign-in/", "/"),
        ("/sign-in/?next=/sign-in/", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/clients/", "/clients/"),
    ],
)
def test_signing_in_leads_only_into_the_product(sign_in: Any, owner: User, wanted: str, led: str) -> None:
    answer = sign_in(owner).get("/sign-in/", {"next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, led)


@pytest.mark.django_db
def test_the_session_changes_at_sign_in_and_ends_with_the_right(owner: User) -> None:
    person = make_user("director", email="amara@example.com", password=PASSWORD)
    browser = Browser()
    browser.cookies["sessionid"] = "planted"
    assert browser.post("/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302
    assert browser.cookies["sessionid"].value != "planted"
    assert browser.get("/clients/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert browser.get("/clients/").status_code == 302
