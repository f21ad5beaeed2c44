"""OAuth 2 client credentials: a service acts as the person its application belongs to."""

from __future__ import annotations

import base64
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from oauth2_provider.models import AccessToken, Application

from common.models import AuditEntry
from people.actions import allow_service
from people.models import User
from tests.makers import make_client

SECRET = "a-secret-of-the-service"


def application(owner: User) -> Application:
    return Application.objects.create(
        name="Data warehouse",
        user=owner,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=SECRET,
    )


@pytest.fixture
def service(owner: User, administrator: User) -> Application:
    made = application(owner)
    allow_service(service=made, scopes=["read:clients", "read:contacts"], administrator=administrator)
    return made


def ask(service: Application, secret: str = SECRET, scope: str = "read:clients") -> Any:
    basic = base64.b64encode(f"{service.client_id}:{secret}".encode()).decode()
    return Browser().post(
        "/api/v1/oauth/token/",
        {"grant_type": "client_credentials", **({"scope": scope} if scope else {})},
        headers={"Authorization": f"Basic {basic}"},
    )


def test_a_service_reads_what_its_person_sees(service: Application, owner: User) -> None:
    make_client("A", owner=owner)
    make_client("B")
    answer = ask(service).json()
    assert answer["scope"] == "read:clients"
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    rows = Browser().get("/api/v1/clients/", headers=headers).json()["results"]
    assert [row["key"] for row in rows] == ["A"]
    assert Browser().get("/api/v1/contacts/", headers=headers).status_code == 403


def test_only_a_hash_of_its_token_is_stored(service: Application) -> None:
    plain = ask(service).json()["access_token"]
    assert plain not in str(list(AccessToken.objects.values()))


def test_a_wrong_secret_or_scope_gets_nothing(service: Application) -> None:
    assert ask(service, secret="wrong").status_code == 401
    assert ask(service, scope="delete:everything").status_code == 400


def test_a_person_switched_off_stops_the_service(service: Application, owner: User) -> None:
    headers = {"Authorization": f"Bearer {ask(service).json()['access_token']}"}
    assert Browser().get("/api/v1/clients/", headers=headers).status_code == 200
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Browser().get("/api/v1/clients/", headers=headers).status_code == 401


def test_a_service_asks_only_for_what_it_was_given(service: Application, administrator: User) -> None:
    assert ask(service, scope="read:clients read:contacts").status_code == 200
    for scope in ("*", "read:contracts", "read:clients *"):
        assert (scope, ask(service, scope=scope).json()["error"]) == (scope, "invalid_scope")
    allow_service(service=service, scopes=["*", "read:clients"], administrator=administrator)
    assert ask(service, scope="*").status_code == 200
    assert ask(service, scope="").json()["scope"] == "read:clients"  # everything is never a default


def test_an_application_nobody_gave_scopes_reads_nothing(owner: User) -> None:
    stranger = application(owner)
    for scope in ("*", "read:clients"):
        assert (scope, ask(stranger, scope=scope).status_code) == (scope, 400)
    unasked = ask(stranger, scope="").json()
    assert unasked["scope"] == ""
    headers = {"Authorization": f"Bearer {unasked['access_token']}"}
    assert Browser().get("/api/v1/clients/", headers=headers).status_code == 403


def test_a_scope_taken_away_binds_the_tokens_there_are(service: Application, administrator: User) -> None:
    headers = {"Authorization": f"Bearer {ask(service, scope='read:clients read:contacts').json()['access_token']}"}
    assert Browser().get("/api/v1/contacts/", headers=headers).status_code == 200
    allow_service(service=service, scopes=["read:clients"], administrator=administrator)
    assert Browser().get("/api/v1/contacts/", headers=headers).status_code == 403
    assert Browser().get("/api/v1/clients/", headers=headers).status_code == 200


def test_scopes_are_an_administrator_s_to_give(service: Application, owner: User, administrator: User) -> None:
    with pytest.raises(PermissionDenied):
        allow_service(service=service, scopes=["*"], administrator=owner)
    with pytest.raises(CommandError, match="Only administrators"):
        call_command("service", by=owner.email, scopes="*", client_id=service.client_id)
    with pytest.raises(CommandError, match="Unknown scope: delete:all"):
        call_command("service", by=administrator.email, scopes="delete:all", client_id=service.client_id)
    assert ask(service, scope="*").status_code == 400


def test_the_command_makes_a_service_and_shows_its_secret_once(owner: User, administrator: User) -> None:
    out = StringIO()
    call_command(
        "service", by=administrator.email, user=owner.email, name="Warehouse", scopes="read:clients", stdout=out
    )
    told = dict(line.split(": ") for line in out.getvalue().splitlines())
    made = Application.objects.get(client_id=told["client_id"])
    assert made.client_secret != told["client_secret"]
    assert ask(made, secret=told["client_secret"]).status_code == 200
    entry = AuditEntry.objects.get(object_kind="service")
    assert (entry.actor, entry.changes) == ("admin@example.com", {"scopes": [None, ["read:clients"]]})
