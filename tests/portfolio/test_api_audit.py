"""The audit trail through REST: the page's rows, filters, and the field classes each reader holds."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Client
from common import audit
from people.models import User
from tests.makers import make_client
from tests.portfolio.test_api_read import bearer, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(owner: User) -> Client:
    """A judgement, a cost rate, a posting and a plain change on one client; and an act on no client."""
    client = make_client("A", owner=owner)
    shared: dict[str, Any] = {"actor": owner.email, "client_id": client.pk}
    audit.record(verb="changed", kind="opportunity", object_id=7, label="Film", changes={"amount": (1, 2)}, **shared)
    audit.record(verb="changed", kind="contact", object_id=8, changes={"stance": (None, -2), "power": (3, 4)}, **shared)
    audit.record(verb="added", kind="rate", object_id=9, changes={"rate": (None, "83")}, field_class="SALARY", **shared)
    audit.record(verb="created", kind="ledger", object_id=10, changes={"amount": (None, "5")}, **shared)
    audit.record(verb="issued token", kind="token", object_id="t", actor="admin@example.com")
    return client


def rows(user: User, query: str = "") -> list[dict[str, Any]]:
    answer = get(user, f"/audit/?{query}", "read:audit")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return [row for row in found if row["client"] == "A" or row["kind"] == "token"]


def told(user: User) -> dict[str, tuple[dict[str, Any], bool]]:
    return {row["kind"]: (row["changes"], row["withheld"]) for row in rows(user)}


def test_each_reader_is_told_what_their_role_holds(
    trail: Client, owner: User, finance: User, leadership: User, administrator: User
) -> None:
    film, money = {"amount": [1, 2]}, {"amount": [None, "5"]}
    stance, power = {"stance": [None, -2], "power": [3, 4]}, {"power": [3, 4]}
    assert told(owner) == {
        "opportunity": (film, False), "contact": (stance, False), "rate": ({}, True), "ledger": (money, False)
    }  # fmt: skip
    assert told(finance)["contact"] == (power, True)
    assert told(finance)["rate"] == ({"rate": [None, "83"]}, False)
    assert told(leadership)["contact"] == (stance, False)
    assert set(told(administrator)) == {"token"}


def test_filters_pages_and_one_entry(trail: Client, owner: User, outsider: User) -> None:
    assert [row["object_id"] for row in rows(owner, "kind=contact&client=A")] == ["8"]
    assert [row["label"] for row in rows(owner, "q=film&fields=label,client,kind")] == ["Film"]
    newest = rows(owner, "ordering=-at&page_size=1")
    assert len(newest) == 1
    one = get(owner, f"/audit/{newest[0]['id']}/", "read:audit")
    assert (one.status_code, one.json()) == (200, newest[0])
    assert get(outsider, f"/audit/{newest[0]['id']}/", "read:audit").status_code == 404
    assert rows(outsider) == rows(outsider, "client=A") == []
    for query in ("changes=1", "client__name=A", "field_class=STANCE", "ordering=label"):
        assert get(owner, f"/audit/?{query}", "read:audit").status_code == 400, query


def test_who_may_ask_and_that_nobody_writes(trail: Client, owner: User, manager: User, legal: User) -> None:
    assert get(owner, "/audit/", "read:clients").status_code == 403
    assert [get(user, "/audit/").status_code for user in (manager, legal)] == [403, 403]
    for verb, path in (("post", "/audit/"), ("patch", "/audit/1/"), ("delete", "/audit/1/"), ("put", "/audit/1/")):
        answer = getattr(Browser(), verb)(f"/api/v1{path}", headers=bearer(owner))
        assert answer.status_code == 405, (verb, path)
