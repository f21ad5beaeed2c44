"""Reviews through REST: begun, dated, frozen once, their files, and nobody else's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Client
from common.models import Job
from people.models import User
from qbr.models import Deck, Snapshot
from tests.financials.books import NOW, OCTOBER, WORKED, close_through, post
from tests.makers import make_client
from tests.portfolio.test_api_calls import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def northvale(owner: User, manager: User) -> Client:
    made = make_client("NORTHVALE", owner=owner, members=(manager,), name="Northvale Grocers")
    close_through(OCTOBER)
    for line, amount in WORKED.items():
        post(made, line, amount, service_line="Media")
    return made


def begun(call: Any, **changes: str) -> Any:
    return call("post", "decks/", {"client": "NORTHVALE", "period": "2026-10", **changes})


def test_a_review_is_begun_dated_and_frozen_once(owner: User, northvale: Client) -> None:
    call = Caller(owner)
    made = begun(call)
    assert made.status_code == 201
    body = made.json()
    assert (body["kind"], body["audience"], body["status"], body["pages"]) == ("qbr", "client", "draft", None)
    assert begun(call).status_code == 409
    place = f"decks/{body['id']}/"
    dated = call("patch", place, {"held_on": "2026-11-20"}, If_Match=made["ETag"])
    assert dated.json()["held_on"] == "2026-11-20"
    assert call("patch", place, {"held_on": "2026-12-20"}, If_Match=made["ETag"]).status_code == 412
    assert Deck.objects.get().held_on == date(2026, 11, 20)
    assert call("patch", place, {"held_on": None}).json()["held_on"] is None
    assert call("patch", place, {"held_on": "9999-12-31"}).status_code == 422
    frozen = call("post", f"{place}freeze/", {}, Idempotency_Key="f1")
    again = call("post", f"{place}freeze/", {}, Idempotency_Key="f1")
    assert (frozen.status_code, frozen.content) == (200, again.content)
    assert call("post", f"{place}freeze/", {}).status_code == 409
    read = call("get", place).json()
    assert (read["status"], read["content_hash"]) == ("frozen", Snapshot.objects.get().content_hash)
    assert sorted(Job.objects.filter(object_ref=f"deck:{body['id']}").values_list("kind", flat=True)) == [
        "render_deck", "render_pptx",
    ]  # fmt: skip
    assert call("patch", place, {"held_on": "2026-12-01"}).status_code == 409


def test_files_come_once_they_are_made(owner: User, northvale: Client) -> None:
    call = Caller(owner)
    pk = begun(call).json()["id"]
    assert [call("get", f"decks/{pk}/{kind}/").status_code for kind in ("pdf", "pptx")] == [404, 404]
    call("post", f"decks/{pk}/freeze/", {"confirmed": True})
    Snapshot.objects.update(pdf=b"%PDF-1.7", pptx=b"PK", rendered_at=NOW)
    assert call("get", f"decks/{pk}/pdf/").content == b"%PDF-1.7"
    answer = call("get", f"decks/{pk}/pptx/")
    assert answer.content == b"PK"
    assert answer["Content-Type"].endswith("presentation")


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "soon"},
        {"audience": "board"},
        {"client": "NOBODY"},
        {"kind": 7},
        {"held_on": "x"},
        {"held_on": "0001-01-01"},
        {"extra": "1"},
    ],
)
def test_a_review_that_cannot_be_is_said(wrong: dict[str, Any], owner: User, northvale: Client) -> None:
    assert begun(Caller(owner), **wrong).status_code == 422
    assert not Deck.objects.exists()


@pytest.mark.parametrize("body", [{"confirmed": "yes"}, {"sure": True}, [1], "x"])
def test_a_freeze_that_says_something_else(body: Any, owner: User, northvale: Client) -> None:
    call = Caller(owner)
    pk = begun(call).json()["id"]
    assert call("post", f"decks/{pk}/freeze/", body).status_code in (400, 422)
    assert Deck.objects.get().status == "draft"


def test_whose_it_is_not(
    owner: User, outsider: User, finance: User, leadership: User, legal: User, northvale: Client
) -> None:
    pk = begun(Caller(owner)).json()["id"]
    ours = begun(Caller(owner), audience="internal").json()["id"]
    assert Caller(outsider)("get", f"decks/{pk}/").status_code == 404
    assert Caller(outsider)("post", f"decks/{pk}/freeze/", {}).status_code == 404
    assert Caller(finance)("get", f"decks/{pk}/").status_code == 200
    assert Caller(finance)("get", f"decks/{ours}/").status_code == 404
    assert Caller(leadership)("get", f"decks/{ours}/").status_code == 200
    assert Caller(finance)("post", f"decks/{pk}/freeze/", {}).status_code == 403
    assert Caller(owner, "read:decks")("post", f"decks/{pk}/freeze/", {}).status_code == 403
    assert Caller(owner, "read:clients")("get", f"decks/{pk}/pdf/").status_code == 403
    assert [row["id"] for row in Caller(finance)("get", "decks/").json()["results"]] == [pk]
    assert Caller(owner)("get", "decks/x/pdf/").status_code == 404
