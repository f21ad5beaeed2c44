"""Acts on one record through REST: contacts, versions of plans, surveys; and touchpoints with both sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Client, Contact, Introduction, Invitation, Plan, PlanVersion, Touchpoint
from common.models import AuditEntry
from people.actions import issue_token
from people.models import User
from tests.makers import make_client, make_contact, make_stakeholding, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _book(owner: User, manager: User) -> None:
    client = make_client("A", owner=owner, members=(manager,))
    for number, last in enumerate(("Menon", "Ashby"), 1):
        contact = make_contact(
            client, key=f"A-{number}", first_name="Ravi", last_name=last, email=f"{number}@a.example"
        )
        make_stakeholding(client, contact=contact, power=3, evidence="Said so", stance=1)
    Plan.objects.create(client=client, starts_on="2026-01-01", ambition="First")
    make_contact(make_client("B", owner=make_user("director")), key="B-1")


def send(user: User, verb: str, path: str, body: Any = None) -> Any:
    made = issue_token(user=user, name="t", scopes=["*"], days=1, actor=user.email, now=timezone.now())
    headers = {"Authorization": f"Bearer {made.plain}"}
    path = f"/api/v1{path}"
    if body is None:
        return getattr(Browser(), verb)(path, headers=headers)
    return getattr(Browser(), verb)(path, orjson.dumps(body), content_type="application/json", headers=headers)


def pk(key: str) -> int:
    return Contact.objects.get(key=key).pk


def test_introductions_are_written_and_read(owner: User, finance: User) -> None:
    made = send(owner, "post", "/introductions/", {"from": "A-1", "to": "A-2", "strength": 4, "state": "asked"})
    assert made.status_code == 201
    assert made.json()["key"] == "A-1|A-2"
    assert send(owner, "patch", f"/introductions/{made.json()['id']}/", {"strength": 2}).json()["strength"] == 2
    assert send(finance, "get", "/introductions/").status_code == 403
    assert send(owner, "post", "/introductions/", {"from": "A-1", "to": "B-1"}).status_code == 422
    assert send(owner, "delete", f"/introductions/{made.json()['id']}/").status_code == 204
    assert AuditEntry.objects.filter(object_kind="introduction", field_class="STANCE").count() >= 2


def test_contacts_merge_and_are_erased(owner: User, manager: User, finance: User) -> None:
    Introduction.objects.create(source_id=pk("A-1"), target_id=pk("A-2"))
    path, gone = f"/contacts/{pk('A-1')}/", pk("A-2")
    assert send(owner, "post", f"{path}merge/", {"take_in": "B-1"}).status_code == 404
    assert send(owner, "post", f"{path}merge/", {}).status_code == 422
    assert send(finance, "post", f"{path}merge/", {"take_in": "A-2"}).status_code == 403
    assert send(owner, "post", f"{path}merge/", {"take_in": "A-2"}).json()["key"] == "A-1"
    assert not Contact.objects.filter(pk=gone).exists()
    assert send(manager, "post", f"{path}held/", {}).status_code == 403
    held = send(owner, "post", f"{path}held/", {}).json()
    assert held["contact"][0]["last_name"] == "Menon"
    assert held["parts_in_clients"][0]["evidence"] == "Said so"
    assert send(manager, "post", f"{path}erase/", {"reason": "x"}).status_code == 403
    assert send(owner, "post", f"{path}erase/", {"reason": ""}).status_code == 422
    assert send(owner, "post", f"{path}erase/", {"reason": "Asked"}).json()["last_name"] == "person"
    assert send(owner, "post", f"{path}erase/", {"reason": "Asked"}).status_code == 403


def test_a_plan_version_takes_four_eyes(owner: User, manager: User) -> None:
    made = send(manager, "post", "/plan-versions/", {"client": "A", "note": "Board"})
    assert made.status_code == 201
    row = made.json()
    assert (row["number"], row["state"], row["made_by"]) == (1, "kept", manager.email)
    assert send(manager, "post", "/plan-versions/", {"client": "A"}).status_code == 409
    assert send(manager, "post", "/plan-versions/", {"client": "B"}).status_code == 404
    path = f"/plan-versions/{row['id']}/"
    assert send(manager, "patch", path, {"note": "x"}).status_code == 409
    assert send(owner, "post", f"{path}decide/", {"verdict": "approve"}).status_code == 409
    assert send(manager, "post", f"{path}submit/", {}).json()["state"] == "submitted"
    assert send(manager, "post", f"{path}decide/", {"verdict": "approve"}).status_code == 403
    assert send(owner, "post", f"{path}decide/", {"verdict": "maybe"}).status_code == 422
    decided = send(owner, "post", f"{path}decide/", {"verdict": "approve", "note": "Good"}).json()
    assert (decided["state"], decided["decided_by"], decided["decision_note"]) == ("approved", owner.email, "Good")
    Plan.objects.update(ambition="Second")
    assert send(manager, "post", f"{path}restore/", {}).status_code == 200
    assert Plan.objects.get(client__key="A").ambition == "First"
    assert PlanVersion.objects.count() == 3


def test_a_survey_is_made_and_people_invited(owner: User, finance: User) -> None:
    body = {"client": "A", "title": "Autumn", "closes_on": "2199-01-01"}
    made = send(owner, "post", "/surveys/", body)
    assert made.status_code == 201
    row = made.json()
    assert (row["scale"], row["asked"], row["owner_email"]) == ("nps", 0, owner.email)
    path = f"/surveys/{row['id']}/"
    assert send(owner, "post", f"{path}invite/", {"contacts": "A-1;B-1"}).status_code == 422
    assert not Invitation.objects.exists()
    assert send(owner, "post", f"{path}invite/", {"contacts": "A-1;A-2", "mail": "no"}).json()["asked"] == 2
    assert send(owner, "post", f"{path}invite/", {"contacts": "A-1"}).json()["asked"] == 2
    assert len(send(owner, "get", "/survey-invitations/").json()["results"]) == 2
    assert send(finance, "get", "/survey-invitations/").status_code == 403
    assert send(finance, "get", path).json()["asked"] == 2
    assert send(finance, "patch", path, {"title": "x"}).status_code == 403
    Invitation.objects.filter(contact=pk("A-1")).update(answered_at=timezone.now())
    assert send(owner, "patch", path, {"scale": "csat"}).status_code == 409
    assert send(owner, "patch", path, {"title": "Winter"}).json()["title"] == "Winter"
    assert "link" not in send(owner, "get", "/survey-invitations/").content.decode()


def test_touchpoints_carry_both_sides(owner: User) -> None:
    body = {"source_ref": "T1", "client": "A", "date": "2026-11-02", "ours": [owner.email], "theirs": ["A-1", "A-2"]}
    made = send(owner, "post", "/touchpoints/", body)
    assert made.status_code == 201
    later = str((timezone.now() + timedelta(days=3)).date())
    ahead = send(owner, "post", "/touchpoints/", body | {"source_ref": "T3", "date": later})
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/date")
    row = made.json()
    assert (row["theirs"], row["ours"]) == (["A-1", "A-2"], [owner.email])
    path = f"/touchpoints/{row['id']}/"
    assert send(owner, "patch", path, {"theirs": ["A-2"]}).json()["theirs"] == ["A-2"]
    Touchpoint.objects.create(client=Client.objects.get(key="B"), source_ref="T2", date="2026-11-02")
    assert [one["source_ref"] for one in send(owner, "get", "/touchpoints/").json()["results"]] == ["T1"]
    assert send(owner, "delete", path).status_code == 204
