"""S10: what a token may not do, and what a copy of the database gives away of it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from people.actions import UnknownScope, issue_token, revoke_token
from people.models import ApiToken, User
from portfolio.api.definitions import RESOURCES
from tests.security.callers import bearer

pytestmark = pytest.mark.django_db


def test_no_table_holds_a_token_in_plain(owner: User) -> None:
    plain = bearer(owner)["Authorization"].removeprefix("Bearer ")
    assert Browser().get("/api/v1/clients/", headers={"Authorization": f"Bearer {plain}"}).status_code == 200
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, %s) > 0', [plain])  # noqa: S608
            found += [table] * cursor.fetchone()[0]
    assert found == []
    assert ApiToken.objects.get().digest not in plain


@pytest.mark.parametrize("path", ["/settings/tokens/", "/settings/people/new/", "/api/v1/tokens/"])
def test_a_token_mints_no_token_and_opens_no_page(administrator: User, path: str) -> None:
    headers = bearer(administrator, "*")
    body: dict[str, Any] = {"name": "more", "scopes": "read:clients", "days": "30"}
    assert Browser().post(path, body, headers=headers).status_code in (302, 404)
    assert (ApiToken.objects.count(), User.objects.count()) == (1, 1)
    assert Browser().get("/settings/", headers=headers).status_code == 302


def test_a_revoked_token_ends_with_the_next_request(owner: User) -> None:
    headers = bearer(owner)
    browser = Browser()
    assert browser.get("/api/v1/clients/", headers=headers).status_code == 200
    revoke_token(user=owner, token_key=ApiToken.objects.get().token_key, actor=owner.email)
    assert browser.get("/api/v1/clients/", headers=headers).status_code == 401


def test_reading_is_not_writing_and_one_resource_not_another(owner: User) -> None:
    headers = bearer(owner, "read:clients", "write:contacts")
    browser = Browser()
    codes = [browser.get(f"/api/v1/{name}/", headers=headers).status_code for name in ("clients", "contacts")]
    posted = browser.post("/api/v1/clients/", "{}", content_type="application/json", headers=headers)
    assert (codes, posted.status_code) == ([200, 403], 403)


@pytest.mark.parametrize("name", [resource.name for resource in RESOURCES])
def test_each_resource_has_a_token_for_it_alone(finance: User, owner: User, name: str) -> None:
    # Opinions about people, who knows whom, who is mailed, and the look of reviews: not for finance.
    mine = (
        "influences", "introductions", "survey-invitations", "pack-sends", "pack-schedules", "deck-brands",
        "deck-templates",
    )  # fmt: skip
    person = owner if name in mine else finance
    reader = bearer(person, f"read:{name}")
    assert Browser().get(f"/api/v1/{name}/", headers=reader).status_code == 200
    other = "contacts" if name == "clients" else "clients"
    assert Browser().get(f"/api/v1/{other}/", headers=reader).status_code == 403
    writes = Browser().post(f"/api/v1/{name}/bulk/", [{}], content_type="application/json", headers=reader)
    assert writes.status_code in (403, 404, 405)


@pytest.mark.parametrize("scope", ["write:audit", "write:schedule-lines", "write:reports", "read:tokens"])
def test_no_token_is_for_what_nobody_writes_or_nothing_holds(finance: User, scope: str) -> None:
    with pytest.raises(UnknownScope, match=scope):
        issue_token(user=finance, name="x", scopes=[scope], days=1, actor=finance.email, now=timezone.now())


def test_no_command_loads_the_interface_to_know_its_scopes() -> None:
    asked = "import django, sys; django.setup(); import people.forms; print('portfolio.api.definitions' in sys.modules)"
    told = "from people.scopes import all_scopes; print(len(all_scopes()), 'write:decks' in all_scopes())"
    done = subprocess.run(
        [sys.executable, "-c", f"{asked}; {told}"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portfolio.settings"},
    )  # fmt: skip
    loaded, known = done.stdout.split("\n")[:2]
    assert loaded == "False"
    assert int(known.split()[0]) > 100
    assert known.split()[1] == "True"
