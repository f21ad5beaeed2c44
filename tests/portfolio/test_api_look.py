"""Looks of reviews and requests to confirm benefits through REST: by the acts of their pages, within their rights."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from PIL import Image

from accounts.models import Client
from common.models import AuditEntry
from people.models import User
from qbr.models import Benefit, DeckBrand, DeckTemplate, ValueAsk
from tests.makers import make_client, make_contact
from tests.portfolio.test_api_calls import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def northvale(owner: User, manager: User) -> Client:
    return make_client("NORTHVALE", owner=owner, members=(manager,), name="Northvale Grocers")


def picture(colour: str = "navy") -> str:
    out = io.BytesIO()
    Image.new("RGB", (900, 90), colour).save(out, "PNG")
    return b64encode(out.getvalue()).decode()


def test_a_look_is_chosen_changed_and_kept_from_a_stale_hand(owner: User, northvale: Client) -> None:
    call = Caller(owner)
    made = call("post", "deck-brands/", {"client": "NORTHVALE", "colour": "336699", "logo": picture()})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["client"], body["colour"], body["accent"]) == ("NORTHVALE", "#336699", "")
    # The logo is made anew: at most 480 pixels wide, and a PNG whatever was sent.
    assert Image.open(io.BytesIO(b64decode(body["logo"]))).size == (480, 48)
    assert call("post", "deck-brands/", {"client": "NORTHVALE", "colour": "#000000"}).status_code == 409
    place = f"deck-brands/{body['id']}/"
    changed = call("patch", place, {"accent": "#AA5500"}, If_Match=made["ETag"])
    assert (changed.json()["colour"], changed.json()["accent"]) == ("#336699", "#AA5500")
    assert changed.json()["logo"] == body["logo"], "what is not sent stands"
    assert call("patch", place, {"accent": ""}, If_Match=made["ETag"]).status_code == 412
    assert call("patch", place, {"logo": ""}).json()["logo"] == ""
    told = AuditEntry.objects.filter(object_kind="deck brand").order_by("pk").values_list("verb", "client_id")
    assert list(told) == [("changed", northvale.pk)] * 3


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"colour": "blue"}, "/colour"),
        ({"logo": "%%%"}, "/logo"),
        ({"logo": b64encode(b"<svg/>").decode()}, "/logo"),
        ({"client": "OTHER"}, "/client"),
    ],
)
def test_a_look_that_cannot_be_says_which_field(
    sent: dict[str, str], pointer: str, owner: User, northvale: Client
) -> None:
    told = Caller(owner)("post", "deck-brands/", {"client": "NORTHVALE", **sent})
    assert (told.status_code, told.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not DeckBrand.objects.exists()


def test_the_firms_own_look_and_templates_are_its_directors(owner: User, manager: User, northvale: Client) -> None:
    director, other = Caller(owner), Caller(manager)
    made = director("post", "deck-brands/", {"colour": "#0B4F6C"})
    assert (made.status_code, made.json()["client"]) == (201, None)
    assert other("get", "deck-brands/").json()["results"] == []
    assert other("get", f"deck-brands/{made.json()['id']}/").status_code == 404
    assert other("post", "deck-brands/", {"colour": "#0B4F6C"}).status_code == 403
    kept = director("post", "deck-templates/", {"kind": "qbr", "slides": ["summary", "kpis", "kpis"]})
    assert (kept.status_code, kept.json()["slides"]) == (201, ["summary", "kpis"])
    place = f"deck-templates/{kept.json()['id']}/"
    assert director("patch", place, {"slides": ["dive"]}, If_Match=kept["ETag"]).json()["slides"] == ["dive"]
    assert director("patch", place, {"slides": []}, If_Match=kept["ETag"]).status_code == 412
    assert director("patch", place, {"slides": ["no such"]}).json()["errors"][0]["pointer"] == "/slides"
    assert director("post", "deck-templates/", {"kind": "qbr", "slides": ["kpis"]}).status_code == 409
    assert other("get", "deck-templates/").status_code == 403
    assert DeckTemplate.objects.get().slides == ["dive"]


def ready(client: Client, owner: User) -> Benefit:
    made = Benefit.objects.create(
        client=client, key="B-1", title="Zone picking", driver="cost", hard=True, currency="USD", owner=owner
    )
    made.amounts.create(month=date(2026, 9, 1), amount=Decimal(1000))
    return made


def test_finance_is_asked_listed_and_the_link_ended(owner: User, manager: User, northvale: Client) -> None:
    benefit, contact = ready(northvale, owner), make_contact(northvale, key="NV-CFO")
    call = Caller(owner)
    body = {"client": "NORTHVALE", "contact": "NV-CFO", "benefits": ["B-1"], "expires_on": soon()}
    made = call("post", "value-asks/", body, Idempotency_Key="a1")
    assert made.status_code == 201, made.content
    assert call("post", "value-asks/", body, Idempotency_Key="a1").content == made.content
    row = made.json()
    assert (row["contact"], row["benefits"], row["waiting"], row["revoked_at"]) == ("NV-CFO", ["B-1"], 1, None)
    assert call("post", "value-asks/", body).status_code == 422, "what was sent is not sent twice"
    place = f"value-asks/{row['id']}/"
    link = call("get", f"{place}link/").json()["url"]
    assert Browser().get(link[link.index("/", 8) :]).status_code == 200
    assert contact.pk == ValueAsk.objects.get().contact_id
    ended = call("post", f"{place}end/", {}).json()
    assert (ended["waiting"], bool(ended["revoked_at"])) == (0, True)
    assert call("get", f"{place}link/").status_code == 409
    assert Browser().get(link[link.index("/", 8) :]).status_code == 410
    benefit.refresh_from_db()
    assert benefit.state == "proposed"
    assert [one.verb for one in AuditEntry.objects.filter(object_kind="benefit").order_by("pk")] == [
        "sent",
        "took back",
    ]
    assert call("patch", place, {"contact": "NV-CFO"}).status_code == 409


def soon() -> str:
    return (timezone.now().date() + timedelta(days=10)).isoformat()


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"benefits": ["B-9"]}, "/benefits"),
        ({"benefits": "B-1"}, "/benefits"),
        ({"contact": "NOBODY"}, "/contact"),
        ({"client": "OTHER"}, "/client"),
        ({"expires_on": "soon"}, "/expires_on"),
    ],
)
def test_nobody_is_asked_by_a_body_that_does_not_hold(
    sent: dict[str, Any], pointer: str, owner: User, northvale: Client
) -> None:
    ready(northvale, owner)
    make_contact(northvale, key="NV-CFO")
    body = {"client": "NORTHVALE", "contact": "NV-CFO", "benefits": ["B-1"], "expires_on": soon(), **sent}
    told = Caller(owner)("post", "value-asks/", body)
    assert (told.status_code, told.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not ValueAsk.objects.exists()


def test_a_reader_sees_requests_and_never_their_link(finance: User, owner: User, northvale: Client) -> None:
    ready(northvale, owner)
    make_contact(northvale, key="NV-CFO")
    body = {"client": "NORTHVALE", "contact": "NV-CFO", "benefits": ["B-1"], "expires_on": soon()}
    row = Caller(owner)("post", "value-asks/", body).json()
    reader = Caller(finance)
    assert [one["id"] for one in reader("get", "value-asks/").json()["results"]] == [row["id"]]
    assert reader("get", f"value-asks/{row['id']}/link/").status_code == 403
    assert reader("post", f"value-asks/{row['id']}/end/", {}).status_code == 403
