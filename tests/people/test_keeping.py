"""What an administrator keeps: people found and counted, keys of programs, and what a token may be made for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common import audit_words
from people.actions import create_service, issue_token
from people.models import ApiToken, User
from people.queries import people_found
from people.scopes import all_scopes, scopes_for
from portfolio.queries.housekeeping import housekeeping
from tests.makers import PASSWORD, make_user


def test_people_are_found_by_role_and_by_how_they_sign_in(administrator: User) -> None:
    able = make_user("finance", name="Zoe Able", password=PASSWORD)
    unset = make_user("finance", name="Ann Unset")
    gone = make_user("finance", name="Abe Gone", password=PASSWORD, is_active=False)
    assert list(people_found(role="finance")) == [unset, able, gone]  # whoever is switched off stands last
    assert list(people_found(role="finance", sign_in="yes")) == [able]
    assert list(people_found(role="finance", sign_in="waiting")) == [unset]
    assert list(people_found(sign_in="off")) == [gone]
    assert list(people_found(text="ZOE")) == [able]


def test_nobody_falls_off_the_list_of_people(administrator: User, sign_in: Any) -> None:
    User.objects.bulk_create(
        User(email=f"p{n:03}@example.com", name=f"Person {n:03}", role="delivery") for n in range(101)
    )
    browser = sign_in(administrator)
    first, second = (browser.get(f"/settings/people/?page={n}").content.decode() for n in (1, 2))
    assert ("p098@example.com" in first, "p100@example.com" in first) == (True, False)
    assert "p100@example.com" in second
    filtered = browser.get("/settings/people/?role=administrator").content.decode()
    assert ("admin@example.com" in filtered, "p098@example.com" in filtered) == (True, False)


def test_a_page_offers_the_scopes_a_role_can_use_and_takes_no_other(legal: User, finance: User, sign_in: Any) -> None:
    assert set(scopes_for(finance)) < set(all_scopes())
    assert {"write:ledger-entries", "write:periods", "read:reports"} <= set(scopes_for(finance))
    assert {"read:ledger-entries", "read:periods", "read:reports", "read:contacts"}.isdisjoint(scopes_for(legal))
    assert "write:terms" in scopes_for(legal)
    browser = sign_in(legal)
    page = browser.get("/settings/").content.decode()
    assert ("write:terms" in page, "write:ledger-entries" in page) == (True, False)
    body = {"name": "x", "days": "9", "scopes": "write:ledger-entries"}
    refused = browser.post("/settings/tokens/", body)
    assert (refused.status_code, ApiToken.objects.count()) == (422, 0)
    assert "Tick at least one thing it may read or write." in refused.content.decode()
    assert browser.post("/settings/tokens/", body | {"scopes": "write:terms"}).status_code == 200
    assert ApiToken.objects.get().scopes == ["write:terms"]


def test_home_counts_who_signs_in_and_names_the_keys(administrator: User, finance: User, sign_in: Any) -> None:
    now = timezone.now()
    seen = make_user("legal", name="Sue Seen", password=PASSWORD, last_login=now - timedelta(days=3))
    make_user("legal", name="Lon Long", password=PASSWORD, last_login=now - timedelta(days=40))
    make_user("legal", name="Una Unset")
    issue_token(user=seen, name="Soon over", scopes=["read:terms"], days=20, actor="t", now=now)
    issue_token(user=finance, name="Long yet", scopes=["*"], days=200, actor="t", now=now)
    create_service(user=finance, name="Ledger feed", scopes=["read:clients"], administrator=administrator)
    page = housekeeping(administrator, now=now)
    legal = next(line for line in page.roles if line.role == "legal")
    assert (legal.may, legal.seen, legal.waiting, legal.off) == (2, 1, 1, 0)
    assert [(key.name, key.kind, key.scopes, key.soon) for key in page.keys] == [
        ("Soon over", "token", "read:terms", True),
        ("Long yet", "token", "everything", False),
        ("Ledger feed", "service", "read:clients", False),
    ]
    assert page.ending == 1
    home = sign_in(administrator).get("/").content.decode()
    assert "1 token ends within 30 days" in home
    assert "Ledger feed" in home


def test_what_was_nothing_and_stays_nothing_is_no_change() -> None:
    changes = {"note": [None, ""], "shared": [None, []], "done": [None, True], "amount": ["1", "2"]}
    assert list(audit_words.told(changes)) == [("done", "", "yes"), ("amount", "1", "2")]


@pytest.mark.django_db
def test_a_new_persons_password_is_not_called_new(administrator: User, sign_in: Any) -> None:
    assert "Blank: they sign in once one is set." in sign_in(administrator).get("/settings/people/").content.decode()
