"""S11: the address that counts wrong passwords, and where signing in leads."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db.models import F
from django.test import Client as Browser
from django.test import RequestFactory
from django.utils import timezone

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


def guess(email: str, *, address: str, password: str = "", browser: Browser | None = None) -> Any:
    return (browser or Browser()).post(
        "/sign-in/", {"username": email, "password": password or "wrong"}, REMOTE_ADDR=address
    )


@pytest.fixture
def few_tries(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1000)  # dozens of tries, each a second otherwise
    settings.SIGN_IN_ADDRESS_LIMIT = 6
    settings.SIGN_IN_PERSON_LIMIT = 7


@pytest.mark.django_db
def test_one_address_may_not_try_everybody(few_tries: None) -> None:
    make_user("director", email="amara@example.com", password=PASSWORD)
    codes = [guess(f"person{number}@example.com", address="10.1.1.1").status_code for number in range(7)]
    assert codes == [200, 200, 200, 200, 200, 200, 429]
    assert guess("amara@example.com", address="10.1.1.1", password=PASSWORD).status_code == 429
    assert guess("amara@example.com", address="10.1.1.2", password=PASSWORD).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["amara@example.com", "nobody@example.com"])
def test_many_addresses_may_not_try_one_person(few_tries: None, email: str) -> None:
    make_user("director", email="amara@example.com", password=PASSWORD)
    codes = [guess(email, address=f"10.2.2.{number}").status_code for number in range(8)]
    assert codes == [200, 200, 200, 200, 200, 200, 200, 429]
    assert guess(email, address="10.2.2.99", password=PASSWORD).status_code == 429


@pytest.mark.django_db
def test_a_browser_the_person_used_before_is_not_locked_out_by_others(few_tries: None) -> None:
    make_user("director", email="amara@example.com", password=PASSWORD)
    known = Browser()
    assert guess("amara@example.com", address="10.3.3.3", password=PASSWORD, browser=known).status_code == 302
    known.post("/sign-out/")
    for number in range(8):
        guess("amara@example.com", address=f"10.3.3.{number % 4}")
    assert guess("amara@example.com", address="10.3.3.3", password=PASSWORD).status_code == 429
    assert guess("amara@example.com", address="10.3.3.3", password=PASSWORD, browser=known).status_code == 302
    known.post("/sign-out/")
    codes = [guess("amara@example.com", address=f"10.4.4.{number}", browser=known).status_code for number in range(6)]
    assert codes[-1] == 429  # a stolen mark gives five tries, wherever from


@pytest.mark.django_db
def test_a_browser_known_for_one_person_is_a_stranger_to_the_next(few_tries: None) -> None:
    make_user("director", email="amara@example.com", password=PASSWORD)
    make_user("director", email="jon@example.com", password=PASSWORD)
    known = Browser()
    guess("amara@example.com", address="10.5.5.5", password=PASSWORD, browser=known)
    known.post("/sign-out/")
    for number in range(8):
        guess("jon@example.com", address=f"10.5.5.{number}")
    assert guess("jon@example.com", address="10.5.5.77", password=PASSWORD, browser=known).status_code == 429
    known.cookies["known_browser"] = "forged:mark"
    assert guess("amara@example.com", address="10.5.5.5", password=PASSWORD, browser=known).status_code == 302


@pytest.mark.django_db
def test_trying_on_does_not_lengthen_the_pause(few_tries: None) -> None:
    make_user("director", email="amara@example.com", password=PASSWORD)
    for _ in range(5):
        guess("amara@example.com", address="10.6.6.6")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert guess("amara@example.com", address="10.6.6.6").status_code == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=2))
    assert guess("amara@example.com", address="10.6.6.6", password=PASSWORD).status_code == 302


@pytest.mark.django_db
def test_an_unknown_e_mail_is_answered_like_a_wrong_password_and_costs_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hash is nearly all the time an answer takes: one of the same strength is made for everybody."""
    make_user("director", email="known@example.com", password=PASSWORD)
    make_user("director", email="never@example.com")
    make_user("director", email="away@example.com", password=PASSWORD, is_active=False)
    hashed: list[int] = []
    encode = PBKDF2PasswordHasher.encode

    def counting(self: PBKDF2PasswordHasher, password: str, salt: str, iterations: int | None = None) -> str:
        hashed.append(iterations or self.iterations)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counting)
    told: set[tuple[int, str, tuple[int, ...]]] = set()
    for email in ("known@example.com", "never@example.com", "away@example.com", "other@example.com"):
        hashed.clear()
        answer = guess(email, address="10.7.7.7", password=PASSWORD + "!")
        text = re.sub(r'(nonce|value)="[^"]*"', "", answer.text.replace(email, ""))
        told.add((answer.status_code, text, tuple(hashed)))
    assert len(told) == 1
    assert len(next(iter(told))[2]) == 1
