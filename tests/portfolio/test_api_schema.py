"""The OpenAPI document: valid, complete, and served where it was promised."""

from __future__ import annotations

import json

from django.test import Client as Browser
from openapi_spec_validator import validate


def document() -> dict[str, dict[str, object]]:
    response = Browser().get("/api/v1/schema/?format=json", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert response.status_code == 200
    found: dict[str, dict[str, object]] = json.loads(response.content)
    return found


def test_it_is_openapi_3_1_and_valid(db: None) -> None:
    schema = document()
    assert str(schema["openapi"]).startswith("3.1")
    validate(schema)


def test_every_address_and_verb_of_this_release_is_in_it(db: None) -> None:
    paths = {path: set(verbs) for path, verbs in document()["paths"].items()}  # type: ignore[call-overload]
    for name in ("clients", "contacts", "contracts", "opportunities", "ledger-entries"):
        assert paths[f"/api/v1/{name}/"] == {"get", "post"}
        assert paths[f"/api/v1/{name}/bulk/"] == {"post"}
        assert {"get", "patch"} <= paths[f"/api/v1/{name}/{{id}}/"]
    assert "delete" in paths["/api/v1/contacts/{id}/"]
    assert "delete" not in paths["/api/v1/clients/{id}/"]
    assert paths["/api/v1/reports/pnl/"] == {"get"}
    assert paths["/api/v1/periods/"] == paths["/api/v1/periods/{id}/"] == {"get"}
    assert paths["/api/v1/periods/{id}/close/"] == paths["/api/v1/periods/{id}/reopen/"] == {"post"}


def test_the_pages_for_people_answer_without_signing_in(db: None) -> None:
    response = Browser().get("/api/docs/")
    assert response.status_code == 200
    assert "ledger-entries" in response.content.decode()
