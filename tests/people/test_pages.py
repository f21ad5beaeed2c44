"""Signing in, settings, tokens and the administrator's people."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from common.models import AuditEntry
from people.models import ApiToken, User
from tests.makers import PASSWORD, make_user


@pytest.fixture
def known(db: None) -> User:
    return make_user("director", email="known@example.com", password=PASSWORD, name="Kay Nown")


def sign_in_with(email: str, password: str) -> Any:
    return Browser().post("/sign-in/", {"username": email, "password": password})


def test_the_right_pair_signs_in_whatever_the_case_of_the_email(known: User) -> None:
    response = sign_in_with(" Known@Example.com", PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_a_wrong_pair_says_the_same_for_known_and_unknown(known: User) -> None:
    known_answer = sign_in_with("known@example.com", "wrong password here").content.decode()
    unknown_answer = sign_in_with("nobody@example.com", "wrong password here").content.decode()
    said = "That e-mail and password match no account"
    assert said in known_answer
    assert said in unknown_answer


def test_five_wrong_tries_lock_the_pair_for_a_while(known: User) -> None:
    for _ in range(5):
        sign_in_with("known@example.com", "wrong password here")
    locked = sign_in_with("known@example.com", PASSWORD)
    assert locked.status_code == 429
    assert sign_in_with("other@example.com", "wrong password here").status_code == 200


def test_every_page_sends_the_anonymous_to_sign_in_and_back(known: User) -> None:
    response = Browser().get("/settings/?x=1")
    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=%2Fsettings%2F%3Fx%3D1")
    partial = Browser().get("/settings/", headers={"HX-Request": "true"})
    assert partial.status_code == 401
    assert partial["HX-Redirect"].startswith("/sign-in/")


def test_own_settings_are_checked_and_kept(known: User, sign_in: Any) -> None:
    browser = sign_in(known)
    bad = browser.post("/settings/own/", {"timezone": "Mars/Base", "reporting_currency": "XXQ"})
    assert bad.status_code == 422
    assert "no IANA time zone" in bad.content.decode()
    assert "no ISO 4217 currency" in bad.content.decode()
    assert browser.post("/settings/own/", {"timezone": "Europe/Paris", "reporting_currency": "eur"}).status_code == 302
    known.refresh_from_db()
    assert (known.timezone, known.reporting_currency) == ("Europe/Paris", "EUR")
    assert AuditEntry.objects.filter(actor=known.email, object_kind="person").count() == 1


def test_a_short_password_is_refused_and_a_long_one_taken(known: User, sign_in: Any) -> None:
    browser = sign_in(known)
    short = {"old_password": PASSWORD, "new_password1": "short1!", "new_password2": "short1!"}
    assert browser.post("/settings/password/", short).status_code == 422
    long = {"old_password": PASSWORD, "new_password1": "a longer pass phrase", "new_password2": "a longer pass phrase"}
    assert browser.post("/settings/password/", long).status_code == 302
    assert browser.get("/settings/").status_code == 200
    assert sign_in_with("known@example.com", "a longer pass phrase").status_code == 302


def test_a_token_is_shown_once_and_can_be_revoked_by_its_owner_only(known: User, owner: User, sign_in: Any) -> None:
    browser = sign_in(known)
    page = browser.post("/settings/tokens/", {"name": "BI", "scopes": ["read:clients"], "days": "30"}).content.decode()
    token = ApiToken.objects.get()
    assert token.token_key in page
    assert "pr_" in page
    assert token.digest not in page
    plain_part = page.split('<code class="token">')[1].split("<")[0]
    assert plain_part not in browser.get("/settings/").content.decode()
    assert sign_in(owner).post(f"/settings/tokens/{token.token_key}/revoke/").status_code == 404
    assert browser.post(f"/settings/tokens/{token.token_key}/revoke/").status_code == 302
    assert not ApiToken.objects.exists()


def test_only_administrators_see_and_change_people(administrator: User, known: User, sign_in: Any) -> None:
    assert sign_in(known).get("/settings/people/").status_code == 403
    browser = sign_in(administrator)
    assert "Kay Nown" in browser.get("/settings/people/").content.decode()
    fields = {"name": "Kay Nown", "email": "known@example.com", "role": "leadership", "is_active": "on", "version": "1"}
    assert browser.post(f"/settings/people/{known.pk}/", fields).status_code == 302
    known.refresh_from_db()
    assert (known.role, known.version) == ("leadership", 2)
    stale = browser.post(f"/settings/people/{known.pk}/", {**fields, "role": "finance"})
    assert stale.status_code == 409
    known.refresh_from_db()
    assert known.role == "leadership"


def test_an_administrator_writes_down_what_capacity_stands_on(administrator: User, known: User, sign_in: Any) -> None:
    """What a form leaves out is left alone."""
    browser, place = sign_in(administrator), f"/settings/people/{known.pk}/"
    fields = {"name": "Kay Nown", "email": "known@example.com", "role": "leadership", "is_active": "on", "version": "1"}
    work = {"discipline": "Designer", "country": "gb-eng", "weekly_hours": "37.5", "starts": "2026-01-05", "ends": ""}
    assert browser.post(place, {**fields, **work}).status_code == 302
    assert browser.post(place, {**fields, "version": "2", "name": "Kay N."}).status_code == 302
    known.refresh_from_db()
    assert (known.name, known.discipline, known.country, str(known.weekly_hours), str(known.starts), known.ends) == (
        "Kay N.", "Designer", "GB-ENG", "37.50", "2026-01-05", None
    )  # fmt: skip
    for wrong, words in (({"country": "ZZ"}, "is not a country code"), ({"ends": "2025-01-01"}, "before the first")):
        refused = browser.post(place, {**fields, **work, "version": "3", **wrong})
        assert (refused.status_code, words in refused.content.decode()) == (422, True)


def test_an_administrator_cannot_lock_themselves_out(administrator: User, sign_in: Any) -> None:
    fields = {"name": "Ada", "email": administrator.email, "role": "director", "is_active": "on", "version": "1"}
    assert sign_in(administrator).post(f"/settings/people/{administrator.pk}/", fields).status_code == 403
    administrator.refresh_from_db()
    assert administrator.role == "administrator"


def test_a_new_person_needs_an_email_of_their_own(administrator: User, known: User, sign_in: Any) -> None:
    browser = sign_in(administrator)
    taken = {"name": "Twin", "email": "KNOWN@example.com", "role": "finance", "is_active": "on"}
    response = browser.post("/settings/people/new/", taken)
    assert response.status_code == 422
    assert "already has the e-mail" in response.content.decode()
    assert browser.post("/settings/people/new/", {**taken, "email": "new@example.com"}).status_code == 302
    assert User.objects.get(email="new@example.com").role == "finance"


def test_switching_somebody_off_ends_their_tokens_and_sessions(administrator: User, known: User, sign_in: Any) -> None:
    theirs = sign_in(known)
    theirs.post("/settings/tokens/", {"name": "BI", "scopes": ["read:clients"], "days": "30"})
    fields = {"name": "Kay Nown", "email": known.email, "role": "director", "version": "1"}
    sign_in(administrator).post(f"/settings/people/{known.pk}/", fields)
    assert not ApiToken.objects.exists()
    assert theirs.get("/").status_code == 302
