"""Proposals and pitches by file and through REST: the same rules either way."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Pitch, Proposal
from common.models import AuditEntry
from people.actions import issue_token
from people.models import User
from tests.makers import make_client, make_opportunity
from tests.portfolio.loading import load, rejects, write

pytestmark = pytest.mark.django_db
API = "/api/v1"
OFFER: dict[str, Any] = {
    "key": "P1", "opportunity": "D1", "title": "Offer", "amount": "110000", "currency": "USD", "status": "sent",
    "sent_on": "2026-11-10",
}  # fmt: skip
PITCH: dict[str, Any] = {"key": "X1", "client": "A", "name": "Loyalty", "cost": "38000", "currency": "USD", "fit": 4}


@pytest.fixture(autouse=True)
def _book(owner: User, outsider: User) -> None:
    make_opportunity(make_client("A", owner=owner), key="D1")
    make_opportunity(make_client("B", owner=outsider), key="D2")


def send(user: User, verb: str, path: str, body: Any = None) -> Any:
    made = issue_token(user=user, name="t", scopes=["*"], days=1, actor=user.email, now=timezone.now())
    headers = {"Authorization": f"Bearer {made.plain}"}
    if body is None:
        return getattr(Browser(), verb)(API + path, headers=headers)
    return getattr(Browser(), verb)(API + path, orjson.dumps(body), content_type="application/json", headers=headers)


def test_a_proposal_is_written_read_changed_and_removed(owner: User, outsider: User, finance: User) -> None:
    made = send(owner, "post", "/proposals/", OFFER)
    assert made.status_code == 201
    row = made.json()
    assert (row["opportunity"], row["client"], row["amount"], row["currency"], row["edition"]) == (
        "D1", "A", "110000.0000", "USD", 1,
    )  # fmt: skip
    path = f"/proposals/{row['id']}/"
    assert send(owner, "patch", path, {"status": "accepted"}).json()["status"] == "accepted"
    assert send(owner, "get", "/proposals/?status=accepted").json()["results"][0]["key"] == "P1"
    assert send(outsider, "get", path).status_code == 404
    assert send(finance, "get", path).status_code == 200
    assert send(finance, "patch", path, {"title": "x"}).status_code == 403
    assert send(owner, "delete", path).status_code == 204
    verbs = list(AuditEntry.objects.filter(object_kind="proposal").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["created", "changed", "deleted"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"opportunity": "D2"}, "/opportunity"),
        ({"opportunity": "NONE"}, "/opportunity"),
        ({"sent_on": None}, "/sent_on"),
        ({"currency": None}, "/amount"),
        ({"status": "posted"}, "/status"),
        ({"amount": "-1"}, "/amount"),
    ],
)
def test_a_proposal_that_cannot_be(owner: User, change: dict[str, Any], field: str) -> None:
    answer = send(owner, "post", "/proposals/", {**OFFER, **change})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [field]
    assert not Proposal.objects.exists()


def test_pitches_through_rest(owner: User, outsider: User) -> None:
    row = send(owner, "post", "/pitches/", PITCH).json()
    assert (row["client"], row["cost"], row["fit"], row["odds"], row["status"]) == (
        "A", "38000.0000", 4, None, "considering",
    )  # fmt: skip
    path = f"/pitches/{row['id']}/"
    assert send(owner, "patch", path, {"decision": "go", "odds": 3}).json()["decision"] == "go"
    assert send(owner, "patch", path, {"odds": 6}).status_code == 422
    assert send(owner, "patch", path, {"opportunity": "D2"}).status_code == 422
    assert send(owner, "patch", path, {"opportunity": "D1"}).json()["opportunity"] == "D1"
    assert send(outsider, "get", "/pitches/").json()["results"] == []


def test_a_file_lands_once_and_says_what_is_wrong(tmp_path: Path) -> None:
    head = "key,opportunity,title,edition,amount,currency,status,sent_on\n"
    good = write(tmp_path, "p.csv", head + "P1,D1,First,1,100,USD,withdrawn,\nP2,D1,Second,2,90,USD,sent,2026-11-02\n")
    assert load("proposals", good).counts == (2, 2, 0, 0, 0)
    assert load("proposals", good).counts == (2, 0, 0, 2, 0)
    bad = write(tmp_path, "q.csv", head + "P3,D1,Third,2,,,draft,\nP4,D9,Fourth,1,,,draft,\nP5,D1,Fifth,3,5,,draft,\n")
    answer = load("proposals", bad)
    assert answer.code == 1
    assert rejects(answer) == [
        ("2", "edition: this deal has a proposal of it already"),
        ("3", "opportunity “D9” is unknown"),
        ("4", "amount without a currency"),
    ]
    assert Proposal.objects.count() == 2
    pitches = write(tmp_path, "x.csv", "key,client,name,opportunity,fit,cost,currency\nX1,A,Loyalty,D1,5,10,USD\n")
    assert load("pitches", pitches).counts == (1, 1, 0, 0, 0)
    pitch = Pitch.objects.get()
    assert (pitch.fit, pitch.cost, pitch.opportunity is not None) == (5, Decimal(10), True)
