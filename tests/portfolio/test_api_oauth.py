"""OAuth 2 client credentials: a service acts as the person its application belongs to."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client as Browser
from oauth2_provider.models import AccessToken, Application

from people.models import User
from tests.makers import make_client

SECRET = "a-secret-of-the-service"


@pytest.fixture
def service(owner: User) -> Application:
    return Application.objects.create(
        name="Data warehouse",
        user=owner,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=SECRET,
    )


def ask(service: Application, secret: str = SECRET, scope: str = "read:clients") -> Any:
    basic = base64.b64encode(f"{service.client_id}:{secret}".encode()).decode()
    return Browser().post(
        "/api/v1/oauth/token/",
        {"grant_type": "client_credentials", "scope": scope},
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
